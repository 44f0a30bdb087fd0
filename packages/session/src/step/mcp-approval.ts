// Executes approval responses: makes the approved call once, or records that it was denied.

import type { McpApprovalRequestItem } from '@colloquy/protocol';
import { addItem } from './conversation.ts';
import type { Draft } from './draft.ts';
import { findCurrentTool, recordApprovalRequest } from './mcp-call.ts';
import { recordExpired, recordNotMade } from './mcp-denial.ts';
import { findListing } from './mcp-listing.ts';
import type { PendingApproval, ToolRef } from './mcp-state.ts';
import { runApprovedCalls } from './response.ts';

/**
 * Executes pending verdicts when no response is active [MC12]. Approved calls run in a response of their own; a denied
 * call is recorded. If the tool's definition has changed since the request, the client is asked again [MC11].
 */
export function applyVerdicts(draft: Draft): void {
  const { state } = draft;
  if (state.mcp.verdicts.length === 0 || draft.activeResponse) return;
  const verdicts = state.mcp.verdicts.slice(0, state.limits.tool_calls);
  state.mcp = { ...state.mcp, verdicts: state.mcp.verdicts.slice(verdicts.length) };
  const calls: PendingApproval[] = [];
  for (const { approval, approve } of verdicts) {
    const current = currentTool(draft, approval);
    if (!approve) recordNotMade(draft, approval, 'The call was not made: the user denied it.');
    else if (state.phase !== 'open')
      recordNotMade(draft, approval, 'The call was not made: the server is shutting down.');
    else if (!current) recordNotMade(draft, approval, 'The call was not made: the tool is no longer offered.');
    else if (isSameTool(current, approval.tool)) calls.push(approval);
    else requestApprovalAgain(draft, current, approval.arguments);
  }
  if (calls.length > 0) runApprovedCalls(draft, calls);
}

/** Ends approval requests that have expired. */
export function expireApprovals(draft: Draft): void {
  const { mcp, at } = draft.state;
  const expired = mcp.approvals.filter(({ expires_at }) => at >= expires_at);
  if (expired.length === 0) return;
  draft.state.mcp = { ...mcp, approvals: mcp.approvals.filter(({ expires_at }) => at < expires_at) };
  for (const approval of expired) recordExpired(draft, approval);
}

/** The tool of that name as it is offered now. */
function currentTool({ state }: Draft, { tool, configured: isOfSession }: PendingApproval): ToolRef | undefined {
  if (!isOfSession) return findCurrentTool(state, tool);
  const configured = state.config.tools.find(
    (other) => other.type === 'mcp' && other.server_label === tool.server_label,
  );
  if (configured?.type !== 'mcp') return undefined;
  const listing = findListing(state, configured);
  return listing && findCurrentTool(state, { ...tool, listing_id: listing.item_id });
}

const isSameTool = (one: ToolRef, other: ToolRef): boolean =>
  one.listing_id === other.listing_id && one.hash === other.hash;

function requestApprovalAgain(draft: Draft, tool: ToolRef, text: string): void {
  const { server_label, name } = tool;
  const id = draft.mintItem('mcpr');
  const item: McpApprovalRequestItem = { id, type: 'mcp_approval_request', server_label, name, arguments: text };
  addItem(draft, item);
  recordApprovalRequest(draft, id, tool, text);
}
