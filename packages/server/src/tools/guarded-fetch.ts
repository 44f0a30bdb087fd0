// The `fetch` of one MCP server: dials nobody else, follows no redirect, and lets through no more than it was told to. What may
// be dialled at all is `egress.ts`.

import { setMaxListeners } from 'node:events';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { activeTime } from '../active-time.ts';
import { checkDestination, EgressError, type EgressRules, guardedLookup, type Resolve } from './egress.ts';
import { nestingMeter } from './nesting-meter.ts';

/** Why there is no answer, or not all of it. */
export type FaultKind =
  /** Nobody was reached: the request was not sent. */
  | 'unreachable'
  /** It would have gone to another server than the credentials are for. */
  | 'elsewhere'
  /** The connection broke after the request had been sent. */
  | 'lost'
  /** The answer has another status than success; `status` says which. */
  | 'status'
  | 'too_large'
  | 'too_deep';

/** A request that failed. Holds nothing of the answer but its status. */
export class FetchFault extends Error {
  override readonly name = 'FetchFault';
  readonly kind: FaultKind;
  readonly status: number | undefined;

  constructor(kind: FaultKind, status?: number) {
    super(`the request failed: ${kind}`);
    this.kind = kind;
    this.status = status;
  }
}

export interface GuardedFetchOptions {
  /** The server. Only its origin is ever dialled. */
  readonly url: string;
  readonly rules: EgressRules;
  readonly resolve?: Resolve | undefined;
  /** Sent with every request; stand above what the caller sends. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for a connection, its encryption included. */
  readonly connectMs: number;
  /** Bytes of one answer, and of a stream that stays open beside the answers. */
  readonly bodyBytes: number;
  readonly streamBytes: number;
  /** An answer has come to its end, or broken off with a fault. `canResume`: its stream has ids to go on from. */
  readonly onEnd?: ((end: { method: string; canResume: boolean; fault?: FetchFault }) => void) | undefined;
}

export interface GuardedFetch {
  /**
   * Like the platform's, of a request whose body is text. Rejects with a `FetchFault` or an `EgressError`: a redirect is a
   * status like any other that is no success, but for 202, 204, and 405 to a GET, which callers know how to read.
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Ends every connection. */
  close(): void;
}

/** Throws an `EgressError` for a server that may not be dialled. */
export function guardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { rules, headers, connectMs, onEnd } = options;
  const server = checkDestination(options.url, rules);
  const isTls = server.protocol === 'https:';
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new PlainAgent({ keepAlive: true });
  const lookup = guardedLookup(rules, options.resolve);

  function send(url: URL, init: RequestInit, method: string): Promise<IncomingMessage> {
    const signal = init.signal ?? undefined;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wanted = { method, agent, lookup, headers: { ...plainHeaders(init.headers), ...headers } };
      const request = isTls ? tlsRequest(url, wanted) : plainRequest(url, wanted);
      const abort = () => request.destroy();
      if (signal) setMaxListeners(0, signal); // one for all requests of a connection
      signal?.addEventListener('abort', abort);
      request.on('close', () => signal?.removeEventListener('abort', abort));
      let isConnected = false;
      const cancel = activeTime.after(connectMs, () => request.destroy(new FetchFault('unreachable')));
      const connected = () => {
        cancel();
        isConnected = true;
      };
      request.on('socket', (socket: Socket) => {
        if (request.reusedSocket) connected();
        else socket.once(isTls ? 'secureConnect' : 'connect', connected);
      });
      request.on('error', (error) => {
        cancel();
        const isOurs = error instanceof EgressError || error instanceof FetchFault;
        reject(isOurs ? error : signal?.aborted ? signal.reason : new FetchFault(isConnected ? 'lost' : 'unreachable'));
      });
      request.on('response', resolve);
      request.end(typeof init.body === 'string' ? init.body : undefined);
    });
  }

  async function* letThrough(message: IncomingMessage, method: string): AsyncGenerator<Buffer> {
    const most = method === 'GET' ? options.streamBytes : options.bodyBytes;
    const isStream = /^text\/event-stream\b/i.test(message.headers['content-type'] ?? '');
    const meter = nestingMeter();
    let bytes = 0;
    let canResume = false;
    let fault: FetchFault | undefined;
    try {
      for await (const chunk of message as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > most) throw new FetchFault('too_large');
        if (!meter.take(chunk)) throw new FetchFault('too_deep');
        if (isStream && !canResume) canResume = /(?:^|[\r\n])id:/.test(chunk.toString('latin1'));
        yield chunk;
      }
    } catch (error) {
      fault = error instanceof FetchFault ? error : new FetchFault('lost');
      throw fault;
    } finally {
      message.destroy();
      onEnd?.({ method, canResume, ...(fault && { fault }) });
    }
  }

  function bodyOf(message: IncomingMessage, method: string): Readable {
    const body = Readable.from(letThrough(message, method));
    // Nobody need read it: what has come is let go, so that the connection can be used again; what has not is not waited for.
    body.on('close', () => (message.complete ? message.resume() : message.destroy()));
    return body;
  }

  return {
    async fetch(given, init = {}) {
      const url = new URL(given);
      if (url.origin !== server.origin) throw new FetchFault('elsewhere');
      const method = init.method ?? 'GET';
      const message = await send(url, init, method);
      const status = message.statusCode ?? 0;
      const isRead = (status >= 200 && status < 300) || (status === 405 && method === 'GET');
      if (!isRead) {
        message.destroy();
        throw new FetchFault('status', status);
      }
      const isEmpty = status === 204 || status === 205 || status === 405;
      if (isEmpty) message.resume();
      const body = isEmpty ? null : (Readable.toWeb(bodyOf(message, method)) as globalThis.ReadableStream);
      return new Response(body, { status, headers: receivedHeaders(message) });
    },
    close: () => agent.destroy(),
  };
}

/** No compression, which would hide how large an answer is. */
function plainHeaders(given: RequestInit['headers']): Record<string, string> {
  return { ...Object.fromEntries(new Headers(given)), 'accept-encoding': 'identity' };
}

function receivedHeaders({ headers }: IncomingMessage): Headers {
  const received = new Headers();
  for (const name of ['content-type', 'mcp-session-id', 'retry-after']) {
    const value = headers[name];
    if (typeof value === 'string') received.set(name, value);
  }
  return received;
}
