// The first exchange of a relayed session. What a client secret says of the session becomes true upstream before the client
// hears of anything, and is what it then reads [AU24].

import { SERVER_EVENT_TYPES, type ServerEvent, type SessionUpdateConfig } from '@colloquy/protocol';

export interface RelaySetup {
  /** Whether the session is what it should be. */
  readonly isDone: boolean;
  /** Resolves when it is; until then no event of the client may be forwarded. */
  readonly done: Promise<void>;
  /** Takes in an event of the upstream. Answers what the client is to see of it, `undefined` for nothing. */
  hear(event: ServerEvent): ServerEvent | undefined;
  /** Whether the request of this name was the configuration. */
  isConfiguration(event_id: string): boolean;
  /** Nobody is to wait any longer. */
  giveUp(): void;
}

/** Events that say nothing of whether a session was opened, and those of no protocol we know, do not begin one [RL7]. */
const BEGINNINGS: ReadonlySet<string> = new Set<string>([...SERVER_EVENT_TYPES, 'transcription_session.created']);
const beginsSession = ({ type }: ServerEvent) =>
  BEGINNINGS.has(type) && type !== 'error' && type !== 'rate_limits.updated';

/** `request` sends an event to the upstream and answers with its `event_id`. Without a `config` the first event of a session is all it takes. */
export function relaySetup(
  config: SessionUpdateConfig | undefined,
  request: (event: { type: string; session: object }) => string,
): RelaySetup {
  let isDone = false;
  let created: ServerEvent | undefined;
  let update: string | undefined;
  let giveUp = () => {};
  const done = config
    ? new Promise<void>((resolve) => {
        giveUp = resolve;
      })
    : Promise.resolve();
  return {
    get isDone() {
      return isDone;
    },
    done,
    hear(event) {
      if (isDone) return event;
      if (!config) {
        isDone = beginsSession(event);
        return event;
      }
      if (event.type === 'session.created' && !created) {
        created = event;
        // The model was settled by the dialling; some servers refuse to hear of it again.
        const { model: _, ...session } = config as typeof config & { model?: string };
        update = request({ type: 'session.update', session });
        return undefined;
      }
      if (event.type !== 'session.updated' || !created) return event;
      isDone = true;
      giveUp();
      return { ...created, session: event.session } as ServerEvent;
    },
    isConfiguration: (event_id) => event_id === update,
    giveUp: () => giveUp(),
  };
}
