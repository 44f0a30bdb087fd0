// Recordings that were changed, through everything that reads logs: nothing throws, and no prototype is changed.

import {
  createClientReplay,
  createConformance,
  createLogReader,
  createMirror,
  createRecordingWriter,
  createReplayer,
  createStopwatch,
  loggedFrame,
  type ReadEntry,
  RULES,
  readRecordingLine,
  redactLogEntry,
} from '@colloquy/session';
import { mutatedLogs } from '@support/mutated-logs.ts';
import { describe, expect, it } from 'vitest';

const SEED = 20261130;
const LOGS = 400;

const read = (lines: readonly string[]): ReadEntry[] => {
  const reader = createLogReader();
  return [...lines.flatMap((line) => [...reader.read(line)]), ...reader.end()];
};

describe(`${LOGS} recordings changed at random, seed ${SEED}`, () => {
  it.each<[string, (entries: readonly ReadEntry[]) => void]>([
    [
      'held to the protocol, by rules that are there',
      (entries) => {
        const conformance = createConformance();
        for (const { rule, message } of entries.flatMap(({ entry }) => conformance.observe(entry))) {
          expect(Object.hasOwn(RULES, rule), String(rule)).toBe(true);
          expect(message).toBeTypeOf('string');
        }
      },
    ],
    [
      'mirrored',
      (entries) => {
        const mirror = createMirror();
        for (const { entry } of entries) mirror.apply(loggedFrame(entry)?.event);
        expect(Array.isArray(mirror.items())).toBe(true);
      },
    ],
    [
      'timed',
      (entries) => {
        const stopwatch = createStopwatch();
        const timings = entries
          .flatMap(({ entry }) => loggedFrame(entry) ?? [])
          .map((frame) => stopwatch.observe(frame));
        expect([...timings, ...stopwatch.unfinished()].every((each) => each !== null)).toBe(true);
      },
    ],
    [
      'redacted',
      (entries) => {
        for (const { entry, text } of entries) redactLogEntry(entry, text, 'content');
      },
    ],
    [
      'converted',
      (entries) => {
        const lines: string[] = [];
        const writer = createRecordingWriter({ onLine: (line) => lines.push(line) });
        for (const { entry } of entries) {
          const frame = loggedFrame(entry);
          if (frame) writer.write(frame.from, frame.event, frame.time ?? 0);
        }
        writer.end();
        expect(lines.map((line, at) => readRecordingLine(line, at + 1).kind)).not.toContain('damaged');
      },
    ],
    [
      'played to another server',
      (entries) => {
        const replay = createClientReplay({ words: true });
        for (const { entry } of entries) {
          const replayed = replay.read(entry);
          if (replayed) JSON.stringify(replay.send(replayed));
          const frame = loggedFrame(entry);
          if (frame?.from === 'server') replay.observe(frame.event);
        }
        replay.end();
      },
    ],
  ])('[CD7, CD15] are %s without an error', (_, use) => {
    for (const lines of mutatedLogs(SEED, LOGS)) use(read(lines));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('[CD15] are replayed without an error', () => {
    for (const lines of mutatedLogs(SEED, LOGS)) {
      const replayer = createReplayer();
      for (const [at, line] of lines.entries()) replayer.apply(readRecordingLine(line, at + 1));
      expect(replayer.end()).toHaveProperty('ok');
    }
  });
});
