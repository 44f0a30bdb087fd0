// Keeps the registry and the list of live sessions up to date with one session.

import type { LineSink } from './line-sink.ts';
import type { SessionFeed } from './session-feed.ts';
import type { LiveSession, SessionRegistry } from './session-registry.ts';

/** `entryOf` makes the session's entry in the registry when it begins. */
export function liveSink(
  registry: SessionRegistry,
  feed: SessionFeed,
  entryOf: (session: LiveSession['session']) => LiveSession,
): LineSink {
  let live: LiveSession | undefined;
  let remove = () => {};
  return {
    begin(session) {
      live = entryOf(session);
      remove = registry.add(live);
      feed.onBegin(session.id);
    },
    write() {
      if (live) feed.onChange(live.session.id);
    },
    end() {
      remove();
      if (live) feed.onEnd(live);
    },
  };
}
