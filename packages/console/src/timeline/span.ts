// What stands on the timeline. Built from a log: `spans.ts`; stages of turns: `stage-spans.ts`.

import type { StageKind } from '../log/turn.ts';

/** From above. `played` is shown for calls only. */
export const LANES = [
  'user',
  'assistant',
  'played',
  'wait',
  'stages',
  'response',
  'tools',
  'server',
  'client',
] as const;
export type Lane = (typeof LANES)[number];

/** What a span is. */
export type SpanKind =
  /** The user speaks, without the silence that ended the turn. */
  | 'speech'
  /** A message that the user wrote. */
  | 'message'
  /** Audio of the assistant as a player plays it that begins at once; in a call, as it was played. */
  | 'playback'
  /** From the end of the user's speech, or else from the request, to the first audio. */
  | 'first-audio'
  | StageKind
  /** A transcription that no response waited for. */
  | 'transcription'
  | 'response'
  /** From the user's voice to the end of the answer it stopped. */
  | 'barge-in'
  | 'function'
  | 'mcp'
  | 'listing'
  | 'approval'
  | 'error';

export interface Span {
  readonly lane: Lane;
  readonly kind: SpanKind;
  readonly from: number;
  /** `null` while it lasts. */
  readonly to: number | null;
  /** The row that began it. */
  readonly row: number;
  /** What it is, and how it ended. */
  readonly label: string;
  /** Whether something went wrong. */
  readonly hasFailed: boolean;
  /** The item or response it is about. */
  readonly item?: string;
  readonly response?: string;
  /** Index of the turn, for stages. */
  readonly turn?: number;
  /** Id of the session, if the log names it. */
  readonly session?: string | undefined;
}

/** Times of events, ascending, with their rows beside. */
export interface Ticks {
  readonly at: readonly number[];
  readonly row: readonly number[];
}

export interface Spans {
  /** In the order they began to be known, then the stages of turns. */
  readonly spans: readonly Span[];
  readonly ticks: Ticks;
  /** Events of the client, without audio. */
  readonly clientTicks: Ticks;
  /** Stretches in which something happens, ascending and apart. */
  readonly busy: readonly { readonly from: number; readonly to: number }[];
  /** The last time of the log. */
  readonly end: number;
  /** Reads on, to the end of what there is. */
  advance(): void;
}
