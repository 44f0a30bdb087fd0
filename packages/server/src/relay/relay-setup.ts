// Setup of a relayed session: configures the upstream with the settings of a client secret before the client receives
// `session.created`, which then contains them [AU24].

import { SERVER_EVENT_TYPES, type ServerEvent, type SessionUpdateConfig } from '@colloquy/protocol';

export interface SetupState {
  /** Configuration to send upstream. Without it, setup ends with the first session event. */
  readonly config: SessionUpdateConfig | undefined;
  /** Start of the current wait for the upstream, in milliseconds. */
  readonly waitsSince: number;
  /** The upstream's `session.created`, withheld until the session is configured. */
  readonly created: ServerEvent | null;
  /** `event_id` of the `session.update` that configures the session. */
  readonly updateId: string | null;
  /** Whether setup is complete. Until then, client events are not forwarded if there is a `config`. */
  readonly isDone: boolean;
}

export const beginSetup = (config: SessionUpdateConfig | undefined, at: number): SetupState => ({
  ...{ config, waitsSince: at, created: null, updateId: null, isDone: false },
});

export interface SetupResult {
  readonly setup: SetupState;
  /** The event for the client in place of the upstream's; absent: none. */
  readonly event?: ServerEvent;
  /** Event to send upstream; store its `event_id` in `updateId`. */
  readonly update?: { readonly type: 'session.update'; readonly session: object };
}

/** Applies an event of the upstream. */
export function applyToSetup(setup: SetupState, event: ServerEvent, at: number): SetupResult {
  const { config, created, isDone } = setup;
  if (isDone) return { setup, event };
  if (!config) return { setup: { ...setup, isDone: beginsSession(event) }, event };
  if (event.type === 'session.created' && !created) {
    // The model was named when dialling; some servers refuse it in an update.
    const { model: _, ...session } = config as typeof config & { model?: string };
    return { setup: { ...setup, created: event, waitsSince: at }, update: { type: 'session.update', session } };
  }
  if (event.type !== 'session.updated' || !created) return { setup, event };
  return {
    setup: { ...setup, isDone: true },
    event: { ...created, session: event.session } as ServerEvent,
  };
}

/** Errors, rate limits and unknown events do not begin a session [RL13]. */
const BEGINNINGS: ReadonlySet<string> = new Set<string>([...SERVER_EVENT_TYPES, 'transcription_session.created']);
const beginsSession = ({ type }: ServerEvent) =>
  BEGINNINGS.has(type) && type !== 'error' && type !== 'rate_limits.updated';
