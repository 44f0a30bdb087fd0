// The settings of a media thread under test: no limit of time or rate is reached but by those who set a lower one.

import type { CallSettings } from '../../packages/server/src/transports/webrtc/plane-messages.ts';

export const CALL_SETTINGS: CallSettings = {
  maxMessageBytes: 65_536,
  connectMs: 30_000,
  silenceMs: 30_000,
  messages: { perSecond: 1000, burst: 1000 },
};
