// The MCP servers an operator allows, as they are written down: the shape and its checks. Keys are named there, never written
// there. The format is explained in docs/mcp.md; what follows from it is `mcp-access.ts`.

import { ColloquyError } from '@colloquy/protocol';
import { array, boolean, choice, object, optional, record, type Schema, string } from '@colloquy/protocol/schema';
import { explainIssue, parseConfigText } from '../config-text.ts';
import { checkDestination, EgressError } from './egress.ts';

/** An MCP server that clients may use: by its label, or by its address. */
export interface McpServerConfig {
  /** `[A-Za-z0-9_-]{1,64}`. A client that gives no `server_url` names the server by it. */
  label: string;
  url: string;
  /** @default 'auto': streamable HTTP, then the older way by server-sent events */
  transport?: 'auto' | 'streamable' | 'sse';
  /** The environment variable that holds what is sent as `Authorization`; `Bearer` is put before a bare token. */
  authorization_env?: string;
  /** Further headers: name → environment variable that holds the value. */
  header_env?: Record<string, string>;
  /** Whether it may be on this machine or in a private network, and be spoken to without encryption. @default false */
  allow_private?: boolean;
}

export interface McpConfig {
  servers?: McpServerConfig[];
  /** Servers that clients bring: none, or any with a public https address [MC16]. @default 'refuse' */
  client_servers?: 'refuse' | 'public';
  /** Their hosts, `example.com` or `*.example.com`. @default any */
  client_hosts?: string[];
  /** Whether clients may have calls made without approving each: `require_approval: "never"` [MC6]. @default false */
  allow_unapproved?: boolean;
}

const variable = string({ max: 256, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ });

/** The schema of the file, published as JSON Schema in docs/mcp.schema.json. */
export const McpConfig: Schema<McpConfig> = object<McpConfig>({
  servers: optional(
    array(
      object<McpServerConfig>({
        label: string({ max: 64, pattern: /^[A-Za-z0-9_-]+$/ }),
        url: string(),
        transport: optional(choice('auto', 'streamable', 'sse')),
        authorization_env: optional(variable),
        header_env: optional(record(variable)),
        allow_private: optional(boolean()),
      }),
      { max: 256 },
    ),
  ),
  client_servers: optional(choice('refuse', 'public')),
  client_hosts: optional(array(string({ max: 253 }), { min: 1 })),
  allow_unapproved: optional(boolean()),
});

/**
 * Reads a configuration from YAML or JSON text, or takes one that is data already. `name` stands for it in messages.
 *
 * Throws `invalid_configuration` that names the field: not YAML or JSON, an unknown field, a value of the wrong kind, two servers
 * of one label, or an address that may not be dialled.
 */
export function readMcpConfig(source: string | McpConfig, name = 'mcp'): McpConfig {
  const fail = (what: string) => new ColloquyError('invalid_configuration', `${name}: ${what}`);
  const value: unknown = typeof source === 'string' ? parseConfigText(source, name) : source;
  const issue = McpConfig.check(value, 'server');
  if (issue) {
    const isKey = /authorization|headers|token|key/i.test(issue.param ?? '');
    const cure = isKey ? " Name the key's environment variable in 'authorization_env' or 'header_env'." : '';
    throw fail(explainIssue(issue) + (issue.code === 'unknown_parameter' ? cure : ''));
  }
  const config = value as McpConfig;
  const labels = new Set<string>();
  for (const [index, { label, url, allow_private = false }] of (config.servers ?? []).entries()) {
    if (labels.has(label)) throw fail(`'servers[${index}].label' is there twice`);
    labels.add(label);
    try {
      checkDestination(url, { privateNetworks: allow_private, plainHttp: allow_private });
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      const cure = allow_private ? '' : "; set 'allow_private' for a server of your own network";
      throw fail(`'servers[${index}].url': ${error.message}${cure}`);
    }
  }
  return config;
}
