// Finds the known names closest to a mistyped one, for "did you mean". Imports nothing.

/** Longer input is no mistyped name; it bounds the work. */
const MAX_LENGTH = 40;

/**
 * The names with the fewest edits from `typed`: insertions, deletions, substitutions and swaps of two neighbours. A name
 * that `typed` begins counts as one edit. None when the best needs more edits than a third of its length.
 */
export function nearestNames(typed: string, names: Iterable<string>): string[] {
  if (typed.length < 2 || typed.length > MAX_LENGTH) return [];
  let nearest: string[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const edits = name.startsWith(typed) ? 1 : editDistance(typed, name);
    if (edits > fewest || edits > Math.max(1, Math.floor(name.length / 3))) continue;
    nearest = edits < fewest ? [name] : [...nearest, name];
    fewest = edits;
  }
  return nearest;
}

/** Edits between two texts (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      let edits = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + change);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) edits = Math.min(edits, at(before, column - 2) + 1);
      next.push(edits);
    }
    [before, last] = [last, next];
  }
  return at(last, to.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;

/** A refusal of an unknown name: what is wrong, the names that were probably meant, and the command that lists them all. */
export function unknownName(what: string, nearest: readonly string[], help: string): string {
  if (nearest.length === 0) return `${what}; see '${help}'`;
  return `${what}; did you mean ${nearest.map((name) => `'${name}'`).join(' or ')}? See '${help}'`;
}
