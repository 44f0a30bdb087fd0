// Runs of deltas as one line each.

import { frameLogOfLines, goldenLog } from '@support/frame-logs.ts';
import { describe, expect, it } from 'vitest';
import { createFoldedRows, type FoldedRows } from './fold-rows.ts';

const server = (type: string, fields: object = {}) => ({
  at: 0,
  from: 'server',
  event: { type, event_id: 'e', ...fields },
});
const part = { response_id: 'resp_1', item_id: 'item_1', content_index: 0 };
const audio = (bytes: number) => server('response.output_audio.delta', { ...part, delta: btoa('x'.repeat(bytes)) });
const transcript = (delta: string, fields: object = part) =>
  server('response.output_audio_transcript.delta', { ...fields, delta });
const append = (bytes: number) => ({
  ...{ at: 0, from: 'client', event: { type: 'input_audio_buffer.append', audio: '[REDACTED]' } },
  audio_bytes: [bytes],
});

/** The lines as `index×count`, with what is in an open run after a `>`. */
function linesOf(folded: FoldedRows, total = Number.MAX_SAFE_INTEGER): string[] {
  return Array.from({ length: folded.count(total) }, (_, place) => {
    const { index, run, isInRun } = folded.at(place, total);
    return `${isInRun ? '>' : ''}${index}${run ? `×${run.count}` : ''}`;
  });
}

function foldedOf(log: ReturnType<typeof frameLogOfLines>) {
  const matches = log.rows.map(({ index }) => index);
  const folded = createFoldedRows(log, matches);
  folded.advance();
  return { folded, matches };
}

describe('folded rows', () => {
  const log = frameLogOfLines(
    server('response.created'),
    transcript('It is '),
    audio(4800),
    transcript('sunny.'),
    audio(4800),
    audio(300),
    server('response.output_audio.done'),
    audio(4800),
  );

  it('[CO61] folds the deltas of each part between two other events, in the order of their first', () => {
    const { folded } = foldedOf(log);
    expect(linesOf(folded)).toEqual(['0', '1×2', '2×3', '6', '7']);
    expect(folded.at(2, 100).run).toMatchObject({ count: 3, bytes: 9900, audioMs: 9900 / 48 });
  });

  it('[CO61] keeps deltas of different items, parts and sides apart', () => {
    const other = frameLogOfLines(
      transcript('a'),
      transcript('b', { ...part, item_id: 'item_2' }),
      transcript('c', { ...part, content_index: 1 }),
      append(100),
      append(20),
      transcript('d'),
    );
    const { folded } = foldedOf(other);
    expect(linesOf(folded)).toEqual(['0×2', '1', '2', '3×2']);
    expect(folded.at(3, 100).run).toMatchObject({ bytes: 120, audioMs: 2.5 });
  });

  it('[CO61] counts the audio in the formats of the session, whether or not its events are listed', () => {
    const session = { audio: { input: { format: { type: 'audio/pcmu' } }, output: {} } };
    const phone = frameLogOfLines(server('session.created', { session }), append(800), append(800));
    const folded = createFoldedRows(phone, [1, 2]);
    folded.advance();
    expect(folded.at(0, 100).run).toMatchObject({ bytes: 1600, audioMs: 200 });
  });

  it('[CO61] opens and closes a run, and finds the line of each row', () => {
    const { folded } = foldedOf(log);
    expect(folded.placeOf(5, 100)).toBe(2);
    expect(folded.setOpen(4, true)).toBe(true);
    expect(folded.setOpen(4, true)).toBe(false);
    expect(folded.setOpen(0, true)).toBe(false);
    expect(linesOf(folded)).toEqual(['0', '1×2', '2×3', '>4', '>5', '6', '7']);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((index) => folded.placeOf(index, 100))).toEqual([0, 1, 2, 1, 3, 4, 5, 6]);
    folded.setOpen(3, true);
    expect(linesOf(folded)).toEqual(['0', '1×2', '>3', '2×3', '>4', '>5', '6', '7']);
    folded.setOpen(5, false);
    expect(linesOf(folded)).toEqual(['0', '1×2', '>3', '2×3', '6', '7']);
  });

  it('[CO61] shows of a run what there was at a past moment', () => {
    const { folded } = foldedOf(log);
    expect(linesOf(folded, 5)).toEqual(['0', '1×2', '2×2']);
    expect(folded.at(2, 5).run).toMatchObject({ count: 2, bytes: 9600 });
    folded.setOpen(2, true);
    expect(linesOf(folded, 5)).toEqual(['0', '1×2', '2×2', '>4']);
    expect(linesOf(folded, 3)).toEqual(['0', '1', '2']);
    expect(folded.placeOf(6, 5)).toBe(-1);
  });

  it('[CO61] gives each delta a line of its own when asked', () => {
    const folded = createFoldedRows(log, [1, 2, 3, 4], true);
    folded.advance();
    expect(linesOf(folded)).toEqual(['1', '2', '3', '4']);
  });

  it('[CO61] grows with the log as if it had been read at once', () => {
    const growing = frameLogOfLines(transcript('a'));
    const { folded, matches } = foldedOf(growing);
    for (const line of [transcript('b'), server('response.done'), transcript('c'), transcript('d')]) {
      growing.add(line);
      matches.push(growing.rows.length - 1);
      folded.advance();
    }
    expect(linesOf(folded)).toEqual(['0×2', '2', '3×2']);
  });

  it.each(['audio-turn', 'speech-turns', 'mcp', 'tool-round'])(
    'lists every row of %s once when all is open',
    (name) => {
      const whole = goldenLog(name);
      const matches = whole.rows.map(({ index }) => index);
      const folded = createFoldedRows(whole, matches);
      folded.advance();
      for (const index of matches) folded.setOpen(index, true);
      const total = matches.length;
      const listed = Array.from({ length: folded.count(total) }, (_, place) => folded.at(place, total).index);
      expect(listed.toSorted((a, b) => a - b)).toEqual(matches);
      expect(listed.map((index) => folded.placeOf(index, total))).toEqual(listed.map((_, place) => place));
    },
  );
});
