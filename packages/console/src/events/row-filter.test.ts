// Filters of the list of lines.

import { readRecordingLine } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from '../log/frame-log.ts';
import { createRowFilter, EVERYTHING, type RowWish } from './row-filter.ts';

function logOf(...lines: object[]) {
  const log = createFrameLog({ soon: (call) => call() });
  for (const [index, line] of lines.entries()) log.append(readRecordingLine(JSON.stringify(line), index + 1));
  return log;
}

const created = { type: 'session.created', event_id: 'e1', session: { model: 'm' } };
const log = logOf(
  { recording: 1, session: 'sess_1', started_at: 0, hidden: [], seed: null, options: null },
  { at: 0, from: 'server', event: created },
  { at: 5, from: 'client', event: { type: 'input_audio_buffer.append', audio: 'needle'.repeat(500) } },
  { at: 9, from: 'engine', response_id: 'r', event: { type: 'text.delta', delta: 'Needle' } },
  { at: 9, from: 'server', event: { type: 'error', event_id: 'e2', error: { type: 'x', message: 'no' } } },
  { at: 10, from: 'server', event: { type: 'response.output_text.delta', delta: 'hay' } },
);

const matches = (wish: Partial<RowWish>) => {
  const filter = createRowFilter(log, { ...EVERYTHING, ...wish });
  filter.look(1000);
  return filter.matches;
};

describe('createRowFilter', () => {
  it('lists by side', () => {
    expect(matches({})).toEqual([0, 1, 2, 3, 4, 5]);
    expect(matches({ side: 'wire' })).toEqual([1, 2, 4, 5]);
    expect(matches({ side: 'client' })).toEqual([2]);
    expect(matches({ side: 'inside' })).toEqual([0, 3]);
  });

  it('lists errors, what breaks the protocol, and what is no piece of a whole', () => {
    expect(matches({ kind: 'errors' })).toEqual([4]);
    expect(matches({ kind: 'broken' })).toEqual([...log.violations.keys()]);
    expect(matches({ kind: 'broken' })).toContain(5); // it has no event_id
    expect(matches({ kind: 'no-deltas' })).toEqual([0, 1, 2, 4]);
  });

  it('finds text in what was said, in letters of either case, and in no audio', () => {
    expect(matches({ text: ' needle ' })).toEqual([3]);
    expect(matches({ text: 'APPEND' })).toEqual([2]);
    expect(matches({ text: 'hay', side: 'client' })).toEqual([]);
  });

  it('stops when its time is up, and goes on from there, also into what has come since', () => {
    const long = logOf(...Array.from({ length: 2000 }, (_, at) => ({ at, from: 'clock' })));
    let time = 0;
    const filter = createRowFilter(long, EVERYTHING, () => (time += 1));
    expect(filter.look(1)).toBe(false);
    const { looked } = filter;
    expect(looked).toBeLessThan(2000);
    while (!filter.look(1));
    long.append(readRecordingLine('{"at":2000,"from":"clock"}', 2001));
    expect(filter.look(100)).toBe(true);
    expect(filter.matches).toHaveLength(2001);
  });
});
