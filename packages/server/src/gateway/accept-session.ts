// Completes the handshake of an admitted session and opens the session over the socket. Refusals: `upgrade.ts`.

import type { WebSocket, WebSocketServer } from 'ws';
import type { Grant } from '../auth/authorize.ts';
import { queryOf } from '../auth/request-head.ts';
import type { SessionRequest } from '../auth/session-request.ts';
import { SERVER_FAULT } from '../http/refusals.ts';
import { errorName } from '../log.ts';
import type { Upstream } from '../relay/upstream.ts';
import type { Services } from '../services.ts';
import type { SessionHandle } from '../sessions/session-handle.ts';
import { asksForBeta } from '../transports/beta.ts';
import { closeWithError } from '../transports/close-with-error.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import type { UpgradeAttempt } from './handshake.ts';
import type { OpenSession } from './open-session.ts';

/** An admitted session: its handshake, grant and request. */
export interface Accepted {
  readonly attempt: UpgradeAttempt;
  readonly grant: Grant;
  readonly sessionRequest: SessionRequest;
  readonly upstream: Upstream | undefined;
}

/** Returns `undefined` if the client has left or the session could not be opened. */
export type AcceptSession = (accepted: Accepted) => SessionHandle | undefined;

export function sessionAcceptor(
  sockets: WebSocketServer,
  { services, openSession }: { readonly services: Services; readonly openSession: OpenSession },
): AcceptSession {
  const { log, clock, limits } = services;

  function open(ws: WebSocket, { attempt, grant, sessionRequest, upstream }: Accepted): SessionHandle | undefined {
    const { requestHead, socket } = attempt;
    const began = clock();
    const transport = webSocketTransport(ws, { ...limits, stream: socket });
    let session: SessionHandle | undefined;
    ws.on('close', (close_code) => {
      log.info({ session_id: session?.id ?? '', close_code, ms: Math.round(clock() - began) }, 'session closed');
    });
    const request = {
      sessionRequest,
      isBeta: sessionRequest.kind !== 'translation' && asksForBeta(requestHead), // translations never had a beta shape
      resumes: queryOf(requestHead.target).get('resume') === '1',
      protocol: requestHead.isTls ? 'wss' : 'ws',
      upstream,
    };
    try {
      session = openSession(request, grant, transport);
    } catch (error) {
      // A server fault closes only this connection.
      log.error({ session_id: '', error: errorName(error) }, 'a session failed');
      closeWithError(transport, SERVER_FAULT, 1011, SERVER_FAULT.message);
    }
    return session;
  }

  return (accepted) => {
    const { request, socket, head } = accepted.attempt;
    let session: SessionHandle | undefined;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      session = open(ws, accepted);
    });
    return session;
  };
}
