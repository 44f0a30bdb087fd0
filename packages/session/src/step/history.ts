// A conversation that a session begins with: stored when it is created, announced when it opens. Taking one from another
// session: `fork.ts`.

import { ColloquyError, type RealtimeAudioFormat, type RealtimeConversationItem } from '@colloquy/protocol';
import { insert, isAssistantAudio, itemById } from './conversation.ts';
import { Draft } from './draft.ts';
import { getItem, idsInOrder } from './item-table.ts';
import type { SessionState } from './state.ts';

/** An item of a conversation that another session had. */
export interface HistoryItem {
  /** With its id. Audio parts may have their audio as base64, for the host; the session does not read it. */
  readonly item: RealtimeConversationItem;
  /** Bytes of the audio by content index; `null` without audio. */
  readonly audio_bytes: readonly number[] | null;
  /** Format of the audio. */
  readonly format: RealtimeAudioFormat | null;
}

/** Adds the items to a session that is not open. Throws `invalid_value` for an item without an id, or an id that comes twice. */
export function withHistory(state: SessionState, history: readonly HistoryItem[]): SessionState {
  const draft = new Draft(state, 0);
  for (const { item, audio_bytes: audio, format } of history) {
    if (typeof item?.id !== 'string' || item.id === '' || getItem(draft.state.items, item.id))
      throw new ColloquyError('invalid_value', "The items of 'history' need different ids.");
    const stored = withoutAudio(item);
    insert(draft, stored, { audio, format, response_id: null });
    if (isAssistantAudio({ item: stored, audio })) draft.state.spoken_items += 1;
  }
  return draft.state;
}

/** Announces the items as if a client had created them: `added` and `done` for each [SE39]. */
export function announceHistory(draft: Draft): void {
  let previous_item_id: string | null = null;
  for (const id of idsInOrder(draft.state.items)) {
    const item = itemById(draft.state, id)!;
    draft.send({ type: 'conversation.item.added', previous_item_id, item });
    draft.send({ type: 'conversation.item.done', previous_item_id, item });
    previous_item_id = id;
  }
}

function withoutAudio(item: RealtimeConversationItem): RealtimeConversationItem {
  if (item.type !== 'message') return item;
  const content = item.content.map((part) => {
    if (!('audio' in part)) return part;
    const { audio: _, ...rest } = part;
    return rest as typeof part;
  });
  return { ...item, content } as RealtimeConversationItem;
}
