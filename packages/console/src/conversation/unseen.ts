// Finds invisible and misleading characters.

/** Controls but tab and line feed, zero-width and bidirectional marks, separators of lines, tags, and halves of pairs. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

/** What joiners belong to: emoji made of several, and scripts whose letters take another form beside others. */
const JOINED =
  /(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Mongolian}]|\ufe0f)$/u;

export interface Unseen {
  readonly index: number;
  readonly char: string;
}

/** The unseen characters of a text, in order; all of them, or without the joiners that are spelling. */
export function unseenIn(text: string, all: boolean): Unseen[] {
  if (text.search(UNSEEN) < 0) return [];
  const matches = Array.from(text.matchAll(UNSEEN), ({ 0: char, index }) => ({ index, char }));
  return all ? matches : matches.filter(({ index, char }) => !isSpelling(text, index, char));
}

const isSpelling = (text: string, index: number, char: string): boolean =>
  (char === '\u200c' || char === '\u200d') && JOINED.test(text.slice(Math.max(0, index - 2), index));

/** `U+202E` */
export const nameOf = (char: string): string =>
  `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** A text for where no markup can stand, such as a title or a label: what one does not see is named by its number there as well. */
export function visible(text: string): string {
  let output = '';
  let from = 0;
  for (const { index, char } of unseenIn(text, false)) {
    output += text.slice(from, index) + nameOf(char);
    from = index + char.length;
  }
  return output + text.slice(from);
}
