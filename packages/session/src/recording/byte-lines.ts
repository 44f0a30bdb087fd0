// Splits a stream of bytes into lines in bounded memory. Parsing of lines: `recording.ts`.

const NEWLINE = 0x0a;

/**
 * Yields the lines of UTF-8 text as bytes, without line breaks, and the rest after the last break if it is not empty.
 * Only `\n` ends a line, because JSON may contain every other separator unescaped. A line longer than `maxBytes` is cut
 * to about that length. Throws only what `chunks` throws.
 */
export async function* byteLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const append = (part: Uint8Array) => {
    if (part.length === 0 || length >= maxBytes) return;
    parts.push(part);
    length += part.length;
  };
  const flushLine = () => {
    const line = concatenate(parts, length);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      append(chunk.subarray(from, end));
      yield flushLine();
      from = end + 1;
    }
    append(chunk.subarray(from));
  }
  if (length > 0) yield flushLine();
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const line = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line;
}
