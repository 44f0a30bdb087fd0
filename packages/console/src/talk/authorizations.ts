// Credentials of MCP servers: held apart from the JSON of the tools, which is shown, and put into the tools that are sent.

import { readTools } from './read-tools.ts';

/** `authorization` by the label of its MCP server. */
export type Authorizations = Readonly<Record<string, string>>;

interface McpTool {
  readonly type?: unknown;
  readonly server_label?: unknown;
  readonly authorization?: unknown;
}

const labelOf = (tool: unknown): string | undefined => {
  const { type, server_label } = (tool ?? {}) as McpTool;
  return type === 'mcp' && typeof server_label === 'string' ? server_label : undefined;
};

/** Tools with their credentials. One that its JSON states is sent as it stands there. */
export function withAuthorizations(tools: readonly unknown[], authorizations: Authorizations): unknown[] {
  const known = new Map(Object.entries(authorizations));
  return tools.map((tool) => {
    const authorization = known.get(labelOf(tool) ?? '');
    return authorization && labelOf(tool) !== undefined ? { authorization, ...(tool as McpTool) } : tool;
  });
}

/** Takes the credentials out of the JSON of tools. `undefined` if there are none, or it is not valid. */
export function liftAuthorizations(text: string): { text: string; authorizations: Authorizations } | undefined {
  const { tools } = readTools(text);
  const authorizations = new Map<string, string>();
  const others = tools.map((tool) => {
    const label = labelOf(tool);
    const { authorization, ...rest } = (tool ?? {}) as McpTool;
    if (label === undefined || typeof authorization !== 'string') return tool;
    authorizations.set(label, authorization);
    return rest;
  });
  if (authorizations.size === 0) return undefined;
  return { text: JSON.stringify(others, null, 2), authorizations: Object.fromEntries(authorizations) };
}
