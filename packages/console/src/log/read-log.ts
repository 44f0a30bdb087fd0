// Reads a file into a log in slices, so the page stays responsive. Lines: `log-reader.ts` of @colloquy/session.

import { createLogReader, type LogReport, type RecordingEntry, textBytes } from '@colloquy/session';
import { MAX_ROWS } from './frame-log.ts';
import { textLines } from './text-lines.ts';
import { unpacked } from './unpacked.ts';

/** How long a slice of the reading may take, in milliseconds. */
const SLICE_MS = 12;
/** Longest line that is read whole, in bytes: a frame of 16 MiB and its surroundings. */
const MAX_LINE_BYTES = 17 * 1024 * 1024;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Takes each entry. */
  readonly onEntry: (entry: RecordingEntry) => void;
  /** Told now and then how many bytes were read. */
  readonly progress?: (bytes: number) => void;
}

/**
 * Reads a whole log, packed with gzip or not, and resolves with what it is: when all of it was taken, when `signal` aborts, or when there
 * are more lines than a log holds. Rejects with what the stream rejects with.
 */
export async function readLog(stream: ReadableStream<Uint8Array>, options: ReadOptions): Promise<LogReport> {
  const { signal, onEntry, progress } = options;
  const reader = createLogReader();
  let bytes = 0;
  let lines = 0;
  let since = performance.now();
  const counted = async function* () {
    for await (const chunk of chunksOf(stream)) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const bytesOfText = textBytes(unpacked(counted(), reader.addForm), reader.addForm);
  for await (const some of textLines(bytesOfText, MAX_LINE_BYTES)) {
    for (const line of some) {
      for (const { entry } of reader.read(line)) onEntry(entry);
      if (signal.aborted || ++lines > MAX_ROWS) return reader.report;
      if (performance.now() - since < SLICE_MS) continue;
      progress?.(bytes);
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  for (const { entry } of reader.end()) onEntry(entry);
  progress?.(bytes);
  return reader.report;
}

/** Not every browser can walk a stream by itself. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    void reader.cancel().catch(() => {}); // the file may be gone already
  }
}
