// Cost of tokens with a price list. Default: prices.json in this package; custom lists have the same form.

import type { TokenCounts } from './token-counts.ts';

/** Kinds of tokens with a price per million. */
export type PricedKind = Exclude<keyof TokenCounts, 'seconds'>;

/** All kinds of tokens that may have a price. */
export const PRICED_KINDS: readonly PricedKind[] = [
  'input_text',
  'input_audio',
  'input_image',
  'cached_text',
  'cached_audio',
  'cached_image',
  'output_text',
  'output_audio',
];

/** Prices of one model: per million tokens of each kind, and per minute of audio. */
export type ModelPrices = Readonly<Partial<Record<PricedKind | 'minute', number>>>;

export interface PriceList {
  /** Currency code, such as `USD`. */
  readonly currency: string;
  /** Month of the prices, `2026-11`. */
  readonly as_of?: string;
  /** By model name, which also covers its dated versions. */
  readonly models: Readonly<Record<string, ModelPrices>>;
}

const PER_TOKENS = 1_000_000;
const SECONDS_PER_MINUTE = 60;

/** Cost of a usage; `null` if the model, or the kind of one of its tokens, has no price. Never throws. */
export function costOf({ models }: PriceList, model: string | null, usage: TokenCounts): number | null {
  const prices =
    model === null ? undefined : (pricesOf(models, model) ?? pricesOf(models, model.replace(/-\d{4}-\d\d-\d\d$/, '')));
  if (!prices) return null;
  let sum = 0;
  for (const kind of PRICED_KINDS) {
    if (usage[kind] === 0) continue;
    const price = prices[kind];
    if (price === undefined) return null;
    sum += (usage[kind] * price) / PER_TOKENS;
  }
  if (usage.seconds === 0) return sum;
  return prices.minute === undefined ? null : sum + (usage.seconds / SECONDS_PER_MINUTE) * prices.minute;
}

/**
 * Whether the model in a log is billed: the log names no engine, or a server relayed to another. Any other engine runs
 * on the server itself, and the cost is hypothetical.
 */
export const isBilled = (engine: string | undefined): boolean => engine === undefined || engine === 'relay';

/** Model names come from logs and may be those of inherited properties. */
const pricesOf = (models: PriceList['models'], name: string): ModelPrices | undefined =>
  Object.hasOwn(models, name) ? models[name] : undefined;
