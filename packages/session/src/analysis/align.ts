// Aligns two lists: entries of both in order, and entries of only one.

/** Indexes into the two lists: both if the entries are equal, one if only that list has the entry. */
export type AlignedPair =
  | readonly [left: number, right: number]
  | readonly [left: number, right: null]
  | readonly [left: null, right: number];

/** Maximum cells of the table for what lies between an equal beginning and an equal end. */
const MAX_CELLS = 4_000_000;

/**
 * Pairs the longest common subsequence of two lists; every index of either appears once, in order. If the lists differ
 * over more than about 2000 entries, that stretch is not searched: entries of `left` come before those of `right`.
 * Pure; never throws.
 */
export function align(left: readonly string[], right: readonly string[]): AlignedPair[] {
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const pairs: AlignedPair[] = [];
  for (let i = 0; i < head; i++) pairs.push([i, i]);
  for (const [i, j] of alignMiddle(left.slice(head, left.length - tail), right.slice(head, right.length - tail)))
    pairs.push([i === null ? null : i + head, j === null ? null : j + head] as AlignedPair);
  for (let n = tail; n > 0; n--) pairs.push([left.length - n, right.length - n]);
  return pairs;
}

function alignMiddle(left: readonly string[], right: readonly string[]): AlignedPair[] {
  const width = right.length + 1;
  if ((left.length + 1) * width > MAX_CELLS)
    return [...left.map((_, i) => [i, null] as const), ...right.map((_, j) => [null, j] as const)];
  /** Length of the longest common subsequence of the rest. */
  const longest = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1)
      longest[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const pairs: AlignedPair[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) pairs.push([i++, j++]);
    else if (j === right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) pairs.push([i++, null]);
    else pairs.push([null, j++]);
  }
  return pairs;
}
