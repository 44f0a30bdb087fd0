// Cuts a text into words, for engines that stream word by word.

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
