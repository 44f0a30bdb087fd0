// Reads logs of other tools: bare events, events in an envelope with side and time, output of command line clients,
// lists, and HAR files of browsers. Yields the entries of `recording.ts`; lines of a recording pass too.

import {
  type ClientEvent,
  readFrame,
  type ServerEvent,
  TRANSLATION_CLIENT_EVENT_TYPES,
  TRANSLATION_SERVER_EVENT_TYPES,
} from '@colloquy/protocol';
import { BETA_CLIENT_EVENT_TYPES, BETA_SERVER_EVENT_TYPES } from '@colloquy/protocol/beta';
import { isObject } from '../is-object.ts';
import { parseLine, type RecordingEntry, readRecordingValue, sideOf } from './recording.ts';
import { bySocket } from './socket-order.ts';

type Json = Readonly<Record<string, unknown>>;
type Side = 'client' | 'server';

/**
 * Reads one line of any log: a line of a recording, or an event in one of the forms above. Never throws; no message
 * quotes the line. The type of an event decides who sent it; the envelope counts only for unknown types.
 */
export function readLogLine(text: string, line: number): RecordingEntry {
  const parsed = parseLine(text);
  if (parsed.ok) return readLogValue(parsed.value, line);
  const damaged = { line, kind: 'damaged', message: parsed.message } as const;
  const begin = text.slice(0, MAX_PREFIX_LENGTH).indexOf('{');
  if (begin <= 0) return damaged;
  const event = parseLine(text.slice(begin));
  return event.ok ? readPrefixedValue(text.slice(0, begin), event.value, line) : damaged;
}

/** Reads a value that follows a prefix: `< {…}`, `12:00:01 recv: {…}`, `data: {…}`. */
export function readPrefixedValue(prefix: string, value: unknown, line: number): RecordingEntry {
  const from = /^\s*<|\b(?:recv|received?|incoming|server)\b|←|:<\s*$/i.test(prefix)
    ? 'server'
    : /^\s*>|\b(?:send|sent|sending|outgoing|client)\b|→|:>\s*$/i.test(prefix)
      ? 'client'
      : undefined;
  return readLogValue({ ...(from && { from }), ...timeIn(prefix), event: value }, line);
}

/** Maximum length of the text before the event on a line. */
const MAX_PREFIX_LENGTH = 256;

const timeIn = (prefix: string) => {
  const stamp = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/.exec(prefix)?.[0];
  return stamp === undefined ? {} : { time: stamp.replace(',', '.') };
};

/** Reads a parsed line of any log. */
export function readLogValue(value: unknown, line: number): RecordingEntry {
  const own = readRecordingValue(value, line);
  if (own.kind === 'event' && isObject(value)) {
    const time = firstOf(BARE_TIME_FIELDS, (name) => readTime(value[name]));
    const socket = firstOf(SOCKET_FIELDS, (name) => readSocket(value[name]));
    return { ...own, ...(time !== undefined && { time }), ...(socket !== undefined && { socket }) };
  }
  const mayBeForeign = own.kind === 'foreign' || (own.kind === 'damaged' && isObject(value) && !('at' in value));
  if (!mayBeForeign || !isObject(value)) return own;
  const result = unwrap(value, {}, 0);
  return result ? { line, kind: 'event', ...result } : { ...own, line };
}

/**
 * Reads a log that is one JSON value: a list, an object with a list, or a HAR file with WebSocket messages. `line`
 * counts the entries of the list, from 1. The entries are ordered by socket, then by time [MI16]. `undefined` if the
 * value has no such list.
 */
export function readLogDocument(value: unknown): Iterable<RecordingEntry> | undefined {
  const sockets = harSockets(value);
  if (sockets) {
    let line = 0;
    return bySocket(
      sockets.flatMap((messages, socket) => messages.map((each) => readMessage(each, ++line, String(socket)))),
    );
  }
  const list = listIn(value);
  return list && bySocket((list as unknown[]).map((each, index) => readLogValue(each, index + 1)));
}

function readMessage(value: unknown, line: number, socket: string): RecordingEntry {
  const entry = readLogValue(value, line);
  return entry.kind === 'event' ? { ...entry, socket } : entry;
}

