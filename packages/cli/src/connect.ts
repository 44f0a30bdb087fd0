// Opening a WebSocket to a Realtime server, and saying in one line why it could not be opened.

import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { ColloquyError } from '@colloquy/protocol';
import { WebSocket } from 'ws';
import { misused } from './command.ts';
import { printableLine } from './printable.ts';

const OPENING_MS = 10_000;
/** Largest frame taken in, in bytes: the limit servers hold clients to [LM1]. */
const FRAME_BYTES = 16 * 1024 * 1024;
const REFUSAL_BYTES = 64 * 1024;

export const DEFAULT_URL = 'ws://127.0.0.1:8787/v1/realtime?model=colloquy';

/**
 * The address to dial. What the server prints works too: `http` becomes `ws`, a missing path `/v1/realtime`, a missing model
 * `colloquy`. Throws `misused` for what is no such address.
 */
export function realtimeUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  if (!url || !/^wss?:$/.test(url.protocol))
    throw misused('the URL must begin with ws://, wss://, http:// or https://');
  if (url.username !== '' || url.password !== '')
    throw misused('the URL must not hold credentials; set COLLOQUY_API_KEY');
  if (url.pathname === '/') url.pathname = '/v1/realtime';
  if (!['model', 'call_id', 'intent'].some((name) => url.searchParams.has(name)))
    url.searchParams.set('model', 'colloquy');
  url.hash = '';
  return url;
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** What each failure of the world means to whoever typed the command. */
const FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; start a server with 'colloquy serve'",
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it hung up; a wss:// address may need ws://, or the other way round',
  EPROTO: 'it does not speak TLS; use ws://',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; give the CA file with --ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; give the CA file with --ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; give the CA file with --ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted; give the CA file with --ca',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

function explain(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (Object.hasOwn(FAULTS, code)) return FAULTS[code] ?? code;
  if (error.message.includes('Opening handshake has timed out')) return FAULTS.ETIMEDOUT ?? '';
  if (error.message.includes('socket hang up')) return FAULTS.ECONNRESET ?? '';
  return code || 'it does not speak WebSocket';
}

/** The words of a refusal: the message of its JSON envelope [RT13], or nothing. */
async function readRefusal(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) {
    body += chunk;
    if (body.length > REFUSAL_BYTES) break;
  }
  try {
    const message: unknown = JSON.parse(body)?.error?.message;
    return typeof message === 'string' ? printableLine(message.slice(0, 512)) : '';
  } catch {
    // Not our kind of server: its status says enough.
    return '';
  }
}

export interface Connecting {
  readonly key: string | undefined;
  /** A PEM file of the authority to trust in place of the system's. */
  readonly caFile: string | undefined;
}

/** What arrives, from the first frame on: nothing is lost that came before anyone listened. */
export interface Connection {
  readonly socket: WebSocket;
  /** Begins to deliver: frames, then once the end. */
  readonly listen: (onFrame: (frame: string) => void, onEnd: (code: number, reason: string) => void) => void;
}

function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw misused(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

/** Opens a connection. Rejects with `upstream_error`, in one line, when the server is not there or refuses. */
export function connect(url: URL, { key, caFile }: Connecting): Promise<Connection> {
  const socket = new WebSocket(url, {
    headers: { 'user-agent': 'colloquy', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    handshakeTimeout: OPENING_MS,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES,
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
        .then((words) => refuse(`refused with ${response.statusCode ?? 0}${words && `: ${words}`}`))
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
