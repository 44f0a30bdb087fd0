// A turn in full: where the time went until the first sound, what was heard, tokens and cost, advice, events.

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { SafeText } from '../conversation/safe-text.tsx';
import { pausesOf } from '../log/pauses.ts';
import { audioMsOf, hasFailed, stagesOf, type Turn } from '../log/turn.ts';
import { costOfTurn } from '../log/turn-cost.ts';
import { turnStatistics } from '../log/turn-statistics.ts';
import type { Viewing } from '../sources/viewing.ts';
import { spanTime } from '../timeline/time-window.ts';
import { adviceOn } from './advice.ts';
import { AdviceList } from './advice-list.tsx';
import { TurnEvents } from './turn-events.tsx';
import { Waterfall } from './waterfall.tsx';

export function TurnCard({ viewing, turn }: { viewing: Viewing; turn: Turn }) {
  const { log, upTo } = viewing;
  const { turns } = log.turns;
  const stages = stagesOf(turn);
  const statistics = turnStatistics(turns);
  const pauses = useMemo(() => pausesOf(log, turns), [log, turns.length, turn.stoppedAt]);
  const session = log.mirrorAt(upTo.value).session ?? undefined;
  return (
    <section class="detail turn-card" aria-label={`Turn ${turn.index + 1}`}>
      <Head turn={turn} p50={statistics.firstAudio?.p50} p95={statistics.firstAudio?.p95} />
      {stages.length > 0 ? (
        <Waterfall stages={stages} statistics={statistics} />
      ) : (
        <p class="hint">The log has no times for this turn.</p>
      )}
      <Facts viewing={viewing} turn={turn} />
      <AdviceList viewing={viewing} advice={adviceOn({ turn, turns, stages, statistics, session, pauses })} />
      <TurnEvents key={turn.index} viewing={viewing} turn={turn} />
    </section>
  );
}

function Head({ turn, p50, p95 }: { turn: Turn; p50: number | undefined; p95: number | undefined }) {
  const { index, text, firstAudioMs, firstOutputMs } = turn;
  const wait = firstAudioMs ?? firstOutputMs;
  return (
    <header class="card-head">
      <div>
        <h3>Turn {index + 1}</h3>
        {text !== '' && (
          <p class="card-text">
            <SafeText text={text} />
          </p>
        )}
      </div>
      {wait !== undefined && (
        <div class="card-wait">
          <strong>{spanTime(wait)}</strong>
          <span class="hint">{firstAudioMs === undefined ? 'to first text' : 'to first audio'}</span>
          {firstAudioMs !== undefined && p50 !== undefined && p95 !== undefined && (
            <span class="hint">
              p50 {spanTime(p50)} · p95 {spanTime(p95)}
            </span>
          )}
        </div>
      )}
    </header>
  );
}

function Facts({ viewing: { log }, turn }: { viewing: Viewing; turn: Turn }) {
  const { input, cached, output, amount, currency, asIf } = costOfTurn(log, turn);
  const audioMs = audioMsOf(turn);
  const errors = log.errors.filter((row) => turn.rows.includes(row)).length;
  const calls = turn.responses.flatMap((response) => response.calls.map(({ name }) => name));
  return (
    <dl class="turn-facts">
      <Fact name="Answer">
        {turn.responses.length === 0
          ? 'none'
          : turn.responses.map(({ id, status, reason }) => (
              <span key={id} class="badge" data-kind={badgeKind(status)}>
                <SafeText text={reason ? `${status}: ${reason.replaceAll('_', ' ')}` : status} />
              </span>
            ))}
      </Fact>
      {audioMs > 0 && (
        <Fact name="Audio">
          {turn.heardMs === undefined
            ? spanTime(audioMs)
            : `heard ${spanTime(Math.min(turn.heardMs, audioMs))} of ${spanTime(audioMs)}`}
        </Fact>
      )}
      {turn.interruptedAt !== undefined && (
        <Fact name="Interrupted">at {(turn.interruptedAt / 1000).toFixed(2)} s of the log</Fact>
      )}
      {calls.length > 0 && (
        <Fact name="Tools">
          <SafeText text={calls.join(', ')} />
        </Fact>
      )}
      {input + cached + output > 0 && (
        <Fact name="Tokens">
          {input.toLocaleString('en')} in · {cached.toLocaleString('en')} cached · {output.toLocaleString('en')} out
        </Fact>
      )}
      {amount !== null && (
        <Fact name="Cost">
          {amount.toFixed(5)} {currency}
          {asIf !== null && <span class="hint"> as if {asIf}</span>}
        </Fact>
      )}
      {(errors > 0 || hasFailed(turn)) && <Fact name="Errors">{Math.max(1, errors)}</Fact>}
    </dl>
  );
}

const badgeKind = (status: string): string | undefined =>
  status === 'failed' ? 'error' : status === 'completed' || status === 'in_progress' ? 'plain' : undefined;

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
