// Writes a refusal as an HTTP answer with the JSON error envelope of RT13, for Fastify and bare sockets. Refusals: `refusals.ts`.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from './refusals.ts';

/** `Retry-After` in seconds, by status [RT14]. */
const RETRY_AFTER: Readonly<Record<number, string>> = { 429: '1', 503: '5' };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `headers` are added to the default headers. */
export function httpAnswer(refusal: Refusal, headers: Record<string, string> = {}): HttpAnswer {
  const { type, code, param, message, http } = refusal;
  const retry = RETRY_AFTER[http];
  return {
    status: http,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(retry && { 'retry-after': retry }),
      ...headers,
    },
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

/** Writes an answer to a socket and ends the socket. */
export function answerSocket(socket: Duplex, { status, headers, body }: HttpAnswer): void {
  if (!socket.writable) return void socket.destroy();
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
}
