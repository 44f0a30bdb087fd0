// Advice on a turn, computed from its numbers and those of its session. Without evidence there is none.

import { type Json, objectOf } from '../log/json-value.ts';
import { type Stage, stageTimes, type Turn } from '../log/turn.ts';
import type { TurnStatistics } from '../log/turn-statistics.ts';
import { spanTime } from '../timeline/time-window.ts';

export interface Advice {
  readonly id: 'silence' | 'turn-end' | 'clause' | 'speech' | 'tool' | 'first-token' | 'transcript';
  /** What takes long, in numbers of the log. */
  readonly finding: string;
  /** What to change, and what that would do. */
  readonly change: string;
  /** What speaks against it, counted. */
  readonly risk?: string;
  /** Fields of a `session.update` that make the change. */
  readonly update?: object;
}

export interface AdviceInput {
  readonly turn: Turn;
  readonly turns: readonly Turn[];
  readonly stages: readonly Stage[];
  readonly statistics: TurnStatistics;
  /** The session as it is now; `undefined` if the log does not have it. */
  readonly session: object | undefined;
  /** Milliseconds of the pauses in the user's speech. */
  readonly pauses: readonly number[];
}

/** Pauses that make evidence. */
const MIN_PAUSES = 5;
const MIN_TURNS = 4;
/** Share of pauses that may be longer than the silence that ends a turn. */
const MAX_RISK = 0.05;
const SILENCES_MS = [200, 250, 300, 350, 400, 450, 500, 600];
/** A user who goes on so soon after the end of a turn had not finished. */
const RESUMED_MS = 1500;

const SHORT_START = 'Begin every answer with a very short sentence.';
const SPEAK_FIRST = 'Before you call a tool, say in a few words what you are about to do.';

export function adviceOn(input: AdviceInput): Advice[] {
  return [turnEnd, silence, tool, firstToken, clause, speech, transcript].flatMap((rule) => rule(input) ?? []);
}

interface Facts {
  readonly total: number;
  readonly of: (kind: Stage['kind']) => number;
}

function factsOf({ turn, stages }: AdviceInput): Facts {
  const times = stageTimes(stages);
  return { total: turn.firstAudioMs ?? 0, of: (kind) => times.get(kind) ?? 0 };
}

/** The detector, if it ends a turn after a stated silence. */
function serverVad(session: object | undefined): (Json & { readonly silence_duration_ms: number }) | undefined {
  const detection = objectOf(objectOf(objectOf(objectOf(session).audio).input).turn_detection);
  const { type, silence_duration_ms } = detection;
  if (type !== 'server_vad' || typeof silence_duration_ms !== 'number') return undefined;
  return { ...detection, silence_duration_ms };
}

const silenceUpdate = (detection: Json, silence_duration_ms: number) => ({
  audio: { input: { turn_detection: { ...detection, silence_duration_ms } } },
});

/** Waiting for silence takes long, and the user's own pauses are shorter. */
function silence(input: AdviceInput): Advice | undefined {
  const { session, pauses } = input;
  const { total, of } = factsOf(input);
  const detection = serverVad(session);
  if (!detection || pauses.length < MIN_PAUSES || of('vad') < 250 || of('vad') < 0.2 * total) return undefined;
  const now = detection.silence_duration_ms;
  const longer = (ms: number) => pauses.filter((pause) => pause > ms).length;
  const next = SILENCES_MS.find((ms) => longer(ms) <= MAX_RISK * pauses.length);
  if (next === undefined || now - next < 100) return undefined;
  return {
    id: 'silence',
    finding: `${spanTime(of('vad'))} of ${spanTime(total)} is waiting for silence.`,
    change: `With silence_duration_ms: ${next} instead of ${now} this turn would take about ${spanTime(total - (now - next))}.`,
    risk: `Risk: ${longer(next)} of the user's ${pauses.length} pauses were longer than ${next} ms.`,
    update: silenceUpdate(detection, next),
  };
}

