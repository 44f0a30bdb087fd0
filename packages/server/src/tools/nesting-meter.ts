// Limits the nesting of JSON before it is parsed, byte by byte: deep nesting takes seconds to parse or overflows the
// stack.

export interface NestingMeter {
  /** Counts the next bytes. Returns false when the nesting exceeds `maxDepth`. */
  accept(bytes: Uint8Array): boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const NEWLINE = 0x0a;

/**
 * Checks one JSON text, or an event stream with JSON on separate lines. JSON strings contain no line breaks, so a line
 * break ends an unterminated string.
 *
 * @param maxDepth Maximum nesting of objects and arrays.
 */
export function nestingMeter(maxDepth = 128): NestingMeter {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  return {
    accept(bytes) {
      for (const byte of bytes) {
        if (isText) {
          if (byte === NEWLINE) isText = isEscaped = false;
          else if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isText = false;
        } else if (byte === QUOTE) isText = true;
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
          depth += 1;
          if (depth > maxDepth) return false;
        } else if ((byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) && depth > 0) depth -= 1;
      }
      return true;
    },
  };
}
