// One answer of a log as the steps of a scenario: text, tone, calls, pauses and the end. Which turn it answers and when it
// was interrupted is `scenario-of-log.ts`.

import { REDACTED, readFrame } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import type { ScenarioStep, ScenarioTurn } from './scenario.ts';
import { cutDeltas } from './split-words.ts';

interface Piece {
  readonly delta: string;
  /** Milliseconds since the previous piece or call, or since the response began. */
  readonly gap: number;
}

/** How a response ended in the log. */
export type AnswerEnd =
  | { readonly status: 'completed' | 'cancelled' | 'open' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly code?: string; readonly message?: string };

/** A longer gap between deltas becomes a `wait_ms`, in milliseconds. */
const PAUSE_MS = 200;
/** Pauses are rounded to this many milliseconds. */
const ROUND_MS = 10;
/** Longest pause that a scenario can have, in milliseconds. */
const MAX_WAIT_MS = 600_000;
/** Pause where the client acted in the middle of an answer, so that it can act there again. In milliseconds. */
const CLIENT_PAUSE_MS = 250;

export class LoggedAnswer {
  readonly steps: ScenarioStep[] = [];
  /** Number of deltas that the steps so far send: of text, and of arguments of functions. */
  readonly sent = { text: 0, arguments: 0 };
  /** Milliseconds of tone that the steps so far send. */
  audioMs = 0;
  /** Whether some deltas are cut elsewhere than in the log. */
  isRecut = false;
  /** Whether the length of some audio is unknown. */
  lacksAudio = false;
  readonly #keepsPauses: boolean;
  readonly #messages = new Set<string>();
  readonly #calls = new Map<string, ScenarioStep>();
  #beginsMessage: Pick<ScenarioStep, 'new_item' | 'phase'> = {};
  #pieces: Piece[] = [];
  #pendingAudioMs = 0;
  #isSpoken = false;
  #isPaused = false;
  #latest: number | null;

  /** `beganAt`: milliseconds of the log's clock. */
  constructor(keepsPauses: boolean, beganAt: number | null) {
    this.#keepsPauses = keepsPauses;
    this.#latest = beganAt;
  }

