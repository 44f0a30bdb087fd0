// What stands on the timeline. Built from a log: `spans.ts`.

export const LANES = ['user', 'server', 'response', 'tools', 'playback'] as const;
export type Lane = (typeof LANES)[number];

/** What a span is. */
export type SpanKind =
  /** The user speaks, without the silence that ended the turn. */
  | 'speech'
  /** The silence that had to pass before the turn was over. */
  | 'hold'
  /** From the end of the turn to its words. */
  | 'recognition'
  | 'response'
  /** From the request to the first of anything. */
  | 'model'
  /** From the first words to their sound. */
  | 'synthesis'
  /** From the end of the user's speech, or else from the request, to the first audio. */
  | 'first-audio'
  /** From the user's voice to the end of the answer it stopped. */
  | 'barge-in'
  | 'function'
  | 'mcp'
  | 'listing'
  | 'approval'
  | 'playback'
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
}

export interface Spans {
  /** In the order they began to be known. The list grows; a span that lasts is replaced when it ends. */
  readonly spans: readonly Span[];
  /** Times of the server's events, ascending, with their rows beside. */
  readonly ticks: { readonly at: readonly number[]; readonly row: readonly number[] };
  /** The last time of the log. */
  readonly end: number;
  /** Reads on, to the end of what there is. */
  advance(): void;
}