/** The messages of a HAR file, one list for each WebSocket. */
function harSockets(value: unknown): readonly (readonly unknown[])[] | undefined {
  const log = isObject(value) ? value.log : undefined;
  if (!isObject(log) || !Array.isArray(log.entries)) return undefined;
  return (log.entries as unknown[]).flatMap((entry) =>
    isObject(entry) && Array.isArray(entry._webSocketMessages) ? [entry._webSocketMessages as unknown[]] : [],
  );
}

function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return undefined;
  return LIST_FIELDS.map((name) => value[name]).find((each) => Array.isArray(each)) as unknown[] | undefined;
}

/** Time fields that loggers add to an event itself; no event of the API has a field of these names. */
const BARE_TIME_FIELDS = ['timestamp', '@timestamp', 'time', 'ts'];

const LIST_FIELDS = ['events', 'messages', 'frames', 'logs', 'log', 'entries', 'data'];

// ---- Envelopes ----

/** Fields of an envelope that may contain the event, as an object or as the text of the frame. */
const CONTENT_FIELDS = [
  ...['event', 'message', 'msg', 'data', 'payload', 'frame', 'body', 'content', 'json', 'raw', 'text'],
  // The Chrome DevTools Protocol: `{method, params: {requestId, timestamp, response: {payloadData}}}`.
  ...['params', 'response', 'payloadData'],
];
const SIDE_FIELDS = 'direction dir source sender side from origin type kind event method'.split(' ');
const TIME_FIELDS = 'time timestamp @timestamp ts at date datetime created_at received_at t'.split(' ');

/** Fields that identify the connection, or the session if a logger writes that instead. */
const SOCKET_FIELDS = [
  ...['socket', 'socket_id', 'socketId', 'ws_id', 'wsId', 'websocket_id', 'websocketId'],
  ...[
    'connection',
    'connection_id',
    'connectionId',
    'conn',
    'conn_id',
    'connId',
    'session_id',
    'sessionId',
    'requestId',
  ],
];

const SIDE_WORDS: Readonly<Record<Side, ReadonlySet<string>>> = {
  client: new Set(
    'client send sent sending out outgoing outbound request up upload upstream tx clienttoserver clientevent networkwebsocketframesent'.split(
      ' ',
    ),
  ),
  server: new Set(
    'server receive received recv in incoming inbound response down download downstream rx servertoclient serverevent networkwebsocketframereceived'.split(
      ' ',
    ),
  ),
};

/** Maximum nesting of envelopes, as structured loggers produce it. */
const MAX_ENVELOPES = 3;

interface UnwrappedEvent {
  from: Side;
  event: ClientEvent | ServerEvent;
  time?: number;
  socket?: string;
}

/** What the envelopes around an event tell about it. */
interface Envelope {
  readonly side?: Side | undefined;
  readonly time?: number | undefined;
  readonly socket?: string | undefined;
}

function unwrap(value: Json, { side, time, socket }: Envelope, depth: number): UnwrappedEvent | undefined {
  const from = typeof value.type === 'string' ? senderOf(value, value.type, side) : undefined;
  if (from) {
    const event = value as unknown as ServerEvent;
    return { from, event, ...(time !== undefined && { time }), ...(socket !== undefined && { socket }) };
  }
  if (depth === MAX_ENVELOPES) return undefined;
  const chrome = chromeTime(value);
  const envelope: Envelope = {
    side: firstOf(SIDE_FIELDS, (name) => sideIn(value[name])) ?? side,
    time: chrome ?? firstOf(TIME_FIELDS, (name) => readTime(value[name])) ?? time,
    socket: firstOf(SOCKET_FIELDS, (name) => readSocket(value[name])) ?? socket,
  };
  for (const name of CONTENT_FIELDS) {
    const inner = readInner(chrome === undefined ? value[name] : withoutTime(value[name]));
    const result = inner && unwrap(inner, envelope, depth + 1);
    if (result) return result;
  }
  return undefined;
}

/** Chrome's monotonic clock, in seconds since the machine started. */
function chromeTime({ method, params }: Json): number | undefined {
  if (typeof method !== 'string' || !method.startsWith('Network.webSocketFrame') || !isObject(params)) return undefined;
  return typeof params.timestamp === 'number' && params.timestamp >= 0 ? params.timestamp * 1000 : undefined;
}

