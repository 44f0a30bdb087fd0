// Numbers of the session, or of a range of it: turns, first audio, interruptions, tokens and cost, with sparklines.

import type { ComponentChildren } from 'preact';
import type { FrameLog } from '../log/frame-log.ts';
import type { Turn } from '../log/turn.ts';
import { costOfTurn } from '../log/turn-cost.ts';
import type { TurnStatistics } from '../log/turn-statistics.ts';
import { Sparkline } from './sparkline.tsx';
import { spanTime } from './time-window.ts';

export interface SessionFiguresProps {
  readonly log: FrameLog;
  readonly turns: readonly Turn[];
  readonly statistics: TurnStatistics;
}

/** Turns of which cost and tokens are drawn. */
const MAX_TURNS = 2000;

export function SessionFigures({ log, turns, statistics }: SessionFiguresProps) {
  const costs = turns.slice(-MAX_TURNS).map((turn) => costOfTurn(log, turn));
  const sum = (of: (cost: (typeof costs)[number]) => number) => costs.reduce((all, cost) => all + of(cost), 0);
  const amount = sum((cost) => cost.amount ?? 0);
  const asIf = costs.find((cost) => cost.asIf !== null)?.asIf;
  const { firstAudio } = statistics;
  const tokens = costs.map(({ input, cached, output }) => input + cached + output);
  return (
    <dl class="figures">
      <Figure name="Turns" value={String(turns.length)} hint={interruptionsIn(turns)} />
      <Figure
        name="First audio"
        value={firstAudio ? spanTime(firstAudio.p50) : '–'}
        hint={firstAudio ? `p50 · p95 ${spanTime(firstAudio.p95)}` : 'no audio yet'}
      >
        <Sparkline values={turns.flatMap(({ firstAudioMs }) => firstAudioMs ?? [])} color="--tts" />
      </Figure>
      <Figure
        name="Tokens"
        value={count(sum(({ input, cached, output }) => input + cached + output))}
        hint={`${count(sum(({ input }) => input))} in · ${count(sum(({ cached }) => cached))} cached · ${count(sum(({ output }) => output))} out`}
      >
        <Sparkline values={tokens} color="--llm" />
      </Figure>
      <Figure
        name="Cost"
        value={amount > 0 ? `${amount.toFixed(4)} ${costs[0]?.currency ?? ''}` : '–'}
        hint={amount > 0 ? (asIf ? `as if ${asIf}` : 'by the price list') : 'no price known'}
      >
        <Sparkline values={costs.map((cost) => cost.amount ?? 0)} color="--user" />
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
  readonly children?: ComponentChildren;
}

function Figure({ name, value, hint, children }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <span class="figure-value">{value}</span>
        {children}
        <span class="hint">{hint}</span>
      </dd>
    </div>
  );
}

function interruptionsIn(turns: readonly Turn[]): string {
  const interrupted = turns.filter(({ interruptedAt }) => interruptedAt !== undefined).length;
  return interrupted === 1 ? '1 interruption' : `${interrupted} interruptions`;
}

const count = (tokens: number): string =>
  tokens < 10_000 ? tokens.toLocaleString('en') : `${(tokens / 1000).toFixed(1)}k`;
