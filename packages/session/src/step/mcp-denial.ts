// Records MCP calls that were requested and not made [MC10].

import type { McpCallItem } from '@colloquy/protocol';
import { addItem } from './conversation.ts';
import type { Draft } from './draft.ts';
import type { PendingApproval } from './mcp-state.ts';

/** Records a call that was not made, and why. */
export function recordNotMade(draft: Draft, { id, tool, arguments: text }: PendingApproval, message: string): void {
  const item: McpCallItem = {
    id: draft.mintItem('mcp'),
    type: 'mcp_call',
    server_label: tool.server_label,
    name: tool.name,
    arguments: text,
    approval_request_id: id,
    output: null,
    error: { type: 'tool_execution_error', message },
  };
  addItem(draft, item);
}

/** A request that expires counts as denied. */
export function recordExpired(draft: Draft, approval: PendingApproval): void {
  recordNotMade(draft, approval, 'The call was not made: nobody approved it in time.');
}
