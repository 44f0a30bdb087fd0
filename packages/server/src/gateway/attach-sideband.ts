// Completes the handshake of a sideband and attaches it to its call [WR12, WR14]. Sessions over WebSocket: `accept-session.ts`.

import type { WebSocketServer } from 'ws';
import type { Grant } from '../auth/authorize.ts';
import type { LiveCalls } from '../calls/live-calls.ts';
import { CALL_NOT_FOUND, type Refusal } from '../http/refusals.ts';
import type { Services } from '../services.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import type { UpgradeAttempt } from './handshake.ts';

/** Returns the refusal if the sideband is not attached. */
export type AttachSideband = (attempt: UpgradeAttempt, grant: Grant, callId: string) => Refusal | undefined;

export function sidebandAttacher(
  sockets: WebSocketServer,
  { services: { log, limits }, calls }: { readonly services: Services; readonly calls: LiveCalls | undefined },
): AttachSideband {
  return ({ request, socket, head }, grant, callId) => {
    const rejection = calls ? calls.refusalOfSideband(callId, grant) : CALL_NOT_FOUND;
    if (rejection || !calls) return rejection;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const release = calls.attach(callId, webSocketTransport(ws, { ...limits, stream: socket }));
      log.info({ key: grant.principal }, 'sideband opened');
      ws.on('close', (close_code) => {
        release();
        log.info({ close_code }, 'sideband closed');
      });
    });
    return undefined;
  };
}
