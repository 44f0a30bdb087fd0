// Dialling an upstream Realtime server: the configured address, one parameter for the model, the configured credential and
// nothing of the client's [RL1, RL8]. What is then said over the connection is `relay-session.ts`.

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { ColloquyError } from '@colloquy/protocol';
import { WebSocket } from 'ws';
import { activeTime } from '../active-time.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { errorName } from '../log.ts';
import type { Transport } from '../transports/transport.ts';
import { webSocketTransport } from '../transports/websocket.ts';
import type { ResponseUsage } from './relay-responses.ts';
import { UpstreamRefusal } from './upstream-refusal.ts';

/** Another Realtime server, and how it is reached. All of it is the operator's word; nothing in it comes from a client. */
export interface UpstreamSettings {
  /** `wss://api.openai.com/v1/realtime`. `ws:` is for this machine's own addresses only. A query is kept. */
  url: string;
  /** The credential shown to the upstream. Never logged, never passed on. @default none is shown */
  key?: string;
  /** How it is shown: `Authorization: Bearer …`, or `api-key: …` as Azure has it. @default 'bearer' */
  auth?: 'bearer' | 'api-key';
  /** Further headers of the handshake, such as `OpenAI-Organization`. @default none */
  headers?: Readonly<Record<string, string>>;
  /** Models clients may name, when they connect and later [RL9]. @default any */
  models?: readonly string[];
  /** Authorities to trust in place of the system's, PEM. Certificates are verified in any case. */
  ca?: string;
}

/** An upstream that a server relays its sessions to. */
export interface UpstreamOptions extends UpstreamSettings {
  /** Hears what each response of a session consumed, once per response [RL10]. Must not throw. */
  onUsage?: (sessionId: string, usage: ResponseUsage) => void;
}

/** A connection to an upstream. */
export interface Upstream {
  readonly transport: Transport;
  /** How it ended. The code is 1006 where the upstream did not say, 1005 where it named none. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Takes the upstream's credential out of a text [RL6]. @default nothing is taken out */
  readonly hide?: (text: string) => string;
}

/** What a session upstream is opened for. */
export interface UpstreamWanted {
  /** `''` for a transcription session, which has none. */
  model: string;
  /** @default 'realtime' */
  kind?: 'realtime' | 'transcription';
}

export interface DialOptions {
  limits?: Partial<Limits>;
  /** Gives up when it aborts. */
  signal?: AbortSignal;
}

/** What stands where a credential or a host name stood. */
export const HIDDEN = '[REDACTED]';
/** A shorter key would be found in words that have nothing to do with it. */
const MIN_HIDDEN_LENGTH = 8;

const invalid = (message: string) => new ColloquyError('invalid_configuration', `upstream: ${message}`);

/** Checks what an operator wrote. Throws `invalid_configuration`, without quoting it: it may hold a credential. */
export function checkUpstream({ url, key, headers = {} }: UpstreamSettings): URL {
  if (!URL.canParse(url)) throw invalid('url is not a URL');
  const parsed = new URL(url);
  const { protocol, hostname, username, password, hash } = parsed;
  if (protocol !== 'wss:' && protocol !== 'ws:') throw invalid('url must begin with wss://');
  if (protocol === 'ws:' && !isLoopback(hostname)) throw invalid('ws:// is for this machine only; use wss://');
  if (username !== '' || password !== '') throw invalid('url must not hold a credential');
  if (hash !== '') throw invalid('url must not hold a fragment');
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) throw invalid('key must be one word of ASCII characters');
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw invalid('headers: not a header'); // the error would quote it
    }
  }
  return parsed;
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * Opens a connection to the upstream. Redirects are not followed, certificates are verified, PINGs are answered [RL8, RL11].
 *
 * Rejects with `upstream_error` when it cannot be reached, refuses, redirects, or does not answer within
 * `limits.upstreamConnectMs`; with `invalid_api_key` when it answers 401, and `rate_limit_exceeded` when it answers 429 [RL15]; with `invalid_model` for a model that is not on the list [RL9]; with `invalid_configuration` as
 * `checkUpstream` does. The error's message names no host and no credential.
 */
export async function dialUpstream(
  settings: UpstreamSettings,
  { model, kind = 'realtime' }: UpstreamWanted,
  { limits: overrides, signal }: DialOptions = {},
): Promise<Upstream> {
  const limits = { ...DEFAULT_LIMITS, ...overrides };
  const url = checkUpstream(settings);
  if (kind === 'transcription') url.searchParams.set('intent', 'transcription');
  else {
    if (settings.models && !settings.models.includes(model)) {
      throw new ColloquyError('invalid_model', 'The model is not on the list.');
    }
    url.searchParams.set('model', model);
  }
  const { key, auth = 'bearer', headers, ca } = settings;
  const credential = auth === 'bearer' ? { authorization: `Bearer ${key}` } : { 'api-key': key };
  const socket = new WebSocket(url, {
    headers: { ...headers, ...(key !== undefined && credential) },
    followRedirects: false,
    rejectUnauthorized: true,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    closeTimeout: limits.closeMs,
    ...(ca !== undefined && { ca }),
  } as ConstructorParameters<typeof WebSocket>[2]);
  const hide = createRedactor(key);
  const transport = webSocketTransport(socket, { pingMs: limits.pingMs, pongMs: limits.pongMs });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: hide(reason.toString()).replaceAll(url.hostname, HIDDEN) });
    });
  });
  await waitForOpen(socket, limits.upstreamConnectMs, signal);
  return { transport, closed, hide };
}

/** Resolves when the handshake is done, rejects when there will be none. */
function waitForOpen(socket: WebSocket, limitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failWith = (error: ColloquyError) => {
      cleanUp();
      reject(error);
      socket.terminate();
    };
    const fail = (message: string, cause?: unknown) =>
      failWith(new ColloquyError('upstream_error', message, { cause }));
    const onAbort = () => fail('nobody waits for the upstream any more');
    // Not the option of `ws`, which starts anew with every byte that arrives.
    const cancel = activeTime.after(limitMs, () => fail('the upstream did not answer in time'));
    const cleanUp = () => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort);
    socket.on('open', () => {
      cleanUp();
      resolve();
    });
    socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
      failWith(new UpstreamRefusal(statusCode, headers));
      request.destroy();
    });
    socket.on('error', (error) => fail(`the upstream cannot be reached: ${errorName(error)}`, error));
    if (signal?.aborted) onAbort();
  });
}

/** Takes a key out of texts, JSON among them. */
function createRedactor(key: string | undefined): (text: string) => string {
  if (key === undefined || key.length < MIN_HIDDEN_LENGTH) return (text) => text;
  const escaped = JSON.stringify(key).slice(1, -1);
  return (text) => (text.includes(escaped) ? text.replaceAll(escaped, HIDDEN) : text);
}
