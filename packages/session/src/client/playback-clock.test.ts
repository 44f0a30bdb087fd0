import { describe, expect, it } from 'vitest';
import { createPlaybackClock } from './playback-clock.ts';

const A = { item_id: 'a', content_index: 0 };
const B = { item_id: 'b', content_index: 0 };

describe('createPlaybackClock', () => {
  it('counts the time since the first sample, and nothing that still waits', () => {
    const clock = createPlaybackClock();
    clock.play(A, 1000, 100);
    clock.play(A, 1000, 150);
    clock.play(B, 500, 200);
    expect(clock.stop(1850.7)).toEqual([
      { ...A, heard_ms: 1750 },
      { ...B, heard_ms: 0 },
    ]);
    expect(clock.stop(1851)).toEqual([]);
  });

  it('omits parts that were heard to their end', () => {
    const clock = createPlaybackClock();
    clock.play(A, 100, 0);
    clock.play(B, 100, 0);
    expect(clock.stop(150)).toEqual([{ ...B, heard_ms: 50 }]);
    clock.play(A, 100, 200);
    expect(clock.stop(300)).toEqual([]);
  });

  it('does not count gaps without audio', () => {
    const clock = createPlaybackClock();
    clock.play(A, 100, 0);
    clock.play(A, 100, 500);
    expect(clock.stop(530)).toEqual([{ ...A, heard_ms: 130 }]);
    clock.play(A, 100, 1000);
    clock.play(B, 100, 1500);
    expect(clock.stop(1510)).toEqual([{ ...B, heard_ms: 10 }]);
  });
});
