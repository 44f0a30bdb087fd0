// What tokens cost, by the list that `colloquy measure` counts with too.

import type { PriceList } from '@colloquy/session';
import prices from '@colloquy/session/prices.json' with { type: 'json' };

export const PRICES: PriceList = prices;
