// Text that is no valid Unicode: JSON can say half a character, and not everyone who is passed it can take it.

const HALF = /[\ud800-\udfff]/gu;

/** The text, with U+FFFD for every half of a character. */
export const wellFormed = (text: string): string => text.replace(HALF, '\ufffd');

/** At most so many UTF-16 code units of a text, and no half of a character at their end. */
export const cutText = (text: string, most: number): string =>
  text.length <= most ? text : wellFormed(text.slice(0, most)).replace(/\ufffd$/, '');

/** Whether no text in what JSON can say, keys included, holds half a character. Its depth is bounded by whoever read it. */
export function isWellFormedJson(value: unknown): boolean {
  if (typeof value === 'string') return wellFormed(value) === value;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => wellFormed(key) === key && isWellFormedJson(each));
}