/** The user went on before the answer was heard: the turn had not ended. */
function turnEnd({ turn, turns, session }: AdviceInput): Advice | undefined {
  const detection = serverVad(session);
  const gap = resumedAfter(turn, turns[turn.index + 1]);
  if (!detection || gap === undefined) return undefined;
  const gaps = turns.flatMap((each) => resumedAfter(each, turns[each.index + 1]) ?? []);
  const next = Math.ceil((Math.max(...gaps) + 50) / 50) * 50;
  const now = detection.silence_duration_ms;
  if (next <= now) return undefined;
  const spoken = turns.filter(({ input }) => input === 'spoken').length;
  return {
    id: 'turn-end',
    finding: `The user went on ${spanTime(gap)} after this turn, and its answer was cancelled. ${gaps.length} of ${spoken} turns ended too early.`,
    change: `With silence_duration_ms: ${next} instead of ${now} the pause would not have ended the turn.`,
    risk: `Cost: every turn would wait ${spanTime(next - now)} longer.`,
    update: silenceUpdate(detection, next),
  };
}

/** Milliseconds from the end of the speech to its continuation, if that cancelled the answer at once. */
function resumedAfter(turn: Turn, next: Turn | undefined): number | undefined {
  const from = turn.speech?.to;
  const to = next?.speech?.from;
  if (from === undefined || to === undefined || turn.sessionId !== next?.sessionId) return undefined;
  const isCancelled = turn.responses.some(({ status, reason }) => status === 'cancelled' && reason === 'turn_detected');
  const gap = to - from;
  return isCancelled && gap > 0 && gap <= RESUMED_MS ? gap : undefined;
}

function tool(input: AdviceInput): Advice | undefined {
  const { total, of } = factsOf(input);
  if (of('tool') < 500 || of('tool') < 0.3 * total) return undefined;
  const names = [...new Set(input.turn.responses.flatMap(({ calls }) => calls.map(({ name }) => name)))].join(', ');
  return {
    id: 'tool',
    finding: `${names || 'The tool'} took ${spanTime(of('tool'))} of ${spanTime(total)}, in silence.`,
    change: 'Let the model say something before it calls a tool.',
    ...instructed(input.session, SPEAK_FIRST),
  };
}

function firstToken(input: AdviceInput): Advice | undefined {
  const { of } = factsOf(input);
  const session = input.statistics.stages.get('llm');
  if (!session || session.count < MIN_TURNS || of('llm') < 1.5 * session.p50 || of('llm') - session.p50 < 250)
    return undefined;
  return {
    id: 'first-token',
    finding: `The model took ${spanTime(of('llm'))} to its first token; p50 of this session is ${spanTime(session.p50)} (${session.count} turns).`,
    change: 'Compare its input tokens, and how many were cached, with those of the other turns.',
  };
}

function clause(input: AdviceInput): Advice | undefined {
  const { total, of } = factsOf(input);
  if (of('clause') < 250 || of('clause') < 0.15 * total) return undefined;
  return {
    id: 'clause',
    finding: `The first clause was complete ${spanTime(of('clause'))} after the first token; speech starts with it.`,
    change: 'Ask for a short first sentence.',
    ...instructed(input.session, SHORT_START),
  };
}

/** Characters of a clause that takes long to synthesize. */
const LONG_CLAUSE_CHARS = 60;

function speech(input: AdviceInput): Advice | undefined {
  const { total, of } = factsOf(input);
  const spoken = input.turn.responses.find(({ firstAudioAt }) => firstAudioAt !== undefined);
  const length = spoken?.firstTextChars ?? 0;
  if (of('tts') < 250 || of('tts') < 0.2 * total || length < LONG_CLAUSE_CHARS) return undefined;
  return {
    id: 'speech',
    finding: `TTS took ${spanTime(of('tts'))} for a first clause of ${length} characters.`,
    change: 'Ask for a short first sentence.',
    ...instructed(input.session, SHORT_START),
  };
}

function transcript(input: AdviceInput): Advice | undefined {
  const { total, of } = factsOf(input);
  const { transcription } = objectOf(objectOf(objectOf(input.session).audio).input);
  const { model } = objectOf(transcription);
  if (of('stt') < 250 || of('stt') < 0.2 * total) return undefined;
  return {
    id: 'transcript',
    finding: `The answer began after the transcript, which took ${spanTime(of('stt'))} of ${spanTime(total)}.`,
    change: `Use a transcriber that works while the user speaks${typeof model === 'string' ? `; this one is ${model}` : ''}.`,
  };
}

/** An addition to the instructions, if the log has them. */
function instructed(session: object | undefined, sentence: string): { readonly update?: object } {
  const { instructions } = objectOf(session);
  if (typeof instructions !== 'string' || instructions.includes(sentence)) return {};
  return { update: { instructions: `${instructions}\n${sentence}`.trim() } };
}
