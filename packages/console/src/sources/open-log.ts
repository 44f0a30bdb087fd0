// Opens read-only logs as `Viewing`: a live session, a recording of the server, a file.

import { describeForms, describeUnread, type LogReport, readRecordingLine } from '@colloquy/session';
import { readDemo } from '../demo/demo-log.ts';
import { frameOf } from '../log/log-row.ts';
import { readLog } from '../log/read-log.ts';
import { createDrawingPace } from './drawing-pace.ts';
import { fileChunks } from './file-chunks.ts';
import { findProblem } from './file-problem.ts';
import type { ServerApi } from './server-api.ts';
import { createViewing, type Viewing } from './viewing.ts';

/** Watches a live session; what comes are the lines of a recording. `onLost` is called if its connection breaks. */
export function watchSession(id: string, api: ServerApi, level: string | null, onLost: () => void): Viewing {
  const over = new AbortController();
  const viewing = createViewing({
    source: { kind: 'session', id },
    name: id,
    message: 'Connecting …',
    close: () => over.abort(),
  });
  void watch(viewing, { id, api, level: level ?? 'media', onLost }, over.signal);
  return viewing;
}

interface WatchOptions {
  readonly id: string;
  readonly api: ServerApi;
  readonly level: string;
  /** Called when the connection breaks. */
  readonly onLost: () => void;
}

async function watch(viewing: Viewing, { id, api, level, onLost }: WatchOptions, signal: AbortSignal): Promise<void> {
  const { status, log } = viewing;
  const protocols = await api.protocols('watch');
  if (signal.aborted) return;
  if (!protocols.ok) {
    status.value = { state: 'failed', message: protocols.message };
    return;
  }
  const address = `${socketOrigin()}/api/sessions/${encodeURIComponent(id)}/watch?level=${level}`;
  const socket = new WebSocket(address, protocols.value);
  let line = 0;
  signal.addEventListener('abort', () => socket.close(1000));
  socket.addEventListener('open', () => {
    status.value = { state: 'live', message: 'Observing, read-only' };
  });
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') log.append(readRecordingLine(data, ++line));
  });
  socket.addEventListener('close', ({ code, reason }) => {
    if (signal.aborted) return;
    const message =
      line === 0
        ? 'Cannot observe this session: it has ended, or the server does not allow it.'
        : code === 1000
          ? 'The session has ended.'
          : `Connection lost (${code}${reason && `: ${reason}`}).`;
    status.value = { state: line === 0 ? 'failed' : code === 1000 ? 'ended' : 'lost', message };
    if (code !== 1000) onLost();
  });
}

/** `ws://host` or `wss://host` of the server this page came from. */
export const socketOrigin = (): string => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}`;

/** Reads a recording of the server. */
export function openRecording(name: string, api: ServerApi): Viewing {
  const over = new AbortController();
  const pace = createDrawingPace();
  const viewing = createViewing({
    source: { kind: 'recording', name },
    name,
    message: 'Reading …',
    soon: pace.soon,
    close: () => over.abort(),
  });
  void api.recording(name, undefined, over.signal).then((answer) => {
    if (over.signal.aborted) return;
    if (answer.ok && answer.value.body)
      return read(viewing, answer.value.body, undefined, over.signal).finally(pace.end);
    viewing.status.value = { state: 'failed', message: answer.ok ? 'The recording is empty.' : answer.message };
  });
  return viewing;
}

/** Reads the demo session. */
export function openDemo(): Viewing {
  const over = new AbortController();
  const pace = createDrawingPace();
  const viewing = createViewing({
    source: { kind: 'demo' },
    name: 'Demo session',
    message: 'Reading …',
    soon: pace.soon,
    close: () => over.abort(),
  });
  void readDemo(over.signal).then((stream) => {
    if (over.signal.aborted) return;
    if (stream) return read(viewing, stream, undefined, over.signal).finally(pace.end);
    viewing.status.value = { state: 'failed', message: 'The demo session is not here.' };
  });
  return viewing;
}

/** Reads a file of the user's. It stays in the page. */
export function openFile(file: File, slot: 1 | 2): Viewing {
  const over = new AbortController();
  const pace = createDrawingPace();
  const viewing = createViewing({
    source: { kind: 'file', slot },
    name: file.name,
    message: 'Reading …',
    soon: pace.soon,
    close: () => over.abort(),
  });
  void read(viewing, fileChunks(file), file.size, over.signal)
    .finally(pace.end)
    .then(async (unread) => {
      if (unread === undefined || viewing.log.rows.some((row) => frameOf(row))) return;
      const problem = await findProblem(file, unread);
      if (!over.signal.aborted) viewing.status.value = { state: 'failed', message: 'Not a log', problem };
    });
  return viewing;
}

/** Reads a log. Resolves with what was not understood if no events were found, and with nothing otherwise. */
async function read(
  { log, status, progress }: Viewing,
  stream: ReadableStream<Uint8Array>,
  size: number | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  let report: LogReport;
  try {
    report = await readLog(stream, {
      signal,
      onEntry(entry) {
        log.append(entry);
      },
      progress(bytes) {
        progress.value = size ? `${Math.floor((100 * bytes) / size)} %` : `${Math.round(bytes / 1024)} kB`;
      },
    });
  } catch {
    // The file was taken away, or the connection was cut: what came until then is shown.
    if (signal.aborted) return undefined;
    const message = 'Reading stopped before the end of the file.';
    status.value = { state: 'failed', message };
    return message;
  }
  if (signal.aborted) return undefined;
  const unread = describeUnread(report);
  status.value =
    report.events > 0
      ? {
          state: 'ended',
          message: [wordsOf(log.rows.length, log.dropped), describeForms(report), unread].filter(Boolean).join('; '),
        }
      : { state: 'failed', message: `No Realtime events found${unread ? `: ${unread}` : ''}.` };
  return report.events > 0 ? undefined : (unread ?? '');
}

const wordsOf = (rows: number, dropped: number): string => {
  const lines = rows === 1 ? '1 line' : `${rows.toLocaleString('en')} lines`;
  return dropped === 0 ? lines : `${lines}; the other lines are not shown`;
};
