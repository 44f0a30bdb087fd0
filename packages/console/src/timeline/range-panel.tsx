// Statistics of the range that was selected with shift and a drag.

import { X } from 'lucide';
import type { Turn } from '../log/turn.ts';
import { turnStatistics } from '../log/turn-statistics.ts';
import { IconButton } from '../parts/button.tsx';
import { rangeStatistics } from './range-statistics.ts';
import type { Spans } from './span.ts';
import { spanTime, type TimeWindow } from './time-window.ts';

export interface RangePanelProps {
  readonly spans: Spans;
  readonly turns: readonly Turn[];
  readonly range: TimeWindow;
  readonly close: () => void;
}

export function RangePanel({ spans, turns, range, close }: RangePanelProps) {
  const { ms, userMs, assistantMs, toolMs, events, errors, turns: indexes } = rangeStatistics(spans, range);
  const { firstAudio } = turnStatistics(turns.filter(({ index }) => indexes.includes(index)));
  const facts: [name: string, value: string][] = [
    ['Range', spanTime(ms)],
    ['User speech', spanTime(userMs)],
    ['Played audio', spanTime(assistantMs)],
    ['Tools', spanTime(toolMs)],
    ['First audio', firstAudio ? `p50 ${spanTime(firstAudio.p50)}, p95 ${spanTime(firstAudio.p95)}` : '–'],
    ['Server events', String(events)],
    ['Errors', String(errors)],
  ];
  return (
    <section class="range-panel" aria-label="Statistics of the range">
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <IconButton icon={X} label="Clear range" onClick={close} />
    </section>
  );
}
