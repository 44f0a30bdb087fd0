// What a session knows of MCP servers: what they listed, what was asked of the client, what it answered. Plain data, and the
// few ways it is looked up and changed that need no frames.

import type { McpCallError, RealtimeConversationItem, RealtimeMcpTool } from '@colloquy/protocol';
import type { ListedTool } from './input.ts';

/** A tool list that was asked for, from the question on. */
export interface Listing {
  /** Of the `mcp_list_tools` item, and what the host calls it by. */
  readonly item_id: string;
  /** As announced. */
  readonly previous_item_id: string | null;
  /** Out of band nothing is announced, and there is no item [OB2]. */
  readonly announced: boolean;
  /** Who was asked, without secrets [SE29]. */
  readonly tool: RealtimeMcpTool;
  readonly status: 'in_progress' | 'completed' | 'failed';
  readonly started_at: number;
  /** What is offered: as listed, as far as `allowed_tools` lets it through [MC4]. */
  readonly tools: readonly OfferedTool[];
}

/** `redefined`: it is no longer what the client was shown, so every call of it waits for approval [MC11]. */
export type OfferedTool = ListedTool & { readonly redefined?: true };

/** A tool as it was offered: what an approval is bound to, together with the arguments and the session [MC11]. */
export interface ToolRef {
  readonly listing_id: string;
  readonly server_label: string;
  readonly name: string;
  readonly hash: string;
}

/** A call the client is asked to approve, by the id of its `mcp_approval_request`. */
export interface PendingApproval {
  readonly id: string;
  readonly tool: ToolRef;
  /** Exactly what the client was shown, and exactly what is sent. */
  readonly arguments: string;
  /** The session named the server, not a response alone: it must go on doing so. */
  readonly configured: boolean;
  /** From then on it counts as denied [MC11]. */
  readonly expires_at: number;
}

/** What the client said to a request; carried out when no response is active [MC10, MC12]. */
export interface Verdict {
  readonly approval: PendingApproval;
  readonly approve: boolean;
}

export interface McpState {
  /** Whether `require_approval: "never"` works here [MC6]. */
  readonly allow_unapproved: boolean;
  /** Servers that a tool may name by its label alone [MC22]; absent for any. */
  readonly labels?: readonly string[];
  readonly listings: readonly Listing[];
  /** Oldest first. */
  readonly approvals: readonly PendingApproval[];
  readonly verdicts: readonly Verdict[];
  /** Only in the replay of a recording that hides words: arguments were what they had to be, and can no longer be read. */
  readonly hides_words?: true;
}

/** A call on an MCP server, made by a response. */
export interface OutputToolCall {
  readonly type: 'mcp_call';
  readonly id: string;
  readonly previous_item_id: string | null;
  readonly tool: ToolRef;
  /** What the engine calls it. */
  readonly engine_call_id: string | null;
  readonly arguments: string;
  readonly approval_request_id: string | null;
  /** When the host was told to make the call, `null` as long as it was not. */
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

/** A call that needs approval, while the engine writes its arguments: the request shows all of them, so it has to wait. */
export interface UnaskedCall {
  readonly tool: ToolRef;
  readonly engine_call_id: string | null;
  readonly arguments: string;
  /** How many items the response had made before it. */
  readonly after: number;
}

/** An engine's work that waits for listings. */
export interface WaitingRequest {
  /** `item_id`s of the listings. */
  readonly listings: readonly string[];
  readonly context: readonly RealtimeConversationItem[];
}

/** Most requests that wait for an answer at once; a further one ends the oldest. */
export const MAX_APPROVALS = 128;

/** Puts a request last. Answers the ones that had to go. */
export function addApproval(mcp: McpState, approval: PendingApproval): [mcp: McpState, dropped: PendingApproval[]] {
  const all = [...mcp.approvals, approval];
  const excess = Math.max(0, all.length - MAX_APPROVALS);
  return [{ ...mcp, approvals: all.slice(excess) }, all.slice(0, excess)];
}

export const pendingApproval = ({ approvals }: McpState, id: string): PendingApproval | undefined =>
  approvals.find((approval) => approval.id === id);

export const withoutApproval = (mcp: McpState, id: string): McpState =>
  pendingApproval(mcp, id) ? { ...mcp, approvals: mcp.approvals.filter((approval) => approval.id !== id) } : mcp;

/** Puts a request back that an answer had taken, should the answer find no place. */
export const withApprovalAgain = (mcp: McpState, approval: PendingApproval): McpState => ({
  ...mcp,
  approvals: [...mcp.approvals, approval].sort((a, b) => a.expires_at - b.expires_at),
});

/** The listing that an item stands for. */
export const listingOf = ({ listings }: McpState, item_id: string): Listing | undefined =>
  listings.find((listing) => listing.item_id === item_id);

/** Puts a changed listing in the place of the one with its id. */
export const withListing = (mcp: McpState, changed: Listing): McpState => ({
  ...mcp,
  listings: mcp.listings.map((listing) => (listing.item_id === changed.item_id ? changed : listing)),
});
