// Writing a recording of frames as they pass by, of any server: what `recordSocket` and converters of logs share. Such a recording
// can be shown and mirrored, not replayed. The format is docs/recording-format.md.

import {
  type ClientEvent,
  decodeClientEvent,
  type RedactionLevel,
  readFrame,
  type ServerEvent,
} from '@colloquy/protocol';
import { type RecordingLine, recordingHeader, recordingLine } from './recording.ts';

export interface RecordingWriterOptions {
  /** Takes each line, without its line break; the header first. */
  readonly onLine: (line: string) => void;
  /** @default 'media' */
  readonly level?: RedactionLevel;
}

export interface RecordingWriter {
  /**
   * Takes a frame: JSON text, UTF-8 bytes of it, or a parsed value. `time` is milliseconds, since 1970 or since anything else;
   * where it goes backwards it stands still. Throws only what `onLine` throws.
   */
  write(from: 'client' | 'server', frame: unknown, time: number): void;
  /** Writes what still waits for its header. */
  end(): void;
  /** Frames of the server that were no events, and are therefore missing. */
  readonly unread: number;
}

/** The header names the session, which the server tells first; so many lines wait for that, and no more. */
const MOST_WAITING = 256;
/** What a session is called whose id was never told. */
const UNNAMED = 'sess_unknown';

export function createRecordingWriter({ onLine, level = 'media' }: RecordingWriterOptions): RecordingWriter {
  let waiting: string[] | undefined = [];
  let startedAt: number | undefined;
  let at = 0;
  let unread = 0;

  function begin(session: string): void {
    const lines = waiting ?? [];
    waiting = undefined;
    onLine(recordingHeader({ session, started_at: startedAt ?? 0 }, level));
    for (const line of lines) onLine(line);
  }

  function put(line: RecordingLine): void {
    const text = recordingLine(line, level);
    if (waiting === undefined) return onLine(text);
    waiting.push(text);
    if (waiting.length >= MOST_WAITING) begin(UNNAMED);
  }

  return {
    write(from, frame, time) {
      startedAt ??= time;
      at = Math.max(at, time - startedAt);
      if (from === 'client') return put(clientLine(at, frame));
      const event = eventIn(frame);
      if (!event) {
        unread += 1;
        return;
      }
      put({ at, from, event });
      const { session } = event as { session?: { id?: unknown } };
      if (waiting && typeof session?.id === 'string') begin(session.id);
    },
    end() {
      if (waiting && (waiting.length > 0 || startedAt !== undefined)) begin(UNNAMED);
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
    const counted = decodeClientEvent(event, { profile: 'server' });
    return { at, from: 'client', event, ...(counted.ok && { audio_bytes: counted.audio_bytes ?? [] }) };
  }
  // What is not quite as it should be is kept as it was said.
  const event = eventIn(frame);
  if (event) return { at, from: 'client', event: event as unknown as ClientEvent };
  return { at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id };
}

/** The event in a frame, however odd; `undefined` when it is none. */
function eventIn(frame: unknown): ServerEvent | undefined {
  let value = frame;
  if (typeof frame === 'string' || frame instanceof Uint8Array) {
    const read = readFrame(frame, false);
    value = read.ok ? read.value : undefined;
  }
  const isEvent = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
  return isEvent ? (value as ServerEvent) : undefined;
}
