// Credentials that a session's client supplied for MCP servers: in `session.update`, in `response.create`, in its
// configuration.

import type { ClientEvent, RealtimeMcpTool, RealtimeTool } from '@colloquy/protocol';
import type { McpCredentials } from './mcp-access.ts';
import { remember } from './remember.ts';

const NONE: McpCredentials = {};

export class ClientCredentials {
  /** By label and address of the server. */
  readonly #byServer = new Map<string, McpCredentials>();

  /** The credentials for the server; empty if the client supplied none. */
  of(tool: RealtimeMcpTool): McpCredentials {
    return this.#byServer.get(serverKey(tool)) ?? NONE;
  }

  /**
   * Stores the credentials of an event before the session applies it. Call the result with whether the event was
   * accepted; if not, the change is rolled back.
   */
  note(source: ClientEvent | readonly RealtimeTool[]): (isAccepted: boolean) => void {
    const noted = new Map<string, McpCredentials>();
    for (const tool of toolsIn(source)) {
      if (tool.type !== 'mcp') continue;
      const { authorization, headers } = tool;
      if (authorization === undefined && !headers) continue;
      noted.set(serverKey(tool), { authorization, headers: headers ?? undefined });
    }
    const before = new Map([...noted.keys()].map((key) => [key, this.#byServer.get(key)]));
    for (const [key, credentials] of noted) remember(this.#byServer, key, credentials);
    return (isAccepted) => {
      if (isAccepted) return;
      for (const [key, credentials] of before) {
        if (credentials) this.#byServer.set(key, credentials);
        else this.#byServer.delete(key);
      }
    };
  }

  clear(): void {
    this.#byServer.clear();
  }
}

export const sameCredentials = (one: McpCredentials, other: McpCredentials): boolean =>
  JSON.stringify([one.authorization, one.headers]) === JSON.stringify([other.authorization, other.headers]);

/** Key of a server: label and URL as the client sent them. */
const serverKey = ({ server_label, server_url = '' }: RealtimeMcpTool): string => `${server_label} ${server_url}`;

function toolsIn(source: ClientEvent | readonly RealtimeTool[]): readonly RealtimeTool[] {
  if (!('type' in source)) return source;
  if (source.type === 'session.update') return ('tools' in source.session && source.session.tools) || [];
  return (source.type === 'response.create' && source.response?.tools) || [];
}
