// What each server event changes in a mirror: the fold. The table says which events matter; the compiler keeps it complete.

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
  announce,
  assign,
  type Frame,
  guess,
  note,
  partIndex,
  putPart,
  receive,
  remove,
  stateResponse,
  text,
} from './mirror-items.ts';
import {
  argumentsAdded,
  argumentsDone,
  outputItem,
  partAdded,
  partDone,
  streamEnded,
  streamed,
} from './mirror-output.ts';
import {
  contentOf,
  type Entry,
  type MirrorState,
  type MirrorTranscription,
  partOf,
  REMEMBERED,
  remember,
} from './mirror-state.ts';
import { withoutTranscript } from './mirror-transcripts.ts';

type On = (state: MirrorState, frame: Frame) => void;

/** `null`: nothing of the conversation changes. */
const ON: { readonly [T in ServerEventType]: On | null } = {
  error: null,
  'session.created': sessionStated,
  'session.updated': sessionStated,
  'conversation.created': null,
  'conversation.item.created': itemAdded,
  'conversation.item.added': itemAdded,
  'conversation.item.done': itemDone,
  'conversation.item.retrieved': itemRetrieved,
  'conversation.item.truncated': itemTruncated,
  'conversation.item.deleted': itemDeleted,
  'conversation.item.input_audio_transcription.delta': transcribed,
  'conversation.item.input_audio_transcription.segment': transcribed,
  'conversation.item.input_audio_transcription.completed': transcribed,
  'conversation.item.input_audio_transcription.failed': transcribed,
  'input_audio_buffer.committed': null,
  'input_audio_buffer.cleared': null,
  'input_audio_buffer.speech_started': null,
  'input_audio_buffer.speech_stopped': null,
  'input_audio_buffer.timeout_triggered': null,
  'input_audio_buffer.dtmf_event_received': null,
  'rate_limits.updated': null,
  'response.created': responseCreated,
  'response.done': responseDone,
  'response.output_item.added': (state, frame) => outputItem(state, frame, 'begun'),
  'response.output_item.done': (state, frame) => outputItem(state, frame, 'final'),
  'response.content_part.added': partAdded,
  'response.content_part.done': partDone,
  'response.output_text.delta': (state, frame) => streamed(state, frame, 'text'),
  'response.output_text.done': (state, frame) => streamEnded(state, frame, 'text'),
  'response.output_audio.delta': (state, frame) => streamed(state, frame, 'audio'),
  'response.output_audio.done': (state, frame) => streamEnded(state, frame, 'audio'),
  'response.output_audio_transcript.delta': (state, frame) => streamed(state, frame, 'transcript'),
  'response.output_audio_transcript.done': (state, frame) => streamEnded(state, frame, 'transcript'),
  'response.function_call_arguments.delta': argumentsAdded,
  'response.function_call_arguments.done': argumentsDone,
  'response.mcp_call_arguments.delta': argumentsAdded,
  'response.mcp_call_arguments.done': argumentsDone,
  'response.mcp_call.in_progress': staged,
  'response.mcp_call.completed': staged,
  'response.mcp_call.failed': staged,
  'mcp_list_tools.in_progress': staged,
  'mcp_list_tools.completed': staged,
  'mcp_list_tools.failed': staged,
  'output_audio_buffer.started': null,
  'output_audio_buffer.stopped': null,
  'output_audio_buffer.cleared': null,
};

/** Advances a mirror by one event, whatever it is. The same events give the same state. Never throws. */
export function advance(state: MirrorState, given: unknown) {
  try {
    if (!isObject(given) || typeof given.type !== 'string') {
      return note(state, 'not_an_event', null, 'expected an object with a type');
    }
    const frame = given as Frame;
    if (Object.hasOwn(ON, frame.type)) return ON[frame.type as ServerEventType]?.(state, frame);
    remember(state.unknown, frame);
    note(state, 'unknown_event', frame, 'an event of an unknown type');
  } catch {
    // Only an object that no JSON text gives (a throwing getter or proxy) ends here; its error may hold anything.
    note(state, 'malformed', null, 'an event that cannot be read');
  }
}

