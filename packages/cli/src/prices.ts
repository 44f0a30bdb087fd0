// What tokens cost: reads a file of prices, ours beside this package or the user's own, and counts with it.

import { readFileSync } from 'node:fs';
import type { TokenCounts } from '@colloquy/session';
import { misused } from './command.ts';
import { printableLine } from './printable.ts';

type Kind = Exclude<keyof TokenCounts, 'seconds'>;

const KINDS: readonly Kind[] = [
  'input_text',
  'input_audio',
  'input_image',
  'cached_text',
  'cached_audio',
  'cached_image',
  'output_text',
  'output_audio',
];

/** Of one model: money per million tokens of each kind, and per minute of audio. */
type ModelPrices = Readonly<Partial<Record<Kind | 'minute', number>>>;

export interface Prices {
  /** As written in the file: `USD`. */
  readonly currency: string;
  /** What a usage costs; `null` when the model, or the kind of one of its tokens, has no price. */
  readonly costOf: (model: string | null, usage: TokenCounts) => number | null;
}

const OURS = new URL('../prices.json', import.meta.url);
const PER_TOKENS = 1_000_000;
const SECONDS_PER_MINUTE = 60;

/** Reads prices, by default those that came with the program. Throws `misused`, in one line, for a file that holds none. */
export function readPrices(file: string | undefined): Prices {
  const name = file === undefined ? 'prices.json' : printableLine(file);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file ?? OURS, 'utf8'));
  } catch (error) {
    throw misused(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it is not JSON'}`);
  }
  const { currency = 'USD', models } = isObject(value) ? value : {};
  if (typeof currency !== 'string') throw misused(`${name}: currency is a word, as USD`);
  if (!isObject(models)) throw misused(`${name}: models is an object, from a model's name to its prices`);
  const known = new Map(Object.entries(models).map(([model, prices]) => [model, readModel(name, model, prices)]));
  return { currency, costOf: (model, usage) => cost(pricesOf(known, model), usage) };
}

function readModel(name: string, model: string, given: unknown): ModelPrices {
  const where = `${name}: ${printableLine(model)}`;
  if (!isObject(given)) throw misused(`${where} is an object of prices`);
  for (const [kind, price] of Object.entries(given)) {
    if (!(KINDS as readonly string[]).includes(kind) && kind !== 'minute')
      throw misused(`${where}: the kinds are ${KINDS.join(', ')} and minute`);
    if (typeof price !== 'number' || !(price >= 0)) throw misused(`${where}: ${kind} is a number from 0`);
  }
  return given;
}

/** Of the model itself, or of the one that it is a dated version of. */
function pricesOf(known: ReadonlyMap<string, ModelPrices>, model: string | null): ModelPrices | undefined {
  if (model === null) return undefined;
  return known.get(model) ?? known.get(model.replace(/-\d{4}-\d\d-\d\d$/, ''));
}

function cost(prices: ModelPrices | undefined, usage: TokenCounts): number | null {
  if (!prices) return null;
  let sum = 0;
  for (const kind of KINDS) {
    if (usage[kind] === 0) continue;
    const price = prices[kind];
    if (price === undefined) return null;
    sum += (usage[kind] * price) / PER_TOKENS;
  }
  if (usage.seconds === 0) return sum;
  return prices.minute === undefined ? null : sum + (usage.seconds / SECONDS_PER_MINUTE) * prices.minute;
}

const isObject = (value: unknown): value is Readonly<Record<string, never>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
