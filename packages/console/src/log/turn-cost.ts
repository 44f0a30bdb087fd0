// Tokens and cost of a turn: of its responses and of the transcription of its speech.

import { costOf, isBilled, type Timing } from '@colloquy/session';
import { PRICES } from '../timeline/prices.ts';
import type { FrameLog } from './frame-log.ts';
import type { TurnExtent } from './turn-extent.ts';

export interface TurnCost {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  /** `null` if nothing had a price. */
  readonly amount: number | null;
  readonly currency: string;
  /** The model whose prices were used, if the engine has none. */
  readonly asIf: string | null;
}

export function costOfTurn(log: Pick<FrameLog, 'timingOf' | 'header'>, { responseIds, itemIds }: TurnExtent): TurnCost {
  const timings = [...responseIds, ...itemIds].flatMap((id) => log.timingOf(id) ?? []);
  const sum = (pattern: RegExp) => timings.reduce((all, { usage }) => all + tokensOf(usage, pattern), 0);
  const priced = timings.flatMap(({ model, usage }) => {
    const cost = costOf(PRICES, model, usage);
    return cost === null || cost === 0 ? [] : [{ cost, model }];
  });
  return {
    ...{ input: sum(/^input/), cached: sum(/^cached/), output: sum(/^output/), currency: PRICES.currency },
    amount: priced.length === 0 ? null : priced.reduce((all, { cost }) => all + cost, 0),
    asIf: isBilled(log.header?.engine) ? null : (priced[0]?.model ?? null),
  };
}

const tokensOf = ({ seconds: _, ...usage }: Timing['usage'], kinds: RegExp): number =>
  Object.entries(usage).reduce((sum, [kind, tokens]) => (kinds.test(kind) ? sum + tokens : sum), 0);
