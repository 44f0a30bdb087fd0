// Compares two logs turn by turn: which turns they share, and in what those differ. The answers' text is read here; the turns
// are those of `log/turns.ts`, the events are compared in `compare-logs.ts`.

import { align } from '@colloquy/session';
import type { FrameLog } from '../log/frame-log.ts';
import { frameOf } from '../log/log-row.ts';
import type { Turn } from '../log/turn.ts';

export type TurnDifference =
  /** The user or the answer used other words. */
  | { readonly kind: 'user_words' | 'answer_words' }
  /** The first audio came later or earlier on the right, by more than noise. */
  | { readonly kind: 'slower' | 'faster'; readonly ms: number }
  /** Calls that only one side made. */
  | { readonly kind: 'tools'; readonly left: readonly string[]; readonly right: readonly string[] }
  /** How the last response ended. */
  | { readonly kind: 'status'; readonly left: string; readonly right: string };

/** A turn of each log, or of one where the other has none like it. */
export interface ComparedTurn {
  readonly left: TurnSide | undefined;
  readonly right: TurnSide | undefined;
  /** Empty where both are the same, or where only one is there. */
  readonly differences: readonly TurnDifference[];
}

export interface TurnSide {
  readonly turn: Turn;
  /** What was answered, cut to 200 characters. */
  readonly answer: string;
}

/** Milliseconds, and share of the left's, that a first audio may differ without being called slower. */
const NOISE_MS = 100;
const NOISE_SHARE = 0.2;
const MAX_TEXT = 200;

/** Pairs the turns of two logs by what the user said; turns that differ there are paired by their place. Pure. */
export function compareTurns(left: readonly TurnSide[], right: readonly TurnSide[]): ComparedTurn[] {
  const labels = (sides: readonly TurnSide[]) => sides.map(({ turn }) => plain(turn.text));
  const pairs: ComparedTurn[] = [];
  let onlyLeft: TurnSide[] = [];
  let onlyRight: TurnSide[] = [];
  const flush = () => {
    for (let place = 0; place < Math.max(onlyLeft.length, onlyRight.length); place += 1)
      pairs.push(paired(onlyLeft[place], onlyRight[place]));
    onlyLeft = [];
    onlyRight = [];
  };
  for (const [i, j] of align(labels(left), labels(right))) {
    if (i !== null && j !== null) {
      flush();
      pairs.push(paired(left[i], right[j]));
    } else if (i !== null) onlyLeft.push(left[i] as TurnSide);
    else if (j !== null) onlyRight.push(right[j] as TurnSide);
  }
  flush();
  return pairs;
}

function paired(left: TurnSide | undefined, right: TurnSide | undefined): ComparedTurn {
  return { left, right, differences: left && right ? differencesOf(left, right) : [] };
}

function differencesOf(left: TurnSide, right: TurnSide): TurnDifference[] {
  const differences: TurnDifference[] = [];
  if (plain(left.turn.text) !== plain(right.turn.text)) differences.push({ kind: 'user_words' });
  if (plain(left.answer) !== plain(right.answer)) differences.push({ kind: 'answer_words' });
  const pace = paceOf(left.turn.firstAudioMs, right.turn.firstAudioMs);
  if (pace) differences.push(pace);
  const tools = { left: without(callsOf(left), callsOf(right)), right: without(callsOf(right), callsOf(left)) };
  if (tools.left.length + tools.right.length > 0) differences.push({ kind: 'tools', ...tools });
  const [one, other] = [statusOf(left), statusOf(right)];
  if (one !== other) differences.push({ kind: 'status', left: one, right: other });
  return differences;
}

function paceOf(left: number | undefined, right: number | undefined): TurnDifference | undefined {
  if (left === undefined || right === undefined) return undefined;
  const ms = right - left;
  if (Math.abs(ms) <= Math.max(NOISE_MS, NOISE_SHARE * left)) return undefined;
  return { kind: ms > 0 ? 'slower' : 'faster', ms: Math.abs(ms) };
}

const callsOf = ({ turn }: TurnSide): string[] => turn.responses.flatMap(({ calls }) => calls.map(({ name }) => name));
const statusOf = ({ turn }: TurnSide): string => turn.responses.at(-1)?.status ?? 'unanswered';

/** The names of one list that the other lacks, each as often as it is missing. */
function without(names: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return names.filter((name) => {
    const place = rest.indexOf(name);
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
}

/** Text as it is compared: spelling and spaces of a transcript are not words. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The turns of a log with what was answered in each. */
export function turnSides({ rows }: Pick<FrameLog, 'rows'>, turns: readonly Turn[]): TurnSide[] {
  return turns.map((turn) => {
    const texts = new Map<unknown, string>();
    for (const index of turn.rows) {
      const row = rows[index];
      const event = row && (frameOf(row)?.event as AnswerText | undefined);
      const whole = event && WHOLE_TEXTS.has(event.type) ? (event.transcript ?? event.text) : undefined;
      const piece = event && TEXT_DELTAS.has(event.type) ? event.delta : undefined;
      const text = whole ?? (typeof piece === 'string' ? `${texts.get(event?.item_id) ?? ''}${piece}` : undefined);
      if (typeof text === 'string') texts.set(event?.item_id, text.slice(0, MAX_TEXT));
    }
    return { turn, answer: [...texts.values()].join(' ').slice(0, MAX_TEXT) };
  });
}

/** Fields of an event with a part of an answer; a foreign log may have anything in them. */
interface AnswerText {
  readonly type?: unknown;
  readonly item_id?: unknown;
  readonly transcript?: unknown;
  readonly text?: unknown;
  readonly delta?: unknown;
}

const WHOLE_TEXTS = new Set<unknown>(['response.output_audio_transcript.done', 'response.output_text.done']);
const TEXT_DELTAS = new Set<unknown>(['response.output_audio_transcript.delta', 'response.output_text.delta']);
