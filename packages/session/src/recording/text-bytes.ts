// Converts text in the encodings that logs have to UTF-8 with `\n` line ends, in bounded memory. Splitting lines:
// `byte-lines.ts`. The caller decompresses gzip.

/** What the beginning of a file shows. */
export type TextForm =
  | 'UTF-8 with a byte order mark'
  | 'UTF-16 LE'
  | 'UTF-16 BE'
  | 'lines that end with \\r'
  | 'binary data';

/** Bytes that are examined before the encoding is decided. */
const SAMPLE_BYTES = 64 * 1024;
const [LF, CR] = [0x0a, 0x0d];

/**
 * Yields the text as UTF-8: removes a byte order mark, converts UTF-16 that has one (a lone surrogate becomes U+FFFD),
 * and turns `\r` into `\n` if the first 64 KiB contain no `\n`. `onForm` is called with what was found. Throws only
 * what `chunks` throws.
 */
export async function* textBytes(
  chunks: AsyncIterable<Uint8Array>,
  onForm: (form: TextForm) => void = () => {},
): AsyncGenerator<Uint8Array, void> {
  let convert: ((chunk: Uint8Array) => Uint8Array) | undefined;
  let sample: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (convert) {
      yield convert(chunk);
      continue;
    }
    sample = sample.length === 0 ? chunk : concatenate(sample, chunk);
    if (sample.length < SAMPLE_BYTES) continue;
    convert = converterOf(sample, onForm);
    yield convert(sample);
    sample = new Uint8Array(0);
  }
  if (!convert && sample.length > 0) yield converterOf(sample, onForm)(sample);
}

/** Chooses a converter from the beginning of a text. The converter takes the whole text, including the beginning. */
function converterOf(sample: Uint8Array, onForm: (form: TextForm) => void): (chunk: Uint8Array) => Uint8Array {
  const [first, second, third] = sample;
  if (first === 0xff && second === 0xfe) return utf16(onForm, 'UTF-16 LE');
  if (first === 0xfe && second === 0xff) return utf16(onForm, 'UTF-16 BE');
  let skip = 0;
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    onForm('UTF-8 with a byte order mark');
    skip = 3;
  } else if (sample.includes(0)) onForm('binary data');
  const hasBareCr = sample.includes(CR) && !sample.includes(LF);
  if (hasBareCr) onForm('lines that end with \\r');
  return (chunk) => {
    const body = skip > 0 ? chunk.subarray(skip) : chunk;
    skip = 0;
    return hasBareCr ? body.map((byte) => (byte === CR ? LF : byte)) : body;
  };
}

function utf16(onForm: (form: TextForm) => void, form: 'UTF-16 LE' | 'UTF-16 BE'): (chunk: Uint8Array) => Uint8Array {
  onForm(form);
  const low = form === 'UTF-16 LE' ? 0 : 1;
  let firstByte: number | undefined;
  let lead: number | undefined;
  let isFirst = true;
  let hasLines: boolean | undefined;
  return (chunk) => {
    // Three bytes for each unit, plus one unit and a lone surrogate of the previous chunk.
    const out = new Uint8Array(3 * (chunk.length / 2 + 2));
    let length = 0;
    const put = (code: number) => {
      length = encode(out, length, code);
    };
    hasLines ??= chunk.some((byte, at) => byte === LF && chunk[low === 0 ? at + 1 : at - 1] === 0);
    for (const byte of chunk) {
      if (firstByte === undefined) {
        firstByte = byte;
        continue;
      }
      const unit = low === 0 ? firstByte | (byte << 8) : (firstByte << 8) | byte;
      firstByte = undefined;
      if (isFirst) {
        isFirst = false;
        continue; // byte order mark
      }
      const isTrail = unit >= 0xdc00 && unit <= 0xdfff;
      if (lead !== undefined) {
        put(isTrail ? 0x10000 + ((lead - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd);
        lead = undefined;
        if (isTrail) continue;
      }
      if (unit >= 0xd800 && unit <= 0xdbff) lead = unit;
      else put(isTrail ? 0xfffd : unit === CR && !hasLines ? LF : unit);
    }
    return out.subarray(0, length);
  };
}

/** Writes a code point as UTF-8 and returns the next position. */
function encode(out: Uint8Array, at: number, code: number): number {
  let next = at;
  const tail = (shift: number) => {
    out[next++] = 0x80 | ((code >> shift) & 0x3f);
  };
  if (code < 0x80) out[next++] = code;
  else if (code < 0x800) {
    out[next++] = 0xc0 | (code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out[next++] = 0xe0 | (code >> 12);
    tail(6);
    tail(0);
  } else {
    out[next++] = 0xf0 | (code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return next;
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
