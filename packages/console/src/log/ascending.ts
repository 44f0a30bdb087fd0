// Lookups in ascending lists of row indexes.

/** How many are below one. */
export function below(list: readonly number[], most: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where one stands, or -1. */
export function placeOf(list: readonly number[], index: number): number {
  const place = below(list, index);
  return list[place] === index ? place : -1;
}
