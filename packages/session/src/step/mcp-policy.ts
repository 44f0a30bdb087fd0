// Policy for MCP tools: which are offered, which calls need approval, and which features only OpenAI hosts.

import {
  holdsCredential,
  type Issue,
  type McpListToolEntry,
  type McpToolFilter,
  type RealtimeMcpTool,
  type RealtimeTool,
} from '@colloquy/protocol';
import type { OfferedTool } from './mcp-state.ts';

/**
 * Whether `allowed_tools` permits a tool [MC4]. An array lists names; in a filter, all conditions must hold. A tool is
 * read-only if its server's annotations say so; this is not verified.
 */
export function isAllowed({ allowed_tools }: RealtimeMcpTool, entry: McpListToolEntry): boolean {
  if (!allowed_tools) return true;
  if (Array.isArray(allowed_tools)) return allowed_tools.includes(entry.name);
  const { tool_names, read_only } = allowed_tools;
  return (tool_names?.includes(entry.name) ?? true) && (read_only === undefined || read_only === isReadOnly(entry));
}

/** Whether `allowed_tools` may permit a tool of that name, whatever the server lists. */
export function mayCall({ allowed_tools }: RealtimeMcpTool, name: string): boolean {
  const names = Array.isArray(allowed_tools) ? allowed_tools : allowed_tools?.tool_names;
  return names?.includes(name) ?? true;
}

/**
 * Whether a call needs the client's approval. It does, unless the operator allows unapproved calls and the client set
 * `never` for all tools or for this one by name. `always` wins over `never`; a server's annotations can only add an
 * approval [MC6]. A redefined tool always needs approval [MC11].
 */
export function needsApproval({ require_approval }: RealtimeMcpTool, tool: OfferedTool, allowed: boolean): boolean {
  if (!allowed || tool.redefined) return true;
  if (require_approval === 'never') return false;
  if (typeof require_approval !== 'object' || require_approval === null) return true;
  const { always, never } = require_approval;
  if (always && matches(always, tool)) return true;
  return !(never?.tool_names !== undefined && matches(never, tool));
}

const matches = ({ tool_names, read_only }: McpToolFilter, entry: McpListToolEntry): boolean =>
  (tool_names !== undefined || read_only !== undefined) &&
  (tool_names?.includes(entry.name) ?? true) &&
  (read_only === undefined || read_only === isReadOnly(entry));

function isReadOnly({ annotations }: McpListToolEntry): boolean {
  return (
    typeof annotations === 'object' &&
    annotations !== null &&
    Object.hasOwn(annotations, 'readOnlyHint') &&
    (annotations as { readOnlyHint: unknown }).readOnlyHint === true
  );
}

/** Refuses what only OpenAI hosts: connectors, tunnels, deferred loading, and tools called by other tools. */
export function checkTools(tools: readonly RealtimeTool[] | null | undefined, path: string): Issue | undefined {
  for (const [index, tool] of tools?.entries() ?? []) {
    if (tool.type !== 'mcp') continue;
    const field = hostedField(tool);
    if (!field) continue;
    const param = `${path}[${index}].${field}`;
    return { code: 'invalid_value', param, message: `'${param}' is not supported by this server.` };
  }
  return undefined;
}

/** Maximum labels listed in a refusal. */
const MAX_LISTED_LABELS = 8;

/** A tool that gives only a label must name a configured server [MC22]. */
export function checkLabels(
  labels: readonly string[] | undefined,
  tools: readonly RealtimeTool[] | null | undefined,
  path: string,
): Issue | undefined {
  if (!labels) return undefined;
  for (const [index, tool] of tools?.entries() ?? []) {
    if (tool.type !== 'mcp' || tool.server_url !== undefined || tool.connector_id !== undefined) continue;
    if (labels.includes(tool.server_label)) continue;
    const param = `${path}[${index}].server_label`;
    const message = `Invalid value: '${printableLabel(tool.server_label)}' is not the label of a configured MCP server. ${describeLabels(labels)}`;
    return { code: 'invalid_value', param, message };
  }
  return undefined;
}

function describeLabels(labels: readonly string[]): string {
  if (labels.length === 0) return "None is configured; give its 'server_url'.";
  const more = labels.length - MAX_LISTED_LABELS;
  const names = labels.slice(0, MAX_LISTED_LABELS).map((label) => `'${printableLabel(label)}'`);
  return `Configured are ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/**
 * A label as it may appear in a message: cut to 40 printable characters, redacted if it looks like a credential [ER4,
 * RD11].
 */
const printableLabel = (label: string) =>
  holdsCredential(label) ? '[REDACTED]' : label.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);

function hostedField(tool: RealtimeMcpTool): keyof RealtimeMcpTool | undefined {
  if (tool.connector_id !== undefined) return 'connector_id';
  if (tool.tunnel_id !== undefined) return 'tunnel_id';
  if (tool.defer_loading) return 'defer_loading';
  if (tool.allowed_callers && !tool.allowed_callers.includes('direct')) return 'allowed_callers';
  return undefined;
}
