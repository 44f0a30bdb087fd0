// The first exchange of a relayed session. What a client secret says of the session becomes true upstream before the client
// receives anything, and is what it then reads [AU24].

import { SERVER_EVENT_TYPES, type ServerEvent, type SessionUpdateConfig } from '@colloquy/protocol';

export interface SetupState {
  /** What the upstream session is configured with; without it, the first event of a session is all it takes. */
  readonly config: SessionUpdateConfig | undefined;
  /** When the upstream was last waited for, in milliseconds. */
  readonly waitsSince: number;
  /** `session.created` of the upstream, withheld until the session is configured. */
  readonly created: ServerEvent | null;
  /** The `event_id` of the `session.update` that configures it. */
  readonly updateId: string | null;
  /** Whether the session is what it should be. Until then no event of the client may be forwarded, if there is a `config`. */
  readonly isDone: boolean;
}

export const beginSetup = (config: SessionUpdateConfig | undefined, at: number): SetupState => ({
  ...{ config, waitsSince: at, created: null, updateId: null, isDone: false },
});

export interface SetupResult {
  readonly setup: SetupState;
  /** What the client receives in place of the event; absent: nothing. */
  readonly event?: ServerEvent;
  /** What is to be sent upstream; its `event_id` belongs into `updateId`. */
  readonly update?: { readonly type: 'session.update'; readonly session: object };
}

/** Applies an event of the upstream. */
export function applyToSetup(setup: SetupState, event: ServerEvent, at: number): SetupResult {
  const { config, created, isDone } = setup;
  if (isDone) return { setup, event };
  if (!config) return { setup: { ...setup, isDone: beginsSession(event) }, event };
  if (event.type === 'session.created' && !created) {
    // The dial chose the model; some servers refuse a second mention of it.
    const { model: _, ...session } = config as typeof config & { model?: string };
    return { setup: { ...setup, created: event, waitsSince: at }, update: { type: 'session.update', session } };
  }
  if (event.type !== 'session.updated' || !created) return { setup, event };
  return {
    setup: { ...setup, isDone: true },
    event: { ...created, session: event.session } as ServerEvent,
  };
}

/** Errors, rate limits and events of no protocol we know do not begin a session [RL13]. */
const BEGINNINGS: ReadonlySet<string> = new Set<string>([...SERVER_EVENT_TYPES, 'transcription_session.created']);
const beginsSession = ({ type }: ServerEvent) =>
  BEGINNINGS.has(type) && type !== 'error' && type !== 'rate_limits.updated';
