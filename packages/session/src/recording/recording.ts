// Recordings: a session as lines of JSON, written, redacted and read. The format is docs/recording-format.md; running one again
// is `replay.ts`.

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
import { headerFault, lineFault } from './recording-shape.ts';

/** First line of a recording. */
export interface RecordingHeader {
  /** Number of the format. */
  recording: 1;
  /** The session's id. Never the name of a file: a client may have chosen it elsewhere. */
  session: string;
  /** Unix milliseconds. */
  started_at: number;
  /** Kinds of secrets that were left out; each one reads `[REDACTED]`. */
  hidden: Secrecy[];
  /** What the session's ids are drawn from; `null` when someone else's server made them, so that only a mirror can follow. */
  seed: IdSeed | null;
  /** What else `createSession` was given; `null` as above. */
  options: Omit<SessionOptions, 'seed' | 'started_at'> | null;
  /** What the server called the engine that answered, where it said so. */
  engine?: string;
}

/** A frame as it was sent, or heard from someone else's server. Stored audio that the host filled in is left out [CV29]. */
export interface SentFrame {
  /** Milliseconds since the session began. */
  at: number;
  from: 'server';
  event: ServerEvent;
}

/** The whole state after all lines before it, written at a quiet moment. */
export interface SnapshotLine {
  at: number;
  from: 'snapshot';
  /** Number of the state's own format. */
  format: 1;
  state: SessionState;
}

/** A line after the header. */
export type RecordingLine = Input | SentFrame | SnapshotLine;

/** A line of a translation session: what was sent either way, and what could not be read. */
export type TranslationLine =
  | Extract<TranslationInput, { from: 'client' | 'wire' }>
  | { at: number; from: 'server'; event: TranslationServerEvent };

/**
 * The header as text, without its line break. `level` says what is hidden in the whole recording: `key` hides credentials alone,
 * `media` audio and images too, `content` words too.
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
  return asLine(redact(header, { level }));
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

/** What a header's `hidden` was written with. */
export function levelOf({ hidden }: RecordingHeader): RedactionLevel {
  if (hidden.includes('words')) return 'content';
  return hidden.includes('media') ? 'media' : 'key';
}

/** One line as text, without its line break. Write it before the frames it stands for are sent. */
export function recordingLine(line: RecordingLine | TranslationLine, level: RedactionLevel = 'media'): string {
  return asLine(redactLine(line, level));
}

/** Escapes the two separators that JSON leaves as they are, and that many readers of lines take for the end of one. */
export const asLine = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (separator) => (separator === '\u2028' ? '\\u2028' : '\\u2029'));

/** A line without its secrets. It still says how long its audio was, so that it replays to the same frames. */
export function redactLine<L extends RecordingLine | TranslationLine>(line: L, level: RedactionLevel): L {
  if (line.from === 'snapshot') return { ...line, state: redactState(line.state, level) };
  // Told to the client as an `error`, and as open as one.
  if (line.from === 'wire') {
    const { error } = redact({ type: 'error', error: line.issue }, { level });
    return { ...redact({ ...line, issue: null }, { level: 'key' }), issue: error } as L;
  }
  if (line.from !== 'engine' && line.from !== 'speech') return redact(line, { level });
  // Pieces of engines and speech are no wire events: redaction is told which wire event says the same.
  const { event } = line;
  // An end says only why, and `reason` is a word elsewhere. No words are no secret, and to the session something else than words.
  if (event.type === 'done' || ('delta' in event && event.delta === '')) return redact(line, { level: 'key' });
  const twin = Object.hasOwn(TWINS, event.type) ? TWINS[event.type] : event.type;
  const { type: _, ...fields } = redact({ ...event, type: twin }, { level });
  return { ...redact({ ...line, event: null }, { level }), event: { type: event.type, ...fields } };
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
const TWINS: Readonly<Record<string, string>> = {
  'text.delta': 'response.output_text.delta',
  'transcript.delta': 'response.output_audio_transcript.delta',
  'audio.delta': 'input_audio_buffer.append',
  'arguments.delta': 'response.function_call_arguments.delta',
  failed: 'error',
  'transcription.delta': `${TRANSCRIPTION}.delta`,
  'transcription.segment': `${TRANSCRIPTION}.segment`,
  'transcription.completed': `${TRANSCRIPTION}.completed`,
  'transcription.failed': `${TRANSCRIPTION}.failed`,
};

/** A state in pieces, since redaction bounds how much it reads at once and a state may hold more. */
function redactState(state: SessionState, level: RedactionLevel): SessionState {
  const { items } = state;
  const shelves = items.nodes.shelves.map((shelf) =>
    shelf === null ? null : shelf.map((bucket) => bucket && redact(bucket, { level })),
  );
  return { ...redact({ ...state, items: null }, { level }), items: { ...items, nodes: { ...items.nodes, shelves } } };
}

// ---- Reading ----

/** A line as it was understood. `line` counts from 1. */
export type RecordingEntry = { readonly line: number } & (
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'input'; readonly input: Input }
  | { readonly kind: 'frame'; readonly frame: SentFrame }
  | { readonly kind: 'snapshot'; readonly snapshot: SnapshotLine }
  /**
   * An event as other tools log them. `time`, where the log has one, is milliseconds since whatever the log counts from; `socket`
   * names the connection, where the log tells several apart.
   */
  | {
      readonly kind: 'event';
      readonly from: 'client' | 'server';
      readonly event: ClientEvent | ServerEvent;
      readonly time?: number;
      readonly socket?: string;
    }
  /** JSON, but nothing of ours: a line of another log, or of a newer format. */
  | { readonly kind: 'foreign'; readonly message: string }
  /** No JSON, or a line of ours that is broken. */
  | { readonly kind: 'damaged'; readonly message: string }
);

