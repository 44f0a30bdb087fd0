// Time to first audio per turn: a stacked bar of its stages, with p50 and p95 of the session. A click selects the turn.

import { visible } from '../conversation/unseen.ts';
import { stagesOf, type Turn } from '../log/turn.ts';
import type { TurnStatistics } from '../log/turn-statistics.ts';
import { spanTime } from './time-window.ts';

export interface LatencyChartProps {
  readonly turns: readonly Turn[];
  readonly statistics: TurnStatistics;
  /** Index of the selected turn. */
  readonly selected: number | undefined;
  readonly select: (index: number) => void;
}

/** Bars shown at once, the latest. */
const MAX_BARS = 80;
/** Room above the highest bar. */
const HEADROOM = 1.12;

export function LatencyChart({ turns, statistics, selected, select }: LatencyChartProps) {
  const timed = turns.filter(({ firstAudioMs }) => firstAudioMs !== undefined).slice(-MAX_BARS);
  const { firstAudio } = statistics;
  if (!firstAudio || timed.length === 0) return null;
  const top = HEADROOM * Math.max(firstAudio.p95, ...timed.map(({ firstAudioMs }) => firstAudioMs as number));
  const place = timed.findIndex(({ index }) => index === selected);
  const move = (by: number) => {
    const next = timed[Math.min(timed.length - 1, Math.max(0, place + by))];
    if (next) select(next.index);
  };
  return (
    <figure class="latency">
      <figcaption>
        <span class="figure-title">Time to first audio by turn</span>
        <span class="hint">
          p50 {spanTime(firstAudio.p50)} · p95 {spanTime(firstAudio.p95)}
        </span>
      </figcaption>
      <div class="latency-plot">
        <div class="latency-lines">
          <Line name="p50" ms={firstAudio.p50} top={top} />
          {firstAudio.p95 > firstAudio.p50 && <Line name="p95" ms={firstAudio.p95} top={top} />}
        </div>
        <div
          class="latency-bars"
          role="listbox"
          aria-label="Time to first audio by turn"
          aria-activedescendant={place < 0 ? undefined : `latency-${timed[place]?.index}`}
          tabIndex={0}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' ? 1 : -1;
            if (by < 0 && event.key !== 'ArrowLeft') return;
            event.preventDefault();
            event.stopPropagation();
            move(by);
          }}
        >
          {timed.map((turn) => (
            <Bar key={turn.index} turn={turn} top={top} isSelected={turn.index === selected} select={select} />
          ))}
        </div>
      </div>
    </figure>
  );
}

function Line({ name, ms, top }: { name: string; ms: number; top: number }) {
  return (
    <div class="latency-line" data-name={name} style={{ bottom: `${(100 * ms) / top}%` }}>
      <span>{name}</span>
    </div>
  );
}

interface BarProps {
  readonly turn: Turn;
  readonly top: number;
  readonly isSelected: boolean;
  readonly select: (index: number) => void;
}

function Bar({ turn, top, isSelected, select }: BarProps) {
  const { index, firstAudioMs = 0, interruptedAt, text } = turn;
  const name = `Turn ${index + 1}: ${spanTime(firstAudioMs)}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys
    <div
      id={`latency-${index}`}
      class="latency-bar"
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-label={name}
      title={`${name}${text ? `\n${visible(text)}` : ''}`}
      data-interrupted={interruptedAt !== undefined || undefined}
      onClick={() => select(index)}
    >
      <div class="latency-room">
        <div class="latency-stack" style={{ height: `${(100 * firstAudioMs) / top}%` }}>
          {stagesOf(turn).map(({ kind, from, to }) => (
            <div key={`${kind} ${from}`} data-stage={kind} style={{ flexGrow: to - from }} />
          ))}
        </div>
      </div>
      <span>{index + 1}</span>
    </div>
  );
}
