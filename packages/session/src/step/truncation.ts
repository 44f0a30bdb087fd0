// `conversation.item.truncate`, and the truncation by the server in a call: cuts an assistant's audio to what the user
// heard and deletes its transcript.
//
// Truncation of the context: `context.ts`.

import {
  bytesToMs,
  type ConversationItemTruncateEvent,
  msToBytes,
  type OutputAudioPart,
  type RealtimeAudioFormat,
} from '@colloquy/protocol';
import { isAssistantAudio, itemById, sizeOf } from './conversation.ts';
import { type Draft, printableId } from './draft.ts';
import { getItem, replaceItem } from './item-table.ts';
import type { OutputMessage, ResponseState, SessionState } from './state.ts';
import { itemTokens } from './usage.ts';

/**
 * `conversation.item.truncate`. Answered by `truncated` only.
 *
 * `audio_end_ms` counts from the start of the part's audio, inclusive; 0 leaves none. The part's transcript is deleted,
 * not trimmed: text the user never heard must not stay in the context. While the item is in progress, the limit is the
 * audio sent so far; later audio is sent but not stored. Does not stop the response; use `response.cancel`.
 *
 * Refuses with `item_truncate_invalid_item_id` if there is no such item, without a code if it is not an assistant
 * message with audio, and with `invalid_value` if `content_index` names no audio part or `audio_end_ms` is past its
 * end.
 *
 * @see SPEC.md TR1 to TR13
 */
export function truncateItem(draft: Draft, event: ConversationItemTruncateEvent): void {
  const { state } = draft;
  const { item_id, content_index, audio_end_ms } = event;
  const item = itemById(state, item_id);
  if (!item) {
    const message = `Error truncating item: the item with id '${printableId(item_id)}' does not exist.`;
    return draft.refuse('item_truncate_invalid_item_id', null, message);
  }
  if (item.type !== 'message' || !item.content.some((part) => part.type === 'output_audio')) {
    return draft.refuse(null, null, 'Only model output audio messages can be truncated');
  }
  if (item.content[content_index]?.type !== 'output_audio') {
    return draft.refuse('invalid_value', 'content_index', "'content_index' names no audio part of the item.");
  }
  const part = audioPart(state, item_id, content_index);
  const ms = bytesToMs(part.bytes, part.format);
  if (audio_end_ms > ms) {
    const message = `Audio content of ${Math.floor(ms)}ms is already shorter than ${audio_end_ms}ms`;
    return draft.refuse('invalid_value', null, message);
  }
  truncatePart(draft, part, audio_end_ms);
}

/**
 * Truncates a part at the whole milliseconds that were played of it [WR11]. Does nothing if the item is not in the
 * conversation, or has no more audio than that.
 */
export function truncateToPlayed(
  draft: Draft,
  { item_id, content_index, played_bytes }: { item_id: string; content_index: number; played_bytes: number },
): void {
  if (!getItem(draft.state.items, item_id)) return;
  const part = audioPart(draft.state, item_id, content_index);
  if (played_bytes < part.bytes) truncatePart(draft, part, Math.floor(bytesToMs(played_bytes, part.format)));
}

/** An audio part of an assistant message in the conversation. */
interface AudioPart {
  readonly item_id: string;
  readonly content_index: number;
  readonly format: RealtimeAudioFormat;
  /** Bytes of its audio, so far or up to its truncation. */
  readonly bytes: number;
  /** The response that is producing it, and its item there. */
  readonly response: ResponseState | undefined;
  readonly outItem: OutputMessage | undefined;
}

function audioPart(state: SessionState, item_id: string, content_index: number): AudioPart {
  const node = getItem(state.items, item_id)!;
  const response = state.responses.find((candidate) => candidate.id === node.response_id);
  const outItem = response?.output.find((candidate): candidate is OutputMessage => candidate.id === item_id);
  const format = response?.config.audio.output.format ?? node.format ?? state.config.audio.output.format;
  const bytes = outItem?.part ? (outItem.part.cut ?? outItem.part.audio_bytes) : (node.audio?.[content_index] ?? 0);
  return { item_id, content_index, format, bytes, response, outItem };
}

function truncatePart(draft: Draft, part: AudioPart, audio_end_ms: number): void {
  const { item_id, content_index, format, response, outItem } = part;
  const bytes = msToBytes(audio_end_ms, format);
  if (response && outItem) cutOutput(draft, response, outItem, bytes);
  else cutStored(draft, item_id, content_index, bytes, format);
  draft.do({ do: 'cut_audio', item_id, content_index, bytes });
  draft.send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
}

/** The item keeps growing on the wire; `cut` is the number of bytes that stay stored [TR10]. */
function cutOutput(draft: Draft, response: ResponseState, outItem: OutputMessage, cut: number): void {
  const output = response.output.map((other) =>
    other.id === outItem.id ? { ...outItem, part: outItem.part && { ...outItem.part, cut } } : other,
  );
  draft.update({ ...response, output });
}

function cutStored(draft: Draft, id: string, index: number, bytes: number, format: RealtimeAudioFormat): void {
  const { state } = draft;
  const node = getItem(state.items, id)!;
  if (node.item.type !== 'message') return;
  const part = node.item.content[index] as OutputAudioPart;
  const item = { ...node.item, content: node.item.content.with(index, { ...part, transcript: null }) };
  const audio = node.audio?.with(index, bytes) ?? null;
  const wasSpoken = isAssistantAudio(node);
  const size = sizeOf(item, audio);
  state.items = replaceItem(state.items, id, { item, audio, tokens: itemTokens(item, audio, format), size });
  if (wasSpoken && !isAssistantAudio({ item, audio })) state.spoken_items -= 1;
}
