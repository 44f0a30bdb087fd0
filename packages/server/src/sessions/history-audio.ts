// The audio of a conversation that a session begins with: from another session's store into the items, and from the items into
// the store of the session.

import { decodeBase64, encodeBase64, type RealtimeConversationItem } from '@colloquy/protocol';
import type { HistoryItem } from '@colloquy/session';
import type { AudioStore } from './audio-store.ts';

/** Maximum characters of base64 in a history. It stands in the header of a recording, which is one line. */
const MAX_AUDIO_CHARS = 8 * 1024 * 1024;

/** Puts the stored audio into the items, the newest first; without a store, or beyond the limit, an item keeps its transcript only. */
export function withStoredAudio(history: readonly HistoryItem[], store: AudioStore | undefined): HistoryItem[] {
  let free = store ? MAX_AUDIO_CHARS : 0;
  return [...history]
    .reverse()
    .map((entry) => {
      const { item, audio_bytes } = entry;
      const chars = Math.ceil(((audio_bytes?.reduce((sum, bytes) => sum + bytes, 0) ?? 0) * 4) / 3);
      if (!store || chars > free) return { item, audio_bytes: null, format: null };
      free -= chars;
      return { ...entry, item: store.fill(item, (blocks) => encodeBase64(Buffer.concat(blocks))) };
    })
    .reverse();
}

/** Stores the audio of the items. */
export function storeHistory(store: AudioStore, history: readonly HistoryItem[]): void {
  for (const { item, format } of history) {
    if (item.type !== 'message' || item.id === undefined || !format) continue;
    for (const [index, part] of item.content.entries()) {
      const bytes = 'audio' in part && typeof part.audio === 'string' ? decodeBase64(part.audio) : undefined;
      if (bytes) store.add(item.id, index, format, bytes);
    }
  }
}

/** Leaves out images, where they are hidden or may not be shown. */
export const withoutImages = (history: readonly HistoryItem[]): HistoryItem[] =>
  history.map((entry) => ({ ...entry, item: withoutImageParts(entry.item) }));

function withoutImageParts(item: RealtimeConversationItem): RealtimeConversationItem {
  if (item.type !== 'message') return item;
  return { ...item, content: item.content.filter(({ type }) => type !== 'input_image') } as RealtimeConversationItem;
}
