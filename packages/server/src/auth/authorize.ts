// The one door. Every request, WebSocket or REST, is let in or turned away here, in this order: target, Host, Origin,
// credential [AU29]. What is opened once inside is `session-request.ts`; the limits come after both.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ColloquyError, type FailureCode } from '@colloquy/protocol';
import { keyName } from '../log.ts';
import type { ClientSecret, ClientSecrets } from './client-secrets.ts';
import { isLookToken, type LookTokens } from './watch-tokens.ts';

/** What the door knows. */
export interface Door {
  /** Hashes of the keys; none means that anybody on this machine may enter [AU11]. */
  readonly keys: readonly Buffer[];
  /** Names that `Host` may have besides the loopback ones, in lower case. */
  readonly hosts: ReadonlySet<string>;
  /** Origins that may connect besides our own. */
  readonly origins: ReadonlySet<string>;
  /** Lets browsers offer server keys as a subprotocol [AU16]. */
  readonly keysFromBrowsers: boolean;
  readonly secrets: ClientSecrets;
  readonly looks: LookTokens;
}

/** What a request says about itself. */
export interface Asked {
  /** The request target as it was sent. */
  readonly target: string;
  readonly isTls: boolean;
  /** Every value of a header, in order; the name in lower case. */
  readonly all: (name: string) => string[];
}

/**
 * What it is about: `presence` needs no credential; `session` opens one; `secret` mints; `call` controls calls; `look` reads. For our
 * own page, and programs, alone: `inspect` reads what is said and kept, `change` removes it, `greet` asks whether a key is needed.
 */
export type Wanted = 'presence' | 'session' | 'secret' | 'call' | 'look' | 'inspect' | 'change' | 'greet';

/** Who is asking, and what they may do. */
export interface Grant {
  /** Stands for the credential in counts and logs; `anyone` where none is required [AU12]. */
  readonly principal: string;
  /** None was shown although one is required: greeted, nothing more. */
  readonly isStranger?: true;
  readonly secret: ClientSecret | undefined;
}

/** Why a request is turned away. The row of `code` in `FAILURES` says with which status. */
export interface Refusal {
  readonly code: FailureCode;
  readonly param: string | null;
  readonly message: string;
  /** No credential at all was shown [ER48]. */
  readonly isMissing?: boolean;
}

export type Verdict = { ok: true; grant: Grant } | { ok: false; refusal: Refusal };

const refuse = (code: FailureCode, message: string, param: string | null = null, isMissing = false): Verdict => ({
  ok: false,
  refusal: { code, param, message, ...(isMissing && { isMissing }) },
});

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const KEY_PROTOCOL = 'openai-insecure-api-key.';
const CREDENTIAL_PARAMETERS: ReadonlySet<string> = new Set([
  'key',
  'api_key',
  'api-key',
  'apikey',
  'token',
  'access_token',
  'authorization',
  'bearer',
  'client_secret',
  'openai-insecure-api-key',
]);
const NOBODY: Grant = { principal: 'anyone', secret: undefined };
const STRANGER: Grant = { ...NOBODY, isStranger: true };
const FOR_OUR_PAGE: ReadonlySet<Wanted> = new Set<Wanted>(['inspect', 'change', 'greet']);

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Checks what an operator wrote. Throws `invalid_configuration` for an origin or a host name that is none. */
export function createDoor(settings: {
  keys: readonly string[];
  hosts: readonly string[];
  origins: readonly string[];
  keysFromBrowsers: boolean;
  secrets: ClientSecrets;
  looks: LookTokens;
}): Door {
  const hosts = settings.hosts.map((host) => {
    const name = hostName(host);
    if (name === undefined) throw new ColloquyError('invalid_configuration', `hosts: '${host}' is not a host name`);
    return name;
  });
  const origins = settings.origins.map((origin) => {
    const parsed = originOf(origin);
    if (parsed === undefined) throw new ColloquyError('invalid_configuration', `origins: '${origin}' is not an origin`);
    return parsed;
  });
  if (settings.keys.includes('')) throw new ColloquyError('invalid_configuration', 'keys: an empty key');
  return {
    keys: settings.keys.map(digest),
    hosts: new Set(hosts),
    origins: new Set(origins),
    keysFromBrowsers: settings.keysFromBrowsers,
    secrets: settings.secrets,
    looks: settings.looks,
  };
}

/** Reads off a request what the door looks at. Repeated headers are all seen, which `request.headers` would hide. */
export function askedBy(request: IncomingMessage): Asked {
  const { rawHeaders } = request;
  return {
    target: request.url ?? '',
    isTls: 'encrypted' in request.socket,
    all: (name) => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name),
  };
}

/**
 * Lets a request in, or says why not: `invalid_value` for a target or credentials that are ambiguous, `forbidden_host`,
 * `forbidden_origin`, `invalid_api_key`. Never throws.
 *
 * @see SPEC.md AU7 to AU18, AU25, AU29, RT17
 */
