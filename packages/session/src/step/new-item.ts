// Validates items that clients create and converts them to their stored form.
//
// The codec has already refused what is invalid in every conversation, such as a part that the role does not allow.

import type {
  InputItem,
  InputMessageItem,
  Issue,
  RealtimeContentPart,
  RealtimeConversationItem,
} from '@colloquy/protocol';
import { type Draft, printableId } from './draft.ts';
import { tableGet } from './hash-table.ts';
import { getItem } from './item-table.ts';
import { pendingApproval } from './mcp-state.ts';
import type { SessionState } from './state.ts';

type NewItem = InputItem | RealtimeConversationItem;

/**
 * Validates an item against the conversation: its id is taken [CV10], it answers no call or an answered one [CV20,
 * CV21], it answers no pending approval request [MC9], or its previous item does not exist [CV6]. Deferred creates
 * count as created.
 */
export function checkNewItem(
  state: SessionState,
  input: NewItem,
  path: string,
  previous_item_id: string | null,
): Issue | undefined {
  const id = input.id;
  if (id && (getItem(state.items, id) || tableGet(state.deferred_ids, id) || state.turn?.item_id === id)) {
    const message = `The conversation already has an item with id '${printableId(id)}'.`;
    return { code: 'invalid_value', param: `${path}.id`, message };
  }
  if (input.type === 'function_call_output') {
    const [calls, outputs] = tableGet(state.calls, input.call_id) ?? [0, 0];
    if (calls === 0 || outputs > 0) {
      const message = calls === 0 ? 'names no function call of the conversation.' : 'names a call that has an output.';
      return { code: 'invalid_value', param: `${path}.call_id`, message: `'${path}.call_id' ${message}` };
    }
  }
  if (input.type === 'mcp_approval_response' && !pendingApproval(state.mcp, input.approval_request_id)) {
    const message = `'${path}.approval_request_id' names no pending approval request.`;
    return { code: 'invalid_value', param: `${path}.approval_request_id`, message };
  }
  if (previous_item_id === null || previous_item_id === 'root') return undefined;
  if (getItem(state.items, previous_item_id) || tableGet(state.deferred_ids, previous_item_id)) return undefined;
  const message = `Error adding item: the previous item with id '${printableId(previous_item_id)}' does not exist.`;
  return { code: 'item_create_invalid_previous_item_id', param: 'previous_item_id', message };
}

/** A client's item in its stored form. */
export interface StoredNewItem {
  id: string;
  /** As acknowledged: with current names, completed, without audio bytes [CV12, CV13]. */
  item: RealtimeConversationItem;
  /** Bytes of audio by content index, `null` without any. */
  audio: number[] | null;
  /** Base64 audio by content index. */
  base64: (string | null)[];
}

/** Gives a validated item its id and its stored form. `audioBefore`: number of audio parts before it in the event. */
export function toStoredForm(draft: Draft, input: InputItem, audioBefore = 0): StoredNewItem {
  // The server sets `object` and `status`, whatever the client sent.
  const { id: chosen, object: _, type, status: __, ...rest } = input as InputMessageItem;
  const silent = (item: object) => ({ id, item: item as RealtimeConversationItem, audio: null, base64: [] });
  const id = chosen ?? draft.mintItem(input.type === 'mcp_approval_response' ? 'mcpa' : 'item');
  if (input.type === 'mcp_approval_response') return silent({ id, type, ...rest });
  const head = { id, object: 'realtime.item', type, status: 'completed' };
  if (input.type === 'function_call') {
    return silent({ ...head, ...rest, call_id: input.call_id ?? draft.mintCall() });
  }
  if (input.type !== 'message') return silent({ ...head, ...rest });
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

/** Decoded length of strict base64, in bytes. */
export const base64Bytes = (text: string): number =>
  (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** A part with all its required keys, and without audio bytes (wire.md 5.1). */
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
