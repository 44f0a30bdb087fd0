// Authorizes every HTTP request and WebSocket upgrade. Checks, in order: target, Host, Origin, credential [AU29].
// What the request opens: `session-request.ts`. Limits: `gateway/admission.ts`.

import { createHash, timingSafeEqual } from 'node:crypto';
import { ColloquyError } from '@colloquy/protocol';
import { NO_CREDENTIAL, type Refusal, refusal } from '../http/refusals.ts';
import { keyName } from '../log.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { offeredProtocols, pathOf, queryOf, type RequestHead } from './request-head.ts';
import type { ClientSecret } from './secret-store.ts';
import { isWatchToken, type WatchTokens } from './watch-tokens.ts';

export interface Authorizer {
  /**
   * Grants or refuses a request. Refusals: `invalid_value` for an ambiguous target or ambiguous credentials, `forbidden_host`,
   * `forbidden_origin`, `invalid_api_key`. Rejects only if the secret store rejects.
   *
   * @see SPEC.md AU7 to AU18, AU25, AU29, RT17
   */
  authorize(head: RequestHead, rule: AccessRule): Promise<Verdict>;
  /** Whether the operator listed this origin in `origins`. */
  isListed(origin: string): boolean;
}

/**
 * What a route requires: `public` no credential, `read` and `manage` a key, `open_session` a key or a client secret. A watch token
 * grants `read` on the console API only.
 */
export type Scope = 'public' | 'read' | 'open_session' | 'manage';

/** What a route requires of a request. */
export interface AccessRule {
  readonly scope: Scope;
  /**
   * The console API below `/api`: answers the page of this server and programs, never another page. Its `public` routes check a
   * credential if one is sent; without one the grant has `isStranger`.
   */
  readonly isConsoleApi?: true;
}

/** Who sent a request. */
export interface Grant {
  /** Identifies the credential in counts and logs; `anyone` if no credential is required [AU12]. */
  readonly principal: string;
  /** The server has keys and the request carries no credential: `public` routes return less. */
  readonly isStranger?: true;
  readonly secret: ClientSecret | undefined;
}

export type Verdict = { ok: true; grant: Grant } | { ok: false; refusal: Refusal };

export interface AuthorizerOptions {
  /** If empty, every client on this machine is authorized [AU11]. */
  readonly keys: readonly string[];
  /** Names allowed in `Host` besides the loopback names. */
  readonly hosts: readonly string[];
  /** Origins allowed besides the origin of this server. */
  readonly origins: readonly string[];
  /** Accepts server keys that browsers send as a subprotocol [AU16]. */
  readonly keysFromBrowsers: boolean;
  readonly secrets: ClientSecrets;
  readonly watchTokens: WatchTokens;
}

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

const allow = (grant: Grant): Verdict => ({ ok: true, grant });
const refuse = (reason: Refusal): Verdict => ({ ok: false, refusal: reason });
const badCredential = (message: string): Verdict => refuse(refusal('invalid_api_key', message));

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Throws `invalid_configuration` for an empty key, an invalid origin or an invalid host name. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const hosts = new Set(options.hosts.map(configuredHost));
  const origins = new Set(options.origins.map(configuredOrigin));
  if (options.keys.includes('')) throw new ColloquyError('invalid_configuration', 'keys: an empty key');
  const credentials: Credentials = { ...options, keys: options.keys.map(digest) };
  return {
    async authorize(head, rule) {
      const rejection = refuseTarget(head.target) ?? refuseHost(head, hosts) ?? refuseOrigin(head, origins, rule);
      if (rejection) return refuse(rejection);
      return rule.scope === 'public' && !rule.isConsoleApi ? allow(NOBODY) : checkCredential(credentials, head, rule);
    },
    isListed: (origin) => origins.has(origin),
  };
}

function configuredHost(host: string): string {
  const name = hostName(host);
  if (name === undefined) throw new ColloquyError('invalid_configuration', `hosts: '${host}' is not a host name`);
  return name;
}

function configuredOrigin(origin: string): string {
  const parsed = originOf(origin);
  if (parsed === undefined) throw new ColloquyError('invalid_configuration', `origins: '${origin}' is not an origin`);
  return parsed;
}

// ---- Target, Host, Origin ----

const NOT_A_PATH = refusal('forbidden_host', 'The request target must be a path.');
const ENCODED_PATH = refusal('invalid_value', 'The path must not hold encoded slashes or dot segments.');
const OTHER_HOST = refusal(
  'forbidden_host',
  "This server does not answer to that Host. The setting 'hosts' lists those it does.",
);
const OTHER_ORIGIN = refusal(
  'forbidden_origin',
  "This origin may not connect. The setting 'origins' lists those that may.",
);
const OTHER_PAGE = refusal(
  'forbidden_origin',
  'Only the page of this server, and programs that are no pages, may ask this.',
);

function refuseTarget(target: string): Refusal | undefined {
  if (!target.startsWith('/')) return NOT_A_PATH;
  return isAmbiguous(pathOf(target)) ? ENCODED_PATH : undefined;
}

/** Programs disagree on the meaning of encoded slashes and dot segments [RT17]. */
function isAmbiguous(path: string): boolean {
  return (
    /%(?:2f|5c|2e|00)|[\\\0]/i.test(path) || path.split('/').some((segment) => segment === '.' || segment === '..')
  );
}

function refuseHost(head: RequestHead, hosts: ReadonlySet<string>): Refusal | undefined {
  const sent = head.all('host');
  const name = sent.length === 1 ? hostName(sent[0] as string) : undefined;
  return name !== undefined && (LOOPBACK.has(name) || hosts.has(name)) ? undefined : OTHER_HOST;
}

