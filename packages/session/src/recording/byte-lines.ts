// The lines of a text that comes in pieces of bytes, in memory that does not grow with it. What a line says is `recording.ts`.

const NEWLINE = 0x0a;

/**
 * Yields the lines of UTF-8 text, as bytes, without their breaks, and the rest after the last break if there is any. Only `\n` breaks
 * lines: JSON may hold every other separator as it stands. Of a line that is longer than `longest` bytes only a beginning of about
 * that length is kept. Throws only what `chunks` throws.
 */
export async function* byteLines(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let kept = 0;
  const keep = (part: Uint8Array) => {
    if (part.length === 0 || kept >= longest) return;
    parts.push(part);
    kept += part.length;
  };
  const whole = () => {
    const line = joined(parts, kept);
    parts = [];
    kept = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      yield whole();
      from = end + 1;
    }
    keep(chunk.subarray(from));
  }
  if (kept > 0) yield whole();
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const line = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line;
}
