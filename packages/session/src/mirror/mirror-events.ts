// Applies server events to the state of a mirror. The table maps each event type to its handler; the compiler keeps it
// complete.

import {
  BYTES_PER_MS,
  msToBytes,
  type RealtimeAudioFormat,
  type RealtimeResponse,
  type ServerEventType,
  type SessionObject,
} from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { cutAudio } from './mirror-audio.ts';
import {
  assignToResponse,
  partIndex,
  placeAnnounced,
  placeProvisionally,
  putPart,
  recordIssue,
  removeItem,
  requireString,
  storeItem,
  storeResponse,
  type UncheckedEvent,
} from './mirror-items.ts';
import {
  addPart,
  appendArguments,
  appendDelta,
  applyOutputItem,
  completeArguments,
  completePart,
  endStream,
} from './mirror-output.ts';
import { applyPlayback } from './mirror-playback.ts';
import {
  appendBounded,
  contentOf,
  type Entry,
  MAX_REMEMBERED,
  type MirrorState,
  type MirrorTranscription,
  partOf,
} from './mirror-state.ts';
import { withoutTranscript } from './mirror-transcripts.ts';

type Handler = (state: MirrorState, event: UncheckedEvent) => void;

/** `null`: the event does not change the conversation. */
const HANDLERS: { readonly [T in ServerEventType]: Handler | null } = {
  error: null,
  'session.created': applySession,
  'session.updated': applySession,
  'conversation.created': null,
  'conversation.item.created': applyItemAdded,
  'conversation.item.added': applyItemAdded,
  'conversation.item.done': applyItemDone,
  'conversation.item.retrieved': applyItemRetrieved,
  'conversation.item.truncated': applyTruncation,
  'conversation.item.deleted': applyItemDeleted,
  'conversation.item.input_audio_transcription.delta': applyTranscription,
  'conversation.item.input_audio_transcription.segment': applyTranscription,
  'conversation.item.input_audio_transcription.completed': applyTranscription,
  'conversation.item.input_audio_transcription.failed': applyTranscription,
  'input_audio_buffer.committed': null,
  'input_audio_buffer.cleared': null,
  'input_audio_buffer.speech_started': null,
  'input_audio_buffer.speech_stopped': null,
  'input_audio_buffer.timeout_triggered': null,
  'input_audio_buffer.dtmf_event_received': null,
  'rate_limits.updated': null,
  'response.created': applyResponseCreated,
  'response.done': applyResponseDone,
  'response.output_item.added': (state, event) => applyOutputItem(state, event, 'begun'),
  'response.output_item.done': (state, event) => applyOutputItem(state, event, 'final'),
  'response.content_part.added': addPart,
  'response.content_part.done': completePart,
  'response.output_text.delta': (state, event) => appendDelta(state, event, 'text'),
  'response.output_text.done': (state, event) => endStream(state, event, 'text'),
  'response.output_audio.delta': (state, event) => appendDelta(state, event, 'audio'),
  'response.output_audio.done': (state, event) => endStream(state, event, 'audio'),
  'response.output_audio_transcript.delta': (state, event) => appendDelta(state, event, 'transcript'),
  'response.output_audio_transcript.done': (state, event) => endStream(state, event, 'transcript'),
  'response.function_call_arguments.delta': appendArguments,
  'response.function_call_arguments.done': completeArguments,
  'response.mcp_call_arguments.delta': appendArguments,
  'response.mcp_call_arguments.done': completeArguments,
  'response.mcp_call.in_progress': applyStage,
  'response.mcp_call.completed': applyStage,
  'response.mcp_call.failed': applyStage,
  'mcp_list_tools.in_progress': applyStage,
  'mcp_list_tools.completed': applyStage,
  'mcp_list_tools.failed': applyStage,
  'output_audio_buffer.started': applyPlayback,
  'output_audio_buffer.stopped': applyPlayback,
  'output_audio_buffer.cleared': applyPlayback,
};

/** Applies one event, or any other value. Deterministic. Never throws. */
export function advance(state: MirrorState, value: unknown) {
  try {
    if (!isObject(value) || typeof value.type !== 'string') {
      return recordIssue(state, 'not_an_event', null, 'expected an object with a type');
    }
    const event = value as UncheckedEvent;
    if (Object.hasOwn(HANDLERS, event.type)) return HANDLERS[event.type as ServerEventType]?.(state, event);
    appendBounded(state.unknown, event);
    recordIssue(state, 'unknown_event', event, 'an event of an unknown type');
  } catch {
    // Reached only for an object that JSON cannot produce (a throwing getter or proxy); its error may hold anything.
    recordIssue(state, 'malformed', null, 'an event that cannot be read');
  }
}

