// Working copy of one step: the next state, its effects, and the only functions that mint ids, send events and refuse
// inputs.

import {
  type FailureCode,
  type Issue,
  type RealtimeError,
  type ServerEvent,
  toRealtimeError,
} from '@colloquy/protocol';
import { tableGet } from './hash-table.ts';
import { type IdPrefix, mintId } from './ids.ts';
import type { Effect } from './input.ts';
import { getItem } from './item-table.ts';
import type { ResponseState, SessionState } from './state.ts';

/** Why an input was refused. `code` is null for the one refusal that has no code on the wire [TR7]. */
export type InputIssue = Issue | (Omit<Issue, 'code'> & { readonly code: null });

type Unnumbered<E> = E extends ServerEvent ? Omit<E, 'event_id'> : never;

/**
 * Mutable during one `step`, never visible outside. Assign only to the top level of `state`: nested values are shared.
 */
export class Draft {
  readonly state: { -readonly [K in keyof SessionState]: SessionState[K] };
  readonly effects: Effect[] = [];
  /** Why the current input was refused; null if it was not. */
  refused: InputIssue | null = null;
  /** `event_id` of the client event in progress, echoed if it is refused. */
  readonly cause: string | null;
  /** Bytes of each base64 audio of the current event, in order. */
  readonly audioBytes: readonly number[] | undefined;

  constructor(state: SessionState, at: number, cause?: string | null, audioBytes?: readonly number[]) {
    this.state = { ...state, at: Math.max(state.at, at) };
    this.cause = cause ?? null;
    this.audioBytes = audioBytes;
  }

  /** Mints an id from the seed in the state, so the same inputs yield the same events. */
  mint(prefix: IdPrefix): string {
    const [id, next] = mintId(this.state.ids, prefix);
    this.state.ids = next;
    return id;
  }

  /** Mints an item id that is not in use. */
  mintItem(prefix: IdPrefix = 'item'): string {
    for (;;) {
      const id = this.mint(prefix);
      if (!getItem(this.state.items, id) && !tableGet(this.state.deferred_ids, id)) return id;
    }
  }

  /** Mints a call id that is not in use. */
  mintCall(): string {
    for (;;) {
      const id = this.mint('call');
      if (!tableGet(this.state.calls, id)) return id;
    }
  }

  do(effect: Effect): void {
    this.effects.push(effect);
  }

  send(event: Unnumbered<ServerEvent>, options?: { fill_audio: boolean }): void {
    const numbered = { event_id: this.mint('event'), ...event } as ServerEvent;
    this.effects.push(
      options?.fill_audio ? { do: 'send', event: numbered, fill_audio: true } : { do: 'send', event: numbered },
    );
  }

  /** Refuses the current input and sends an `error`. The session continues. */
  refuse(code: FailureCode | null, param: string | null, message: string): void {
    const issue = { code, param, message } as InputIssue;
    this.refused = issue;
    this.refuseEarlier(issue, this.cause);
  }

  /** Refuses an event that was accepted earlier; `cause` is its `event_id` [CV35]. */
  refuseEarlier({ code, param, message }: InputIssue, cause: string | null): void {
    this.report(toRealtimeError(code, { param, message }, cause));
    const { limits, refusals, at } = this.state;
    this.state.refusals = [...refusals.filter((then) => then > at - limits.refusal_window_ms), at];
  }

  /** Sends an `error` that refuses nothing: a failure on the server, or the end of the session. */
  report(error: RealtimeError): void {
    this.send({ type: 'error', error });
  }

  /** The response with that id, if it is not done. */
  response(id: string): ResponseState | undefined {
    return this.state.responses.find((response) => response.id === id);
  }

  /** The response that writes to the default conversation. */
  get activeResponse(): ResponseState | undefined {
    return this.state.responses.find((response) => !response.out_of_band);
  }

  /** Replaces the response that has the same id. */
  update(response: ResponseState): void {
    this.state.responses = this.state.responses.map((other) => (other.id === response.id ? response : other));
  }
}

/** An id as it may appear in a message: at most 64 printable characters [ER4]. */
export const printableId = (id: string): string => id.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
