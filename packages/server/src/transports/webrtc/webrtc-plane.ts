// The media plane of a server: a media thread that starts with the first call, or when the server listens.

import { existsSync } from 'node:fs';
import type { MediaPlane } from '../../calls/media-plane.ts';
import type { Services } from '../../services.ts';
import { openThreadMediaPlane, THREAD_FILE, type ThreadMediaPlane } from './thread-media-plane.ts';
import type { WebRtcOptions } from './webrtc-options.ts';

export interface WebRtcPlane extends MediaPlane {
  /** Starts the thread if the options ask for it. */
  listen(): void;
  /** Ends all calls and the thread. */
  close(): Promise<void>;
}

/** `undefined` where the thread is not built. */
export function webRtcPlane(options: WebRtcOptions, { limits, log, clock }: Services): WebRtcPlane | undefined {
  if (!existsSync(THREAD_FILE)) return undefined;
  const settings = {
    maxMessageBytes: limits.frameBytes,
    connectMs: limits.callConnectMs,
    silenceMs: limits.callSilenceMs,
    ...(options.addresses && { addresses: options.addresses }),
    ...(options.ports && { ports: options.ports }),
    messages: { perSecond: 2 * limits.eventsPerSecond, burst: 2 * limits.eventsBurst },
  };
  let plane: ThreadMediaPlane | undefined;
  const started = () => {
    plane ??= openThreadMediaPlane({
      settings,
      clock,
      onError: (error) => log.error({ error }, 'a call failed'),
      onSkip: (bytes) => log.warn({ bytes }, 'an event is larger than the peer of a call accepts, and is not sent'),
    });
    return plane;
  };
  return {
    listen: () => void (options.isWarm && started()),
    open: (offer) => started().open(offer),
    close: async () => plane?.close(),
  };
}
