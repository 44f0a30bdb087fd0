// What events of a response change in a mirror's items: output items, parts, streams of words and audio, calls.
// The table of all events is `mirror-events.ts`.

import type { RealtimeContentPart, RealtimeConversationItem } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import {
  assign,
  change,
  type Frame,
  guess,
  introduce,
  note,
  partIndex,
  putPart,
  receive,
  responseOf,
  text,
} from './mirror-items.ts';
import { contentOf, type Entry, type MirrorState, type Part, partOf, type Stream } from './mirror-state.ts';
import { withoutTranscript } from './mirror-transcripts.ts';

export function outputItem(state: MirrorState, frame: Frame, how: 'begun' | 'final') {
  const response = responseOf(state, frame);
  const id = isObject(frame.item) ? frame.item.id : undefined;
  if (typeof id === 'string' && response?.outputs.has(id) && !state.entries.has(id)) {
    return note(state, 'late', frame, 'an item that was deleted', id);
  }
  const entry = receive(state, frame, frame.item, how);
  if (!entry) return;
  assign(state, entry, response, frame.output_index);
  if (!response) guess(state, entry);
}

/** The item an event of a response speaks of, kept from now on if it was not introduced; `undefined` if it was deleted. */
function outputEntry(state: MirrorState, frame: Frame, placeholder: object): Entry | undefined {
  const id = text(state, frame, 'item_id');
  if (id === undefined) return undefined;
  const known = state.entries.get(id);
  if (known?.response_id !== undefined && known.response_id === frame.response_id) return known;
  const response = responseOf(state, frame);
  if (!known && response?.outputs.has(id)) {
    note(state, 'late', frame, 'an item that was deleted', id);
    return undefined;
  }
  if (!known) note(state, 'not_introduced', frame, 'an item that was not introduced', id);
  const entry = known ?? introduce(state, id, { id, ...placeholder } as RealtimeConversationItem);
  assign(state, entry, response, frame.output_index);
  if (!response) guess(state, entry);
  return entry;
}

const MESSAGE = { object: 'realtime.item', type: 'message', status: 'in_progress', role: 'assistant', content: [] };

/** A part of an assistant's message as an event names it. */
function outputPart(state: MirrorState, frame: Frame): { entry: Entry; index: number; part: Part } | undefined {
  const index = partIndex(state, frame);
  const entry = index === undefined ? undefined : outputEntry(state, frame, MESSAGE);
  if (!entry || index === undefined) return undefined;
  if (contentOf(entry.item)) return { entry, index, part: partOf(entry, index) };
  note(state, 'contradiction', frame, 'a content part of an item that has none', entry.id);
  return undefined;
}

/** The part as known so far: in its item, or waiting for the parts before it. */
const currentPart = ({ item }: Entry, index: number, part: Part) => contentOf(item)?.[index] ?? part.ahead;

const PART_TYPES: Readonly<Record<string, string>> = { text: 'output_text', audio: 'output_audio' };

/** A part as items name it [MI4, RS19], without audio bytes. */
function itemPart(given: Readonly<Record<string, unknown>>): RealtimeContentPart {
  const { audio: _, ...rest } = given;
  const type = typeof given.type === 'string' ? given.type : '';
  return { ...rest, type: Object.hasOwn(PART_TYPES, type) ? PART_TYPES[type] : given.type } as RealtimeContentPart;
}

export function partAdded(state: MirrorState, frame: Frame) {
  const found = outputPart(state, frame);
  if (!found) return;
  const { entry, index, part } = found;
  if (!isObject(frame.part)) return note(state, 'malformed', frame, 'part: expected an object', entry.id);
  if (entry.isDone || currentPart(entry, index, part)) return;
  putPart(state, entry, index, itemPart(frame.part));
}

export function partDone(state: MirrorState, frame: Frame) {
  const found = outputPart(state, frame);
  if (!found) return;
  const { entry, index, part } = found;
  if (!isObject(frame.part)) return note(state, 'malformed', frame, 'part: expected an object', entry.id);
  for (const stream of ['text', 'transcript', 'audio'] as const) part.ended.add(stream);
  if (entry.isDone) return;
  const given = { ...currentPart(entry, index, part), ...itemPart(frame.part) } as RealtimeContentPart;
  putPart(state, entry, index, part.audio_end_ms === undefined ? given : withoutTranscript(given));
}

const PART_OF = { text: 'output_text', transcript: 'output_audio', audio: 'output_audio' } as const;

