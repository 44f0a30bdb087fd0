// The wait of a turn as a waterfall: each stage in its colour, with milliseconds, share, and p50 and p95 of the session.

import { type Stage, type StageKind, stageTimes } from '../log/turn.ts';
import type { TurnStatistics } from '../log/turn-statistics.ts';
import { spanTime } from '../timeline/time-window.ts';

const NAMES: Readonly<Record<StageKind, string>> = {
  vad: 'VAD wait',
  request: 'Request',
  stt: 'STT',
  llm: 'LLM to first token',
  clause: 'First clause',
  tool: 'Tool',
  tts: 'TTS',
};

export interface WaterfallProps {
  readonly stages: readonly Stage[];
  readonly statistics: TurnStatistics;
}

export function Waterfall({ stages, statistics }: WaterfallProps) {
  const [first] = stages;
  const last = stages.at(-1);
  if (!first || !last) return null;
  const total = last.to - first.from;
  const kinds = [...stageTimes(stages)];
  const { firstAudio } = statistics;
  return (
    <table class="waterfall">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">ms</th>
          <th scope="col">share</th>
          <th scope="col">p50</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      {kinds.map(([kind, ms]) => (
        <StageRows
          key={kind}
          {...{ kind, ms, total, statistics }}
          stages={stages.filter((stage) => stage.kind === kind)}
          origin={first.from}
        />
      ))}
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td class="number strong">{Math.round(total)}</td>
          <td />
          <td class="number">{firstAudio ? Math.round(firstAudio.p50) : '–'}</td>
          <td class="number">{firstAudio ? Math.round(firstAudio.p95) : '–'}</td>
        </tr>
      </tfoot>
    </table>
  );
}

interface StageRowsProps extends WaterfallProps {
  readonly kind: StageKind;
  readonly ms: number;
  readonly origin: number;
  readonly total: number;
}

function StageRows({ kind, ms, stages, origin, total, statistics }: StageRowsProps) {
  const session = statistics.stages.get(kind);
  return (
    <tbody data-slow={(session && session.count >= 4 && ms > session.p50 + 100 && ms >= session.p95) || undefined}>
      <tr>
        <th scope="row">
          <span class="swatch" data-stage={kind} /> {NAMES[kind]}
        </th>
        <td class="number strong">{Math.round(ms)}</td>
        <td class="number">{Math.round((100 * ms) / total)} %</td>
        <td class="number">{session ? Math.round(session.p50) : '–'}</td>
        <td class="number">{session ? Math.round(session.p95) : '–'}</td>
      </tr>
      <tr class="waterfall-bars">
        <td colSpan={5}>
          <Bars stages={stages} origin={origin} total={total} />
        </td>
      </tr>
    </tbody>
  );
}

/** One stage may occur several times: before and after a tool. */
function Bars({ stages, origin, total }: { stages: readonly Stage[]; origin: number; total: number }) {
  return (
    <div class="waterfall-track">
      {stages.map(({ kind, from, to }) => (
        <div
          key={from}
          class="waterfall-bar"
          data-stage={kind}
          title={`${NAMES[kind]} ${spanTime(to - from)}`}
          style={{ left: `${(100 * (from - origin)) / total}%`, width: `${(100 * (to - from)) / total}%` }}
        />
      ))}
    </div>
  );
}
