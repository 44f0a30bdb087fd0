// Dials an upstream Realtime server with the configured address and credential and the model, and with no data of the client
// [RL1, RL8]. Traffic on the connection: `relay-session.ts`.

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

/** Address and credential of an upstream Realtime server. Set by the operator; nothing comes from a client. */
export interface UpstreamSettings {
  /** Such as `wss://api.openai.com/v1/realtime`. `ws:` is allowed for loopback addresses only. A query is preserved. */
  url: string;
  /** The credential for the upstream. Never logged or forwarded. @default none */
  key?: string;
  /** Header of the credential: `Authorization: Bearer …`, or `api-key: …` for Azure. @default 'bearer' */
  auth?: 'bearer' | 'api-key';
  /** More headers of the handshake, such as `OpenAI-Organization`. @default none */
  headers?: Readonly<Record<string, string>>;
  /** Models clients may name, at connect and later [RL9]. @default any */
  models?: readonly string[];
  /** Certificate authorities (PEM) to trust in place of the system's. Certificates are always verified. */
  ca?: string;
}

/** An upstream that a server relays its sessions to. */
export interface UpstreamOptions extends UpstreamSettings {
  /** Called with the usage of each response, once per response [RL10]. Must not throw. */
  onUsage?: (sessionId: string, usage: ResponseUsage) => void;
}

export interface Upstream {
  readonly transport: Transport;
  /** Resolves with the upstream's close. The code is 1006 without a close frame, 1005 for a close frame without a code. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Redacts the upstream's credential in a text [RL6]. @default returns the text unchanged */
  readonly hide?: (text: string) => string;
}

/** The session to open upstream. */
export interface UpstreamWanted {
  /** `''` for a transcription session. */
  model: string;
  /** @default 'realtime' */
  kind?: 'realtime' | 'transcription';
}

export interface DialOptions {
  limits?: Partial<Limits>;
  /** Cancels the dial. */
  signal?: AbortSignal;
}

/** Replaces a credential or host name. */
export const HIDDEN = '[REDACTED]';
/** Shorter keys are not redacted: they could match unrelated text. */
const MIN_HIDDEN_LENGTH = 8;

const invalid = (message: string) => new ColloquyError('invalid_configuration', `upstream: ${message}`);

/** Validates the operator's settings. Throws `invalid_configuration` without quoting them: they may contain a credential. */
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
      throw invalid('headers: not a header'); // Node's error would quote the value
    }
  }
  return parsed;
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * Opens a connection to the upstream. Redirects are not followed, certificates are verified, PINGs are answered [RL8, RL11].
 *
 * Rejects with `upstream_error` if it cannot be reached, refuses, redirects, or does not answer within `limits.upstreamConnectMs`;
 * with `invalid_api_key` for 401 and `rate_limit_exceeded` for 429 [RL15]; with `invalid_model` for a model that is not on the list
 * [RL9]; with `invalid_configuration` as `checkUpstream` does. The message contains neither host nor credential.
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

/** Resolves when the handshake completes, rejects if it fails. */
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
    // Not the timeout option of `ws`: every received byte restarts it.
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

/** Redacts a key in texts, including JSON. */
function createRedactor(key: string | undefined): (text: string) => string {
  if (key === undefined || key.length < MIN_HIDDEN_LENGTH) return (text) => text;
  const escaped = JSON.stringify(key).slice(1, -1);
  return (text) => (text.includes(escaped) ? text.replaceAll(escaped, HIDDEN) : text);
}
