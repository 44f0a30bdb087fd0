// Cuts a text into words, for engines that answer word by word.

/** The text cut before the blanks of each word, nothing lost: `a`, ` b`. Blanks at the end stay with the last word. */
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
