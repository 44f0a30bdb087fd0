// Decides which MCP servers may be called, and with which credentials: servers the operator configured and, if allowed,
// servers from clients. Format: docs/mcp.md.

import { ColloquyError, type RealtimeMcpTool } from '@colloquy/protocol';
import { checkDestination, EgressError, type EgressRules } from './egress.ts';
import type { McpDialect } from './mcp-client.ts';
import type { McpConfig, McpServerConfig } from './mcp-config.ts';

/** Environment variables with the keys. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials from a client for one server. They are sent to that server only, and never returned [SE29]. */
export interface McpCredentials {
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A server that may be dialled, and the headers to send. */
export interface McpTarget {
  readonly url: string;
  readonly rules: EgressRules;
  readonly dialect: McpDialect;
  readonly headers: Readonly<Record<string, string>>;
  /** Values to redact in the server's answers. */
  readonly secrets: readonly string[];
}

export type Access =
  | { readonly ok: true; readonly target: McpTarget }
  | { readonly ok: false; readonly reason: string };

export interface McpAccess {
  /** True if `require_approval: "never"` is allowed [MC6]. */
  readonly allowUnapproved: boolean;
  /**
   * Labels of the configured servers. A tool that names another label without a URL is rejected [MC22]. @default any
   */
  readonly labels?: readonly string[] | undefined;
  /** Returns the server to dial, or the reason it is refused, for the log [MC16]. */
  find(tool: RealtimeMcpTool, credentials: McpCredentials): Access;
}

const PUBLIC: EgressRules = { privateNetworks: false, plainHttp: false };

/** Without a configuration, no server may be called. Throws `invalid_configuration` if a key is missing. */
export function mcpAccess(config: McpConfig | undefined, env: Environment): McpAccess {
  const servers = (config?.servers ?? []).map((server) => ({ ...server, headers: headersOf(server, env) }));
  const clientServers = config?.client_servers ?? 'refuse';
  const hosts = config?.client_hosts;

  function find({ server_label, server_url }: RealtimeMcpTool, credentials: McpCredentials): Access {
    const configured = servers.find(({ label, url }) =>
      server_url === undefined ? label === server_label : sameAddress(url, server_url),
    );
    const clientHeaders = credentialHeaders(credentials);
    if (!clientHeaders.ok) return clientHeaders;
    if (configured) {
      const { url, transport = 'auto', allow_private: privateNetworks = false } = configured;
      // A client's headers replace the operator's as a whole, so that two identities are never mixed.
      const headers = Object.keys(clientHeaders.headers).length > 0 ? clientHeaders.headers : configured.headers;
      return allow(url, { privateNetworks, plainHttp: privateNetworks }, transport, headers);
    }
    if (server_url === undefined) return deny('no server of that label is configured');
    if (clientServers !== 'public') return deny('servers that clients bring are not dialled here');
    try {
      const { hostname } = checkDestination(server_url, PUBLIC);
      if (hosts && !hosts.some((host) => hostMatches(host, hostname)))
        return deny('its host is not among those allowed');
    } catch (error) {
      if (error instanceof EgressError) return deny(error.message);
      throw error;
    }
    return allow(server_url, PUBLIC, 'auto', clientHeaders.headers);
  }

  const labels = servers.map(({ label }) => label);
  return { allowUnapproved: config?.allow_unapproved ?? false, labels, find };
}

const deny = (reason: string): Access => ({ ok: false, reason });

function allow(
  url: string,
  rules: EgressRules,
  dialect: McpDialect,
  headers: Readonly<Record<string, string>>,
): Access {
  return { ok: true, target: { url, rules, dialect, headers, secrets: Object.values(headers).flatMap(spellings) } };
}

/**
 * Forms in which a server may repeat a header's value: with and without its scheme, plain and JSON-escaped. Longest
 * first.
 */
function spellings(value: string): string[] {
  const plain = [value, value.replace(/^\S+ +(?=\S)/, '')];
  const all = plain.flatMap((text) => [JSON.stringify(text).slice(1, -1), text]);
  return [...new Set(all)].filter(({ length }) => length >= 8).sort((one, other) => other.length - one.length);
}

/** True if both texts are the same URL. A text that is no URL equals nothing. */
function sameAddress(one: string, other: string): boolean {
  try {
    return new URL(one).href === new URL(other).href;
  } catch {
    return false; // // a client's text need not be a URL
  }
}

/** `example.com` matches that host, `*.example.com` every host below it. */
const hostMatches = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1).toLowerCase()) : host === pattern.toLowerCase();

// ---- Credentials ----

/** Headers a client may not set: headers of the connection, and headers that identify the sender. */
const FORBIDDEN =
  /^(?:accept|accept-encoding|connection|content-length|content-type|content-encoding|cookie2?|date|expect|forwarded|host|keep-alive|last-event-id|origin|referer|te|trailer|transfer-encoding|upgrade|via|mcp-.*|proxy-.*|sec-.*|x-forwarded-.*|x-real-ip)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Printable ASCII: a line break would start another header. */
const VALUE = /^[\x20-\x7e]{1,8192}$/;
const MAX_HEADERS = 64;

/** The headers from a client, or why they are rejected. The reason repeats no name and no value. */
function credentialHeaders({
  authorization,
  headers = {},
}: McpCredentials): { ok: true; headers: Record<string, string> } | { ok: false; reason: string } {
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) return { ok: false, reason: 'there are too many headers' };
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
