// Handles invalid Unicode: JSON can contain lone surrogates, which some consumers reject.

const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** Replaces every lone surrogate with U+FFFD. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\ufffd');

/** Cuts a text to `maxLength` UTF-16 code units, without half a character at the end. */
export const cutText = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : wellFormed(text.slice(0, maxLength)).replace(/\ufffd$/, '');

/**
 * True if no string in the JSON data, keys included, holds a lone surrogate. Whoever parsed it has bounded its depth.
 */
export function isWellFormedJson(value: unknown): boolean {
  if (typeof value === 'string') return wellFormed(value) === value;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => wellFormed(key) === key && isWellFormedJson(each));
}
