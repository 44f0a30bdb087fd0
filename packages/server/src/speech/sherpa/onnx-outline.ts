// Whether a file is an ONNX network from its first byte to its last, told by its outline: it is one message of Protocol Buffers, whose
// fields say how long they are. What stands in them only the library can judge.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The field of a model that holds its network. */
const GRAPH = 7;
/** Longest that a field and the length after it may be: two numbers of seven bits a byte. */
const HEAD_BYTES = 20;

/** False for a file that was cut off, and for what is no network at all. Throws what opening and reading a file throw. */
export function isWholeOnnx(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = Buffer.alloc(HEAD_BYTES);
    let hasGraph = false;
    let at = 0;
    while (at < size) {
      const field = readField(head.subarray(0, readSync(file, head, 0, HEAD_BYTES, at)));
      if (!field) return false;
      hasGraph ||= field.number === GRAPH;
      at += field.length;
    }
    return hasGraph && at === size;
  } finally {
    closeSync(file);
  }
}

/** A field by its beginning: its number, and its length with everything. `undefined` where none begins. */
function readField(bytes: Uint8Array): { number: number; length: number } | undefined {
  const key = readVarint(bytes, 0);
  if (!key || key.value < 8) return undefined;
  const number = Math.floor(key.value / 8);
  const kind = key.value % 8;
  if (kind === 1 || kind === 5) return { number, length: key.end + (kind === 1 ? 8 : 4) };
  const next = kind === 0 || kind === 2 ? readVarint(bytes, key.end) : undefined;
  return next && { number, length: next.end + (kind === 2 ? next.value : 0) };
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  let end = start;
  for (let weight = 1; end < bytes.length && end < start + HEAD_BYTES / 2; weight *= 128) {
    const byte = bytes[end++] as number;
    value += (byte % 128) * weight;
    if (byte < 128) return { value, end };
  }
  return undefined;
}
