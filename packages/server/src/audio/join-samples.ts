// Samples in pieces as one piece.

/** `length` is the sum of the pieces' lengths. */
export function joinSamples(pieces: readonly Int16Array[], length: number): Int16Array {
  const all = new Int16Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
