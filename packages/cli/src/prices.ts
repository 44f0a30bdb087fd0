// Price lists: that of @colloquy/session or the user's file, validated on reading.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ModelPrices, PRICED_KINDS, type PriceList } from '@colloquy/session';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';

const ours = () => createRequire(import.meta.url).resolve('@colloquy/session/prices.json');

/** Reads prices, by default those that came with the program. Throws `misused`, in one line, for a file that holds none. */
export function readPrices(file: string | undefined): PriceList {
  const name = file === undefined ? 'prices.json' : printableLine(file);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file ?? ours(), 'utf8'));
  } catch (error) {
    throw misused(`${name} cannot be read: ${error instanceof SyntaxError ? 'it is not JSON' : fileErrorText(error)}`);
  }
  const { currency = 'USD', as_of, models } = isObject(value) ? value : {};
  if (typeof currency !== 'string') throw misused(`${name}: currency is a word, as USD`);
  if (as_of !== undefined && typeof as_of !== 'string') throw misused(`${name}: as_of is a month, as 2026-11`);
  if (!isObject(models)) throw misused(`${name}: models is an object, from a model's name to its prices`);
  for (const [model, prices] of Object.entries(models)) checkModel(name, model, prices);
  return { currency, models, ...(as_of !== undefined && { as_of: printableLine(as_of) }) };
}

function checkModel(name: string, model: string, prices: unknown): asserts prices is ModelPrices {
  const where = `${name}: ${printableLine(model)}`;
  if (!isObject(prices)) throw misused(`${where} is an object of prices`);
  for (const [kind, price] of Object.entries(prices)) {
    if (!(PRICED_KINDS as readonly string[]).includes(kind) && kind !== 'minute')
      throw misused(`${where}: the kinds are ${PRICED_KINDS.join(', ')} and minute`);
    if (typeof price !== 'number' || !(price >= 0)) throw misused(`${where}: ${kind} is a number from 0`);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, never>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
