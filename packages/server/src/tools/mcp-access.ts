// Which MCP servers may be asked, and with whose credentials: those an operator names, and, where the operator says so, those a
// client brings. The format is explained in docs/mcp.md.

import { ColloquyError, type RealtimeMcpTool } from '@colloquy/protocol';
import { checkDestination, EgressError, type EgressRules } from './egress.ts';
import type { McpDialect } from './mcp-client.ts';
import type { McpConfig, McpServerConfig } from './mcp-config.ts';

/** Where keys are looked up by the name an operator gave. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a client gave along for one server: it is kept for that server alone, and never stated again [SE29]. */
export interface McpCredentials {
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A server that may be dialled, and what it is shown. */
export interface McpTarget {
  readonly url: string;
  readonly rules: EgressRules;
  readonly dialect: McpDialect;
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be repeated, should the server repeat it. */
  readonly secrets: readonly string[];
}

export type Access =
  | { readonly ok: true; readonly target: McpTarget }
  | { readonly ok: false; readonly reason: string };

export interface McpAccess {
  /** Whether `require_approval: "never"` works [MC6]. */
  readonly allowUnapproved: boolean;
  /** Labels of the servers an operator names: what names a server by another label alone is refused [MC22]. @default any */
  readonly labels?: readonly string[] | undefined;
  /** Whether the server a client configured may be dialled, or why not, in words for the log [MC16]. */
  find(tool: RealtimeMcpTool, credentials: McpCredentials): Access;
}

const PUBLIC: EgressRules = { privateNetworks: false, plainHttp: false };

/** Without a configuration no server is asked. Throws `invalid_configuration` when a key is not where it should be. */
export function mcpAccess(config: McpConfig | undefined, env: Environment): McpAccess {
  const servers = (config?.servers ?? []).map((server) => ({ ...server, headers: headersOf(server, env) }));
  const clientServers = config?.client_servers ?? 'refuse';
  const hosts = config?.client_hosts;

  function find({ server_label, server_url }: RealtimeMcpTool, credentials: McpCredentials): Access {
    const known = servers.find(({ label, url }) =>
      server_url === undefined ? label === server_label : sameAddress(url, server_url),
    );
    const given = credentialHeaders(credentials);
    if (!given.ok) return given;
    if (known) {
      const { url, transport = 'auto', allow_private: privateNetworks = false } = known;
      // What a client brings stands in for what the operator has, as a whole: two identities are never mixed.
      const own = Object.keys(given.headers).length > 0 ? given.headers : known.headers;
      return allow(url, { privateNetworks, plainHttp: privateNetworks }, transport, own);
    }
    if (server_url === undefined) return refuse('no server of that label is configured');
    if (clientServers !== 'public') return refuse('servers that clients bring are not dialled here');
    try {
      const { hostname } = checkDestination(server_url, PUBLIC);
      if (hosts && !hosts.some((host) => hostMatches(host, hostname)))
        return refuse('its host is not among those allowed');
    } catch (error) {
      if (error instanceof EgressError) return refuse(error.message);
      throw error;
    }
    return allow(server_url, PUBLIC, 'auto', given.headers);
  }

  const labels = servers.map(({ label }) => label);
  return { allowUnapproved: config?.allow_unapproved ?? false, labels, find };
}

const refuse = (reason: string): Access => ({ ok: false, reason });

function allow(
  url: string,
  rules: EgressRules,
  dialect: McpDialect,
  headers: Readonly<Record<string, string>>,
): Access {
  return { ok: true, target: { url, rules, dialect, headers, secrets: Object.values(headers).flatMap(spellings) } };
}

/** A header's value as a server may repeat it: with its scheme and without, plain and within JSON. The longest come first. */
function spellings(value: string): string[] {
  const plain = [value, value.replace(/^\S+ +(?=\S)/, '')];
  const all = plain.flatMap((text) => [JSON.stringify(text).slice(1, -1), text]);
  return [...new Set(all)].filter(({ length }) => length >= 8).sort((one, other) => other.length - one.length);
}

/** Whether two texts are one address. A text that is none is like no other. */
function sameAddress(one: string, other: string): boolean {
  try {
    return new URL(one).href === new URL(other).href;
  } catch {
    return false; // what a client wrote need not be a URL
  }
}

/** `example.com` is that host, `*.example.com` every host below it. */
const hostMatches = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1).toLowerCase()) : host === pattern.toLowerCase();

// ---- Credentials ----

/** What a client may not set: the connection's own headers, and what says who is asking on whose behalf. */
const FORBIDDEN =
  /^(?:accept|accept-encoding|connection|content-length|content-type|content-encoding|cookie2?|date|expect|forwarded|host|keep-alive|last-event-id|origin|referer|te|trailer|transfer-encoding|upgrade|via|mcp-.*|proxy-.*|sec-.*|x-forwarded-.*|x-real-ip)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Printable ASCII: no line break can end a header and begin another. */
const VALUE = /^[\x20-\x7e]{1,8192}$/;
const MOST_HEADERS = 64;

/** The headers a client asks for, or why they are none. Neither a name nor a value of its own is repeated. */
function credentialHeaders({
  authorization,
  headers = {},
}: McpCredentials): { ok: true; headers: Record<string, string> } | { ok: false; reason: string } {
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) return { ok: false, reason: 'there are too many headers' };
  const made: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    if (!NAME.test(name) || FORBIDDEN.test(name)) return { ok: false, reason: 'a header of that name is not sent' };
    if (!VALUE.test(value)) return { ok: false, reason: 'a header holds what no header can' };
    made[name.toLowerCase()] = value;
  }
  if (authorization !== undefined) {
    if (!VALUE.test(authorization)) return { ok: false, reason: 'the authorization holds what no header can' };
    made.authorization = /^\S+ \S/.test(authorization) ? authorization : `Bearer ${authorization}`;
  }
  return { ok: true, headers: made };
}

function headersOf(
  { label, authorization_env, header_env = {} }: McpServerConfig,
  env: Environment,
): Record<string, string> {
  const read = (field: string, variable: string) => {
    const value = env[variable]?.trim();
    const wrong = !value ? `${variable} is not set` : VALUE.test(value) ? undefined : `${variable} holds no header`;
    if (wrong) throw new ColloquyError('invalid_configuration', `mcp: server '${label}', '${field}': ${wrong}`);
    return value as string;
  };
  const headers: Record<string, string> = Object.create(null);
  for (const [name, variable] of Object.entries(header_env)) {
    if (!NAME.test(name))
      throw new ColloquyError('invalid_configuration', `mcp: server '${label}': no header is called so`);
    headers[name.toLowerCase()] = read('header_env', variable);
  }
  if (authorization_env !== undefined) {
    const key = read('authorization_env', authorization_env);
    headers.authorization = /^\S+ \S/.test(key) ? key : `Bearer ${key}`;
  }
  return headers;
}
