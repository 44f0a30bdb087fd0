// Escapes text from a peer for a terminal: cursor movement, titles, clipboard, reading direction
// [C4 of the threat list in SECURITY.md].

import { hideCredentials, redact } from '@colloquy/protocol';

/** C0 but tab and newline, DEL, C1, line and paragraph separators, marks of direction, byte order mark, tags, halves of pairs. */
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]/gu;

function escapeOne(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Words as they may be printed: newlines and tabs stay, credentials do not [RD12]. */
export function printable(text: string): string {
  return hideCredentials(text).replace(UNSEEN, escapeOne);
}

/** The same on one line: newlines and tabs are escaped too. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escapeOne);
}

/** A value as JSON on one line, with the same characters escaped: it reads back as the same value, without credentials. */
export function printableJson(value: unknown): string {
  return escapeJson(JSON.stringify(redact(value, { level: 'key' })) ?? 'null');
}

/** JSON text, as above. */
export function escapeJson(text: string): string {
  return text.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeOne(character.charAt(at))).join(''),
  );
}
