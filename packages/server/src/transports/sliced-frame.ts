// Text frames with stored audio, encoded slice by slice while they are sent. Twelve minutes of audio are 46 MB of base64; encoding
// them at once would block every other session.

import type { Frame, SlicedFrame } from './transport.ts';

/** Bytes of audio in one slice: a multiple of three, so that base64 slices can be concatenated. */
const SLICE_BYTES = 192 * 1024;
const SLICE_LENGTH = base64Length(SLICE_BYTES);

/** A part of a frame, as JSON text. */
export interface Slice {
  readonly text: string;
  /** Whether the frame ends with it. */
  readonly isLast: boolean;
}

/**
 * Replaces each name in the text of a frame by its audio; names that do not occur are ignored. A frame that fits in one slice is
 * encoded here and returned as text.
 */
export function withAudio(text: string, audio: ReadonlyMap<string, readonly Uint8Array[]>): string | SlicedFrame {
  const used = new Map([...audio].filter(([name]) => text.includes(name)));
  let bytes = Buffer.byteLength(text);
  for (const [name, blocks] of used) bytes += base64Length(sizeOf(blocks)) - name.length;
  const frame = { text, audio: used, bytes };
  return bytes <= SLICE_LENGTH ? joined(frame) : frame;
}

export const isSliced = (frame: Frame | SlicedFrame): frame is SlicedFrame =>
  typeof frame !== 'string' && !(frame instanceof Uint8Array);

/** The slices of a frame in order, encoded lazily. */
export function* slicesOf({ text, audio }: SlicedFrame): Generator<Slice> {
  const names = [...audio.keys()].sort((one, other) => text.indexOf(one) - text.indexOf(other));
  let at = 0;
  for (const name of names) {
    const start = text.indexOf(name);
    yield { text: text.slice(at, start), isLast: false };
    for (const base64 of base64Slices(audio.get(name) ?? [])) yield { text: base64, isLast: false };
    at = start + name.length;
  }
  yield { text: text.slice(at), isLast: true };
}

/** The whole frame as text. */
export function joined(frame: SlicedFrame): string {
  let text = '';
  for (const slice of slicesOf(frame)) text += slice.text;
  return text;
}

function* base64Slices(blocks: readonly Uint8Array[]): Generator<string> {
  const slice = Buffer.allocUnsafe(Math.min(SLICE_BYTES, sizeOf(blocks)));
  let filled = 0;
  for (const block of blocks) {
    for (let at = 0; at < block.byteLength; ) {
      const part = block.subarray(at, at + slice.byteLength - filled);
      slice.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < slice.byteLength) continue;
      yield slice.toString('base64');
      filled = 0;
    }
  }
  if (filled > 0) yield slice.toString('base64', 0, filled);
}

function sizeOf(blocks: readonly Uint8Array[]): number {
  return blocks.reduce((sum, block) => sum + block.byteLength, 0);
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
