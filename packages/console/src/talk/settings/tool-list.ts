// Adds, changes and removes tools in the JSON of the settings, which is where they are.

import { readTools, type ToolIssue } from '../read-tools.ts';
import type { ToolSettings } from '../talk-settings.ts';
import type { ToolPreset } from './presets.ts';

/** As far as a card shows it. */
export interface ListedTool {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly description?: unknown;
  readonly parameters?: unknown;
  readonly server_label?: unknown;
  readonly server_url?: unknown;
  readonly connector_id?: unknown;
  readonly require_approval?: unknown;
  readonly allowed_tools?: unknown;
}

/** What a card changes: one of the tools. */
export interface EditedTool {
  readonly settings: ToolSettings;
  readonly tool: ListedTool;
  readonly index: number;
  readonly issues: readonly ToolIssue[];
}

/** The tools of the settings, also with what is wrong with them; none while they are not JSON. */
export function toolsOf({ tools }: ToolSettings): readonly ListedTool[] {
  return readTools(tools.value).tools.map((tool) => (typeof tool === 'object' && tool !== null ? tool : {}));
}

const write = (tools: readonly object[]) => (tools.length === 0 ? '' : JSON.stringify(tools, null, 2));

function addTool(settings: ToolSettings, tool: object): void {
  settings.tools.value = write([...toolsOf(settings), tool]);
}

/** Adds a function with its output, unless there is one of that name. */
export function addPreset(settings: ToolSettings, { tool, output }: ToolPreset): void {
  if (toolsOf(settings).some(({ name }) => name === tool.name)) return;
  addTool(settings, tool);
  settings.cannedOutputs.value = { ...settings.cannedOutputs.peek(), [tool.name]: output };
}

/** Adds a function to be filled in. */
export function addFunction(settings: ToolSettings): void {
  const names = toolsOf(settings).map(({ name }) => name);
  const parameters = { type: 'object', properties: {} };
  addTool(settings, { type: 'function', name: freeName('function', names), description: '', parameters });
}

/** Adds an MCP server to be filled in: nothing is sent before it has an address. */
export function addServer(settings: ToolSettings): void {
  const labels = toolsOf(settings).map(({ server_label }) => server_label);
  const server_label = freeName('server', labels);
  addTool(settings, { type: 'mcp', server_label, server_url: '', require_approval: 'always' });
}

function freeName(kind: string, names: readonly unknown[]): string {
  let number = 1;
  while (names.includes(`${kind}_${number}`)) number += 1;
  return `${kind}_${number}`;
}

/** Changes fields of a tool; `undefined` removes one. What is kept by its name moves to a new name. */
export function changeTool(settings: ToolSettings, index: number, fields: ListedTool): void {
  const tools = toolsOf(settings);
  const before = tools[index];
  if (!before) return;
  const { name, server_label } = fields;
  if (before.type === 'mcp') rename(settings.authorizations, before.server_label, server_label);
  else rename(settings.cannedOutputs, before.name, name);
  const changed = Object.entries({ ...before, ...fields }).filter(([, value]) => value !== undefined);
  settings.tools.value = write(tools.with(index, Object.fromEntries(changed)));
}

export function removeTool(settings: ToolSettings, index: number): void {
  const tools = toolsOf(settings);
  const { type, server_label } = tools[index] ?? {};
  if (type === 'mcp') rename(settings.authorizations, server_label, '');
  settings.tools.value = write(tools.filter((_, at) => at !== index));
}

/** Moves the value of one name to another; to none if that is empty. */
function rename(values: ToolSettings['authorizations'], from: unknown, to: unknown): void {
  if (to === undefined || to === from || typeof from !== 'string') return;
  const { [from]: value, ...others } = values.peek();
  if (value !== undefined) values.value = { ...others, ...(to !== '' && { [String(to)]: value }) };
}
