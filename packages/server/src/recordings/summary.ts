// Reads the list entry of a recording from the first line of its file.

import { byteLines, type RecordingHeader, type RecordingSummary, readRecordingLine } from '@colloquy/session';
import type { RecordingReader } from './store.ts';

/** Maximum size of a header, in bytes. Instructions can be long. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Reads the header and closes `reader`. Without a valid header, the fields of the header are `null`. */
export async function recordingSummary(
  name: string,
  reader: RecordingReader,
  running: boolean,
): Promise<Omit<RecordingSummary, 'summary'>> {
  return { name, ...headerFields(await headerOf(reader)), bytes: reader.bytes, running };
}

async function headerOf(reader: RecordingReader): Promise<RecordingHeader | undefined> {
  for await (const line of byteLines(reader.read(MAX_HEADER_BYTES), MAX_HEADER_BYTES)) {
    const entry = readRecordingLine(Buffer.from(line).toString('utf8'), 1);
    return entry.kind === 'header' ? entry.header : undefined;
  }
  return undefined;
}

function headerFields(
  header: RecordingHeader | undefined,
): Omit<RecordingSummary, 'name' | 'bytes' | 'running' | 'summary'> {
  if (!header) return { session: null, type: null, model: null, engine: null, started_at: null, hidden: [] };
  const { session, started_at, engine, options, hidden } = header;
  return {
    session,
    type: options ? (options.kind ?? 'realtime') : null,
    model: options?.model ?? null,
    engine: engine ?? null,
    started_at: Math.floor(started_at / 1000),
    hidden,
  };
}
