// Filters of the list of lines.

import { frameLogOfLines } from '@support/frame-logs.ts';
import { describe, expect, it } from 'vitest';
import { createRowFilter, DEFAULT_WISH, type RowWish } from './row-filter.ts';

const created = { type: 'session.created', event_id: 'e1', session: { model: 'm' } };
const log = frameLogOfLines(
  { recording: 1, session: 'sess_1', started_at: 0, hidden: [], seed: null, options: null },
  { at: 0, from: 'server', event: created },
  { at: 5, from: 'client', event: { type: 'input_audio_buffer.append', audio: 'needle'.repeat(500) } },
  { at: 9, from: 'engine', response_id: 'resp_r', event: { type: 'text.delta', delta: 'Needle' } },
  { at: 9, from: 'server', event: { type: 'error', event_id: 'e2', error: { type: 'x', message: 'no' } } },
  { at: 10, from: 'server', event: { type: 'response.output_text.delta', response_id: 'resp_r', delta: 'hay' } },
  { at: 11, from: 'server', event: { type: 'response.mcp_call.failed', event_id: 'e3', item_id: 'resp' } },
);

const matches = (wish: Partial<RowWish>) => {
  const filter = createRowFilter(log, { ...DEFAULT_WISH, ...wish });
  filter.look(1000);
  return filter.matches;
};

describe('createRowFilter', () => {
  it('[CO62] lists what passed between client and server, and the internal lines when asked', () => {
    expect(matches({})).toEqual([1, 2, 4, 5, 6]);
    expect(matches({ isInternalShown: true })).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(matches({ filters: ['client'] })).toEqual([2]);
    expect(matches({ filters: ['client', 'server'] })).toEqual([1, 2, 4, 5, 6]);
    expect(matches({ filters: ['client'], isInternalShown: true })).toEqual([0, 2, 3]);
  });

  it('[CO62] lists by family: those of one group are alternatives, each group narrows', () => {
    expect(matches({ filters: ['response'] })).toEqual([5]);
    expect(matches({ filters: ['tool'] })).toEqual([6]);
    expect(matches({ filters: ['session', 'input'] })).toEqual([1, 2]);
    expect(matches({ filters: ['session', 'input', 'client'] })).toEqual([2]);
  });

  it('lists errors, what breaks the protocol, and what is no piece of a whole', () => {
    expect(matches({ filters: ['errors'] })).toEqual([4, 6]);
    expect(matches({ filters: ['violations'], isInternalShown: true })).toEqual([...log.violations.keys()]);
    expect(matches({ filters: ['violations'] })).toContain(5); // it has no event_id
    expect(matches({ filters: ['no-deltas'] })).toEqual([1, 2, 4, 6]);
  });

  it('[CO62] lists the lines that contain an id as a value, and no longer one', () => {
    expect(matches({ id: 'resp_r' })).toEqual([5]);
    expect(matches({ id: 'resp' })).toEqual([6]);
    expect(matches({ id: 'error' })).toEqual([4]);
  });

  it('finds text in what was said, in letters of either case, and in no audio', () => {
    expect(matches({ text: ' needle ', isInternalShown: true })).toEqual([3]);
    expect(matches({ text: ' needle ' })).toEqual([]);
    expect(matches({ text: 'APPEND' })).toEqual([2]);
    expect(matches({ text: 'hay', filters: ['client'] })).toEqual([]);
  });

  it('stops when its time is up, and goes on from there, also into what has come since', () => {
    const long = frameLogOfLines(...Array.from({ length: 2000 }, (_, at) => ({ at, from: 'server', event: created })));
    let time = 0;
    const filter = createRowFilter(long, DEFAULT_WISH, () => (time += 1));
    expect(filter.look(1)).toBe(false);
    const { looked } = filter;
    expect(looked).toBeLessThan(2000);
    while (!filter.look(1));
    long.add({ at: 2000, from: 'server', event: created });
    expect(filter.look(100)).toBe(true);
    expect(filter.matches).toHaveLength(2001);
  });
});
