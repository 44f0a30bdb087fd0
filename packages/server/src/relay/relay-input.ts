// Inputs and effects of a relay: the contract between the pure `relay-step.ts` and `relay-session.ts`, which does the I/O.

import type { ClientEvent, Issue, ServerEvent } from '@colloquy/protocol';
import type { Effect, PlaybackEvent } from '@colloquy/session';
import type { PlayedPart } from '../calls/call-audio.ts';
import type { LogFields } from '../log.ts';
import type { Frame } from '../transports/transport.ts';
import type { ResponseUsage } from './relay-responses.ts';

/** `at` is monotonic, in milliseconds since the session began. */
export type RelayInput = { readonly at: number } & (
  | {
      readonly from: 'client';
      readonly frame: Frame;
      /** Why the frame is refused before it is decoded: binary or over the rate limit. */
      readonly issue?: Issue | undefined;
      /** In a call: how far the queued parts are, in PCM at 24 kHz. */
      readonly played?: readonly PlayedPart[] | undefined;
    }
  | { readonly from: 'upstream'; readonly frame: Frame; readonly played?: readonly PlayedPart[] | undefined }
  /** Microphone audio of a call, in the session's input format. */
  | { readonly from: 'media'; readonly audio: Uint8Array }
  /** What became of the output audio of a call. */
  | { readonly from: 'playback'; readonly event: PlaybackEvent }
  /** `relayDeadline` has passed. All frames that arrived before it have been handled. */
  | { readonly from: 'clock' }
  | { readonly from: 'host'; readonly event: RelayHostEvent }
);

export type RelayHostEvent =
  /** Both ends are connected. The first input. */
  | { readonly type: 'open' }
  /** Let running responses finish, then close. */
  | { readonly type: 'drain' }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  /** The client does not read: stop reading the upstream and suspend its budgets until `resume` [LM9]. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'client_closed' }
  /** `reason` does not contain the upstream's credential. */
  | { readonly type: 'upstream_closed'; readonly code: number; readonly reason: string }
  /** The upstream does not read. */
  | { readonly type: 'upstream_stalled' }
  /** The relay itself failed. */
  | { readonly type: 'fault' };

/** Effects are performed in order. */
export type RelayEffect =
  /** Begin to handle the client's events. At most once. */
  | { readonly do: 'accept' }
  /** Send to the client. `text` is the encoded event. */
  | { readonly do: 'send'; readonly event: ServerEvent; readonly text: string }
  /** Send the client's event to the upstream. `audio_bytes` as in `decodeClientEvent`. */
  | {
      readonly do: 'forward';
      readonly event: ClientEvent;
      readonly text: string;
      readonly audio_bytes?: readonly number[] | undefined;
    }
  /** Note an event that only this end handles: audio that the client receives as RTP, a clear of what is played. */
  | { readonly do: 'record'; readonly from: 'server'; readonly event: ServerEvent }
  | { readonly do: 'record'; readonly from: 'client'; readonly event: ClientEvent }
  /** As in a hosted call. */
  | Extract<Effect, { do: 'play_audio' | 'end_playback' | 'clear_playback' }>
  /** Send a request of the relay to the upstream. */
  | { readonly do: 'request'; readonly text: string }
  | { readonly do: 'report_usage'; readonly usage: ResponseUsage }
  | { readonly do: 'warn'; readonly fields: LogFields; readonly message: string }
  /** Close both ends, the client with this code and reason. Once, as the last effect. */
  | { readonly do: 'close'; readonly code: number; readonly reason: string };