const isEvent = (value: unknown): value is { type: string } => isObject(value) && typeof value.type === 'string';

/** Longest line that is read, in UTF-16 code units: a frame of 16 MiB and its surroundings. */
const MAX_LINE = 17 * 1024 * 1024;

/** Reads one line. Never throws; no message quotes the line. */
export function readRecordingLine(text: string, line: number): RecordingEntry {
  const parsed = parseLine(text);
  return parsed.ok ? readRecordingValue(parsed.value, line) : { line, kind: 'damaged', message: parsed.message };
}

/** The JSON of a line, or why there is none. */
export function parseLine(
  text: string,
  longest = MAX_LINE,
): { ok: true; value: unknown } | { ok: false; message: string } {
  if (text.length > longest) return { ok: false, message: 'longer than a line can be' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // What the parser says quotes the line.
    return { ok: false, message: 'not JSON' };
  }
}

/** What a parsed line is. */
export function readRecordingValue(value: unknown, line: number): RecordingEntry {
  if (!isObject(value)) return { line, kind: 'foreign', message: 'not an object' };
  if ('recording' in value) return readHeader(value, line);
  if (typeof value.from !== 'string') return readBareEvent(value, line);
  return readOwn(value, line);
}

function readHeader(value: Record<string, unknown>, line: number): RecordingEntry {
  if (value.recording !== 1) return { line, kind: 'foreign', message: 'a recording of another format' };
  const message = headerFault(value);
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

/** Who sends events of a type; `undefined` for types nobody knows. */
export const sideOf = (type: string): 'client' | 'server' | undefined =>
  CLIENT_TYPES.has(type) ? 'client' : SERVER_TYPES.has(type) ? 'server' : undefined;

function readOwn(value: Record<string, unknown>, line: number): RecordingEntry {
  const message = lineFault(value);
  if (message !== undefined) return { line, kind: 'damaged', message };
  const own = value as unknown;
  switch (value.from) {
    case 'clock':
    case 'wire':
    case 'host':
    case 'client':
    case 'speech':
    case 'tools':
    case 'engine':
      return { line, kind: 'input', input: own as Input };
    case 'server':
      return { line, kind: 'frame', frame: own as SentFrame };
    case 'gap':
      return { line, kind: 'damaged', message: 'the lines from here on are missing: the writer could not keep up' };
    case 'snapshot':
      if (value.format !== 1) return { line, kind: 'foreign', message: 'a snapshot of another format' };
      return { line, kind: 'snapshot', snapshot: own as SnapshotLine };
    default:
      return { line, kind: 'foreign', message: 'from: a word that is not known' };
  }
}

/**
 * Reads a recording as it streams in, line by line; the lines come without their breaks. Every line that is not blank gives one
 * entry, what cannot be understood by name. Throws only what `lines` throws.
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
