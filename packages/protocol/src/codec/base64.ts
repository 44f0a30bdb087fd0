// Strict base64 (RFC 4648, section 4): standard alphabet, whole quanta, correct padding, zero trailing bits, no blanks.
// Uses the runtime's decoder and refuses what it would tolerate, so all runtimes agree. Audio frames: `audio-frame.ts`.

/** The part of Node's `Buffer` that is used here. Looked up, never required. */
interface NodeBuffer extends Omit<Uint8Array, 'toString'> {
  write(text: string, offset: number, length: number, encoding: 'base64'): number;
  toString(encoding: 'base64'): string;
}
interface Runtime {
  readonly Buffer?: {
    allocUnsafeSlow(size: number): NodeBuffer;
    from(bytes: ArrayBufferLike, offset: number, length: number): NodeBuffer;
  };
}

const { Buffer } = globalThis as Runtime;

/**
 * How many bytes a strict base64 text stands for, or `undefined` when it is none. `""` stands for 0. Never throws; 15 MiB take a
 * few milliseconds in Node and some tens elsewhere.
 *
 * @see SPEC.md IB2
 */
export function base64Length(text: string): number | undefined {
  const length = lengthIfStrict(text);
  if (length === undefined) return undefined;
  const isStrict = Buffer ? decodesWhole(text, length) && !hasUrlDigits(text) : hasOnlyDigits(text, length);
  return isStrict ? length : undefined;
}

/** `base64Length` of a text that `decodesWhole`, which therefore is not looked at again. */
export function strictLength(decodable: string): number | undefined {
  return hasUrlDigits(decodable) ? undefined : lengthIfStrict(decodable);
}

/**
 * The bytes of a strict base64 text, or `undefined` when it is none. They stand in an array of their own, or at the beginning of
 * `into` when that has room for them; what is refused may have been written there too.
 */
export function decodeBase64(text: string, into?: Uint8Array): Uint8Array | undefined {
  const length = lengthIfStrict(text);
  if (length === undefined) return undefined;
  if (!Buffer) return decodeByTable(text, into);
  const hasRoom = into !== undefined && into.length >= length;
  const bytes = hasRoom ? asBuffer(into) : Buffer.allocUnsafeSlow(length);
  if (bytes.write(text, 0, length, 'base64') !== length || WIDE.test(text) || hasUrlDigits(text)) return undefined;
  return hasRoom ? into.subarray(0, length) : new Uint8Array(bytes.buffer, bytes.byteOffset, length);
}

/** Bytes as base64, padded, on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  if (!Buffer) return encodeByTable(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The decoded length that the length and the end of a text promise; `undefined` where they already break a rule. */
function lengthIfStrict(text: string): number | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  if (length === 0) return 0;
  if (text[length - 1] !== '=') return (length / 4) * 3;
  const pads = text[length - 2] === '=' ? 2 : 1;
  // The bits of the last digit that no byte takes must be zero.
  const unused = pads === 2 ? 0b1111 : 0b11;
  const last = DIGITS[text.charCodeAt(length - pads - 1)] ?? NONE;
  return last === NONE || (last & unused) !== 0 ? undefined : (length / 4) * 3 - pads;
}

// ---- In Node ----

/** Text decoded at a time, in characters: a multiple of 4, and little enough to stay close to the processor. */
const CHUNK_BYTES = 16_384;
let scratch: NodeBuffer | undefined;

const asBuffer = (bytes: Uint8Array): NodeBuffer =>
  'write' in bytes
    ? (bytes as unknown as NodeBuffer)
    : (Buffer as Required<Runtime>['Buffer']).from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Node decodes such a character as if it were its low byte. V8 answers at once for a string that cannot hold any. */
const WIDE = /[\u0100-\uffff]/;

const hasUrlDigits = (text: string): boolean => text.includes('-') || text.includes('_');

/**
 * Whether a text has nothing but base64 digits, up to the padding that was promised. Node skips what is no digit and stops at
 * padding: then bytes are missing. Takes the digits of the URL alphabet too. Always `false` elsewhere than in Node.
 */
export function decodesWhole(text: string, length: number): boolean {
  if (!Buffer || WIDE.test(text)) return false;
  scratch ??= Buffer.allocUnsafeSlow((CHUNK_BYTES / 4) * 3);
  if (text.length <= CHUNK_BYTES) return scratch.write(text, 0, length, 'base64') === length;
  let written = 0;
  for (let at = 0; at < text.length; at += CHUNK_BYTES)
    written += scratch.write(text.slice(at, at + CHUNK_BYTES), 0, scratch.length, 'base64');
  return written === length;
}

// ---- Anywhere ----

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NONE = 64;
/** Character code → its six bits, or `NONE`. */
const DIGITS: Readonly<Uint8Array> = /* @__PURE__ */ tableOfDigits();

function tableOfDigits(): Uint8Array {
  const digits = new Uint8Array(128).fill(NONE);
  for (let i = 0; i < ALPHABET.length; i++) digits[ALPHABET.charCodeAt(i)] = i;
  return digits;
}

/** How many characters of a text are digits, when the promise of its end is kept. */
const digitsOf = (length: number): number => Math.ceil((length * 4) / 3);

function hasOnlyDigits(text: string, length: number): boolean {
  const end = digitsOf(length);
  let seen = 0;
  for (let i = 0; i < end; i++) seen |= DIGITS[text.charCodeAt(i)] ?? NONE;
  return (seen & NONE) === 0;
}

/** `decodeBase64` without help from the runtime. */
export function decodeByTable(text: string, into?: Uint8Array): Uint8Array | undefined {
  const length = lengthIfStrict(text);
  if (length === undefined || !hasOnlyDigits(text, length)) return undefined;
  const bytes = into !== undefined && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
  const end = digitsOf(length);
  let bits = 0;
  for (let i = 0, at = 0; i < end; i++) {
    bits = (bits << 6) | (DIGITS[text.charCodeAt(i)] as number);
    const ready = i % 4;
    if (ready !== 0) bytes[at++] = bits >> (6 - ready * 2);
  }
  return bytes;
}

/** `base64Length` without help from the runtime. */
export function base64LengthByTable(text: string): number | undefined {
  const length = lengthIfStrict(text);
  return length !== undefined && hasOnlyDigits(text, length) ? length : undefined;
}

/** `encodeBase64` without help from the runtime. */
export function encodeByTable(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += 6144) pieces.push(encodePiece(bytes, from));
  return pieces.join('');
}

function encodePiece(bytes: Uint8Array, from: number): string {
  const end = Math.min(from + 6144, bytes.length);
  let text = '';
  for (let i = from; i < end; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[bits >> 18];
    text += ALPHABET[(bits >> 12) & 63];
    text += i + 1 < end ? ALPHABET[(bits >> 6) & 63] : '=';
    text += i + 2 < end ? ALPHABET[bits & 63] : '=';
  }
  return text;
}
