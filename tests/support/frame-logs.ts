// Logs as the console holds them, without a screen: of a text, of lines, of our recordings.

import { readFileSync } from 'node:fs';
import { createLogReader, readRecordingLine } from '@colloquy/session';
import { createFrameLog, type FrameLog } from '../../packages/console/src/log/frame-log.ts';
import { golden } from './logs.ts';

/** The log of a whole text, in any form that the console reads. */
export function frameLogOf(text: string): FrameLog {
  const log = createFrameLog({ soon: () => {} });
  const reader = createLogReader();
  for (const line of text.split('\n')) for (const { entry } of reader.read(line)) log.append(entry);
  for (const { entry } of reader.end()) log.append(entry);
  return log;
}

/** The log of one of our recordings. */
export const goldenLog = (name: string): FrameLog => frameLogOf(readFileSync(golden(name), 'utf8'));

/** A log of lines of a recording, and how another is added. */
export function frameLogOfLines(...lines: object[]): FrameLog & { add(line: object): void } {
  const log = createFrameLog({ soon: () => {} });
  const add = (line: object) => log.append(readRecordingLine(JSON.stringify(line), log.rows.length + 1));
  for (const line of lines) add(line);
  return Object.assign(log, { add });
}