function sessionStated(state: MirrorState, frame: Frame) {
  if (!isObject(frame.session)) return note(state, 'malformed', frame, 'session: expected an object');
  state.session = frame.session as unknown as SessionObject;
  state.changes.push({ type: 'session.changed', session: state.session });
}

// ---- conversation.item.* ----

function itemAdded(state: MirrorState, frame: Frame) {
  const entry = receive(state, frame, frame.item, 'begun');
  if (!entry) return;
  if (entry.isAdded) return note(state, 'duplicate', frame, 'an item that was added before', entry.id);
  entry.isAdded = true;
  announce(state, frame, entry, previousOf(state, frame));
}

/** Does not move an item that was added: the live service says `null` here for items that are not first [OR12, MI3]. */
function itemDone(state: MirrorState, frame: Frame) {
  const entry = receive(state, frame, frame.item, 'final');
  if (!entry) return;
  const previous = previousOf(state, frame);
  if (typeof previous === 'string') return announce(state, frame, entry, previous);
  entry.isAnnounced = true;
  guess(state, entry);
}

function itemRetrieved(state: MirrorState, frame: Frame): void {
  const entry = receive(state, frame, frame.item, 'whole');
  if (!entry) return;
  entry.isAnnounced = true;
  guess(state, entry);
}

/** `null` is first; `undefined`, from servers that leave it out, is last [CV7]. `root` is what one server echoes for first. */
function previousOf(state: MirrorState, frame: Frame): string | null | undefined {
  const { previous_item_id: previous } = frame;
  if (previous === null || previous === 'root') return null;
  if (typeof previous === 'string') return previous === '' ? undefined : previous;
  if (previous !== undefined) note(state, 'malformed', frame, 'previous_item_id: expected a string or null');
  return undefined;
}

