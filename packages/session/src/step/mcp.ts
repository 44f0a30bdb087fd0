// What MCP servers report, by way of the host, and what becomes due when they do not.

import type { Draft } from './draft.ts';
import type { ToolsEvent } from './input.ts';
import { expireApprovals } from './mcp-approval.ts';
import { isRunning, runningCall, settleToolCall, type ToolResult, UNKNOWN_OUTCOME } from './mcp-call.ts';
import { failListing, hearListed } from './mcp-listing.ts';
import { endResponse } from './response.ts';
import type { SessionState } from './state.ts';

/** One report. What comes late, twice or unasked is dropped: a call has one result. */
export function hearTools(draft: Draft, event: ToolsEvent): void {
  switch (event.type) {
    case 'listed':
      return hearListed(draft, event.item_id, event.tools);
    case 'list_failed':
      return failListing(draft, event.item_id);
    case 'called':
      return hearResult(draft, event.item_id, { output: event.output });
    case 'call_failed':
      return hearResult(draft, event.item_id, { error: event.error });
  }
}

/** The response that made the call ends after the last of its calls [MC13]. */
function hearResult(draft: Draft, item_id: string, result: ToolResult): void {
  const running = runningCall(draft.state, item_id);
  if (!running) return;
  const { id } = running.response;
  settleToolCall(draft, { ...running.response, heard_at: draft.state.at }, running.call, result);
  const response = draft.response(id)!;
  if (!response.output.some(isRunning)) endResponse(draft, response, { status: 'completed' });
}

/** When the next listing, call or request for approval is overdue. */
export function toolsDue({ mcp, responses, limits }: SessionState): number {
  let next = mcp.approvals[0]?.expires_at ?? Number.POSITIVE_INFINITY;
  for (const { status, started_at } of mcp.listings) {
    if (status === 'in_progress') next = Math.min(next, started_at + limits.tool_list_ms);
  }
  for (const { generated, output } of responses) {
    if (!generated) continue;
    for (const made of output) if (isRunning(made)) next = Math.min(next, made.started_at! + limits.tool_call_ms);
  }
  return next;
}

/** Gives up what is overdue [MC15, MC17]. */
export function passToolsTime(draft: Draft): void {
  const { state } = draft;
  const { at, limits } = state;
  if (toolsDue(state) > at) return;
  for (const { item_id, status, started_at } of state.mcp.listings) {
    if (status !== 'in_progress' || at < started_at + limits.tool_list_ms) continue;
    draft.do({ do: 'abort_tool', item_id });
    failListing(draft, item_id);
  }
  for (const made of state.responses.flatMap(({ output }) => output)) {
    if (!isRunning(made) || at < made.started_at! + limits.tool_call_ms) continue;
    draft.do({ do: 'abort_tool', item_id: made.id });
    hearResult(draft, made.id, UNKNOWN_OUTCOME.time);
  }
  expireApprovals(draft);
}

/** Closes the listings that are open, when the session ends and every response has. */
export function endListings(draft: Draft): void {
  for (const { item_id, status } of draft.state.mcp.listings) {
    if (status !== 'in_progress') continue;
    draft.do({ do: 'abort_tool', item_id });
    failListing(draft, item_id);
  }
}

/** Tells the host that nobody waits for anything any more. */
export function abandonTools(draft: Draft): void {
  const { mcp, responses } = draft.state;
  const items = [
    ...mcp.listings.filter(({ status }) => status === 'in_progress').map(({ item_id }) => item_id),
    ...responses.flatMap(({ output }) => output.filter(isRunning).map(({ id }) => id)),
  ];
  for (const item_id of items) draft.do({ do: 'abort_tool', item_id });
}