/** The part a stream belongs to, begun if need be; `undefined` when the part is of another kind. */
function streamPart(state: MirrorState, frame: Frame, entry: Entry, index: number, part: Part, stream: Stream) {
  const type = PART_OF[stream];
  const begun = type === 'output_text' ? { type, text: '' } : { type, transcript: '' };
  const current = currentPart(entry, index, part) ?? begun;
  if (current.type === type) return current as { type: typeof type; text?: string; transcript?: string };
  note(state, 'contradiction', frame, `${stream} of a part of another kind`, entry.id);
  return undefined;
}

export function streamed(state: MirrorState, frame: Frame, stream: Stream) {
  const delta = text(state, frame, 'delta');
  const found = delta === undefined ? undefined : outputPart(state, frame);
  if (!found || delta === undefined) return;
  const { entry, index, part } = found;
  if (isOver(state, entry) || part.ended.has(stream)) {
    return note(state, 'late', frame, 'a delta of what is done', entry.id);
  }
  const current = streamPart(state, frame, entry, index, part, stream);
  if (!current) return;
  state.changes.push({ type: 'delta', item_id: entry.id, content_index: index, kind: stream, delta });
  // What follows a truncation was not heard.
  if (part.audio_end_ms !== undefined) return;
  if (stream !== 'audio')
    putPart(state, entry, index, { ...current, [stream]: (current[stream] ?? '') + delta } as never);
  else if (!currentPart(entry, index, part)) putPart(state, entry, index, current as RealtimeContentPart);
  if (stream === 'audio' && state.keepsAudio) part.audio.push(delta);
}

function isOver({ responses }: MirrorState, { isDone, response_id }: Entry): boolean {
  return isDone || responses.get(response_id ?? '')?.isDone === true;
}

export function streamEnded(state: MirrorState, frame: Frame, stream: Stream): void {
  const found = outputPart(state, frame);
  if (!found) return;
  const { entry, index, part } = found;
  part.ended.add(stream);
  if (stream === 'audio' || entry.isDone || part.audio_end_ms !== undefined) return;
  const whole = text(state, frame, stream);
  const current = whole === undefined ? undefined : streamPart(state, frame, entry, index, part, stream);
  if (current && whole !== current[stream]) putPart(state, entry, index, { ...current, [stream]: whole } as never);
}

// ---- Calls ----

type Call = RealtimeConversationItem & { arguments?: string; name?: string };

/** The call whose arguments an event brings, while they are still open. */
function openCall(state: MirrorState, frame: Frame): Entry | undefined {
  const placeholder = frame.type.startsWith('response.mcp_call')
    ? {
        type: 'mcp_call',
        server_label: '',
        name: '',
        arguments: '',
        approval_request_id: null,
        output: null,
        error: null,
      }
    : { ...CALL, call_id: frame.call_id };
  const entry = outputEntry(state, frame, placeholder);
  if (!entry) return undefined;
  const isDelta = frame.type.endsWith('delta');
  if (isDelta && (isOver(state, entry) || entry.arguments === 'whole')) {
    note(state, 'late', frame, 'arguments of a call that is done', entry.id);
    return undefined;
  }
  if (entry.isDone) return undefined;
  if (entry.item.type !== 'message' && entry.item.type !== 'function_call_output') return entry;
  note(state, 'contradiction', frame, 'arguments of an item that is no call', entry.id);
  return undefined;
}

const CALL = { object: 'realtime.item', type: 'function_call', status: 'in_progress', name: '', arguments: '' };

export function argumentsAdded(state: MirrorState, frame: Frame): void {
  const delta = text(state, frame, 'delta');
  const entry = delta === undefined ? undefined : openCall(state, frame);
  if (!entry || delta === undefined) return;
  const item = entry.item as Call;
  entry.arguments = 'some';
  state.changes.push({ type: 'arguments', item_id: entry.id, delta });
  change(state, entry, { ...item, arguments: (item.arguments ?? '') + delta } as Call);
}

export function argumentsDone(state: MirrorState, frame: Frame): void {
  const whole = text(state, frame, 'arguments');
  const entry = whole === undefined ? undefined : openCall(state, frame);
  if (!entry || whole === undefined) return;
  const item = entry.item as Call;
  entry.arguments = 'whole';
  const name = item.name || (typeof frame.name === 'string' ? frame.name : '');
  if (item.arguments !== whole || item.name !== name) change(state, entry, { ...item, name, arguments: whole } as Call);
}