export function authorize(door: Door, asked: Asked, wanted: Wanted): Verdict {
  const { target } = asked;
  const path = target.split('?', 1)[0] as string;
  if (!target.startsWith('/')) return refuse('forbidden_host', 'The request target must be a path.');
  if (hasTricks(path)) return refuse('invalid_value', 'The path must not hold encoded slashes or dot segments.');

  const hosts = asked.all('host');
  const name = hosts.length === 1 ? hostName(hosts[0] as string) : undefined;
  if (name === undefined || !(LOOPBACK.has(name) || door.hosts.has(name))) {
    return refuse(
      'forbidden_host',
      "This server does not answer to that Host. The setting 'hosts' lists those it does.",
    );
  }
  const origins = asked.all('origin');
  if (origins.length > 1 || (origins.length === 1 && !isOwnOrigin(door, asked, origins[0] as string))) {
    return refuse('forbidden_origin', "This origin may not connect. The setting 'origins' lists those that may.");
  }
  if (FOR_OUR_PAGE.has(wanted) && !isFromOurPage(asked, origins[0])) {
    return refuse('forbidden_origin', 'Only the page of this server, and programs that are no pages, may ask this.');
  }
  return wanted === 'presence' ? { ok: true, grant: NOBODY } : judge(door, asked, wanted);
}

function judge(door: Door, asked: Asked, wanted: Wanted): Verdict {
  for (const [parameter, value] of queryOf(asked.target)) {
    if (CREDENTIAL_PARAMETERS.has(parameter.toLowerCase()) || /^(?:sk-|ek_|Bearer\s)/.test(value)) {
      return refuse('invalid_value', 'Credentials are not read from the query string. Send them as a header.');
    }
  }
  const fromProtocol = offeredProtocols(asked).filter((protocol) => protocol.startsWith(KEY_PROTOCOL));
  const shown = new Set([
    ...asked.all('authorization').flatMap((value) => /^Bearer +(\S+) *$/i.exec(value)?.[1] ?? []),
    ...asked.all('api-key').filter((value) => value !== ''),
    ...fromProtocol.map((protocol) => protocol.slice(KEY_PROTOCOL.length)).filter((value) => value !== ''),
  ]);
  if (shown.size > 1) return refuse('invalid_value', 'Two different credentials were sent.');
  const [credential] = shown;

  if (credential === undefined) {
    if (door.keys.length === 0) return { ok: true, grant: NOBODY };
    if (wanted === 'greet') return { ok: true, grant: STRANGER };
    return refuse('invalid_api_key', 'No API key was provided.', null, true);
  }
  if (isLookToken(credential)) {
    const principal = door.looks.find(credential);
    if (principal === undefined) {
      if (door.keys.length === 0) return { ok: true, grant: NOBODY };
      return refuse('invalid_api_key', 'The look token is unknown or expired.');
    }
    if (wanted !== 'inspect') return refuse('invalid_api_key', 'A look token cannot be used here.');
    return { ok: true, grant: { principal, secret: undefined } };
  }
  if (credential.startsWith('ek_')) {
    const found = door.secrets.find(credential);
    if (found.is === 'good') {
      if (wanted !== 'session' && wanted !== 'call') {
        return refuse('invalid_api_key', 'A client secret cannot be used here.');
      }
      return { ok: true, grant: { principal: found.secret.principal, secret: found.secret } };
    }
    if (found.is !== 'unknown') return refuse('invalid_api_key', `The client secret is ${found.is}.`);
  }
  if (door.keys.length === 0) return { ok: true, grant: NOBODY };
  if (!isKey(door, credential)) return refuse('invalid_api_key', 'Incorrect API key provided.');
  if (fromProtocol.length > 0 && asked.all('origin').length > 0 && !door.keysFromBrowsers) {
    return refuse(
      'invalid_api_key',
      "Browsers may show client secrets only. The setting 'keysFromBrowsers' lifts that.",
    );
  }
  return { ok: true, grant: { principal: keyName(credential), secret: undefined } };
}

/** Compares with every key, whatever the outcome of the others, in constant time [AU12]. */
function isKey(door: Door, credential: string): boolean {
  const hash = digest(credential);
  return door.keys.reduce((isFound, key) => timingSafeEqual(key, hash) || isFound, false);
}

/** The name in a `Host`, in lower case, its port dropped; `undefined` when it is no host. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

/** An origin, if the text is exactly one as browsers write it. */
function originOf(text: string): string | undefined {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  return origin === text && origin !== 'null' ? origin : undefined;
}

function isOwnOrigin(door: Door, asked: Asked, text: string): boolean {
  const origin = originOf(text);
  if (origin === undefined) return false;
  if (door.origins.has(origin)) return true;
  const own = `${asked.isTls ? 'https' : 'http'}://${asked.all('host')[0]}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}

/**
 * Whether a page asks that came from here, or no page at all. A listed origin is another page, unless it is our own address behind
 * a proxy that speaks TLS. What browsers ask for without an `Origin`, as images are, says itself where it was asked from.
 */
function isFromOurPage(asked: Asked, origin: string | undefined): boolean {
  if (origin === undefined)
    return asked.all('sec-fetch-site').every((site) => site === 'same-origin' || site === 'none');
  const { protocol, host } = new URL(origin);
  return new URL(`${protocol}//${asked.all('host')[0]}`).host === host;
}

/** Encoded slashes and dot segments mean different things to different readers [RT17]. */
function hasTricks(path: string): boolean {
  return (
    /%(?:2f|5c|2e|00)|[\\\0]/i.test(path) || path.split('/').some((segment) => segment === '.' || segment === '..')
  );
}

/** The parameters of a request target. */
export function queryOf(target: string): URLSearchParams {
  const at = target.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
}

/** The subprotocols offered, in order. */
export const offeredProtocols = (asked: Asked): string[] =>
  asked.all('sec-websocket-protocol').flatMap((value) => value.split(',').map((protocol) => protocol.trim()));