function applySession(state: MirrorState, event: UncheckedEvent) {
  if (!isObject(event.session)) return recordIssue(state, 'malformed', event, 'session: expected an object');
  state.session = event.session as unknown as SessionObject;
  state.changes.push({ type: 'session.changed', session: state.session });
}

// ---- conversation.item.* ----

function applyItemAdded(state: MirrorState, event: UncheckedEvent) {
  const entry = storeItem(state, event, event.item, 'begun');
  if (!entry) return;
  if (entry.isAdded) return recordIssue(state, 'duplicate', event, 'an item that was added before', entry.id);
  entry.isAdded = true;
  placeAnnounced(state, event, entry, previousOf(state, event));
}

/**
 * Does not move an item that was added: the live service sends `null` here for items that are not first [OR12, MI3].
 */
function applyItemDone(state: MirrorState, event: UncheckedEvent) {
  const entry = storeItem(state, event, event.item, 'final');
  if (!entry) return;
  const previous = previousOf(state, event);
  if (typeof previous === 'string') return placeAnnounced(state, event, entry, previous);
  entry.isAnnounced = true;
  placeProvisionally(state, entry);
}

function applyItemRetrieved(state: MirrorState, event: UncheckedEvent): void {
  const entry = storeItem(state, event, event.item, 'whole');
  if (!entry) return;
  entry.isAnnounced = true;
  placeProvisionally(state, entry);
}

/**
 * `null` means first; `undefined`, from servers that omit the field, means last [CV7]. One server sends `root` for
 * first.
 */
function previousOf(state: MirrorState, event: UncheckedEvent): string | null | undefined {
  const { previous_item_id: previous } = event;
  if (previous === null || previous === 'root') return null;
  if (typeof previous === 'string') return previous === '' ? undefined : previous;
  if (previous !== undefined) recordIssue(state, 'malformed', event, 'previous_item_id: expected a string or null');
  return undefined;
}

function applyTruncation(state: MirrorState, event: UncheckedEvent) {
  const entry = knownEntry(state, event);
  const index = partIndex(state, event);
  const { audio_end_ms } = event;
  if (!entry || index === undefined) return;
  if (typeof audio_end_ms !== 'number' || !(audio_end_ms >= 0)) {
    return recordIssue(state, 'malformed', event, 'audio_end_ms: expected a number from 0', entry.id);
  }
  const part = contentOf(entry.item)?.[index];
  if (part?.type !== 'output_audio')
    return recordIssue(state, 'contradiction', event, 'no audio to truncate', entry.id);
  const known = partOf(entry, index);
  known.audio_end_ms = audio_end_ms;
  known.audio = cutAudio(known.audio, msToBytes(audio_end_ms, outputFormat(state, entry)));
  putPart(state, entry, index, withoutTranscript(part));
  state.changes.push({ type: 'item.truncated', item_id: entry.id, content_index: index, audio_end_ms });
}

function outputFormat({ responses, session }: MirrorState, { response_id }: Entry): RealtimeAudioFormat {
  const stated = [responses.get(response_id ?? '')?.response, session as RealtimeResponse | undefined];
  const format = stated.map((each) => each?.audio?.output?.format).find((each) => each !== undefined);
  return Object.hasOwn(BYTES_PER_MS, format?.type ?? '') ? (format as RealtimeAudioFormat) : { type: 'audio/pcm' };
}

function applyItemDeleted(state: MirrorState, event: UncheckedEvent): void {
  const entry = knownEntry(state, event);
  if (!entry) return;
  state.entries.delete(entry.id);
  state.transcriptions.delete(entry.id);
  removeItem(state, entry.id);
}

function knownEntry(state: MirrorState, event: UncheckedEvent): Entry | undefined {
  const id = requireString(state, event, 'item_id');
  const entry = id === undefined ? undefined : state.entries.get(id);
  if (id !== undefined && !entry) recordIssue(state, 'not_introduced', event, 'an item that was not introduced', id);
  return entry;
}

// ---- conversation.item.input_audio_transcription.* ----

const EMPTY_TRANSCRIPTION: MirrorTranscription = { status: 'in_progress', text: '', segments: [] };

