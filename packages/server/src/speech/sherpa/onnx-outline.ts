// Tests whether a file is a complete ONNX network. The file is one Protocol Buffers message, so the lengths of its
// fields must add up; only the library can check their content.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The field with the network's graph. */
const GRAPH = 7;
/** Bytes of a field's key and length: two varints. */
const MAX_HEADER_BYTES = 20;

/** False for a truncated file, and for one that is no network. Throws if the file cannot be read. */
export function isWholeOnnx(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = Buffer.alloc(MAX_HEADER_BYTES);
    let hasGraph = false;
    let at = 0;
    while (at < size) {
      const field = readField(head.subarray(0, readSync(file, head, 0, MAX_HEADER_BYTES, at)));
      if (!field) return false;
      hasGraph ||= field.number === GRAPH;
      at += field.length;
    }
    return hasGraph && at === size;
  } finally {
    closeSync(file);
  }
}

/** Reads the start of a field: its number, and its total length. `undefined` if it is invalid. */
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
  for (let weight = 1; end < bytes.length && end < start + MAX_HEADER_BYTES / 2; weight *= 128) {
    const byte = bytes[end++] as number;
    value += (byte % 128) * weight;
    if (byte < 128) return { value, end };
  }
  return undefined;
}
