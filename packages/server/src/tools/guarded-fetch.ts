// The `fetch` of one MCP server: dials no other origin, follows no redirect, and enforces limits. Rules for addresses:
// `egress.ts`.

import { setMaxListeners } from 'node:events';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { activeTime } from '../active-time.ts';
import { checkDestination, EgressError, type EgressRules, guardedLookup, type Resolve } from './egress.ts';
import { nestingMeter } from './nesting-meter.ts';

/** Why a response is missing or incomplete. */
export type FaultKind =
  /** No connection was made: the request was not sent. */
  | 'unreachable'
  /** The request was for another origin than that of the credentials. */
  | 'elsewhere'
  /** The connection broke after the request was sent. */
  | 'lost'
  /** The response has no success status; see `status`. */
  | 'status'
  | 'too_large'
  | 'too_deep';

/** A request that failed. Contains nothing of the response but its status. */
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
  /** URL of the server. Only its origin is dialled. */
  readonly url: string;
  readonly rules: EgressRules;
  readonly resolve?: Resolve | undefined;
  /** Sent with every request; override the caller's headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for connecting, TLS included. */
  readonly connectMs: number;
  /** Maximum bytes of one response, and of a stream opened with GET. */
  readonly bodyBytes: number;
  readonly streamBytes: number;
  /** Called when a response has ended or failed. `canResume`: its stream has event ids to resume from. */
  readonly onEnd?: ((end: { method: string; canResume: boolean; fault?: FetchFault }) => void) | undefined;
}

export interface GuardedFetch {
  /**
   * Like the global `fetch`, for requests with a text body. Rejects with a `FetchFault` or an `EgressError`. Every
   * status but success is a fault, redirects included, except 405 to a GET; 202 and 204 are passed on.
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Closes every connection. */
  close(): void;
}

/** Throws an `EgressError` if the server may not be dialled. */
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
      const requestOptions = { method, agent, lookup, headers: { ...plainHeaders(init.headers), ...headers } };
      const request = isTls ? tlsRequest(url, requestOptions) : plainRequest(url, requestOptions);
      const abort = () => request.destroy();
      if (signal) setMaxListeners(0, signal); // // all requests of a connection share this signal
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

  async function* limitBody(message: IncomingMessage, method: string): AsyncGenerator<Buffer> {
    const maxBytes = method === 'GET' ? options.streamBytes : options.bodyBytes;
    const isStream = /^text\/event-stream\b/i.test(message.headers['content-type'] ?? '');
    const meter = nestingMeter();
    let bytes = 0;
    let canResume = false;
    let fault: FetchFault | undefined;
    try {
      for await (const chunk of message as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new FetchFault('too_large');
        if (!meter.accept(chunk)) throw new FetchFault('too_deep');
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
    const body = Readable.from(limitBody(message, method));
    // If nobody reads the body: discard what has arrived, so that the connection can be reused, and do not wait for the
    // rest.
    body.on('close', () => (message.complete ? message.resume() : message.destroy()));
    return body;
  }

  return {
    async fetch(input, init = {}) {
      const url = new URL(input);
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

/** Disables compression, which would hide the size of a response. */
function plainHeaders(headers: RequestInit['headers']): Record<string, string> {
  return { ...Object.fromEntries(new Headers(headers)), 'accept-encoding': 'identity' };
}

function receivedHeaders({ headers }: IncomingMessage): Headers {
  const received = new Headers();
  for (const name of ['content-type', 'mcp-session-id', 'retry-after']) {
    const value = headers[name];
    if (typeof value === 'string') received.set(name, value);
  }
  return received;
}
