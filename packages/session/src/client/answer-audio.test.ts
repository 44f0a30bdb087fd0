import { pcm } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { createAnswerAudio } from './answer-audio.ts';

const delta = (item_id: string, ms: number, content_index = 0) => ({ item_id, content_index, delta: pcm(ms) });

describe('createAnswerAudio', () => {
  it('returns the bytes to play, and ignores what is not audio', () => {
    const audio = createAnswerAudio();
    expect(audio.receive(delta('i', 10))).toEqual({ item_id: 'i', content_index: 0, bytes: new Uint8Array(480) });
    for (const odd of [{}, { item_id: 7, delta: '' }, { ...delta('i', 1), delta: 'no base64' }, { item_id: 'i' }])
      expect(audio.receive(odd)).toBeUndefined();
  });

  it('[TR1, TR2] truncates each part to the whole milliseconds that were heard', () => {
    const audio = createAnswerAudio();
    audio.receive(delta('a', 100));
    audio.receive(delta('b', 100, 2));
    const parts = [
      { item_id: 'a', content_index: 0, heard_ms: 40.9 },
      { item_id: 'b', content_index: 2, heard_ms: -3 },
    ];
    expect(audio.interrupt(parts)).toEqual([
      { type: 'conversation.item.truncate', item_id: 'a', content_index: 0, audio_end_ms: 40 },
      { type: 'conversation.item.truncate', item_id: 'b', content_index: 2, audio_end_ms: 0 },
    ]);
  });

  it('[TR3] never truncates past the received audio, in its format', () => {
    for (const [format, most] of [
      ['audio/pcm', 30],
      ['audio/pcmu', 180],
    ] as const) {
      const audio = createAnswerAudio(format === 'audio/pcm' ? undefined : { type: format });
      audio.receive(delta('a', 10));
      audio.receive(delta('a', 20));
      const [truncation] = audio.interrupt([{ item_id: 'a', content_index: 0, heard_ms: 500 }]);
      expect(truncation?.audio_end_ms).toBe(most);
    }
  });

  it('plays nothing more of an interrupted item, and continues with the next', () => {
    const audio = createAnswerAudio();
    audio.receive(delta('a', 10));
    audio.receive(delta('next', 10));
    audio.interrupt([{ item_id: 'a', content_index: 0, heard_ms: 5 }]);
    expect(audio.receive(delta('a', 10))).toBeUndefined();
    expect(audio.receive(delta('next', 10))).toBeDefined();
    const [truncation] = audio.interrupt([{ item_id: 'next', content_index: 0, heard_ms: 99 }]);
    expect(truncation?.audio_end_ms).toBe(20);
  });

  it('[CO29] plays nothing more of what was received when it is muted, and truncates it once', () => {
    const audio = createAnswerAudio();
    audio.receive(delta('a', 10));
    audio.mute();
    expect(audio.receive(delta('a', 10))).toBeUndefined();
    expect(audio.receive(delta('next', 10))).toBeDefined();
    expect(audio.interrupt([{ item_id: 'a', content_index: 0, heard_ms: 99 }])).toEqual([
      { type: 'conversation.item.truncate', item_id: 'a', content_index: 0, audio_end_ms: 10 },
    ]);
  });
});
