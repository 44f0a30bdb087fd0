// Opens a WebSocket to a Realtime server, or returns the reason for the failure in one line.

import type { IncomingMessage } from 'node:http';
import { ColloquyError } from '@colloquy/protocol';
import { WebSocket } from 'ws';
import { misused } from './command.ts';
import { type Connecting, explain, readCa, refusalText } from './reach.ts';

const OPENING_MS = 10_000;
/** Largest frame taken in, in bytes: the limit servers hold clients to [LM1]. */
const FRAME_BYTES = 16 * 1024 * 1024;
const REFUSAL_BYTES = 64 * 1024;

export const DEFAULT_URL = 'ws://127.0.0.1:8787/v1/realtime?model=colloquy';

/**
 * The address to dial. What the server prints works too: `http` becomes `ws`, a missing path `/v1/realtime`; where it does not say
 * what is opened, `opened` does. Throws `misused` for what is no such address.
 */
export function realtimeUrl(
  text: string,
  opened: { readonly model: string } | { readonly intent: string } = { model: 'colloquy' },
): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  if (!url || !/^wss?:$/.test(url.protocol))
    throw misused('the URL must start with ws://, wss://, http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw misused('the URL must not contain credentials; set COLLOQUY_API_KEY');
  if (url.pathname === '/') url.pathname = '/v1/realtime';
  if (!['model', 'call_id', 'intent'].some((name) => url.searchParams.has(name)))
    for (const [name, value] of Object.entries(opened)) url.searchParams.set(name, value);
  url.hash = '';
  return url;
}

/** The words of a refusal, or nothing. */
async function readRefusal(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += chunk;
    if (body.length > REFUSAL_BYTES) break;
  }
  return refusalText(body);
}

/** What arrives, from the first frame on: nothing is lost that came before anyone listened. */
export interface Connection {
  readonly socket: WebSocket;
  /** Begins to deliver: frames, then once the end. */
  readonly listen: (onFrame: (frame: string) => void, onEnd: (code: number, reason: string) => void) => void;
}

/**
 * Opens a connection. Rejects with `upstream_error`, in one line, when the server is not there or refuses. `frameBytes` bounds what
 * is taken in at once.
 */
export function connect(url: URL, { key, caFile }: Connecting, frameBytes = FRAME_BYTES): Promise<Connection> {
  const socket = new WebSocket(url, {
    headers: { 'user-agent': 'colloquy', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    handshakeTimeout: OPENING_MS,
    perMessageDeflate: false,
    maxPayload: frameBytes,
    ...(caFile !== undefined && { ca: readCa(caFile) }),
  });
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new ColloquyError('upstream_error', `${url.origin}: ${why}`));
    // Also once it is open: a socket that breaks is told by its close, and must not end the process.
    socket.on('error', (error) => refuse(explain(error)));
    socket.on('unexpected-response', (_request, response) => {
      const { socket: carrier } = response; // no longer there once the response has been read
      readRefusal(response)
        .catch(() => '') // cut off while reading: its status says enough
        .then((refusal) => refuse(`refused with ${response.statusCode ?? 0}${refusal && `: ${refusal}`}`))
        .finally(() => carrier.destroy());
    });
    // Paused in the very turn it opens, so that a first frame in the same packet waits.
    socket.on('open', () => {
      socket.pause();
      resolve({
        socket,
        listen(onFrame, onEnd) {
          socket.on('message', (data, isBinary) => onFrame(isBinary ? '' : data.toString()));
          socket.on('close', (code, reason) => onEnd(code, reason.toString()));
          socket.resume();
        },
      });
    });
  });
}
