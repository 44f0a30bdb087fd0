// Splits a stream of UTF-8 into lines of text, many at once: decoding line by line takes longer than parsing.

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Yields the lines that end in a chunk, without their line breaks, and at last the rest if it is not empty. A line of more than
 * `maxBytes` is cut to about that length. Throws only what `chunks` throws.
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const open = new OpenLine(maxBytes);
  for await (const chunk of chunks) {
    const first = chunk.indexOf(NEWLINE);
    if (first < 0) {
      open.add(chunk);
      continue;
    }
    open.add(chunk.subarray(0, first));
    yield [withoutMark(decoder.decode(open.flush()))];
    const last = chunk.lastIndexOf(NEWLINE);
    if (last > first)
      yield decoder
        .decode(chunk.subarray(first + 1, last))
        .split('\n')
        .map(withoutMark);
    open.add(chunk.subarray(last + 1));
  }
  if (open.length > 0) yield [withoutMark(decoder.decode(open.flush()))];
}

/** Logs that were joined have a mark where each began. */
const withoutMark = (line: string): string => (line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line);

/** A line whose end has not come. */
class OpenLine {
  readonly #maxBytes: number;

  #parts: Uint8Array[] = [];

  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    if (part.length === 0 || this.length >= this.#maxBytes) return;
    this.#parts.push(part);
    this.length += part.length;
  }

  flush(): Uint8Array {
    const line = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      line.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.length = 0;
    return line;
  }
}
