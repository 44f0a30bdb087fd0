// State of MCP servers in a session: listings, approval requests and verdicts. Plain data with lookups and updates that
// send no events.

import type { McpCallError, RealtimeConversationItem, RealtimeMcpTool } from '@colloquy/protocol';
import type { ListedTool } from './input.ts';

/** A tool list, from its request on. */
export interface Listing {
  /** Id of the `mcp_list_tools` item; also the host's key. */
  readonly item_id: string;
  /** As announced. */
  readonly previous_item_id: string | null;
  /** Whether the item was announced. Out of band there is no item [OB2]. */
  readonly announced: boolean;
  /** The configured server, without secrets [SE29]. */
  readonly tool: RealtimeMcpTool;
  readonly status: 'in_progress' | 'completed' | 'failed';
  readonly started_at: number;
  /** The offered tools: those listed that `allowed_tools` permits [MC4]. */
  readonly tools: readonly OfferedTool[];
}

/** `redefined`: the definition differs from what the client was shown, so every call needs approval [MC11]. */
export type OfferedTool = ListedTool & { readonly redefined?: true };

/** A tool as it was offered. An approval is bound to it, to the arguments and to the session [MC11]. */
export interface ToolRef {
  readonly listing_id: string;
  readonly server_label: string;
  readonly name: string;
  readonly hash: string;
}

/** A call that waits for approval. `id` is that of its `mcp_approval_request`. */
export interface PendingApproval {
  readonly id: string;
  readonly tool: ToolRef;
  /** Exactly what the client was shown and what is sent. */
  readonly arguments: string;
  /** The session's configuration names the server, not only a response's. It must still do so when the call is made. */
  readonly configured: boolean;
  /** When it counts as denied [MC11]. */
  readonly expires_at: number;
}

/** The client's answer to a request; executed when no response is active [MC10, MC12]. */
export interface Verdict {
  readonly approval: PendingApproval;
  readonly approve: boolean;
}

export interface McpState {
  /** Whether `require_approval: "never"` is allowed [MC6]. */
  readonly allow_unapproved: boolean;
  /** Labels of servers configured here [MC22]; absent: any. */
  readonly labels?: readonly string[];
  readonly listings: readonly Listing[];
  /** Oldest first. */
  readonly approvals: readonly PendingApproval[];
  readonly verdicts: readonly Verdict[];
  /** Only in the replay of a redacted recording: the arguments were valid and can no longer be read. */
  readonly hides_words?: true;
}

/** An MCP call of a response. */
export interface OutputToolCall {
  readonly type: 'mcp_call';
  readonly id: string;
  readonly previous_item_id: string | null;
  readonly tool: ToolRef;
  /** The engine's id for it. */
  readonly engine_call_id: string | null;
  readonly arguments: string;
  readonly approval_request_id: string | null;
  /** When the host was asked to make the call, `null` before that. */
  readonly started_at: number | null;
  readonly output: string | null;
  readonly error: McpCallError | null;
}

export interface OutputApprovalRequest {
  readonly type: 'mcp_approval_request';
  readonly id: string;
  readonly previous_item_id: string | null;
  readonly tool: ToolRef;
  readonly arguments: string;
}

/**
 * A call that needs approval, while the engine streams its arguments. The request contains all arguments, so it is
 * announced afterwards.
 */
export interface UnannouncedCall {
  readonly tool: ToolRef;
  readonly engine_call_id: string | null;
  readonly arguments: string;
  /** Number of items that the response had before it. */
  readonly after: number;
}

/** An engine request that waits for listings. */
export interface WaitingRequest {
  /** `item_id`s of the listings. */
  readonly listings: readonly string[];
  readonly context: readonly RealtimeConversationItem[];
}

/** Maximum pending approval requests; a further one ends the oldest. */
const MAX_APPROVALS = 128;

/** Appends a request. Returns the requests that were dropped. */
export function addApproval(mcp: McpState, approval: PendingApproval): [mcp: McpState, dropped: PendingApproval[]] {
  const all = [...mcp.approvals, approval];
  const excess = Math.max(0, all.length - MAX_APPROVALS);
  return [{ ...mcp, approvals: all.slice(excess) }, all.slice(0, excess)];
}

export const pendingApproval = ({ approvals }: McpState, id: string): PendingApproval | undefined =>
  approvals.find((approval) => approval.id === id);

export const withoutApproval = (mcp: McpState, id: string): McpState =>
  pendingApproval(mcp, id) ? { ...mcp, approvals: mcp.approvals.filter((approval) => approval.id !== id) } : mcp;

/** Restores a request that a refused answer had consumed. */
export const withApprovalAgain = (mcp: McpState, approval: PendingApproval): McpState => ({
  ...mcp,
  approvals: [...mcp.approvals, approval].sort((a, b) => a.expires_at - b.expires_at),
});

export const listingOf = ({ listings }: McpState, item_id: string): Listing | undefined =>
  listings.find((listing) => listing.item_id === item_id);

/** Replaces the listing that has the same id. */
export const withListing = (mcp: McpState, changed: Listing): McpState => ({
  ...mcp,
  listings: mcp.listings.map((listing) => (listing.item_id === changed.item_id ? changed : listing)),
});