  addMessage(id: string, phase: string | undefined): void {
    if (this.#messages.has(id)) return;
    this.flush();
    const isFurther = this.#messages.size > 0;
    this.#messages.add(id);
    this.#beginsMessage = { ...(isFurther && { new_item: true }), ...(phase !== undefined && { phase }) };
  }

  addText(delta: string, time: number | null): void {
    this.#pieces.push({ delta, gap: this.#gapTo(time) });
  }

  /** `ms`: length of the audio; `undefined` if the log does not have it. */
  addAudio(ms: number | undefined): void {
    this.#isSpoken = true;
    if (ms === undefined) this.lacksAudio = true;
    else this.#pendingAudioMs += ms;
  }

  addCall(id: string, call: string, named: Pick<ScenarioStep, 'call_id' | 'server_label'>, time: number | null): void {
    if (this.#calls.has(id)) return;
    this.flush();
    this.#wait(this.#gapTo(time));
    const step: ScenarioStep = { call, ...named };
    this.#calls.set(id, step);
    this.steps.push(step);
  }

  setArguments(id: string, text: string, time: number | null): void {
    const step = this.#calls.get(id);
    if (!step) return;
    if (step.arguments === undefined && step.server_label === undefined) this.sent.arguments += 1;
    const gap = rounded(this.#gapTo(time));
    if (this.#keepsPauses && gap > 0) step.delay_ms = Math.min(MAX_WAIT_MS, (step.delay_ms ?? 0) + gap);
    step.arguments = asArguments(text);
  }

  /** The client acted now: what follows waits for it. */
  pause(): void {
    this.flush();
    this.#isPaused = true;
  }

  /** Completes the steps. Returns how the turn ends. */
  end(end: AnswerEnd, time: number | null): Pick<ScenarioTurn, 'finish'> {
    this.flush();
    for (const step of this.#calls.values()) step.arguments ??= '';
    if (end.status === 'cancelled' || end.status === 'open') this.steps.push({ fail: 'stall' });
    else this.#wait(this.#gapTo(time));
    if (end.status === 'failed') {
      const { code, message } = end;
      this.steps.push({
        fail: 'error',
        ...(code !== undefined && { code }),
        ...(message !== undefined && { message }),
      });
    }
    return end.status === 'incomplete' ? { finish: end.reason } : {};
  }

  /** Makes steps of the deltas so far. */
  flush(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    const audioMs = Math.ceil(this.#pendingAudioMs);
    this.#pendingAudioMs = 0;
    const length = pieces.reduce((sum, { delta }) => sum + delta.length, 0);
    let sentChars = 0;
    let toned = 0;
    for (const stretch of stretchesOf(pieces)) {
      sentChars += stretch.reduce((sum, { delta }) => sum + delta.length, 0);
      const end = length === 0 ? audioMs : Math.round((audioMs * sentChars) / length);
      this.#say(stretch, end - toned);
      toned = end;
    }
    if (audioMs > toned) this.#push({ say: '', audio_ms: audioMs - toned });
    this.audioMs += audioMs;
  }

  #say(stretch: readonly Piece[], audioMs: number): void {
    const deltas = stretch.map(({ delta }) => delta);
    const say = deltas.every((delta) => delta === REDACTED) ? REDACTED : deltas.join('');
    const delta = wayToCut(deltas, say);
    const count = cutDeltas(say, delta ?? 'word').length;
    this.isRecut ||= count !== deltas.length;
    this.sent.text += count;
    const between = stretch.slice(1).reduce((sum, { gap }) => sum + gap, 0);
    const delay = count > 1 ? rounded(between / (count - 1)) : 0;
    this.#wait((stretch[0]?.gap ?? 0) - delay);
    this.#push({
      say,
      ...(delta && { delta }),
      ...(this.#isSpoken && !this.lacksAudio && { audio_ms: audioMs }),
      ...(this.#keepsPauses && delay > 0 && { delay_ms: delay }),
    });
  }

  #push(step: ScenarioStep): void {
    this.#waitForClient();
    this.steps.push({ ...step, ...this.#beginsMessage });
    this.#beginsMessage = {};
  }

  #wait(ms: number): void {
    this.#waitForClient();
    const wait = Math.min(MAX_WAIT_MS, rounded(ms));
    if (this.#keepsPauses && wait > 0) this.steps.push({ wait_ms: wait });
  }

  #waitForClient(): void {
    if (this.#isPaused) this.steps.push({ wait_ms: CLIENT_PAUSE_MS });
    this.#isPaused = false;
  }

  #gapTo(time: number | null): number {
    const gap = time === null || this.#latest === null ? 0 : Math.max(0, time - this.#latest);
    if (time !== null) this.#latest = time;
    return gap;
  }
}

const rounded = (ms: number): number => Math.max(0, Math.round(ms / ROUND_MS) * ROUND_MS);

/** Pieces between longer pauses. */
function stretchesOf(pieces: readonly Piece[]): Piece[][] {
  const stretches: Piece[][] = [];
  for (const piece of pieces) {
    const latest = stretches.at(-1);
    if (!latest || piece.gap >= PAUSE_MS) stretches.push([piece]);
    else latest.push(piece);
  }
  return stretches;
}

/** `undefined` is by word. */
function wayToCut(deltas: readonly string[], text: string): 'whole' | 'character' | undefined {
  if (isCut(text, 'word', deltas)) return undefined;
  if (deltas.length === 1 || text === REDACTED) return 'whole';
  return isCut(text, 'character', deltas) ? 'character' : undefined;
}

function isCut(text: string, by: 'word' | 'character', deltas: readonly string[]): boolean {
  const cut = cutDeltas(text, by);
  return cut.length === deltas.length && cut.every((delta, index) => delta === deltas[index]);
}

/** An object if it is written as `JSON.stringify` would, else the text. */
function asArguments(text: string): Record<string, unknown> | string {
  const read = readFrame(text, false);
  return read.ok && isObject(read.value) && JSON.stringify(read.value) === text ? { ...read.value } : text;
}
