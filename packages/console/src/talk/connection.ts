// One session at a Realtime server; logs the frames of both directions. What carries them: `wire.ts`.

import { readFrame, redact } from '@colloquy/protocol';
import type { RecordingEntry, RecordingHeader } from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import type { CallAudio, OpenWire } from './wire.ts';

export interface ConnectionOptions {
  readonly openWire: OpenWire;
  readonly log: FrameLog;
  /** Hears every frame of the server, after the log has it. */
  readonly onEvent?: (event: ServerFrame) => void;
  /** Told of `error` events, in words. */
  readonly onError: (message: string) => void;
  /** Told once that an open session has ended, why, and whether the connection broke. */
  readonly onClose: (message: string, isLost: boolean) => void;
}

export interface ServerFrame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Connection {
  /** Resolves when the server has opened the session, or with why it did not. */
  readonly opened: Promise<string | undefined>;
  /** Sends a client event, with an `event_id` of its own; dropped when the session has ended. */
  send(event: object): void;
  close(): void;
  /** Audio of a call; absent where audio travels in events. */
  readonly call: CallAudio | undefined;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { log, onEvent, onError, onClose } = options;
  const began = performance.now() - elapsedOf(log);
  const now = () => Math.round(performance.now() - began);
  let sent = 0;
  let lastError = '';
  let isOpen = false;

  const append = (entry: Unlined) => log.append({ ...entry, line: log.rows.length + 1 } as RecordingEntry);
  let resolveOpened: (refused: string | undefined) => void = () => {};
  const opened = new Promise<string | undefined>((resolve) => {
    resolveOpened = resolve;
  });

  function handleFrame(text: string): void {
    const at = now();
    const read = readFrame(text, false);
    const event = read.ok ? (read.value as ServerFrame) : undefined;
    if (typeof event !== 'object' || event === null || typeof event.type !== 'string') {
      append({ kind: 'damaged', message: 'a frame that is not an event' });
      return;
    }
    if (!isOpen && event.type === 'session.created') {
      isOpen = true;
      if (!log.header) append({ kind: 'header', header: headerOf(event) });
    }
    append({ kind: 'frame', frame: { at, from: 'server', event: event as never } });
    if (event.type === 'error' && !isLateCancel(event)) onError((lastError = errorText(event)));
    onEvent?.(event);
    if (isOpen) resolveOpened(undefined);
  }

  const wire = options.openWire({
    onText: handleFrame,
    onBinary: () => append({ kind: 'damaged', message: 'a binary frame' }),
    onClose(message, isLost) {
      if (isOpen) onClose(message, isLost);
      else resolveOpened(lastError || message);
    },
  });

  return {
    opened,
    send(event) {
      const numbered = { event_id: `console_${sent + 1}`, ...event };
      const at = now();
      if (!wire.send(JSON.stringify(numbered))) return;
      sent += 1;
      append({ kind: 'input', input: { at, from: 'client', event: loggedEvent(numbered) as never } });
    },
    close: () => wire.close(),
    call: wire.call,
  };
}

/** Credentials of MCP servers are in no log, not even in that of the page. Only settings have any. */
const loggedEvent = (event: object): object =>
  (event as ServerFrame).type === 'session.update' ? redact(event, { level: 'key' }) : event;

/** Milliseconds since a log began that goes on with another session; 0 for a new one. */
function elapsedOf({ header, rows }: FrameLog): number {
  return header ? Math.max(Date.now() - header.started_at, rows.at(-1)?.at ?? 0) : 0;
}

type Unlined = RecordingEntry extends infer E ? (E extends RecordingEntry ? Omit<E, 'line'> : never) : never;

/** What the server opened can be shown, not replayed: its seed is not known here. */
function headerOf({ session }: ServerFrame): RecordingHeader {
  const { id } = (session ?? {}) as { id?: unknown };
  return {
    recording: 1,
    session: typeof id === 'string' ? id : 'sess_unknown',
    started_at: Date.now(),
    hidden: ['key'],
    seed: null,
    options: null,
  };
}

/** The answer to a `response.cancel` that crossed the end of its response: what the user wanted is the case. */
const isLateCancel = ({ error }: ServerFrame): boolean =>
  (error as { code?: unknown } | null | undefined)?.code === 'response_cancel_not_active';

function errorText({ error }: ServerFrame): string {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  const text = typeof message === 'string' ? message : 'The server sent an error.';
  return typeof code === 'string' ? `${text} (${code})` : text;
}