const withoutTime = (value: unknown) => (isObject(value) ? { ...value, timestamp: undefined } : value);

function firstOf<T>(names: readonly string[], read: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const result = read(name);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Identifier of a connection: a short string or an integer. */
function readSocket(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 128 ? value : undefined;
}

function readInner(inner: unknown): Json | undefined {
  if (isObject(inner)) return inner;
  if (typeof inner !== 'string' || !/^\s*\{/.test(inner.slice(0, 64))) return undefined;
  const frame = readFrame(inner, false);
  return frame.ok && isObject(frame.value) ? frame.value : undefined;
}

function sideIn(label: unknown): Side | undefined {
  if (typeof label !== 'string' || label.length > 32) return undefined;
  const letters = label.toLowerCase().replace(/[^a-z]/g, '');
  return SIDE_WORDS.client.has(letters) ? 'client' : SIDE_WORDS.server.has(letters) ? 'server' : undefined;
}

const CLIENT_ONLY: ReadonlySet<string> = new Set([...TRANSLATION_CLIENT_EVENT_TYPES, ...BETA_CLIENT_EVENT_TYPES]);
const SERVER_ONLY: ReadonlySet<string> = new Set([...TRANSLATION_SERVER_EVENT_TYPES, ...BETA_SERVER_EVENT_TYPES]);

/**
 * Sender of an event; `undefined` if the value is not an event. An unknown type needs a side or an `event_id`, and the
 * form of an event name.
 */
function senderOf(value: Json, type: string, side: Side | undefined): Side | undefined {
  const known = sideOf(type) ?? (CLIENT_ONLY.has(type) ? 'client' : SERVER_ONLY.has(type) ? 'server' : undefined);
  // Loggers also write `{"type": "error", "message": "…"}`.
  if (type === 'error') return isObject(value.error) ? 'server' : undefined;
  if (known) return known;
  if (type.length > 128 || !/^[a-z_]+(?:\.[a-z_]+)+$/.test(type)) return undefined;
  return side ?? (typeof value.event_id === 'string' ? 'server' : undefined);
}

/**
 * Milliseconds. A number since 1970 may be in seconds, milliseconds, micro- or nanoseconds; a small number is
 * milliseconds.
 */
function readTime(value: unknown): number | undefined {
  if (typeof value === 'string') {
    if (value.length > 64) return undefined;
    const time = /^\d+(?:\.\d+)?$/.test(value) ? readTime(Number(value)) : Date.parse(value);
    return time !== undefined && Number.isFinite(time) ? time : undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  const [, factor] = UNITS.find(([from]) => value >= from) ?? [0, 1];
  return value * factor;
}

/** Lower bounds that identify the unit of a number since 1970: no two units overlap between 1973 and 5138. */
const UNITS: readonly (readonly [from: number, factor: number])[] = [
  [1e17, 1e-6],
  [1e14, 1e-3],
  [1e11, 1],
  [1e8, 1000],
];

// ---- Events of any log ----

/** An event, whatever log it comes from. */
export interface LoggedFrame {
  readonly line: number;
  readonly from: Side;
  /** Milliseconds since the origin of the log's clock; `null` if the log has no times. */
  readonly time: number | null;
  /** Identifies the connection, if the log distinguishes several. */
  readonly socket?: string;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
  /** Bytes of each base64 audio of the event, if the log states them, as recordings do when the audio is hidden. */
  readonly audio_bytes?: readonly number[];
}

/** The event of an entry; `undefined` for other lines. */
export function loggedFrame(entry: RecordingEntry): LoggedFrame | undefined {
  const { line } = entry;
  switch (entry.kind) {
    case 'frame':
      return { line, from: 'server', time: entry.frame.at, event: entry.frame.event as LoggedFrame['event'] };
    case 'event':
      return {
        ...{ line, from: entry.from, time: entry.time ?? null, event: entry.event as LoggedFrame['event'] },
        ...(entry.socket !== undefined && { socket: entry.socket }),
      };
    case 'input': {
      const { input } = entry;
      if (input.from !== 'client') return undefined;
      const event = input.event as unknown as LoggedFrame['event'];
      const { at: time, audio_bytes } = input;
      return { line, from: 'client', time, event, ...(audio_bytes !== undefined && { audio_bytes }) };
    }
    default:
      return undefined;
  }
}
