// Reads target, headers and query of an HTTP request. What is allowed: `authorize.ts`; what is opened: `session-request.ts`.

import type { IncomingMessage } from 'node:http';

/** The head of a request or of a WebSocket handshake. */
export interface RequestHead {
  /** The request target, unchanged. */
  readonly target: string;
  readonly isTls: boolean;
  /** Every value of a header, in order. Pass the name in lower case. */
  readonly all: (name: string) => string[];
}

/** `all` also returns repeated headers, which `request.headers` hides. */
export function readRequestHead(request: IncomingMessage): RequestHead {
  const { rawHeaders } = request;
  return {
    target: request.url ?? '',
    isTls: 'encrypted' in request.socket,
    all: (name) => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name),
  };
}

export const pathOf = (target: string): string => target.split('?', 1)[0] as string;

export function queryOf(target: string): URLSearchParams {
  const at = target.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
}

/** The subprotocols offered, in order. */
export const offeredProtocols = (head: RequestHead): string[] =>
  head.all('sec-websocket-protocol').flatMap((value) => value.split(',').map((protocol) => protocol.trim()));