/** Stored even if the item is not known yet [MI5]; changes only the part it names [MI7]. */
function applyTranscription(state: MirrorState, event: UncheckedEvent) {
  const id = requireString(state, event, 'item_id');
  const index = partIndex(state, event);
  if (id === undefined || index === undefined) return;
  const known = state.transcriptions.get(id) ?? new Map<number, MirrorTranscription>();
  if (!state.entries.has(id) && known.size === 0 && state.transcriptions.size >= state.entries.size + MAX_REMEMBERED) {
    return recordIssue(state, 'contradiction', event, 'too many transcriptions of items that never came', id);
  }
  const transcription = nextTranscription(state, event, known.get(index) ?? EMPTY_TRANSCRIPTION);
  if (!transcription) return;
  state.transcriptions.set(id, known.set(index, transcription));
  state.changes.push({ type: 'transcription.changed', item_id: id, content_index: index, transcription });
  const entry = state.entries.get(id);
  if (!entry || transcription.status !== 'completed') return;
  const part = contentOf(entry.item)?.[index];
  if (part?.type === 'input_audio') return putPart(state, entry, index, { ...part, transcript: transcription.text });
  if (part || entry.isDone)
    recordIssue(state, 'contradiction', event, 'a transcript of what is not audio of the user', id);
}

function nextTranscription(state: MirrorState, event: UncheckedEvent, known: MirrorTranscription) {
  switch (event.type.slice(event.type.lastIndexOf('.') + 1)) {
    case 'delta': {
      const delta = event.delta === undefined ? '' : requireString(state, event, 'delta');
      if (delta === undefined) return undefined;
      if (known.status !== 'in_progress')
        return recordIssue(state, 'late', event, 'a delta of a transcript that is done');
      const item_id = event.item_id as string;
      const content_index = (event.content_index ?? 0) as number;
      state.changes.push({ type: 'delta', item_id, content_index, kind: 'transcription', delta });
      return { ...known, text: known.text + delta };
    }
    case 'segment': {
      const segment = event as unknown as MirrorTranscription['segments'][number];
      const { id, text: requireString, speaker, start, end } = segment;
      return { ...known, segments: [...known.segments, { id, text: requireString, speaker, start, end }] };
    }
    case 'completed': {
      const transcript = requireString(state, event, 'transcript');
      return transcript === undefined ? undefined : { ...known, status: 'completed' as const, text: transcript };
    }
    default: {
      const error = isObject(event.error) ? (event.error as NonNullable<MirrorTranscription['error']>) : null;
      return { ...known, status: 'failed' as const, error };
    }
  }
}

// ---- response.* ----

function applyResponseCreated(state: MirrorState, event: UncheckedEvent) {
  const { response } = event;
  if (!isObject(response)) return recordIssue(state, 'malformed', event, 'response: expected an object');
  if (typeof response.id !== 'string') return recordIssue(state, 'malformed', event, 'response.id: expected a string');
  if (state.responses.get(response.id)?.isDone) return recordIssue(state, 'late', event, 'a response that is done');
  storeResponse(state, response.id, response as RealtimeResponse);
}

/** Contains every item of the response; completes the items whose own `done` was lost. */
function applyResponseDone(state: MirrorState, event: UncheckedEvent) {
  const { response: value } = event;
  if (!isObject(value)) return recordIssue(state, 'malformed', event, 'response: expected an object');
  const response = value as RealtimeResponse;
  const output: readonly unknown[] = Array.isArray(response.output) ? response.output : [];
  if (typeof response.id !== 'string') recordIssue(state, 'malformed', event, 'response.id: expected a string');
  const isKnown = state.responses.has(response.id ?? '');
  const record = typeof response.id === 'string' ? storeResponse(state, response.id, response) : undefined;
  if (record && !isKnown) recordIssue(state, 'not_introduced', event, 'a response that was not introduced');
  if (record?.isDone) recordIssue(state, 'duplicate', event, 'a response that is done');
  for (const [index, item] of output.entries()) {
    const id = isObject(item) ? item.id : undefined;
    // A missing item of this response was deleted and stays deleted; an item that is done does not change.
    if (typeof id === 'string' && (record?.outputs.has(id) || state.entries.has(id))) {
      const known = state.entries.get(id);
      if (!known || known.isDone) continue;
    }
    const entry = storeItem(state, event, item, 'final');
    if (entry) assignToResponse(state, entry, record, index);
    if (entry && !record) placeProvisionally(state, entry);
  }
  if (record) record.isDone = true;
}

// ---- MCP ----

function applyStage(state: MirrorState, event: UncheckedEvent): void {
  const entry = knownEntry(state, event);
  if (!entry) return;
  entry.stage = event.type.slice(event.type.lastIndexOf('.') + 1) as NonNullable<Entry['stage']>;
  state.changes.push({ type: 'item.changed', item_id: entry.id, item: entry.item });
}
