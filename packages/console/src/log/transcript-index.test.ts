// Which words of a transcript were spoken at a moment of its audio.

import { describe, expect, it } from 'vitest';
import type { PartAudio } from './audio-index.ts';
import { createTranscriptIndex, endOfWord, spokenChars } from './transcript-index.ts';

/** Chunks of audio by row, in milliseconds of PCM. */
const audioOf = (chunks: readonly (readonly [row: number, ms: number])[]): PartAudio => ({
  format: { type: 'audio/pcm', rate: 24_000 },
  chunks: chunks.map(([row, ms]) => ({ row, audio: '', bytes: ms * 48 })),
  ...{ from: 0, to: undefined },
});
const at = (...args: Parameters<typeof spokenChars>) => Math.round(spokenChars(...args));

describe('[CO72] the words that were spoken', () => {
  it('are linear by characters where nothing else is known', () => {
    const audio = audioOf([[2, 1000]]);
    expect([0, 500, 1000, 2000].map((ms) => at([{ row: 1, from: 0 }], audio, ms, 20))).toEqual([0, 10, 20, 20]);
    expect(at([], audio, 500, 20)).toBe(10);
  });

  it('begin with the audio that follows their piece', () => {
    const pieces = [
      { row: 1, from: 0 },
      { row: 4, from: 10 },
    ];
    // Ten characters in two seconds, then twenty in one.
    const audio = audioOf([
      [2, 1500],
      [3, 500],
      [5, 1000],
    ]);
    expect([1000, 2000, 2500, 3000].map((ms) => at(pieces, audio, ms, 30))).toEqual([5, 10, 20, 30]);
  });

  it('do not run ahead with pieces that come before their audio, nor wait for those that come after it', () => {
    const burst = [0, 10, 20, 30].map((from, index) => ({ row: 2 * index + 1, from }));
    const audio = audioOf([
      [2, 20],
      [4, 20],
      [6, 20],
      [8, 3940],
    ]);
    expect(at(burst, audio, 2000, 40)).toBe(20);
    expect(at([{ row: 9, from: 0 }], audio, 2000, 40)).toBe(20);
  });

  it('are no more than can be spoken while audio is still to come', () => {
    expect(at([{ row: 1, from: 0 }], audioOf([[2, 200]]), 200, 400)).toBe(6);
  });

  it('end with a word, and none is spoken before the first', () => {
    expect([0, 1, 4, 6, 9, 20].map((chars) => endOfWord('Hello, you two', chars))).toEqual([0, 5, 5, 7, 10, 14]);
    expect(endOfWord('你好世界', 1)).toBeLessThan(4);
  });
});

it('[CO72] the pieces of a transcript are known by their part', () => {
  const index = createTranscriptIndex();
  const add = (row: number, type: string, fields: object) =>
    index.addRow({
      ...{ index: row, line: row + 1, at: null, from: 'server', type },
      entry: { kind: 'frame', frame: { at: 0, from: 'server', event: { type, ...fields } } },
    } as never);
  const type = 'response.output_audio_transcript.delta';
  add(0, type, { item_id: 'a', content_index: 0, delta: 'Hello' });
  add(1, type, { item_id: 'b', content_index: 0, delta: 'No' });
  add(2, type, { item_id: 'a', content_index: 0, delta: ' you' });
  add(3, type, { item_id: 'a', delta: 5 });
  add(4, 'response.output_text.delta', { item_id: 'a', content_index: 0, delta: '!' });
  expect(index.of('a', 0)).toEqual([
    { row: 0, from: 0 },
    { row: 2, from: 5 },
  ]);
  expect(index.of('c', 0)).toEqual([]);
});
