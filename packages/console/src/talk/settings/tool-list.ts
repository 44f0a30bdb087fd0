// Adds and removes tools in the JSON of the settings, which is where they are.

import { readTools, type TalkSettings } from '../talk-settings.ts';
import type { ToolPreset } from './presets.ts';

/** As far as a card shows it. */
export interface ListedTool {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly description?: unknown;
  readonly parameters?: { readonly properties?: unknown };
  readonly server_label?: unknown;
  readonly server_url?: unknown;
}

/** The tools of the settings; none while their JSON is wrong. */
export function toolsOf({ tools }: TalkSettings): readonly ListedTool[] {
  const read = readTools(tools.value);
  return read.ok ? (read.tools as ListedTool[]) : [];
}

const write = (tools: readonly object[]) => (tools.length === 0 ? '' : JSON.stringify(tools, null, 2));

export function addTool(settings: TalkSettings, tool: object): void {
  settings.tools.value = write([...toolsOf(settings), tool]);
}

/** Adds a function with its output, unless there is one of that name. */
export function addPreset(settings: TalkSettings, { tool, output }: ToolPreset): void {
  if (toolsOf(settings).some(({ name }) => name === tool.name)) return;
  addTool(settings, tool);
  settings.cannedOutputs.value = { ...settings.cannedOutputs.peek(), [tool.name]: output };
}

export function removeTool(settings: TalkSettings, index: number): void {
  settings.tools.value = write(toolsOf(settings).filter((_, at) => at !== index));
}
