// A session over a WebSocket.

import { socketOrigin } from '../sources/open-log.ts';
import type { OpenWire } from './wire.ts';

export interface SocketOptions {
  /** Absent where the credential fixes the session. */
  readonly model: string | undefined;
  readonly protocols: readonly string[];
}

/** A refused handshake looks to a page like a server that is not there. */
const NOT_OPENED = 'Connection failed: the server is not running, is full, or requires another key.';

export const socketWire =
  ({ model, protocols }: SocketOptions): OpenWire =>
  ({ onText, onBinary, onClose }) => {
    const query = model === undefined ? '' : `?model=${encodeURIComponent(model)}`;
    const socket = new WebSocket(`${socketOrigin()}/v1/realtime${query}`, [...protocols]);
    let hasOpened = false;
    socket.addEventListener('open', () => {
      hasOpened = true;
    });
    socket.addEventListener('message', ({ data }) => (typeof data === 'string' ? onText(data) : onBinary()));
    socket.addEventListener('close', ({ code, reason }) => {
      if (!hasOpened) return onClose(reason || NOT_OPENED, true);
      const isLost = code !== 1000 && code !== 1005;
      onClose(isLost ? `Connection lost (${code}${reason && `: ${reason}`}).` : 'The session has ended.', isLost);
    });
    return {
      send(text) {
        if (socket.readyState !== WebSocket.OPEN) return false;
        socket.send(text);
        return true;
      },
      close: () => socket.close(1000),
    };
  };
