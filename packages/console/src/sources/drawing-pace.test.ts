import { describe, expect, it } from 'vitest';
import { createDrawingPace } from './drawing-pace.ts';

/** A pace on a clock of its own, with the waits it asked for. */
function paced() {
  const waits: { call: () => void; ms: number; isCancelled: boolean }[] = [];
  const clock = { now: 1000 };
  const pace = createDrawingPace(
    () => clock.now,
    (call, ms) => {
      const wait = { call, ms, isCancelled: false };
      waits.push(wait);
      return () => {
        wait.isCancelled = true;
      };
    },
  );
  return { pace, clock, waits };
}

describe('drawing pace', () => {
  it('waits longer the longer a log is read', () => {
    const { pace, clock, waits } = paced();
    for (const ms of [0, 150, 400, 1500, 60_000]) {
      clock.now = 1000 + ms;
      pace.soon(() => {});
    }
    expect(waits.map(({ ms }) => ms)).toEqual([200, 200, 400, 1500, 2000]);
  });

  it('draws what is due at the end, once', () => {
    const { pace, waits } = paced();
    let drawn = 0;
    pace.soon(() => {
      drawn += 1;
    });
    pace.end();
    expect([drawn, waits[0]?.isCancelled]).toEqual([1, true]);
    pace.end();
    expect(drawn).toBe(1);
    pace.soon(() => {});
    expect(waits[1]?.ms).toBe(0);
  });
});
