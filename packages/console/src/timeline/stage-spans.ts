// The spans of the stages of turns. Only the latest turns still change.

import { type Stage, type StageKind, stagesOf, type Turn } from '../log/turn.ts';
import type { Span } from './span.ts';

const STAGE_LABELS: Readonly<Record<StageKind, string>> = {
  vad: 'VAD',
  request: 'Request',
  stt: 'STT',
  llm: 'LLM',
  clause: 'First clause',
  tool: 'Tool',
  tts: 'TTS',
};

/** Turns that are read anew with each row. */
const MAX_OPEN_TURNS = 8;

export class StageSpans {
  readonly #byTurn: Span[][] = [];

  /** All of them, in the order of the turns. */
  read(turns: readonly Turn[]): Span[] {
    for (let index = Math.max(0, this.#byTurn.length - MAX_OPEN_TURNS); index < turns.length; index++)
      this.#byTurn[index] = spansOf(turns[index] as Turn);
    return this.#byTurn.flat();
  }
}

function spansOf(turn: Turn): Span[] {
  const stages = stagesOf(turn);
  const [first] = stages;
  const wait = turn.firstAudioMs;
  if (!first) return [];
  const spans = stages.map((stage) => stageSpan(turn, stage));
  if (wait === undefined) return spans;
  const { from } = first;
  return [
    spanOf(turn, { lane: 'wait', kind: 'first-audio', from, to: from + wait, label: 'Time to first audio' }),
    ...spans,
  ];
}

const stageSpan = (turn: Turn, { kind, from, to }: Stage): Span =>
  spanOf(turn, { lane: 'stages', kind, from, to, label: STAGE_LABELS[kind] });

const spanOf = (
  { index: turn, rows, sessionId }: Turn,
  span: Pick<Span, 'lane' | 'kind' | 'from' | 'to' | 'label'>,
): Span => ({
  ...span,
  ...{ row: rows[0] ?? 0, hasFailed: false, turn, session: sessionId },
});
