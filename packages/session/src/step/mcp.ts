// Events of MCP servers, and the timeouts of their listings, calls and approvals.

import type { Draft } from './draft.ts';
import type { ToolsEvent } from './input.ts';
import { expireApprovals } from './mcp-approval.ts';
import { completeToolCall, isRunning, runningCall, type ToolResult, UNKNOWN_OUTCOME } from './mcp-call.ts';
import { failListing, handleListed } from './mcp-listing.ts';
import { endResponse } from './response.ts';
import type { SessionState } from './state.ts';

/** Handles one event. Late, repeated and unrequested results are dropped: a call has one result. */
export function handleToolsEvent(draft: Draft, event: ToolsEvent): void {
  switch (event.type) {
    case 'listed':
      return handleListed(draft, event.item_id, event.tools);
    case 'list_failed':
      return failListing(draft, event.item_id);
    case 'called':
      return handleToolResult(draft, event.item_id, { output: event.output });
    case 'call_failed':
      return handleToolResult(draft, event.item_id, { error: event.error });
  }
}

/** The response that made the call ends after the last of its calls [MC13]. */
function handleToolResult(draft: Draft, item_id: string, result: ToolResult): void {
  const running = runningCall(draft.state, item_id);
  if (!running) return;
  const { id } = running.response;
  completeToolCall(draft, { ...running.response, heard_at: draft.state.at }, running.call, result);
  const response = draft.response(id)!;
  if (!response.output.some(isRunning)) endResponse(draft, response, { status: 'completed' });
}

/** When the next listing, call or approval request times out. */
export function toolsDeadline({ mcp, responses, limits }: SessionState): number {
  let next = mcp.approvals[0]?.expires_at ?? Number.POSITIVE_INFINITY;
  for (const { status, started_at } of mcp.listings) {
    if (status === 'in_progress') next = Math.min(next, started_at + limits.tool_list_ms);
  }
  for (const { generated, output } of responses) {
    if (!generated) continue;
    for (const item of output) if (isRunning(item)) next = Math.min(next, item.started_at! + limits.tool_call_ms);
  }
  return next;
}

/** Ends what has timed out [MC15, MC17]. */
export function expireTools(draft: Draft): void {
  const { state } = draft;
  const { at, limits } = state;
  if (toolsDeadline(state) > at) return;
  for (const { item_id, status, started_at } of state.mcp.listings) {
    if (status !== 'in_progress' || at < started_at + limits.tool_list_ms) continue;
    draft.do({ do: 'abort_tool', item_id });
    failListing(draft, item_id);
  }
  for (const item of state.responses.flatMap(({ output }) => output)) {
    if (!isRunning(item) || at < item.started_at! + limits.tool_call_ms) continue;
    draft.do({ do: 'abort_tool', item_id: item.id });
    handleToolResult(draft, item.id, UNKNOWN_OUTCOME.time);
  }
  expireApprovals(draft);
}

/** Ends the open listings when the session ends, after its responses. */
export function endListings(draft: Draft): void {
  for (const { item_id, status } of draft.state.mcp.listings) {
    if (status !== 'in_progress') continue;
    draft.do({ do: 'abort_tool', item_id });
    failListing(draft, item_id);
  }
}

/** Aborts all listings and calls in progress. */
export function abandonTools(draft: Draft): void {
  const { mcp, responses } = draft.state;
  const items = [
    ...mcp.listings.filter(({ status }) => status === 'in_progress').map(({ item_id }) => item_id),
    ...responses.flatMap(({ output }) => output.filter(isRunning).map(({ id }) => id)),
  ];
  for (const item_id of items) draft.do({ do: 'abort_tool', item_id });
}
