// What MCP servers report, taken in, and what they offer, handed on.

import type { Draft } from './draft.ts';
import type { NeutralTool, ResponseConfig } from './engine-event.ts';
import type { ToolsEvent } from './input.ts';

/** What an MCP server reports. */
export function hearTools(_draft: Draft, _event: ToolsEvent): void {}

/** What an engine may call. */
export function offeredTools({ tools }: ResponseConfig): NeutralTool[] {
  return tools.flatMap((tool) => {
    if (tool.type === 'mcp') return [];
    const { name, description, parameters } = tool;
    return [{ name, ...(description !== undefined && { description }), ...(parameters && { parameters }) }];
  });
}
