// Reading a file into a log, a slice at a time, so that the page stays quick. What the lines are is `log-reader.ts` of
// @colloquy/session.

import { createLogReader, type RecordingEntry } from '@colloquy/session';
import { MOST_ROWS } from './frame-log.ts';

/** How long a slice of the reading may take, in milliseconds. */
const SLICE_MS = 12;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Takes each entry. */
  readonly take: (entry: RecordingEntry) => void;
  /** Told now and then how many bytes were read. */
  readonly progress?: (bytes: number) => void;
}

/**
 * Reads a whole log. Resolves when all of it was taken, when `signal` aborts, or when there are more lines than a log holds.
 * Rejects with what the stream rejects with.
 */
export async function readLog(stream: ReadableStream<Uint8Array>, options: ReadOptions): Promise<void> {
  const { signal, take, progress } = options;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const lines = createLineReader(take);
  let bytes = 0;
  let since = performance.now();
  const breathe = async () => {
    if (performance.now() - since < SLICE_MS) return;
    progress?.(bytes);
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  try {
    for (let step = await reader.read(); !step.done && !signal.aborted; step = await reader.read()) {
      bytes += step.value.length;
      // A chunk may hold thousands of lines.
      for (const piece of pieces(decoder.decode(step.value, { stream: true }))) {
        lines.push(piece);
        await breathe();
        if (signal.aborted) return;
      }
      if (lines.count > MOST_ROWS) break;
    }
    lines.end();
    progress?.(bytes);
  } finally {
    void reader.cancel().catch(() => {}); // the file may be gone already
  }
}

const PIECE = 64 * 1024;

function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; from += PIECE) yield text.slice(from, from + PIECE);
}

/** Cuts text into lines, and lines into entries. */
export function createLineReader(take: (entry: RecordingEntry) => void) {
  const reader = createLogReader();
  let rest: string[] = [];
  let count = 0;
  const line = (text: string) => {
    count += 1;
    for (const { entry } of reader.take(text.endsWith('\r') ? text.slice(0, -1) : text)) take(entry);
  };
  return {
    /** Lines so far. */
    get count() {
      return count;
    },
    push(text: string): void {
      let from = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        rest.push(text.slice(from, at));
        line(rest.join(''));
        rest = [];
        from = at + 1;
      }
      if (from < text.length) rest.push(text.slice(from));
    },
    end(): void {
      if (rest.length > 0) line(rest.join(''));
      rest = [];
      for (const { entry } of reader.end()) take(entry);
    },
  };
}
