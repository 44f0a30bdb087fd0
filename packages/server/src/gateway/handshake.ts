// Settings of the WebSocket handshake, and checks of the upgrade request. Authorization: `upgrade.ts`.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { RequestHead } from '../auth/request-head.ts';
import { answerSocket, httpAnswer } from '../http/http-answer.ts';
import { BAD_HANDSHAKE, type Refusal, refusal, UPGRADE_REQUIRED } from '../http/refusals.ts';
import type { Limits } from '../limits.ts';

/** An upgrade request with its socket. */
export interface UpgradeAttempt {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly requestHead: RequestHead;
  /** The target without its query. */
  readonly path: string;
}

/** Creates the server that completes handshakes. A message larger than `maxPayload` bytes closes 1009. */
export function handshakeServer(limits: Limits, maxPayload: number): WebSocketServer {
  const settings: ServerOptions & { closeTimeout: number; maxFragments: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    maxFragments: limits.fragments,
    closeTimeout: limits.closeMs,
    handleProtocols: (offered) => offered.has('realtime') && 'realtime',
  };
  const sockets = new WebSocketServer(settings);
  sockets.on('wsClientError', (_, socket) => answerSocket(socket, httpAnswer(BAD_HANDSHAKE)));
  return sockets;
}

/** Returns the refusal of a request that is not a valid WebSocket handshake, and the headers of the response. */
export function handshakeFault({ method, headers }: IncomingMessage): [Refusal, Record<string, string>] | undefined {
  if (method !== 'GET') return [NOT_GET, { allow: 'GET' }];
  if (headers.upgrade?.toLowerCase() !== 'websocket') return [UPGRADE_REQUIRED, { upgrade: 'websocket' }];
  if (headers['sec-websocket-version'] !== '13') return [BAD_VERSION, { 'sec-websocket-version': '13' }];
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) return [BAD_HANDSHAKE, {}];
  return undefined;
}

/** Whether the client can receive a refusal over a WebSocket. */
export const isHandshake = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';

const NOT_GET = refusal('method_not_allowed', 'A WebSocket is opened with GET.');
const BAD_VERSION = refusal('invalid_value', 'The only supported WebSocket version is 13.');
