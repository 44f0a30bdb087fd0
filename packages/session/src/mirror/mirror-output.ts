// Applies response events to the items of a mirror: output items, parts, deltas and calls.
// Table of all events: `mirror-events.ts`.

import type { RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import {
  assignToResponse,
  createEntry,
  partIndex,
  placeProvisionally,
  putPart,
  recordIssue,
  requireString,
  responseOf,
  storeItem,
  type UncheckedEvent,
  updateItem,
} from './mirror-items.ts';
import { contentOf, type Entry, type MirrorState, type Part, partOf, type Stream } from './mirror-state.ts';
import { withoutTranscript } from './mirror-transcripts.ts';

export function applyOutputItem(state: MirrorState, event: UncheckedEvent, how: 'begun' | 'final') {
  const response = responseOf(state, event);
  const id = isObject(event.item) ? event.item.id : undefined;
  if (typeof id === 'string' && response?.outputs.has(id) && !state.entries.has(id)) {
    return recordIssue(state, 'late', event, 'an item that was deleted', id);
  }
  const entry = storeItem(state, event, event.item, how);
  if (!entry) return;
  assignToResponse(state, entry, response, event.output_index);
  if (!response) placeProvisionally(state, entry);
}

/** The item that a response event names; created if it was not introduced, `undefined` if it was deleted. */
function outputEntry(state: MirrorState, event: UncheckedEvent, placeholder: object): Entry | undefined {
  const id = requireString(state, event, 'item_id');
  if (id === undefined) return undefined;
  const known = state.entries.get(id);
  if (known?.response_id !== undefined && known.response_id === event.response_id) return known;
  const response = responseOf(state, event);
  if (!known && response?.outputs.has(id)) {
    recordIssue(state, 'late', event, 'an item that was deleted', id);
    return undefined;
  }
  if (!known) recordIssue(state, 'not_introduced', event, 'an item that was not introduced', id);
  const entry = known ?? createEntry(state, id, { id, ...placeholder } as RealtimeConversationItem);
  assignToResponse(state, entry, response, event.output_index);
  if (!response) placeProvisionally(state, entry);
  return entry;
}

const MESSAGE = { object: 'realtime.item', type: 'message', status: 'in_progress', role: 'assistant', content: [] };

/** The part of an assistant message that an event names. */
function outputPart(
  state: MirrorState,
  event: UncheckedEvent,
): { entry: Entry; index: number; part: Part } | undefined {
  const index = partIndex(state, event);
  const entry = index === undefined ? undefined : outputEntry(state, event, MESSAGE);
  if (!entry || index === undefined) return undefined;
  if (contentOf(entry.item)) return { entry, index, part: partOf(entry, index) };
  recordIssue(state, 'contradiction', event, 'a content part of an item that has none', entry.id);
  return undefined;
}

/** The part as known: in its item, or pending until the parts before it are known. */
const currentPart = ({ item }: Entry, index: number, part: Part) => contentOf(item)?.[index] ?? part.pending;

const PART_TYPES: Readonly<Record<string, string>> = { text: 'output_text', audio: 'output_audio' };

/** A part in the form used in items [MI4, RS19], without audio bytes. */
function toItemPart(value: Readonly<Record<string, unknown>>): RealtimeContentPart {
  const { audio: _, ...rest } = value;
  const type = typeof value.type === 'string' ? value.type : '';
  return { ...rest, type: Object.hasOwn(PART_TYPES, type) ? PART_TYPES[type] : value.type } as RealtimeContentPart;
}

export function addPart(state: MirrorState, event: UncheckedEvent) {
  const target = outputPart(state, event);
  if (!target) return;
  const { entry, index, part } = target;
  if (!isObject(event.part)) return recordIssue(state, 'malformed', event, 'part: expected an object', entry.id);
  if (entry.isDone || currentPart(entry, index, part)) return;
  putPart(state, entry, index, toItemPart(event.part));
}

export function completePart(state: MirrorState, event: UncheckedEvent) {
  const target = outputPart(state, event);
  if (!target) return;
  const { entry, index, part } = target;
  if (!isObject(event.part)) return recordIssue(state, 'malformed', event, 'part: expected an object', entry.id);
  for (const stream of ['text', 'transcript', 'audio'] as const) part.ended.add(stream);
  if (entry.isDone) return;
  const next = { ...currentPart(entry, index, part), ...toItemPart(event.part) } as RealtimeContentPart;
  putPart(state, entry, index, part.audio_end_ms === undefined ? next : withoutTranscript(next));
}

const PART_OF = { text: 'output_text', transcript: 'output_audio', audio: 'output_audio' } as const;

/** The part that a stream belongs to, created if needed; `undefined` if the part is of another kind. */
function streamPart(
  state: MirrorState,
  event: UncheckedEvent,
  entry: Entry,
  index: number,
  part: Part,
  stream: Stream,
) {
  const type = PART_OF[stream];
  const initial = type === 'output_text' ? { type, text: '' } : { type, transcript: '' };
  const current = currentPart(entry, index, part) ?? initial;
  if (current.type === type) return current as { type: typeof type; text?: string; transcript?: string };
  recordIssue(state, 'contradiction', event, `${stream} of a part of another kind`, entry.id);
  return undefined;
}

export function appendDelta(state: MirrorState, event: UncheckedEvent, stream: Stream) {
  const delta = requireString(state, event, 'delta');
  const target = delta === undefined ? undefined : outputPart(state, event);
  if (!target || delta === undefined) return;
  const { entry, index, part } = target;
  if (isClosed(state, entry) || part.ended.has(stream)) {
    return recordIssue(state, 'late', event, 'a delta of what is done', entry.id);
  }
  const current = streamPart(state, event, entry, index, part, stream);
  if (!current) return;
  state.changes.push({ type: 'delta', item_id: entry.id, content_index: index, kind: stream, delta });
  // Deltas after a truncation were not heard.
  if (part.audio_end_ms !== undefined) return;
  if (stream !== 'audio')
    putPart(state, entry, index, { ...current, [stream]: (current[stream] ?? '') + delta } as never);
  else if (!currentPart(entry, index, part)) putPart(state, entry, index, current as RealtimeContentPart);
  if (stream === 'audio' && state.keepsAudio) part.audio.push(delta);
}

function isClosed({ responses }: MirrorState, { isDone, response_id }: Entry): boolean {
  return isDone || responses.get(response_id ?? '')?.isDone === true;
}

export function endStream(state: MirrorState, event: UncheckedEvent, stream: Stream): void {
  const target = outputPart(state, event);
  if (!target) return;
  const { entry, index, part } = target;
  part.ended.add(stream);
  if (stream === 'audio' || entry.isDone || part.audio_end_ms !== undefined) return;
  const whole = requireString(state, event, stream);
  const current = whole === undefined ? undefined : streamPart(state, event, entry, index, part, stream);
  if (current && whole !== current[stream]) putPart(state, entry, index, { ...current, [stream]: whole } as never);
}

// ---- Calls ----

type Call = RealtimeConversationItem & { arguments?: string; name?: string };

/** The call that arguments belong to, if it is still open. */
function openCall(state: MirrorState, event: UncheckedEvent): Entry | undefined {
  const placeholder = event.type.startsWith('response.mcp_call')
    ? {
        type: 'mcp_call',
        server_label: '',
        name: '',
        arguments: '',
        approval_request_id: null,
        output: null,
        error: null,
      }
    : { ...CALL, call_id: event.call_id };
  const entry = outputEntry(state, event, placeholder);
  if (!entry) return undefined;
  const isDelta = event.type.endsWith('delta');
  if (isDelta && (isClosed(state, entry) || entry.arguments === 'whole')) {
    recordIssue(state, 'late', event, 'arguments of a call that is done', entry.id);
    return undefined;
  }
  if (entry.isDone) return undefined;
  if (entry.item.type !== 'message' && entry.item.type !== 'function_call_output') return entry;
  recordIssue(state, 'contradiction', event, 'arguments of an item that is no call', entry.id);
  return undefined;
}

const CALL = { object: 'realtime.item', type: 'function_call', status: 'in_progress', name: '', arguments: '' };

export function appendArguments(state: MirrorState, event: UncheckedEvent): void {
  const delta = requireString(state, event, 'delta');
  const entry = delta === undefined ? undefined : openCall(state, event);
  if (!entry || delta === undefined) return;
  const item = entry.item as Call;
  entry.arguments = 'some';
  state.changes.push({ type: 'arguments', item_id: entry.id, delta });
  updateItem(state, entry, { ...item, arguments: (item.arguments ?? '') + delta } as Call);
}

export function completeArguments(state: MirrorState, event: UncheckedEvent): void {
  const whole = requireString(state, event, 'arguments');
  const entry = whole === undefined ? undefined : openCall(state, event);
  if (!entry || whole === undefined) return;
  const item = entry.item as Call;
  entry.arguments = 'whole';
  const name = item.name || (typeof event.name === 'string' ? event.name : '');
  if (item.arguments !== whole || item.name !== name)
    updateItem(state, entry, { ...item, name, arguments: whole } as Call);
}
