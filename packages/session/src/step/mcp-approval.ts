// What the client says to a request for approval, carried out: the call that was shown, once, or the record that it was denied.

import type { McpApprovalRequestItem } from '@colloquy/protocol';
import { addItem } from './conversation.ts';
import type { Draft } from './draft.ts';
import { asOffered, request } from './mcp-call.ts';
import { tellExpired, tellUnmade } from './mcp-denial.ts';
import { findListing } from './mcp-listing.ts';
import type { PendingApproval, ToolRef } from './mcp-state.ts';
import { makeCalls } from './response.ts';

/**
 * Carries out what the client has answered, as soon as no response is active [MC12]. What it approved is called in a response
 * made for that; what it denied is recorded. Where the tool is no longer the one that was shown, the client is asked anew [MC11].
 */
export function carryOut(draft: Draft): void {
  const { state } = draft;
  if (state.mcp.verdicts.length === 0 || draft.activeResponse) return;
  const verdicts = state.mcp.verdicts.slice(0, state.limits.tool_calls);
  state.mcp = { ...state.mcp, verdicts: state.mcp.verdicts.slice(verdicts.length) };
  const calls: PendingApproval[] = [];
  for (const { approval, approve } of verdicts) {
    const current = currentTool(draft, approval);
    if (!approve) tellUnmade(draft, approval, 'The call was not made: the user denied it.');
    else if (state.phase !== 'open') tellUnmade(draft, approval, 'The call was not made: the server is shutting down.');
    else if (!current) tellUnmade(draft, approval, 'The call was not made: the tool is no longer offered.');
    else if (isSameTool(current, approval.tool)) calls.push(approval);
    else askAgain(draft, current, approval.arguments);
  }
  if (calls.length > 0) makeCalls(draft, calls);
}

/** Ends the requests whose time is up. */
export function expireApprovals(draft: Draft): void {
  const { mcp, at } = draft.state;
  const expired = mcp.approvals.filter(({ expires_at }) => at >= expires_at);
  if (expired.length === 0) return;
  draft.state.mcp = { ...mcp, approvals: mcp.approvals.filter(({ expires_at }) => at < expires_at) };
  for (const approval of expired) tellExpired(draft, approval);
}

/** The tool of that name as it is offered now. */
function currentTool({ state }: Draft, { tool, configured: isOfSession }: PendingApproval): ToolRef | undefined {
  if (!isOfSession) return asOffered(state, tool);
  const configured = state.config.tools.find(
    (other) => other.type === 'mcp' && other.server_label === tool.server_label,
  );
  if (configured?.type !== 'mcp') return undefined;
  const listing = findListing(state, configured);
  return listing && asOffered(state, { ...tool, listing_id: listing.item_id });
}

const isSameTool = (one: ToolRef, other: ToolRef): boolean =>
  one.listing_id === other.listing_id && one.hash === other.hash;

function askAgain(draft: Draft, tool: ToolRef, text: string): void {
  const { server_label, name } = tool;
  const id = draft.mintItem('mcpr');
  const item: McpApprovalRequestItem = { id, type: 'mcp_approval_request', server_label, name, arguments: text };
  addItem(draft, item);
  request(draft, id, tool, text);
}
