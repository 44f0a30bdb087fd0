// What a relay is told and what it answers: the contract between the pure `relay-step.ts` and the world, which is `relay-session.ts`.

import type { ClientEvent, Issue, ServerEvent } from '@colloquy/protocol';
import type { LogFields } from '../log.ts';
import type { Frame } from '../transports/transport.ts';
import type { ResponseUsage } from './relay-responses.ts';

/** `at` counts milliseconds since the session began, and never goes back. */
export type RelayInput = { readonly at: number } & (
  | {
      readonly from: 'client';
      readonly frame: Frame;
      /** Why the frame is refused before it is decoded: binary, or too many. */
      readonly issue?: Issue | undefined;
    }
  | { readonly from: 'upstream'; readonly frame: Frame }
  /** `relayDeadline` has come. What arrived until then has been handled. */
  | { readonly from: 'clock' }
  | { readonly from: 'host'; readonly event: RelayHostEvent }
);

export type RelayHostEvent =
  /** Both ends are connected. The first input. */
  | { readonly type: 'open' }
  /** Let running responses finish, then close. */
  | { readonly type: 'drain' }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  /** The client does not read: the upstream is not read either, and its budgets stand still until `resume` [LM9]. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'client_closed' }
  /** `reason` without the upstream's credential. */
  | { readonly type: 'upstream_closed'; readonly code: number; readonly reason: string }
  /** The upstream does not read what it is sent. */
  | { readonly type: 'upstream_stalled' }
  /** A fault of ours. */
  | { readonly type: 'fault' };

/** What is to be done, in this order. */
export type RelayEffect =
  /** The client's events may be handled from now on. At most once. */
  | { readonly do: 'accept' }
  /** To the client. `text` is the event, encoded. */
  | { readonly do: 'send'; readonly event: ServerEvent; readonly text: string }
  /** The client's event, to the upstream. `audio_bytes` as `decodeClientEvent` counts them. */
  | {
      readonly do: 'forward';
      readonly event: ClientEvent;
      readonly text: string;
      readonly audio_bytes?: readonly number[] | undefined;
    }
  /** A request of our own, to the upstream. */
  | { readonly do: 'request'; readonly text: string }
  | { readonly do: 'report_usage'; readonly usage: ResponseUsage }
  | { readonly do: 'warn'; readonly fields: LogFields; readonly message: string }
  /** Close both ends, the client with this code and reason. Once; nothing follows. */
  | { readonly do: 'close'; readonly code: number; readonly reason: string };
