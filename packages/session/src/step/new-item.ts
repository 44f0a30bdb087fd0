// Items as clients offer them: what the conversation refuses, and the form in which the session keeps and states the rest.
//
// What no conversation would take, such as a part its role does not allow, the codec has refused before.

import type {
  InputItem,
  InputMessageItem,
  Issue,
  RealtimeContentPart,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { type Draft, shown } from './draft.ts';
import { tableGet } from './hash-table.ts';
import { getItem } from './item-table.ts';
import { pendingApproval } from './mcp-state.ts';
import type { SessionState } from './state.ts';

type Offered = InputItem | RealtimeConversationItem;

/**
 * What is wrong with an item for the conversation as it stands: its id is taken [CV10], it answers no call or an answered one
 * [CV20, CV21], approves nothing that waits for it [MC9], or the place it asks for is not there [CV6]. Creates that are waiting count as done.
 */
export function checkNewItem(
  state: SessionState,
  given: Offered,
  path: string,
  previous_item_id: string | null,
): Issue | undefined {
  const id = given.id;
  if (id && (getItem(state.items, id) || tableGet(state.deferred_ids, id) || state.turn?.item_id === id)) {
    const message = `The conversation already has an item with id '${shown(id)}'.`;
    return { code: 'invalid_value', param: `${path}.id`, message };
  }
  if (given.type === 'function_call_output') {
    const [calls, outputs] = tableGet(state.calls, given.call_id) ?? [0, 0];
    if (calls === 0 || outputs > 0) {
      const message = calls === 0 ? 'names no function call of the conversation.' : 'names a call that has an output.';
      return { code: 'invalid_value', param: `${path}.call_id`, message: `'${path}.call_id' ${message}` };
    }
  }
  if (given.type === 'mcp_approval_response' && !pendingApproval(state.mcp, given.approval_request_id)) {
    const message = `'${path}.approval_request_id' names no pending approval request.`;
    return { code: 'invalid_value', param: `${path}.approval_request_id`, message };
  }
  if (previous_item_id === null || previous_item_id === 'root') return undefined;
  if (getItem(state.items, previous_item_id) || tableGet(state.deferred_ids, previous_item_id)) return undefined;
  const message = `Error adding item: the previous item with id '${shown(previous_item_id)}' does not exist.`;
  return { code: 'item_create_invalid_previous_item_id', param: 'previous_item_id', message };
}

/** An item a client gave, as the session keeps it. */
export interface GivenItem {
  id: string;
  /** As acknowledged: under today's names, completed, without audio bytes [CV12, CV13]. */
  item: RealtimeConversationItem;
  /** Bytes of audio by content index, `null` without any. */
  audio: number[] | null;
  /** The audio itself, by content index. */
  base64: (string | null)[];
}

/** Gives a checked item its id and its stored form. `audioBefore` counts the pieces of audio that come before it in the event. */
export function storedForm(draft: Draft, given: InputItem, audioBefore = 0): GivenItem {
  // `object` and `status` are the server's to say, whatever the client sent.
  const { id: chosen, object: _, type, status: __, ...rest } = given as InputMessageItem;
  const silent = (item: object) => ({ id, item: item as RealtimeConversationItem, audio: null, base64: [] });
  const id = chosen ?? draft.mintItem(given.type === 'mcp_approval_response' ? 'mcpa' : 'item');
  if (given.type === 'mcp_approval_response') return silent({ id, type, ...rest });
  const head = { id, object: 'realtime.item', type, status: 'completed' };
  if (given.type === 'function_call') {
    return silent({ ...head, ...rest, call_id: given.call_id ?? draft.mintCall() });
  }
  if (given.type !== 'message') return silent({ ...head, ...rest });
  let index = audioBefore;
  const base64 = rest.content.map((part) => ('audio' in part && typeof part.audio === 'string' ? part.audio : null));
  const audio = base64.map((text) => (text === null ? 0 : (draft.audioBytes?.[index++] ?? base64Bytes(text))));
  const content = rest.content.map((part) => storedPart(part as RealtimeContentPart));
  return {
    id,
    item: { ...head, ...rest, content } as RealtimeConversationItem,
    audio: base64.some((text) => text !== null) ? audio : null,
    base64,
  };
}

/** Bytes that strict base64 stands for. */
export const base64Bytes = (text: string): number =>
  (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** A part with every key it is always stated with, and without audio bytes (wire.md 5.1). */
function storedPart(part: RealtimeContentPart): RealtimeContentPart {
  switch (part.type) {
    case 'input_audio': {
      const { audio: _, ...rest } = part;
      return { ...rest, transcript: part.transcript ?? null };
    }
    case 'output_audio': {
      const { audio: _, ...rest } = part;
      return { ...rest, transcript: part.transcript ?? '' };
    }
    case 'input_image':
      return { ...part, detail: part.detail ?? 'auto' };
    default:
      return part;
  }
}
