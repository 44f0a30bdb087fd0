// Exports a log as a recording at a redaction level.

import type { RedactionLevel } from '@colloquy/protocol';
import { createRecordingWriter, type RecordingHeader, recordingHeader, recordingLine } from '@colloquy/session';
import type { FrameLog } from './frame-log.ts';
import { frameOf } from './log-row.ts';

const LEVELS: readonly RedactionLevel[] = ['key', 'media', 'content'];

/** The lines of the recording, each with its break. What the log has hidden stays hidden, and is said to be. */
export function exportLog({ rows, header }: FrameLog, wanted: RedactionLevel): string[] {
  const lines: string[] = [];
  const put = (line: string) => void lines.push(`${line}\n`);
  const level = LEVELS[Math.max(LEVELS.indexOf(wanted), LEVELS.indexOf(levelOf(header)))] as RedactionLevel;
  if (header) {
    put(headerLine(header, level));
    for (const { entry } of rows) {
      if (entry.kind === 'input') put(recordingLine(entry.input, level));
      else if (entry.kind === 'frame') put(recordingLine(entry.frame, level));
      else if (entry.kind === 'snapshot') put(recordingLine(entry.snapshot, level));
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

function headerLine({ session, started_at, seed, options }: RecordingHeader, level: RedactionLevel): string {
  return recordingHeader(seed && options ? { ...options, seed, started_at } : { session, started_at }, level);
}

function levelOf(header: RecordingHeader | undefined): RedactionLevel {
  if (header?.hidden.includes('words')) return 'content';
  return header?.hidden.includes('media') ? 'media' : 'key';
}
