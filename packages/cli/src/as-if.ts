// Whose price a cost uses: the model that answered or, for an engine without a price, the model that the client named.

import { isBilled, type RecordingEntry, type Timing } from '@colloquy/session';
import { printableLine } from './printable.ts';

/** Models that a summary names. */
const MAX_NAMED = 5;

/** Follows the entries and the costs of one log. */
export interface AsIf {
  /** Learns from a header which engine answered. */
  observe(entry: RecordingEntry): void;
  /** The model that a cost is as if of; `null` when the cost is that of the model itself, or unknown. */
  of(timing: Timing, cost: number | null): string | null;
  /** The end of a sentence about the cost; `''` when it is that of the models themselves. */
  text(): string;
}

export function createAsIf(): AsIf {
  const models = new Set<string>();
  const engines = new Set<string>();
  let engine: string | undefined;
  return {
    observe(entry) {
      if (entry.kind === 'header') engine = entry.header.engine;
    },
    of({ model }, cost) {
      if (isBilled(engine) || cost === null || model === null) return null;
      if (models.size < MAX_NAMED) models.add(model);
      if (engines.size < MAX_NAMED) engines.add(String(engine));
      return model;
    },
    text() {
      if (models.size === 0) return '';
      const list = (names: ReadonlySet<string>) => [...names].map(printableLine).join(', ');
      return `, as if ${list(models)}: the engine ${list(engines)} has no price`;
    },
  };
}
