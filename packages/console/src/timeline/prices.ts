// Prices of tokens, from the list that `colloquy measure` uses.

import type { PriceList } from '@colloquy/session';
import prices from '@colloquy/session/prices.json' with { type: 'json' };

export const PRICES: PriceList = prices;
