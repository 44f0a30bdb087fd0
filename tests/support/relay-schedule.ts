// Random schedules of a relay: inputs of client, upstream, host and clock. The client follows no rule, the upstream follows the
// protocol:
// it answers requests in order, once, and may go silent.

import fc from 'fast-check';
import type { RelayEffect, RelayInput } from '../../packages/server/src/relay/relay-input.ts';
import {
  createRelayState,
  type RelayConfig,
  type RelayState,
  relayDeadline,
} from '../../packages/server/src/relay/relay-state.ts';
import { stepRelay } from '../../packages/server/src/relay/relay-step.ts';

export type RelayAct = readonly [kind: number, n: number];

export interface RelaySchedule {
  /** Whether a client secret configures the session. */
  readonly isConfigured: boolean;
  /** Whether the upstream opens the session at once; else when its turn comes, if ever. */
  readonly isOpened: boolean;
  readonly acts: readonly RelayAct[];
}

export const relaySchedules: fc.Arbitrary<RelaySchedule> = fc.record({
  isConfigured: fc.boolean(),
  isOpened: fc.nat(9).map((n) => n > 0),
  acts: fc.array(fc.tuple(fc.nat(19), fc.nat(9999)), { maxLength: 80, size: 'max' }),
});

const OPENS = 6;
const CONFIGURES = 7;

const relayConfig = (isConfigured: boolean): RelayConfig => ({
  rules: { locked: [], config: isConfigured ? { type: 'realtime', instructions: 'Be brief.' } : undefined },
  budgets: { idleMs: 30_000, totalMs: 600_000 },
  sessionMs: 3_600_000,
  drainCode: 1001,
  idSeed: 'seed',
});

type Timeless = RelayInput extends infer I ? (I extends RelayInput ? Omit<I, 'at'> : never) : never;

/** One step as it was played. */
export interface PlayedStep {
  readonly before: RelayState;
  readonly input: RelayInput;
  readonly effects: readonly RelayEffect[];
}

interface Running {
  readonly id: string;
  text: number;
}

/** Plays a schedule, driving the relay as its host does: the clock when it is due, the client's frames once they are accepted. */
export class PlayedRelay {
  readonly config: RelayConfig;
  readonly steps: PlayedStep[] = [];
  state: RelayState;
  #at = 0;
  pending = 0;
  #begun = 0;
  #isAccepted = false;
  /** `event_id`s of forwarded requests the upstream has not answered, oldest first. */
  #requests: string[] = [];
  readonly #running: Running[] = [];

  constructor({ isConfigured, isOpened, acts }: RelaySchedule) {
    this.config = relayConfig(isConfigured);
    this.state = createRelayState(this.config);
    this.#step({ from: 'host', event: { type: 'open' } });
    if (isOpened) for (const kind of [OPENS, CONFIGURES]) this.#act(kind, 0);
    for (const [kind, n] of acts) this.#act(kind, n);
  }

  get effects(): RelayEffect[] {
    return this.steps.flatMap(({ effects }) => effects);
  }

  /** Lets time pass until the relay waits for nothing of its upstream. */
  finish(): void {
    this.#step({ from: 'host', event: { type: 'resume' } });
    this.#pass(this.config.budgets.totalMs + 1);
  }

  #step(input: Timeless): void {
    const before = this.state;
    const timed = { ...input, at: this.#at } as RelayInput;
    const { state, effects } = stepRelay(before, timed);
    this.state = state;
    this.steps.push({ before, input: timed, effects });
    for (const effect of effects) {
      if (effect.do === 'accept') this.#isAccepted = true;
      if (effect.do === 'forward' && effect.event.type === 'response.create') {
        this.#requests.push(effect.event.event_id as string);
      }
      // What the relay has answered itself, a well-behaved upstream leaves alone.
      if (effect.do === 'send' && effect.event.type === 'error') {
        const { event_id } = effect.event.error;
        this.#requests = this.#requests.filter((id) => id !== event_id);
      }
    }
  }

