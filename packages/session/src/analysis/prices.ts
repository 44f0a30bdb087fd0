// What tokens cost: counting with a list of prices. Ours is prices.json beside this package; lists of one's own have its form.

import type { TokenCounts } from './timings.ts';

/** What has a price per million. */
export type PricedKind = Exclude<keyof TokenCounts, 'seconds'>;

/** Every kind of token that may have a price. */
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

/** Of one model: money per million tokens of each kind, and per minute of audio. */
export type ModelPrices = Readonly<Partial<Record<PricedKind | 'minute', number>>>;

export interface PriceList {
  /** A word, such as `USD`. */
  readonly currency: string;
  /** The month the prices were read in, `2026-11`. */
  readonly as_of?: string;
  /** By a model's name, which stands for its dated versions too. */
  readonly models: Readonly<Record<string, ModelPrices>>;
}

const PER_TOKENS = 1_000_000;
const SECONDS_PER_MINUTE = 60;

/** What a usage costs; `null` when the model, or the kind of one of its tokens, has no price. Never throws. */
export function costOf({ models }: PriceList, model: string | null, usage: TokenCounts): number | null {
  const prices =
    model === null ? undefined : (own(models, model) ?? own(models, model.replace(/-\d{4}-\d\d-\d\d$/, '')));
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
 * Whether somebody bills the model a log names: it does not say which engine answered, or a server relayed to another. Any other
 * engine is the server's own, and what the model costs is only what it would have cost.
 */
export const isBilled = (engine: string | undefined): boolean => engine === undefined || engine === 'relay';

/** The name of a model is what a log says: it may be that of anything objects have. */
const own = (models: PriceList['models'], name: string): ModelPrices | undefined =>
  Object.hasOwn(models, name) ? models[name] : undefined;