function itemTruncated(state: MirrorState, frame: Frame) {
  const entry = knownEntry(state, frame);
  const index = partIndex(state, frame);
  const { audio_end_ms } = frame;
  if (!entry || index === undefined) return;
  if (typeof audio_end_ms !== 'number' || !(audio_end_ms >= 0)) {
    return note(state, 'malformed', frame, 'audio_end_ms: expected a number from 0', entry.id);
  }
  const part = contentOf(entry.item)?.[index];
  if (part?.type !== 'output_audio') return note(state, 'contradiction', frame, 'no audio to truncate', entry.id);
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

function itemDeleted(state: MirrorState, frame: Frame): void {
  const entry = knownEntry(state, frame);
  if (!entry) return;
  state.entries.delete(entry.id);
  state.transcriptions.delete(entry.id);
  remove(state, entry.id);
}

function knownEntry(state: MirrorState, frame: Frame): Entry | undefined {
  const id = text(state, frame, 'item_id');
  const entry = id === undefined ? undefined : state.entries.get(id);
  if (id !== undefined && !entry) note(state, 'not_introduced', frame, 'an item that was not introduced', id);
  return entry;
}

// ---- conversation.item.input_audio_transcription.* ----

const UNHEARD: MirrorTranscription = { status: 'in_progress', text: '', segments: [] };

/** Kept whether or not the item is there yet [MI5]; touches the one part it names [MI7]. */
function transcribed(state: MirrorState, frame: Frame) {
  const id = text(state, frame, 'item_id');
  const index = partIndex(state, frame);
  if (id === undefined || index === undefined) return;
  const known = state.transcriptions.get(id) ?? new Map<number, MirrorTranscription>();
  if (!state.entries.has(id) && known.size === 0 && state.transcriptions.size >= state.entries.size + REMEMBERED) {
    return note(state, 'contradiction', frame, 'too many transcriptions of items that never came', id);
  }
  const transcription = nextTranscription(state, frame, known.get(index) ?? UNHEARD);
  if (!transcription) return;
  state.transcriptions.set(id, known.set(index, transcription));
  state.changes.push({ type: 'transcription.changed', item_id: id, content_index: index, transcription });
  const entry = state.entries.get(id);
  if (!entry || transcription.status !== 'completed') return;
  const part = contentOf(entry.item)?.[index];
  if (part?.type === 'input_audio') return putPart(state, entry, index, { ...part, transcript: transcription.text });
  if (part || entry.isDone) note(state, 'contradiction', frame, 'a transcript of what is not audio of the user', id);
}

function nextTranscription(state: MirrorState, frame: Frame, known: MirrorTranscription) {
  switch (frame.type.slice(frame.type.lastIndexOf('.') + 1)) {
    case 'delta': {
      const delta = frame.delta === undefined ? '' : text(state, frame, 'delta');
      if (delta === undefined) return undefined;
      if (known.status !== 'in_progress') return note(state, 'late', frame, 'a delta of a transcript that is done');
      const item_id = frame.item_id as string;
      const content_index = (frame.content_index ?? 0) as number;
      state.changes.push({ type: 'delta', item_id, content_index, kind: 'transcription', delta });
      return { ...known, text: known.text + delta };
    }
    case 'segment': {
      const segment = frame as unknown as MirrorTranscription['segments'][number];
      const { id, text, speaker, start, end } = segment;
      return { ...known, segments: [...known.segments, { id, text, speaker, start, end }] };
    }
    case 'completed': {
      const transcript = text(state, frame, 'transcript');
      return transcript === undefined ? undefined : { ...known, status: 'completed' as const, text: transcript };
    }
    default: {
      const error = isObject(frame.error) ? (frame.error as NonNullable<MirrorTranscription['error']>) : null;
      return { ...known, status: 'failed' as const, error };
    }
  }
}

// ---- response.* ----

function responseCreated(state: MirrorState, frame: Frame) {
  const { response } = frame;
  if (!isObject(response)) return note(state, 'malformed', frame, 'response: expected an object');
  if (typeof response.id !== 'string') return note(state, 'malformed', frame, 'response.id: expected a string');
  if (state.responses.get(response.id)?.isDone) return note(state, 'late', frame, 'a response that is done');
  stateResponse(state, response.id, response as RealtimeResponse);
}

/** States every item of the response once more; those whose own `done` was lost end here. */
function responseDone(state: MirrorState, frame: Frame) {
  const { response: given } = frame;
  if (!isObject(given)) return note(state, 'malformed', frame, 'response: expected an object');
  const response = given as RealtimeResponse;
  const output: readonly unknown[] = Array.isArray(response.output) ? response.output : [];
  if (typeof response.id !== 'string') note(state, 'malformed', frame, 'response.id: expected a string');
  const isKnown = state.responses.has(response.id ?? '');
  const record = typeof response.id === 'string' ? stateResponse(state, response.id, response) : undefined;
  if (record && !isKnown) note(state, 'not_introduced', frame, 'a response that was not introduced');
  if (record?.isDone) note(state, 'duplicate', frame, 'a response that is done');
  for (const [index, item] of output.entries()) {
    const id = isObject(item) ? item.id : undefined;
    // An item of this response that is gone was deleted, and stays so; one that is done needs no second telling.
    if (typeof id === 'string' && (record?.outputs.has(id) || state.entries.has(id))) {
      const known = state.entries.get(id);
      if (!known || known.isDone) continue;
    }
    const entry = receive(state, frame, item, 'final');
    if (entry) assign(state, entry, record, index);
    if (entry && !record) guess(state, entry);
  }
  if (record) record.isDone = true;
}

// ---- MCP ----

function staged(state: MirrorState, frame: Frame): void {
  const entry = knownEntry(state, frame);
  if (!entry) return;
  entry.stage = frame.type.slice(frame.type.lastIndexOf('.') + 1) as NonNullable<Entry['stage']>;
  state.changes.push({ type: 'item.changed', item_id: entry.id, item: entry.item });
}
