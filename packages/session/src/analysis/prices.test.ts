// Cost of tokens.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { costOf, isBilled, type PriceList } from './prices.ts';

const prices: PriceList = { currency: 'USD', models: { m: { input_text: 4, output_text: 16, minute: 0.5 } } };
const usage = {
  ...{ input_text: 0, input_audio: 0, input_image: 0, cached_text: 0, cached_audio: 0, cached_image: 0 },
  ...{ output_text: 0, output_audio: 0, seconds: 0 },
};

it('prices tokens per million and audio per minute, also for dated model versions', () => {
  expect(costOf(prices, 'm', { ...usage, input_text: 500_000, output_text: 250_000 })).toBe(6);
  expect(costOf(prices, 'm-2025-08-28', { ...usage, seconds: 90 })).toBe(0.75);
  expect(costOf(prices, 'm', usage)).toBe(0);
});

it('returns null when a price is missing', () => {
  expect(costOf(prices, 'm', { ...usage, input_audio: 1 })).toBeNull();
  for (const model of [null, 'n', '__proto__', 'constructor', 'm-2025'])
    expect(costOf(prices, model, usage)).toBeNull();
});

it('[CO26] treats a model as billed unless an engine of the server answered', () => {
  expect([undefined, 'relay', 'parrot', 'cascade'].map(isBilled)).toEqual([true, true, false, false]);
});

it('[CO26] states source and date of every price', () => {
  const list = JSON.parse(readFileSync(new URL('../../prices.json', import.meta.url), 'utf8'));
  expect(list.as_of).toMatch(/^\d{4}-\d\d$/);
  expect(Object.values<string[]>(list.sources).flat().sort()).toEqual(Object.keys(list.models).sort());
  for (const source of Object.keys(list.sources)) expect(source).toMatch(/\b20\d\d-\d\d\b/);
});
