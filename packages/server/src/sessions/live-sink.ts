// Line sink that registers one session (`session-registry.ts`) and reports its changes to the session list (`session-feed.ts`).

import type { LineSink } from './line-sink.ts';
import type { SessionFeed } from './session-feed.ts';
import type { LiveSession, SessionRegistry } from './session-registry.ts';

/** `entryOf` creates the session's registry entry when the session begins. */
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
