import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { activeClock } from './active-time.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { createBackpressure } from './transports/backpressure.ts';
import { createFrameLimiter } from './transports/frame-limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A clock over a real clock that the test moves. */
function clocks() {
  let real = 0;
  const clock = activeClock(() => real);
  return {
    clock,
    /** The process runs: time passes in steps, and timers come when they are due. */
    run(ms: number) {
      for (let passed = 0; passed < ms; passed += 250) {
        real += 250;
        clock.tick();
        vi.advanceTimersByTime(250);
      }
    },
    /** The process is stopped, and goes on with the timers that have become due. */
    freeze(ms: number) {
      real += ms;
      vi.advanceTimersByTime(ms);
      clock.tick();
    },
  };
}

describe('activeClock', () => {
  it('[LM16] follows the real clock while the process runs', () => {
    const { clock, run } = clocks();
    run(10_000);
    expect(clock.now()).toBe(10_000);
  });

  it('[LM16] does not count time in which the process was stopped, and is monotonic', () => {
    const { clock, run, freeze } = clocks();
    run(1000);
    freeze(3_600_000);
    const after = clock.now();
    expect(after).toBeGreaterThanOrEqual(1000);
    expect(after).toBeLessThanOrEqual(2000);
    run(1000);
    expect(clock.now()).toBe(after + 1000);
  });

  it('[LM16] calls back after the counted time, not at the end of a freeze', () => {
    const { clock, run, freeze } = clocks();
    const callback = vi.fn();
    clock.after(10_000, callback);
    run(4000);
    freeze(35_000);
    expect(callback).not.toHaveBeenCalled();
    run(6000);
    expect(callback).toHaveBeenCalledOnce();
  });

  it('[LM16] can be cancelled until the callback runs', () => {
    const { clock, run } = clocks();
    const callback = vi.fn();
    const cancel = clock.after(1000, callback);
    run(750);
    cancel();
    run(2000);
    expect(callback).not.toHaveBeenCalled();
  });
});

describe('backpressure', () => {
  function reading() {
    const testClocks = clocks();
    const transport = { bufferedBytes: 5000 };
    const onStall = vi.fn();
    const watch = createBackpressure(transport, DEFAULT_LIMITS, onStall, testClocks.clock);
    watch.onSent(5000);
    return { ...testClocks, transport, onStall };
  }

  it('[LM9, LM16] does not count time in which this process was stopped', () => {
    const { run, freeze, transport, onStall } = reading();
    for (let round = 0; round < 3; round += 1) {
      run(4000);
      freeze(35_000);
      run(3000);
      transport.bufferedBytes -= 1000;
    }
    run(5000);
    expect(onStall).not.toHaveBeenCalled();
  });

  it('[LM9] reports a stalled reader once while this process runs', () => {
    const { run, onStall } = reading();
    run(9000);
    expect(onStall).not.toHaveBeenCalled();
    run(30_000);
    expect(onStall).toHaveBeenCalledOnce();
  });
});

describe('rate limits of a client', () => {
  it('[LM6, LM16] accepts what was sent while this process was stopped, and refuses more', () => {
    const { clock, run, freeze } = clocks();
    const gate = createFrameLimiter(DEFAULT_LIMITS, clock);
    const append = '{"type":"input_audio_buffer.append","audio":"AAAA"}';
    const countRefused = (count: number) =>
      Array.from({ length: count }, () => gate(append, clock.now())).filter((issue) => issue !== undefined).length;
    expect(countRefused(1)).toBe(0);
    run(10_000);
    freeze(35_000);
    expect(countRefused(35 * 50)).toBe(0); // frames of 20 ms
    expect(countRefused(6000)).toBeGreaterThan(1000);
    run(10_000);
    expect(countRefused(400)).toBe(0);
    expect(countRefused(400)).toBeGreaterThan(300);
  });
});
