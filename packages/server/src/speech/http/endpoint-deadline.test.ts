// The clock of a stage, with a clock that the test turns.

import { ColloquyError } from '@colloquy/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { activeClock } from '../../active-time.ts';
import { createDeadline, DEFAULT_BUDGET, type EndpointBudget } from './endpoint-deadline.ts';
import type { EndpointFault } from './endpoint-fault.ts';

const TIMERS = ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] as const;
beforeEach(() => void vi.useFakeTimers({ toFake: [...TIMERS] }));
afterEach(() => void vi.useRealTimers());

function watchOf(budget: Partial<EndpointBudget>) {
  const faults: EndpointFault[] = [];
  const clock = activeClock();
  const errorOf = (fault: EndpointFault) => {
    faults.push(fault);
    return new ColloquyError('upstream_timeout', 'late');
  };
  const watch = createDeadline({ ...DEFAULT_BUDGET, ...budget }, errorOf, clock);
  /** Waits for something that comes after so many milliseconds, or times out. */
  const wait = async (ms: number) => {
    const waited = watch.waiting(new Promise((resolve) => setTimeout(resolve, ms))).catch(() => {});
    await vi.advanceTimersByTimeAsync(ms);
    clock.tick();
    await waited;
  };
  return { watch, wait, faults };
}

it('allows a long answer while data keeps arriving', async () => {
  const { watch, wait, faults } = watchOf({ firstByteMs: 100, idleMs: 100 });
  for (let piece = 0; piece < 50; piece++) {
    await wait(90);
    watch.progress();
  }
  expect(faults).toEqual([]);
  await wait(110);
  expect(faults).toEqual([{ fault: 'timeout', waitedFor: 'data', ms: 100 }]);
});

it('adds up waits without data', async () => {
  const { wait, faults } = watchOf({ firstByteMs: 100 });
  for (let beat = 0; beat < 6; beat++) await wait(20);
  expect(faults[0]).toEqual({ fault: 'timeout', waitedFor: 'first_data', ms: 100 });
});

it('limits all waits together', async () => {
  const { watch, wait, faults } = watchOf({ totalMs: 200 });
  for (let piece = 0; piece < 3; piece++) {
    await wait(80);
    watch.progress();
  }
  expect(faults).toEqual([{ fault: 'timeout', waitedFor: 'end', ms: 200 }]);
});

it('does not count time in which the consumer does not read', async () => {
  const { watch, wait, faults } = watchOf({ firstByteMs: 100, idleMs: 100, totalMs: 300 });
  for (let piece = 0; piece < 3; piece++) {
    await wait(50);
    watch.progress();
    await vi.advanceTimersByTimeAsync(10_000); // we are slow, not they
  }
  expect(faults).toEqual([]);
});
