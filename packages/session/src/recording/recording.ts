// Recordings: writes, redacts and reads a session as lines of JSON. Format: docs/recording-format.md. Replaying one:
// `replay.ts`.

import {
  CLIENT_EVENT_TYPES,
  type ClientEvent,
  type RedactionLevel,
  redact,
  SERVER_EVENT_TYPES,
  type Secrecy,
  type ServerEvent,
  type TranslationServerEvent,
} from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import { createSession, type SessionOptions } from '../step/create-session.ts';
import type { IdSeed } from '../step/ids.ts';
import type { Input } from '../step/input.ts';
import type { SessionState } from '../step/state.ts';
import type { TranslationInput } from '../translation/translation-state.ts';
import { checkHeader, checkLine } from './recording-shape.ts';

/** First line of a recording. */
export interface RecordingHeader {
  /** Format version. */
  recording: 1;
  /** The session's id. Never use it as a file name: a client may have chosen it. */
  session: string;
  /** Unix milliseconds. */
  started_at: number;
  /** Kinds of secrets that were redacted; each value reads `[REDACTED]`. */
  hidden: Secrecy[];
  /** Seed of the session's ids; `null` for another server's session, which can be mirrored but not replayed. */
  seed: IdSeed | null;
  /** The other options of `createSession`; `null` as above. */
  options: Omit<SessionOptions, 'seed' | 'started_at'> | null;
  /** Name of the engine, if the server knew it. */
  engine?: string;
}

/** An event as it was sent, or received from another server. Stored audio that the host filled in is omitted [CV29]. */
export interface SentFrame {
  /** Milliseconds since the session began. */
  at: number;
  from: 'server';
  event: ServerEvent;
}

/** The complete state after all lines before it, written while no response is active. */
export interface SnapshotLine {
  at: number;
  from: 'snapshot';
  /** Version of the state's format. */
  format: 1;
  state: SessionState;
}

/** A line after the header. */
export type RecordingLine = Input | SentFrame | SnapshotLine;

/** A line of a translation session: events in both directions, and frames that could not be decoded. */
export type TranslationLine =
  | Extract<TranslationInput, { from: 'client' | 'wire' }>
  | { at: number; from: 'server'; event: TranslationServerEvent };

/**
 * The header as text, without its line break. `level` is the redaction of the whole recording: `key` hides credentials
 * only, `media` also audio and images, `content` also text.
 */
export function recordingHeader(
  options: SessionOptions | { session: string; started_at: number },
  level: RedactionLevel = 'media',
  engine?: string,
): string {
  const isOurs = 'seed' in options;
  const { started_at } = options;
  const header: RecordingHeader = {
    recording: 1,
    session: isOurs ? createSession(options).id : options.session,
    started_at,
    hidden: [...HIDDEN[level]],
    seed: isOurs ? options.seed : null,
    options: isOurs ? optionsOf(options) : null,
    ...(engine === undefined ? {} : { engine }),
  };
  return toLine(redact(header, { level }));
}

/** The kinds of secrets that each level hides. */
export const HIDDEN: Readonly<Record<RedactionLevel, readonly Secrecy[]>> = {
  key: ['key'],
  media: ['key', 'media'],
  content: ['key', 'media', 'words'],
};

function optionsOf({ seed: _, started_at: __, ...options }: SessionOptions): RecordingHeader['options'] {
  return options;
}

/** The redaction level of a recording, from its header. */
export function redactionLevelOf({ hidden }: RecordingHeader): RedactionLevel {
  if (hidden.includes('words')) return 'content';
  return hidden.includes('media') ? 'media' : 'key';
}

/** One line as text, without its line break. Write it before sending the events it describes. */
export function recordingLine(line: RecordingLine | TranslationLine, level: RedactionLevel = 'media'): string {
  return toLine(redactLine(line, level));
}

/** Escapes the two separators that JSON leaves unescaped and that many line readers treat as a line break. */
export const toLine = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) => (separator === '\u2028' ? '\\u2028' : '\\u2029'));

