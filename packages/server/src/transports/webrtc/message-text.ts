// A frame as one message of a data channel, which is not fragmented.

import { readFrame } from '@colloquy/protocol';
import { isSliced, joined } from '../sliced-frame.ts';
import { type Frame, frameBytes, type SlicedFrame } from '../transport.ts';

/** The text of a frame. A retrieved item that makes it larger than `maxBytes` is left without its audio [WR18]. */
export function messageText(frame: Frame | SlicedFrame, maxBytes: number): string {
  const isTooLarge = frameBytes(frame) > maxBytes;
  if (isSliced(frame)) return isTooLarge ? withoutAudio(frame.text) : joined(frame);
  const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
  return isTooLarge && RETRIEVED.test(text) ? withoutAudio(text) : text;
}

const RETRIEVED = /^\{[^{}]{0,200}"type":"conversation\.item\.retrieved"/;

/** An event of our own encoder, without the audio in its item's content. */
function withoutAudio(text: string): string {
  const read = readFrame(text, false);
  if (!read.ok) return text;
  const event = read.value as { readonly item: { readonly content?: { audio?: string }[] } };
  for (const part of event.item.content ?? []) delete part.audio;
  return JSON.stringify(event);
}
