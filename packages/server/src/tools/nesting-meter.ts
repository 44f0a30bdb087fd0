// How deep JSON is nested, counted byte by byte as it comes in, before anyone parses it: what is too deep costs seconds to
// parse, or ends in a stack that overflows.

export interface NestingMeter {
  /** Takes the next bytes. Answers false once there is more than `most` of it. */
  take(bytes: Uint8Array): boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const NEWLINE = 0x0a;

/**
 * Counts in one JSON text, or in a stream of events each of which has its JSON on lines of its own: text in JSON holds no line
 * breaks, so a line break ends a text that was not ended.
 *
 * @param most Objects and arrays within one another.
 */
export function nestingMeter(most = 128): NestingMeter {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  return {
    take(bytes) {
      for (const byte of bytes) {
        if (isText) {
          if (byte === NEWLINE) isText = isEscaped = false;
          else if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isText = false;
        } else if (byte === QUOTE) isText = true;
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
          depth += 1;
          if (depth > most) return false;
        } else if ((byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) && depth > 0) depth -= 1;
      }
      return true;
    },
  };
}