/** A line without its secrets. Keeps the length of audio, so that it replays to the same events. */
export function redactLine<L extends RecordingLine | TranslationLine>(line: L, level: RedactionLevel): L {
  if (line.from === 'snapshot') return { ...line, state: redactState(line.state, level) };
  // The issue was sent to the client as an `error`, so it is redacted like one.
  if (line.from === 'wire') {
    const { error } = redact({ type: 'error', error: line.issue }, { level });
    return { ...redact({ ...line, issue: null }, { level: 'key' }), issue: error } as L;
  }
  if (line.from !== 'engine' && line.from !== 'speech' && line.from !== 'media') return redact(line, { level });
  // Events of engine, speech and media are not wire events: redact them as the wire event with the same content.
  const { event } = line;
  // `done` has only a reason, and elsewhere `reason` is text. An empty delta is no secret and must stay empty for the
  // session.
  if (event.type === 'done' || ('delta' in event && event.delta === '')) return redact(line, { level: 'key' });
  const wireType = Object.hasOwn(WIRE_TYPES, event.type) ? WIRE_TYPES[event.type] : event.type;
  const { type: _, ...fields } = redact({ ...event, type: wireType }, { level });
  return { ...redact({ ...line, event: null }, { level }), event: { type: event.type, ...fields } };
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
const WIRE_TYPES: Readonly<Record<string, string>> = {
  'text.delta': 'response.output_text.delta',
  'transcript.delta': 'response.output_audio_transcript.delta',
  'audio.delta': 'input_audio_buffer.append',
  audio: 'input_audio_buffer.append',
  'arguments.delta': 'response.function_call_arguments.delta',
  failed: 'error',
  'transcription.delta': `${TRANSCRIPTION}.delta`,
  'transcription.segment': `${TRANSCRIPTION}.segment`,
  'transcription.completed': `${TRANSCRIPTION}.completed`,
  'transcription.failed': `${TRANSCRIPTION}.failed`,
};

/** Redacts a state bucket by bucket, because redaction limits how much it reads at once and a state may hold more. */
function redactState(state: SessionState, level: RedactionLevel): SessionState {
  const { items } = state;
  const shelves = items.nodes.shelves.map((shelf) =>
    shelf === null ? null : shelf.map((bucket) => bucket && redact(bucket, { level })),
  );
  return { ...redact({ ...state, items: null }, { level }), items: { ...items, nodes: { ...items.nodes, shelves } } };
}

// ---- Reading ----

/** A parsed line. `line` counts from 1. */
export type RecordingEntry = { readonly line: number } & (
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'input'; readonly input: Input }
  | { readonly kind: 'frame'; readonly frame: SentFrame }
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotLine }
  /**
   * An event as other tools log it. `time`: milliseconds from the origin of the log's clock, if it has times; `socket`:
   * the connection, if the log distinguishes several.
   */
  | {
      readonly kind: 'event';
      readonly from: 'client' | 'server';
      readonly event: ClientEvent | ServerEvent;
      readonly time?: number;
      readonly socket?: string;
    }
  /** JSON, but not a line of this format: of another log, or of a newer version. */
  | { readonly kind: 'foreign'; readonly message: string }
  /** Not JSON, or an invalid line of this format. */
  | { readonly kind: 'damaged'; readonly message: string }
);

const isEvent = (value: unknown): value is { type: string } => isObject(value) && typeof value.type === 'string';

/** Maximum length of a line, in UTF-16 code units: a frame of 16 MiB and what surrounds it. */
const MAX_LINE = 17 * 1024 * 1024;

/** Reads one line. Never throws; no message quotes the line. */
export function readRecordingLine(text: string, line: number): RecordingEntry {
  const parsed = parseLine(text);
  return parsed.ok ? readRecordingValue(parsed.value, line) : { line, kind: 'damaged', message: parsed.message };
}

/** The JSON of a line, or why there is none. */
export function parseLine(
  text: string,
  maxLength = MAX_LINE,
): { ok: true; value: unknown } | { ok: false; message: string } {
  if (text.length > maxLength) return { ok: false, message: 'longer than a line can be' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the line.
    return { ok: false, message: 'not JSON' };
  }
}

/** Reads a parsed line. */
export function readRecordingValue(value: unknown, line: number): RecordingEntry {
  if (!isObject(value)) return { line, kind: 'foreign', message: 'not an object' };
  if ('recording' in value) return readHeader(value, line);
  if (typeof value.from !== 'string') return readBareEvent(value, line);
  return readRecordedLine(value, line);
}

function readHeader(value: Record<string, unknown>, line: number): RecordingEntry {
  if (value.recording !== 1) return { line, kind: 'foreign', message: 'a recording of another format' };
  const message = checkHeader(value);
  if (message !== undefined) return { line, kind: 'damaged', message };
  return { line, kind: 'header', header: value as unknown as RecordingHeader };
}

function readBareEvent(value: Record<string, unknown>, line: number): RecordingEntry {
  const from = isEvent(value) ? sideOf(value.type) : undefined;
  if (!from) return { line, kind: 'foreign', message: 'neither a line of a recording nor an event' };
  return { line, kind: 'event', from, event: value as unknown as ServerEvent };
}

const CLIENT_TYPES: ReadonlySet<string> = new Set(CLIENT_EVENT_TYPES);
const SERVER_TYPES: ReadonlySet<string> = new Set(SERVER_EVENT_TYPES);

/** Sender of events of a type; `undefined` for unknown types. */
export const sideOf = (type: string): 'client' | 'server' | undefined =>
  CLIENT_TYPES.has(type) ? 'client' : SERVER_TYPES.has(type) ? 'server' : undefined;

function readRecordedLine(value: Record<string, unknown>, line: number): RecordingEntry {
  const message = checkLine(value);
  if (message !== undefined) return { line, kind: 'damaged', message };
  const recorded = value as unknown;
  switch (value.from) {
    case 'clock':
    case 'wire':
    case 'host':
    case 'client':
    case 'speech':
    case 'tools':
    case 'media':
    case 'playback':
    case 'engine':
      return { line, kind: 'input', input: recorded as Input };
    case 'server':
      return { line, kind: 'frame', frame: recorded as SentFrame };
    case 'gap':
      return { line, kind: 'damaged', message: 'the lines from here on are missing: the writer could not keep up' };
    case 'snapshot':
      if (value.format !== 1) return { line, kind: 'foreign', message: 'a snapshot of another format' };
      return { line, kind: 'snapshot', snapshot: recorded as SnapshotLine };
    default:
      return { line, kind: 'foreign', message: 'from: a word that is not known' };
  }
}

/**
 * Reads a recording from a stream of lines without line breaks. Every non-blank line yields one entry, also if it is
 * foreign or damaged. Throws only what `lines` throws.
 */
export async function* readRecording(
  lines: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<RecordingEntry, void> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() !== '') yield readRecordingLine(text, line);
  }
}