  #pass(ms: number): void {
    const until = this.#at + ms;
    for (let due = relayDeadline(this.state); due <= until; due = relayDeadline(this.state)) {
      this.#at = Math.max(this.#at, due);
      this.#step({ from: 'clock' });
    }
    this.#at = until;
  }

  #say(event: object): void {
    this.#step({ from: 'upstream', frame: JSON.stringify({ event_id: 'event_up', ...event }) });
  }

  #ask(event: object): void {
    if (this.#isAccepted) this.#step({ from: 'client', frame: JSON.stringify(event) });
  }

  #act(kind: number, n: number): void {
    switch (kind) {
      case 0:
        return this.#pass(n / 5);
      case 1:
        return this.#pass(n % 10 === 0 ? n * 10 : 100);
      case 2:
      case 3:
        this.pending += 1;
        return this.#ask({ type: 'response.create', event_id: `ask_${this.pending}` });
      case 4:
        return this.#ask({ type: 'session.update', event_id: 'u', session: { type: 'realtime' } });
      case 5:
        return this.#ask({ type: n % 2 ? 'response.cancel' : 'nonsense', item: 7 });
      case OPENS:
        return this.#say({ type: 'session.created', session: { type: 'realtime', id: 's', model: 'm' } });
      case CONFIGURES:
        return this.#say({ type: 'session.updated', session: { type: 'realtime', id: 's', model: 'm' } });
      case 8:
      case 9:
        return this.#begin();
      case 10:
      case 11:
      case 12:
        return this.#speak(n);
      case 13:
      case 14:
        return this.#end(n);
      case 15:
        return this.#refuse();
      case 16:
        return this.#step({ from: 'upstream', frame: n % 2 ? '{' : '{"type":"keepalive"}' });
      case 17:
        return this.#step({ from: 'host', event: { type: n % 2 ? 'pause' : 'resume' } });
      case 18:
        if (n % 20 === 0) this.#step({ from: 'host', event: { type: 'drain' } });
        return;
      default:
        return this.#disturb(n);
    }
  }

  #begin(): void {
    if (this.#requests.shift() === undefined) return;
    this.#begun += 1;
    const id = `resp_${this.#begun}`;
    this.#running.push({ id, text: 0 });
    this.#say({
      type: 'response.created',
      response: { id, object: 'realtime.response', status: 'in_progress', output: [] },
    });
  }

  #speak(n: number): void {
    const running = this.#running[n % Math.max(1, this.#running.length)];
    if (!running) return;
    const item_id = `item_${running.id}`;
    const item = { id: item_id, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const ids = { response_id: running.id, item_id, output_index: 0, content_index: 0 };
    const events = [
      { type: 'response.output_item.added', response_id: running.id, output_index: 0, item },
      { type: 'conversation.item.added', previous_item_id: null, item },
      { type: 'response.content_part.added', ...ids, part: { type: 'text', text: '' } },
    ];
    this.#say(events[running.text] ?? { type: 'response.output_text.delta', ...ids, delta: `${n} ` });
    running.text += 1;
  }

  #end(n: number): void {
    const [running] = this.#running.splice(n % Math.max(1, this.#running.length), 1);
    if (!running) return;
    const usage = { total_tokens: n, input_tokens: 0, output_tokens: n };
    this.#say({ type: 'response.done', response: { id: running.id, status: 'completed', output: [], usage } });
  }

  #refuse(): void {
    const event_id = this.#requests.shift();
    if (event_id === undefined) return;
    const error = { type: 'invalid_request_error', code: 'x', message: 'No.', param: null, event_id };
    this.#say({ type: 'error', error });
  }

  /** What ends a session, seldom. */
  #disturb(n: number): void {
    const ends = [
      { type: 'upstream_closed', code: 1006, reason: '' },
      { type: 'client_closed' },
      { type: 'close', code: 1008, reason: 'The client secret was revoked.' },
      { type: 'upstream_stalled' },
      { type: 'fault' },
    ] as const;
    const event = ends[n % 100];
    if (event) this.#step({ from: 'host', event });
  }
}
