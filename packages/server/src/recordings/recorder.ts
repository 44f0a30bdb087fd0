// Writes recordings without blocking sessions: lines wait in a bounded buffer. If the buffer is full, the recording ends early with
// a `gap` line. Format: `recording.ts` of @colloquy/session; storage: `store.ts`.

import { randomBytes } from 'node:crypto';
import type { RedactionLevel } from '@colloquy/protocol';
import { recordingHeader, recordingLine } from '@colloquy/session';
import { errorName, type Log } from '../log.ts';
import type { Line } from '../sessions/line-sink.ts';
import type { RecordedOptions } from '../sessions/session-handle.ts';
import type { RecordingFile, Store } from './store.ts';
import { type StoredSummary, summaryText } from './stored-summary.ts';

export interface RecorderOptions {
  readonly store: Pick<Store, 'create' | 'writeSummary'>;
  /** Whether audio and images are stored. */
  readonly audio: boolean;
  /** Maximum unwritten bytes of all sessions together. */
  readonly roomBytes: number;
  readonly log: Log;
}

export interface Recorder {
  /** Begins the recording of a session; `engine` is the name of the engine that answers it. Never throws. */
  begin(session_id: string, options: RecordedOptions, engine?: string): SessionRecording;
  /** Whether the recording of this name is still being written. */
  isWriting(name: string): boolean;
  /** Resolves when every recording is written or has failed, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

export interface SessionRecording {
  /** Name in the store. */
  readonly name: string;
  /** Adds a line. Never throws or blocks. */
  write(line: Line): void;
  /** Resolves with whether all lines so far are on disk. Never rejects. */
  flushed(): Promise<boolean>;
  /** Ends the recording; later lines are ignored. `summary` is stored beside it once it is written. */
  end(summary?: StoredSummary): void;
}

/** Milliseconds for which lines are batched before a write. A crash loses at most these. */
const BATCH_MS = 250;
/** Batched bytes above which a write starts at once. */
const BATCH_BYTES = 64 * 1024;

export function createRecorder({ store, audio, roomBytes, log }: RecorderOptions): Recorder {
  /** By name. */
  const running = new Map<string, Promise<void>>();
  const context: RecordingContext = { store, level: audio ? 'key' : 'media', roomBytes, log, unwrittenBytes: 0 };

  return {
    begin(session_id, options, engine) {
      const { recording, written } = startRecording(context, session_id, options, engine);
      running.set(recording.name, written);
      void written.then(() => running.delete(recording.name));
      return recording;
    },
    isWriting: (name) => running.has(name),
    async flush(timeoutMs) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(running.values()), timeout]);
      clearTimeout(timer);
    },
  };
}

/** What all recordings of a server share. */
interface RecordingContext {
  readonly store: RecorderOptions['store'];
  readonly level: RedactionLevel;
  /** Bytes that may wait to be written, over all recordings. */
  readonly roomBytes: number;
  readonly log: Log;
  unwrittenBytes: number;
}

/** Starts writing one recording. `written` resolves when everything is in the store or reported as lost. */
function startRecording(
  context: RecordingContext,
  session_id: string,
  options: RecordedOptions,
  engine: string | undefined,
): { recording: SessionRecording; written: Promise<void> } {
  const { store, level, roomBytes, log } = context;
  let pendingLines: string[] = [];
  let pendingBytes = 0;
  /** Lines dropped because the buffer was full. */
  let missedLines = 0;
  let lastAt = 0;
  let hasEnded = false;
  let isOver = false;
  let writtenBytes = 0;
  let summary: StoredSummary | undefined;
  let wake = () => {};
  /** Callers that wait for the pending lines. */
  let flushRequests: ((isKept: boolean) => void)[] = [];
  const name = nameOf(options.started_at, session_id);

  function push(text: string): void {
    pendingLines.push(text);
    const bytes = Buffer.byteLength(text) + 1;
    pendingBytes += bytes;
    context.unwrittenBytes += bytes;
    if (pendingLines.length === 1 || pendingBytes > BATCH_BYTES) wake();
  }

  async function writeBatches(): Promise<void> {
    let file: RecordingFile | undefined;
    let bytes = 0;
    let currentRequests: typeof flushRequests = [];
    try {
      file = await store.create(name);
      for (;;) {
        if (pendingLines.length === 0 && !hasEnded && flushRequests.length === 0) await waitForWork();
        if (pendingBytes <= BATCH_BYTES && !hasEnded && flushRequests.length === 0) await waitForWork(BATCH_MS);
        const batch = pendingLines;
        if (batch.length === 0 && flushRequests.length === 0) break;
        currentRequests = flushRequests;
        flushRequests = [];
        bytes = pendingBytes;
        pendingLines = [];
        pendingBytes = 0;
        if (batch.length > 0) await file.append(`${batch.join('\n')}\n`);
        context.unwrittenBytes -= bytes;
        writtenBytes += bytes;
        bytes = 0;
        if (currentRequests.length > 0) await file.sync();
        for (const resolve of currentRequests) resolve(missedLines === 0);
        currentRequests = [];
      }
    } catch (error) {
      log.error({ session_id, error: errorName(error) }, 'a recording cannot be written');
    } finally {
      isOver = true;
      context.unwrittenBytes -= bytes + pendingBytes;
      pendingLines = [];
      for (const resolve of [...currentRequests, ...flushRequests]) resolve(false);
      await file?.close().catch(() => {}); // everything is written or reported as lost
    }
    if (file && summary) await writeSummary(summaryText(summary, writtenBytes));
  }

  /** Resolves when there is a first line, a full batch, a flush request or the end; or after `afterMs`. */
  function waitForWork(afterMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = afterMs === undefined ? undefined : setTimeout(resolve, afterMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A missing summary is computed when the recording is listed. */
  const writeSummary = (text: string) =>
    store.writeSummary(name, text).catch((error) => {
      log.warn({ session_id, error: errorName(error) }, 'the summary of a recording cannot be written');
    });

  push(recordingHeader(options, level, engine));
  const recording: SessionRecording = {
    name,
    write(line) {
      if (isOver || hasEnded) return;
      lastAt = line.at;
      // After a missing line, later lines cannot be replayed.
      if (missedLines > 0 || context.unwrittenBytes > roomBytes) {
        if (missedLines === 0) log.warn({ session_id }, 'the disk is too slow: a recording is broken off');
        missedLines += 1;
      } else push(recordingLine(line, level));
    },
    flushed() {
      if (isOver || hasEnded || missedLines > 0) return Promise.resolve(false);
      return new Promise((resolve) => {
        flushRequests.push(resolve);
        wake();
      });
    },
    end(summaryAtEnd) {
      if (hasEnded) return;
      summary = summaryAtEnd;
      if (missedLines > 0 && !isOver) {
        push(JSON.stringify({ at: lastAt, from: 'gap', lines: missedLines }));
        log.warn({ session_id, count: missedLines }, 'a recording lacks its last lines');
      }
      hasEnded = true;
      wake();
    },
  };
  return { recording, written: writeBatches() };
}

/** Time and session id, so that names sort by time. An id that this server did not make is replaced by a random one. */
function nameOf(started_at: number, session_id: string): string {
  const time = new Date(started_at).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${/^sess_[0-9A-Za-z]{1,64}$/.test(session_id) ? session_id : randomBytes(8).toString('hex')}`;
}
