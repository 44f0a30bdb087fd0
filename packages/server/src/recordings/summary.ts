// What a list of recordings says of one, read off the first line of its file.

import { byteLines, type RecordingHeader, type RecordingSummary, readRecordingLine } from '@colloquy/session';
import type { RecordingReader } from './store.ts';

/** Longest header that is read, in bytes: instructions may be long. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Reads it off an open recording, and closes that. What is no header tells nothing; its file is listed all the same. */
export async function recordingSummary(
  name: string,
  reader: RecordingReader,
  running: boolean,
): Promise<RecordingSummary> {
  return { name, ...headerFields(await headerOf(reader)), bytes: reader.bytes, running };
}

async function headerOf(reader: RecordingReader): Promise<RecordingHeader | undefined> {
  for await (const line of byteLines(reader.read(MAX_HEADER_BYTES), MAX_HEADER_BYTES)) {
    const entry = readRecordingLine(Buffer.from(line).toString('utf8'), 1);
    return entry.kind === 'header' ? entry.header : undefined;
  }
  return undefined;
}

function headerFields(header: RecordingHeader | undefined): Omit<RecordingSummary, 'name' | 'bytes' | 'running'> {
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