/** The name in a `Host` header, in lower case and without port; `undefined` if the value is not a host. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

function refuseOrigin(
  head: RequestHead,
  allowedOrigins: ReadonlySet<string>,
  { isConsoleApi }: AccessRule,
): Refusal | undefined {
  const [origin, ...others] = head.all('origin');
  if (others.length > 0 || (origin !== undefined && !isOwnOrigin(head, allowedOrigins, origin))) return OTHER_ORIGIN;
  return isConsoleApi && !isFromOurPage(head, origin) ? OTHER_PAGE : undefined;
}

/** The origin, if the text is exactly an origin as browsers serialize it. */
function originOf(text: string): string | undefined {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  return origin === text && origin !== 'null' ? origin : undefined;
}

function isOwnOrigin(head: RequestHead, allowedOrigins: ReadonlySet<string>, text: string): boolean {
  const origin = originOf(text);
  if (origin === undefined) return false;
  if (allowedOrigins.has(origin)) return true;
  const own = `${head.isTls ? 'https' : 'http'}://${head.all('host')[0]}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}

/**
 * Whether the request comes from a page of this server or from a program. An allowed origin is another page, unless it is the address
 * of this server behind a TLS proxy. Requests without `Origin`, for example for images, state their source in `Sec-Fetch-Site`.
 */
function isFromOurPage(head: RequestHead, origin: string | undefined): boolean {
  if (origin === undefined)
    return head.all('sec-fetch-site').every((site) => site === 'same-origin' || site === 'none');
  const { protocol, host } = new URL(origin);
  return new URL(`${protocol}//${head.all('host')[0]}`).host === host;
}

// ---- Credential ----

interface Credentials extends Pick<AuthorizerOptions, 'keysFromBrowsers' | 'secrets' | 'watchTokens'> {
  /** Hashes of the keys. */
  readonly keys: readonly Buffer[];
}

const IN_QUERY = refusal('invalid_value', 'Credentials are not read from the query string. Send them as a header.');
const TWO_CREDENTIALS = refusal('invalid_value', 'Two different credentials were sent.');

async function checkCredential(credentials: Credentials, head: RequestHead, rule: AccessRule): Promise<Verdict> {
  if (hasCredentialInQuery(head.target)) return refuse(IN_QUERY);
  const { sent, fromProtocol } = credentialsOf(head);
  if (sent.size > 1) return refuse(TWO_CREDENTIALS);
  const [credential] = sent;
  const hasKeys = credentials.keys.length > 0;
  if (credential === undefined) {
    if (!hasKeys) return allow(NOBODY);
    return rule.scope === 'public' ? allow(STRANGER) : refuse(NO_CREDENTIAL);
  }
  if (isWatchToken(credential)) return checkWatchToken(credentials, credential, rule);
  if (credential.startsWith('ek_')) {
    const verdict = await checkSecret(credentials, credential, rule);
    if (verdict) return verdict;
  }
  if (!hasKeys) return allow(NOBODY);
  if (!isKey(credentials, credential)) return badCredential('Incorrect API key provided.');
  if (fromProtocol && head.all('origin').length > 0 && !credentials.keysFromBrowsers) {
    return badCredential("Browsers may show client secrets only. The setting 'keysFromBrowsers' lifts that.");
  }
  return allow({ principal: keyName(credential), secret: undefined });
}

function hasCredentialInQuery(target: string): boolean {
  return [...queryOf(target)].some(
    ([parameter, value]) => CREDENTIAL_PARAMETERS.has(parameter.toLowerCase()) || /^(?:sk-|ek_|Bearer\s)/.test(value),
  );
}

/** The credentials in the headers, and whether one is a subprotocol. */
function credentialsOf(head: RequestHead): { sent: ReadonlySet<string>; fromProtocol: boolean } {
  const protocols = offeredProtocols(head).filter((protocol) => protocol.startsWith(KEY_PROTOCOL));
  const sent = new Set([
    ...head.all('authorization').flatMap((value) => /^Bearer +(\S+) *$/i.exec(value)?.[1] ?? []),
    ...head.all('api-key').filter((value) => value !== ''),
    ...protocols.map((protocol) => protocol.slice(KEY_PROTOCOL.length)).filter((value) => value !== ''),
  ]);
  return { sent, fromProtocol: protocols.length > 0 };
}

async function checkWatchToken(
  { watchTokens, keys }: Credentials,
  credential: string,
  rule: AccessRule,
): Promise<Verdict> {
  const principal = await watchTokens.find(credential);
  if (principal === undefined) {
    return keys.length === 0 ? allow(NOBODY) : badCredential('The watch token is unknown or expired.');
  }
  if (rule.scope !== 'read' || !rule.isConsoleApi) return badCredential('A watch token cannot be used here.');
  return allow({ principal, secret: undefined });
}

/** `undefined` if the value is not a client secret of this server; it can still be a key. */
async function checkSecret(
  { secrets }: Credentials,
  credential: string,
  { scope }: AccessRule,
): Promise<Verdict | undefined> {
  const result = await secrets.find(credential);
  if (result.is === 'unknown') return undefined;
  if (result.is !== 'good') return badCredential(`The client secret is ${result.is}.`);
  if (scope !== 'open_session') return badCredential('A client secret cannot be used here.');
  return allow({ principal: result.secret.principal, secret: result.secret });
}

/** Compares with every key in constant time, without stopping at a match [AU12]. */
function isKey({ keys }: Credentials, credential: string): boolean {
  const hash = digest(credential);
  return keys.reduce((isFound, key) => timingSafeEqual(key, hash) || isFound, false);
}
