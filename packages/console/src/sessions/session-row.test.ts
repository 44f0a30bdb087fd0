// Rows of the table of sessions.

import type { ConversationSummary, RecordingSummary, SessionSummary } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { hasTraits, isEmpty, lengthOf, type SessionRow, sessionRows, sortRows } from './session-row.ts';
import { NEWEST_FIRST } from './table-state.ts';

const SUMMARY: ConversationSummary = {
  ...{ first_words: 'Hello', turns: 1, first_audio_p50_ms: 500, first_audio_max_ms: 900 },
  ...{ interruptions: 0, errors: 0, tools: [], tokens: { input: 1, cached: 0, output: 2 }, cost: null },
  duration_ms: 4000,
};
const session = (id: string, fields: Partial<SessionSummary> = {}): SessionSummary => ({
  ...{ id, type: 'realtime', model: 'm', engine: 'parrot', started_at: 100, active_response: null, items: 0 },
  ...{ recording: null, summary: { ...SUMMARY, duration_ms: null } },
  ...fields,
});
const recording = (name: string, fields: Partial<RecordingSummary> = {}): RecordingSummary => ({
  ...{ name, session: `sess_${name}`, type: 'realtime', model: 'm', engine: 'parrot', started_at: 50, bytes: 1 },
  ...{ hidden: [], running: false, summary: SUMMARY },
  ...fields,
});
const withSummary = (name: string, fields: Partial<ConversationSummary>, started_at = 50) =>
  recording(name, { started_at, summary: { ...SUMMARY, ...fields } });
const keys = (rows: readonly SessionRow[]) => rows.map(({ key }) => key);

describe('the rows of the table', () => {
  it('[CO64] are the live sessions, newest first, and the recordings that are of none of them', () => {
    const rows = sessionRows(
      [session('old'), session('new', { recording: 'running', active_response: 'resp_1' })],
      [recording('running', { running: true }), recording('b'), recording('a', { session: null, started_at: null })],
    );
    expect(keys(rows)).toEqual(['session:new', 'session:old', 'recording:b', 'recording:a']);
    expect(rows.map(({ id }) => id)).toEqual(['new', 'old', 'sess_b', 'a']);
    expect([rows[0]?.isAnswering, rows[1]?.isAnswering, rows[3]?.startedAt]).toEqual([true, false, null]);
  });

  it('[CO64] are empty if nothing happened, and not while that is not known', () => {
    const silent = { turns: 0, first_words: null, tokens: { input: 0, cached: 0, output: 0 } };
    const [live, empty, failed, unknown] = sessionRows(
      [session('live', { summary: { ...SUMMARY, ...silent } })],
      [
        withSummary('empty', silent),
        withSummary('failed', { ...silent, errors: 1 }),
        recording('x', { summary: null }),
      ],
    );
    expect([live, empty, failed, unknown].map((row) => isEmpty(row as SessionRow))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  it('[CO64] have all traits that are asked for', () => {
    const [row] = sessionRows([], [withSummary('a', { errors: 1, first_audio_max_ms: 1500 })]) as [SessionRow];
    expect(hasTraits(row, [])).toBe(true);
    expect(hasTraits(row, ['error', 'slow'])).toBe(true);
    expect(hasTraits(row, ['error', 'tool'])).toBe(false);
    expect(hasTraits({ summary: null }, ['error'])).toBe(false);
  });

  it('[CO64] are sorted by any column, unknown values last, of equal ones the newest first', () => {
    const rows = sessionRows(
      [],
      [
        withSummary('a', { turns: 3, first_audio_p50_ms: null }, 1),
        withSummary('b', { turns: 7 }, 2),
        withSummary('c', { turns: 3, first_words: 'Apple' }, 3),
        recording('d', { summary: null, started_at: 4 }),
      ],
    );
    const by = (order: typeof NEWEST_FIRST) => keys(sortRows(rows, order, 0)).map((key) => key.at(-1));
    expect(by(NEWEST_FIRST)).toEqual(['d', 'c', 'b', 'a']);
    expect(by({ by: 'turns', isDescending: true })).toEqual(['b', 'c', 'a', 'd']);
    expect(by({ by: 'turns', isDescending: false })).toEqual(['c', 'a', 'b', 'd']);
    expect(by({ by: 'first-audio', isDescending: true })).toEqual(['c', 'b', 'd', 'a']);
    expect(by({ by: 'session', isDescending: false })[0]).toBe('c');
  });

  it('[CO64] count the length of a live session from its start', () => {
    const [live, over] = sessionRows([session('live')], [recording('over')]) as [SessionRow, SessionRow];
    expect([lengthOf(live, 130_000), lengthOf(live, 0), lengthOf(over, 130_000)]).toEqual([30_000, 0, 4000]);
  });
});
