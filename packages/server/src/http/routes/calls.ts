// `/v1/realtime/calls`: WebRTC and SIP, which are not implemented. Every route answers 501 [RT9].

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

/** Adds the routes under a prefix such as `/v1`. They answer before the body is read. */
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
