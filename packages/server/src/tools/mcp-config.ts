// The operator's MCP configuration: type, schema and reader. It names environment variables, never keys. Format:
// docs/mcp.md; rules: `mcp-access.ts`.

import { ColloquyError } from '@colloquy/protocol';
import { array, boolean, choice, object, optional, record, type Schema, string } from '@colloquy/protocol/schema';
import { explainIssue, parseConfigText } from '../config-text.ts';
import { checkDestination, EgressError } from './egress.ts';

/** An MCP server that clients may use, by label or by URL. */
export interface McpServerConfig {
  /** `[A-Za-z0-9_-]{1,64}`. Selects the server if a client sends no `server_url`. */
  label: string;
  url: string;
  /** @default 'auto': streamable HTTP, then server-sent events */
  transport?: 'auto' | 'streamable' | 'sse';
  /** Environment variable with the `Authorization` header; `Bearer` is added to a bare token. */
  authorization_env?: string;
  /** Further headers: name → environment variable with the value. */
  header_env?: Record<string, string>;
  /** Allows this machine, private networks and plain http. @default false */
  allow_private?: boolean;
}

export interface McpConfig {
  servers?: McpServerConfig[];
  /** Servers from clients: none, or any with a public https URL [MC16]. @default 'refuse' */
  client_servers?: 'refuse' | 'public';
  /** Allowed hosts of such servers, `example.com` or `*.example.com`. @default any */
  client_hosts?: string[];
  /** Allows `require_approval: "never"`, that is, calls without an approval each [MC6]. @default false */
  allow_unapproved?: boolean;
}

const variable = string({ max: 256, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/ });

/** Schema of the file, published as JSON Schema in docs/mcp.schema.json. */
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
 * Reads a configuration from YAML or JSON text, or checks one that is already an object. `name` is used in messages.
 *
 * Throws `invalid_configuration` with the field: not YAML or JSON, an unknown field, a wrong type, two servers with one
 * label, or a URL that may not be dialled.
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
