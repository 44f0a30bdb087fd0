// The price list of @colloquy/session, for the cost in summaries.

import { createRequire } from 'node:module';
import type { PriceList } from '@colloquy/session';

let prices: PriceList | undefined;

/** Reads the list at the first call. */
export function priceList(): PriceList {
  prices ??= createRequire(import.meta.url)('@colloquy/session/prices.json') as PriceList;
  return prices;
}
