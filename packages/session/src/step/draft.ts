// One step in the making: the state as it becomes, the effects as they come up, and the only ways to mint, send and refuse.

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

/** Why an input was refused. `code` is null for the one refusal that has none on the wire either [TR7]. */
export type InputIssue = Issue | (Omit<Issue, 'code'> & { readonly code: null });

type Unnumbered<E> = E extends ServerEvent ? Omit<E, 'event_id'> : never;

/** Mutable inside one `step`, never seen outside it. Only the top level of `state` may be assigned to: what it holds is shared. */
export class Draft {
  readonly state: { -readonly [K in keyof SessionState]: SessionState[K] };
  readonly effects: Effect[] = [];
  /** Why the input being handled was refused, null while it is not. */
  refused: InputIssue | null = null;
  /** The client's name for the event being handled, to be echoed should it be refused. */
  readonly cause: string | null;
  /** Of each base64 audio of the event being handled, in order. */
  readonly audioBytes: readonly number[] | undefined;

  constructor(state: SessionState, at: number, cause?: string | null, audioBytes?: readonly number[]) {
    this.state = { ...state, at: Math.max(state.at, at) };
    this.cause = cause ?? null;
    this.audioBytes = audioBytes;
  }

  /** Makes an id. Drawn from the state, not from the world: the same inputs yield the same frames. */
  mint(prefix: IdPrefix): string {
    const [id, next] = mintId(this.state.ids, prefix);
    this.state.ids = next;
    return id;
  }

  /** Makes an item id that no client has chosen before. */
  mintItem(prefix: IdPrefix = 'item'): string {
    for (;;) {
      const id = this.mint(prefix);
      if (!getItem(this.state.items, id) && !tableGet(this.state.deferred_ids, id)) return id;
    }
  }

  /** Makes a call id that no call of the conversation has. */
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

  /** Refuses the input being handled and tells the client. The session goes on. */
  refuse(code: FailureCode | null, param: string | null, message: string): void {
    const issue = { code, param, message } as InputIssue;
    this.refused = issue;
    this.refuseEarlier(issue, this.cause);
  }

  /** Tells the client that an event accepted earlier, of id `cause`, is refused after all [CV35]. */
  refuseEarlier({ code, param, message }: InputIssue, cause: string | null): void {
    this.report(toRealtimeError(code, { param, message }, cause));
    const { limits, refusals, at } = this.state;
    this.state.refusals = [...refusals.filter((then) => then > at - limits.refusal_window_ms), at];
  }

  /** Sends an `error` that refuses nothing: something failed on this side, or the session ends. */
  report(error: RealtimeError): void {
    this.send({ type: 'error', error });
  }

  /** The response of that id, while it is not done. */
  response(id: string): ResponseState | undefined {
    return this.state.responses.find((response) => response.id === id);
  }

  /** The response that is writing to the default conversation. */
  get activeResponse(): ResponseState | undefined {
    return this.state.responses.find((response) => !response.out_of_band);
  }

  /** Puts a changed response in the place of the one with its id. */
  update(response: ResponseState): void {
    this.state.responses = this.state.responses.map((other) => (other.id === response.id ? response : other));
  }
}

/** An id as it may stand in a message: at most 64 printable characters [ER4]. */
export const shown = (id: string): string => id.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
