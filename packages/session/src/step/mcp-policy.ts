// Which tools of an MCP server are offered, which calls wait for the client, and what no server but the hosted one can do.

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
 * Whether `allowed_tools` lets a tool through [MC4]. A list names tools; in a filter every condition given must hold. A tool
 * counts as read-only when its server says so, which is the server's word and no more.
 */
export function isAllowed({ allowed_tools }: RealtimeMcpTool, entry: McpListToolEntry): boolean {
  if (!allowed_tools) return true;
  if (Array.isArray(allowed_tools)) return allowed_tools.includes(entry.name);
  const { tool_names, read_only } = allowed_tools;
  return (tool_names?.includes(entry.name) ?? true) && (read_only === undefined || read_only === isReadOnly(entry));
}

/** Whether `allowed_tools` may let a tool of that name through; what the server has to offer is not asked. */
export function mayCall({ allowed_tools }: RealtimeMcpTool, name: string): boolean {
  const names = Array.isArray(allowed_tools) ? allowed_tools : allowed_tools?.tool_names;
  return names?.includes(name) ?? true;
}

/**
 * Whether a call waits for the client's approval. It does unless the operator allows otherwise and the client said `never` to
 * all tools or to this one by its name; `always` wins over `never`, and what a server says of its own tools only ever adds an
 * approval [MC6]. A tool that is no longer what the client was shown needs one in any case [MC11].
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

/** What only OpenAI's own service has behind it: its connectors, its tunnels, tools found or called by other tools. */
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

/** Labels that a refusal lists. */
const MAX_SHOWN_LABELS = 8;

/** A server named by its label alone is one that is configured [MC22]. */
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
    const message = `Invalid value: '${shownLabel(tool.server_label)}' is not the label of a configured MCP server. ${configured(labels)}`;
    return { code: 'invalid_value', param, message };
  }
  return undefined;
}

function configured(labels: readonly string[]): string {
  if (labels.length === 0) return "None is configured; give its 'server_url'.";
  const more = labels.length - MAX_SHOWN_LABELS;
  const shown = labels.slice(0, MAX_SHOWN_LABELS).map((label) => `'${shownLabel(label)}'`);
  return `Configured are ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** Cut like any value that is quoted, and not shown when it looks like a key [ER4, RD11]. */
const shownLabel = (label: string) =>
  holdsCredential(label) ? '[REDACTED]' : label.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);

function hostedField(tool: RealtimeMcpTool): keyof RealtimeMcpTool | undefined {
  if (tool.connector_id !== undefined) return 'connector_id';
  if (tool.tunnel_id !== undefined) return 'tunnel_id';
  if (tool.defer_loading) return 'defer_loading';
  if (tool.allowed_callers && !tool.allowed_callers.includes('direct')) return 'allowed_callers';
  return undefined;
}
