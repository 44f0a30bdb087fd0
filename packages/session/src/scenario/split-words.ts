// Cuts a text into words, for engines that stream word by word.

/** Deltas of a text. Blanks stay with the word after them, so that the deltas add up to the text. */
export function cutDeltas(text: string, by: 'word' | 'character' | 'whole'): string[] {
  if (by === 'whole' || text === '') return [text];
  return by === 'character' ? [...text] : splitWords(text);
}

/**
 * Cuts a text before the blanks of each word (`a`, ` b`); the pieces add up to the text. Trailing blanks stay with the
 * last word.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let blanks = '';
  for (const piece of text.match(/\s+|\S+/g) ?? []) {
    if (piece.trim() === '') blanks = piece;
    else {
      words.push(blanks + piece);
      blanks = '';
    }
  }
  if (blanks !== '') words.push((words.pop() ?? '') + blanks);
  return words;
}
