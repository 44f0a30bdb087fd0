// Encodes `conversation.item.retrieved`, the only event that contains stored audio [CV29].

import { randomUUID } from 'node:crypto';
import { encodeEvent, type ServerEvent } from '@colloquy/protocol';
import { withAudio } from '../transports/sliced-frame.ts';
import type { SlicedFrame } from '../transports/transport.ts';
import type { AudioStore } from './audio-store.ts';

/** Encodes an event with the stored audio of its item, if it has an item. */
export function retrievedFrame(event: ServerEvent, store: AudioStore): string | SlicedFrame {
  if (!('item' in event) || !event.item) return encodeEvent(event);
  const audio = new Map<string, readonly Uint8Array[]>();
  const item = store.fill(event.item, (blocks) => {
    const name = `audio:${randomUUID()}`; // a client cannot have sent this text
    audio.set(name, blocks);
    return name;
  });
  return withAudio(encodeEvent({ ...event, item } as ServerEvent), audio);
}
