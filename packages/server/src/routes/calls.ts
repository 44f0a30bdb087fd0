// `/v1/realtime/calls`: WebRTC and SIP. Not installed, so each answers 501 whatever it is sent [RT9].

import type { FastifyInstance } from 'fastify';
import type { Refusal } from '../auth.ts';
import { replyRefusal } from '../rest.ts';

const UNAVAILABLE: Refusal = {
  code: 'webrtc_unavailable',
  param: null,
  message: 'Calls need WebRTC, which this server does not have. Use a WebSocket.',
};
const ACTIONS = ['', '/:call_id/accept', '/:call_id/hangup', '/:call_id/reject', '/:call_id/refer'];

/** Adds the routes under a prefix such as `/v1`. Answered before any body is read. */
export function callRoutes(app: FastifyInstance, prefix: string): void {
  for (const action of ACTIONS) {
    app.post(
      `${prefix}/realtime/calls${action}`,
      { config: { wanted: 'call' }, onRequest: async (_, reply) => replyRefusal(reply, UNAVAILABLE) },
      () => undefined,
    );
  }
}
