// A turn: what the user said, the responses to it, and where the time went until the first sound. Built by `turns.ts`.

import type { TurnExtent } from './turn-extent.ts';

/** Stages that follow each other between the end of the user's speech, or the request, and the first output. */
export const STAGE_KINDS = ['vad', 'request', 'stt', 'llm', 'clause', 'tool', 'tts'] as const;

export type StageKind =
  /** Silence until the turn was reported as over. */
  | 'vad'
  /** Until `response.created`. */
  | 'request'
  /** Until the transcript, if it came before the first output. */
  | 'stt'
  /** Until the first output of the model: an item, or the arguments of its calls. */
  | 'llm'
  /** From the first output to the first text that is spoken. */
  | 'clause'
  /** From the end of a response with calls to the request that follows. */
  | 'tool'
  /** From that text to its first audio. */
  | 'tts';

/** Milliseconds of the log. */
export interface Stage {
  readonly kind: StageKind;
  readonly from: number;
  readonly to: number;
}

export interface TurnCall {
  readonly name: string;
  readonly kind: 'function' | 'mcp';
}

/** Times are milliseconds of the log; `undefined` while nothing of the kind has happened. */
export interface TurnResponse {
  readonly id: string;
  readonly createdAt: number;
  /** The client's `response.create`. */
  readonly requestedAt: number | undefined;
  /** Out-of-band responses belong to no turn's waiting time. */
  readonly isOutOfBand: boolean;
  readonly firstItemAt: number | undefined;
  readonly firstTextAt: number | undefined;
  /** Length of that text: what a speaker has to synthesize before its first sound, if it waits for a clause. */
  readonly firstTextChars: number;
  readonly firstAudioAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly status: string;
  /** Why it was not completed. */
  readonly reason: string | undefined;
  readonly calls: readonly TurnCall[];
  /** Milliseconds of audio. */
  readonly audioMs: number;
}

export interface Turn extends TurnExtent {
  /** Id of its session, if the log names it. */
  readonly sessionId: string | undefined;
  readonly input: 'spoken' | 'typed' | 'none';
  /** Milliseconds of the log. `to`: the end of the speech, before the silence that ended the turn. */
  readonly speech: { readonly from: number; readonly to: number | undefined } | undefined;
  /** When the server reported the end of the speech. */
  readonly stoppedAt: number | undefined;
  readonly transcribedAt: number | undefined;
  /** What the user said or wrote, cut to 200 characters. */
  readonly text: string;
  readonly responses: readonly TurnResponse[];
  /** Since when the user waits, in milliseconds of the log: the end of the speech, or the request. */
  readonly waitFrom: number | undefined;
  /** From there to the first sound; `undefined` without one. */
  readonly firstAudioMs: number | undefined;
  /** From there to the first text or sound. */
  readonly firstOutputMs: number | undefined;
  /** Milliseconds of audio that were heard, if the client truncated the answer. */
  readonly heardMs: number | undefined;
  /** When the answer was cancelled or truncated. */
  readonly interruptedAt: number | undefined;
}

/** Audio of all responses of a turn, in milliseconds. */
export const audioMsOf = ({ responses }: Turn): number => responses.reduce((sum, { audioMs }) => sum + audioMs, 0);

export const hasFailed = ({ responses }: Turn): boolean => responses.some(({ status }) => status === 'failed');

/** The stages of a turn in order, without gaps: from the end of speech, or the request, to the first output. */
export function stagesOf(turn: Turn): Stage[] {
  const { speech, stoppedAt, transcribedAt, waitFrom, responses } = turn;
  const stages: Stage[] = [];
  let cursor = waitFrom ?? speech?.to;
  if (cursor === undefined) return stages;
  const until = (kind: StageKind, to: number | undefined) => {
    if (cursor === undefined || to === undefined || to - cursor < 0.5) return;
    stages.push({ kind, from: cursor, to });
    cursor = to;
  };
  if (speech) until('vad', stoppedAt);
  let before: TurnResponse | undefined;
  for (const response of responses) {
    if (response.isOutOfBand) continue;
    const { createdAt, requestedAt, firstItemAt, firstTextAt, firstAudioAt, endedAt } = response;
    if (before) until('tool', requestedAt ?? createdAt);
    until('request', createdAt);
    const first = firstOf(firstItemAt, firstTextAt, firstAudioAt);
    if (!before && transcribedAt !== undefined && transcribedAt <= (first ?? endedAt ?? transcribedAt))
      until('stt', transcribedAt);
    const isCallOnly = firstTextAt === undefined && firstAudioAt === undefined;
    until('llm', isCallOnly && response.calls.length > 0 ? endedAt : first);
    until('clause', firstTextAt);
    until('tts', firstAudioAt);
    if (!isCallOnly) break;
    before = response;
  }
  return stages;
}

/** Milliseconds of each kind of stage. */
export function stageTimes(stages: readonly Stage[]): ReadonlyMap<StageKind, number> {
  const times = new Map<StageKind, number>();
  for (const { kind, from, to } of stages) times.set(kind, (times.get(kind) ?? 0) + to - from);
  return times;
}

function firstOf(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
