// Writes a recording of the frames of any server; used by `recordSocket` and by converters of logs. Such a recording
// can be viewed and mirrored, not replayed. Format: docs/recording-format.md.

import {
  type ClientEvent,
  decodeClientEvent,
  type RedactionLevel,
  readFrame,
  type ServerEvent,
} from '@colloquy/protocol';
import { type RecordingLine, recordingHeader, recordingLine } from './recording.ts';

export interface RecordingWriterOptions {
  /** Receives each line, without its line break; the header first. */
  readonly onLine: (line: string) => void;
  /** @default 'media' */
  readonly level?: RedactionLevel;
}

export interface RecordingWriter {
  /**
   * Writes a frame: JSON text, UTF-8 bytes, or a parsed value. `time` is milliseconds from any origin; if it decreases,
   * the previous time is used. Throws only what `onLine` throws.
   */
  write(from: 'client' | 'server', frame: unknown, time: number): void;
  /** Writes the lines that still wait for the header. */
  end(): void;
  /** Server frames that were no events and are therefore missing. */
  readonly unread: number;
}

/** The header contains the session id, which the server sends first. Maximum lines that wait for it. */
const MAX_WAITING_LINES = 256;
/** Session id of a recording in which the server sent none. */
const UNKNOWN_SESSION = 'sess_unknown';

export function createRecordingWriter({ onLine, level = 'media' }: RecordingWriterOptions): RecordingWriter {
  let waiting: string[] | undefined = [];
  let startedAt: number | undefined;
  let at = 0;
  let unread = 0;

  function writeHeader(session: string): void {
    const lines = waiting ?? [];
    waiting = undefined;
    onLine(recordingHeader({ session, started_at: startedAt ?? 0 }, level));
    for (const line of lines) onLine(line);
  }

  function writeLine(line: RecordingLine): void {
    const text = recordingLine(line, level);
    if (waiting === undefined) return onLine(text);
    waiting.push(text);
    if (waiting.length >= MAX_WAITING_LINES) writeHeader(UNKNOWN_SESSION);
  }

  return {
    write(from, frame, time) {
      startedAt ??= time;
      at = Math.max(at, time - startedAt);
      if (from === 'client') return writeLine(clientLine(at, frame));
      const event = eventIn(frame);
      if (!event) {
        unread += 1;
        return;
      }
      writeLine({ at, from, event });
      const { session } = event as { session?: { id?: unknown } };
      if (waiting && typeof session?.id === 'string') writeHeader(session.id);
    },
    end() {
      if (waiting && (waiting.length > 0 || startedAt !== undefined)) writeHeader(UNKNOWN_SESSION);
    },
    get unread() {
      return unread;
    },
  };
}

function clientLine(at: number, frame: unknown): RecordingLine {
  const decoded = decodeClientEvent(frame, { keepUnknown: true });
  if (decoded.ok) {
    const { value: event } = decoded;
    const strict = decodeClientEvent(event, { profile: 'server' });
    return { at, from: 'client', event, ...(strict.ok && { audio_bytes: strict.audio_bytes ?? [] }) };
  }
  // An invalid event is recorded unchanged.
  const event = eventIn(frame);
  if (event) return { at, from: 'client', event: event as unknown as ClientEvent };
  return { at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id };
}

/** The event in a frame, valid or not; `undefined` if it has no type. */
function eventIn(frame: unknown): ServerEvent | undefined {
  let value = frame;
  if (typeof frame === 'string' || frame instanceof Uint8Array) {
    const read = readFrame(frame, false);
    value = read.ok ? read.value : undefined;
  }
  const isEvent = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
  return isEvent ? (value as ServerEvent) : undefined;
}
