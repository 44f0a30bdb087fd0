// Lists which models of logs have a price, for `colloquy measure --check-prices`.

import { costOf, type PriceList, type Timing } from '@colloquy/session';
import { printableLine } from './printable.ts';

/** So many different models are told apart: a file may name any. */
const MAX_MODELS = 1000;

export interface PriceCheck {
  /** Answers what the timing cost; `null` when it has no price. */
  add(timing: Timing): number | null;
  /** One line for each model, in the order they came. */
  lines(): string[];
  /** Whether everything that was consumed has a price. */
  isComplete(): boolean;
}

/** Collects the models of timings and holds them against a list of prices. */
export function createPriceCheck(prices: PriceList): PriceCheck {
  const models = new Map<string, boolean>();
  const { currency, as_of } = prices;
  const priced = `priced in ${currency}${as_of === undefined ? '' : ` as of ${as_of}`}`;
  return {
    add({ model, usage }) {
      const name = model ?? 'a model that is not named';
      const cost = costOf(prices, model, usage);
      if (models.has(name) || models.size < MAX_MODELS) models.set(name, cost !== null && models.get(name) !== false);
      return cost;
    },
    lines: () => Array.from(models, ([name, hasPrice]) => `${printableLine(name)}: ${hasPrice ? priced : 'no price'}`),
    isComplete: () => [...models.values()].every((hasPrice) => hasPrice),
  };
}
