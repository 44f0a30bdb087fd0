// `/v1/realtime/calls`: WebRTC and SIP. Not installed, so each answers 501 whatever it is sent [RT9].

import type { FastifyInstance } from 'fastify';
import { replyRefusal } from '../http-app.ts';
import { refusal } from '../refusals.ts';

const UNAVAILABLE = refusal(
  'webrtc_unavailable',
  'Calls need WebRTC, which this server does not have. Use a WebSocket.',
);
const PATHS = [
  'calls',
  ...['accept', 'hangup', 'reject', 'refer'].map((action) => `calls/:call_id/${action}`),
  'translations/calls',
];

/** Adds the routes under a prefix such as `/v1`. Answered before any body is read. */
export function callRoutes(app: FastifyInstance, prefix: string): void {
  for (const path of PATHS) {
    app.post(
      `${prefix}/realtime/${path}`,
      {
        config: { access: { scope: 'open_session' } },
        onRequest: async (_, reply) => replyRefusal(reply, UNAVAILABLE),
      },
      () => undefined,
    );
  }
}
