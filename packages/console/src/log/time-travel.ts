// The conversation at any row. Mirrors are forked at intervals, so going back applies only a part of the log.

import { createMirror, type Mirror } from '@colloquy/session';
import type { LogRow } from './log-row.ts';
import { eventsOf } from './row-events.ts';

/** Rows between two forks, to begin with. */
const STRIDE = 1024;
/** When there are more forks than this, every other one goes, and the stride doubles. */
const MAX_FORKS = 64;

export interface TimeTravel {
  /** The mirror after the first `count` rows. It is used again: read it before asking for another. */
  at(count: number): Mirror;
}

export function createTimeTravel(rows: readonly LogRow[]): TimeTravel {
  let stride = STRIDE;
  let forks = new Map<number, Mirror>();
  let traveller = { count: 0, mirror: createMirror() };

  function addFork({ count, mirror }: { count: number; mirror: Mirror }): void {
    forks.set(count, mirror.fork());
    if (forks.size <= MAX_FORKS) return;
    stride *= 2;
    forks = new Map([...forks].filter(([at]) => at % stride === 0));
  }

  function nearest(count: number): { count: number; mirror: Mirror } {
    for (let at = count - (count % stride); at > 0; at -= stride) {
      const fork = forks.get(at);
      if (fork) return { count: at, mirror: fork.fork() };
    }
    return { count: 0, mirror: createMirror() };
  }

  return {
    at(count) {
      const isAhead = traveller.count <= count;
      // A stretch that has been passed before need not be walked again.
      if (!isAhead || count - traveller.count > 2 * stride) {
        const near = nearest(count);
        if (!isAhead || near.count > traveller.count) traveller = near;
      }
      while (traveller.count < count) {
        for (const event of eventsOf(rows[traveller.count] as LogRow)) traveller.mirror.apply(event);
        traveller.count += 1;
        if (traveller.count % stride === 0 && !forks.has(traveller.count)) addFork(traveller);
      }
      return traveller.mirror;
    },
  };
}
