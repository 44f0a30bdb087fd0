// Exports a log as a recording at a redaction level.

import type { RedactionLevel } from '@colloquy/protocol';
import {
  createRecordingWriter,
  type RecordingEntry,
  type RecordingHeader,
  recordingHeader,
  recordingLine,
} from '@colloquy/session';
import type { FrameLog } from './frame-log.ts';
import { frameOf } from './log-row.ts';

const LEVELS: readonly RedactionLevel[] = ['key', 'media', 'content'];

/** The lines of the recording, each with its break. What the log has hidden stays hidden, and is said to be. */
export function exportLog({ rows, header }: FrameLog, wanted: RedactionLevel): string[] {
  const lines: string[] = [];
  const put = (line: string) => void lines.push(`${line}\n`);
  const level = LEVELS[Math.max(LEVELS.indexOf(wanted), LEVELS.indexOf(levelOf(header)))] as RedactionLevel;
  if (header) {
    put(exportedHeader(header, level));
    for (const { entry } of rows) {
      const line = exportedLine(entry, level);
      if (line !== undefined) put(line);
    }
    return lines;
  }
  // Of another tool: its events become a recording that can be shown and mirrored.
  const writer = createRecordingWriter({ onLine: put, level });
  for (const row of rows) {
    const frame = frameOf(row);
    if (frame) writer.write(frame.from, frame.event, row.at ?? 0);
  }
  writer.end();
  return lines;
}

/** A line of a recording as text; `undefined` for the header, and for what is no line of a recording. */
export function exportedLine(entry: RecordingEntry, level: RedactionLevel): string | undefined {
  if (entry.kind === 'input') return recordingLine(entry.input, level);
  if (entry.kind === 'frame') return recordingLine(entry.frame, level);
  return entry.kind === 'snapshot' ? recordingLine(entry.snapshot, level) : undefined;
}

export function exportedHeader({ session, started_at, seed, options }: RecordingHeader, level: RedactionLevel): string {
  return recordingHeader(seed && options ? { ...options, seed, started_at } : { session, started_at }, level);
}

function levelOf(header: RecordingHeader | undefined): RedactionLevel {
  if (header?.hidden.includes('words')) return 'content';
  return header?.hidden.includes('media') ? 'media' : 'key';
}
