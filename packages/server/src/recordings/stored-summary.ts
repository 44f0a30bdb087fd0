// The summary beside a recording, `<name>.summary.json`: its text, and how it is computed from the file. When it is computed:
// `summary-index.ts`; what is in it: `session-summary.ts` of @colloquy/session.

import { setImmediate as turn } from 'node:timers/promises';
import { readFrame } from '@colloquy/protocol';
import { byteLines, type ConversationSummary, createSessionSummary, readRecordingLine } from '@colloquy/session';
import { priceList } from './price-list.ts';
import type { RecordingReader } from './store.ts';

export interface StoredSummary {
  readonly summary: ConversationSummary;
  /** What was said, for searching. Contains no credentials. */
  readonly text: string;
}

/** Version of the file. Another one is computed again. */
const VERSION = 1;
/** Longest line that is read, in bytes, as in `export.ts`. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** The event loop is given back after this time. */
const SLICE_MS = 4;

/** The text of the file. `bytes` is the size of the recording, so that a summary of other content is recognized. */
export const summaryText = ({ summary, text }: StoredSummary, bytes: number): string =>
  `${JSON.stringify({ version: VERSION, bytes, summary, text })}\n`;

/** Reads the text of the file; `undefined` if it is damaged, of another version, or of other content. */
export function readSummaryText(stored: string, bytes: number): StoredSummary | undefined {
  const frame = readFrame(stored, false);
  const { value } = frame.ok ? frame : { value: undefined };
  if (typeof value !== 'object' || value === null) return undefined;
  const file = value as { version?: unknown; bytes?: unknown; summary?: unknown; text?: unknown };
  if (file.version !== VERSION || file.bytes !== bytes || typeof file.text !== 'string') return undefined;
  if (typeof file.summary !== 'object' || file.summary === null) return undefined;
  const summary = file.summary as ConversationSummary;
  return Array.isArray(summary.tools) ? { summary, text: file.text } : undefined;
}

/**
 * Reads a recording to its end, one line in memory at a time, and closes it. `undefined` if `signal` aborts. Rejects with
 * the error of the stream.
 */
export async function computeSummary(reader: RecordingReader, signal: AbortSignal): Promise<StoredSummary | undefined> {
  const builder = createSessionSummary({ prices: priceList() });
  let line = 0;
  let sliceEnds = performance.now() + SLICE_MS;
  for await (const { buffer, byteOffset, length } of byteLines(reader.read(), MAX_LINE_BYTES)) {
    const text = Buffer.from(buffer, byteOffset, length).toString('utf8');
    line += 1;
    if (text.trim() !== '') builder.observe(readRecordingLine(text, line));
    if (performance.now() < sliceEnds) continue;
    await turn();
    if (signal.aborted) return undefined;
    sliceEnds = performance.now() + SLICE_MS;
  }
  return { summary: builder.summary(), text: builder.text() };
}
