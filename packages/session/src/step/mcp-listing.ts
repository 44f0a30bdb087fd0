// Tool lists of MCP servers: requested when a server is configured, sent to the client, offered to engines [MC1 to
// MC4].

import type { McpListToolEntry, McpListToolsItem, RealtimeMcpTool, RealtimeTool } from '@colloquy/protocol';
import { sameJson } from './config-merge.ts';
import { engineInput } from './context.ts';
import { insert, sizeOf } from './conversation.ts';
import type { Draft } from './draft.ts';
import type { NeutralTool, ResponseConfig } from './engine-event.ts';
import type { ListedTool } from './input.ts';
import { replaceItem } from './item-table.ts';
import { isAllowed } from './mcp-policy.ts';
import { type Listing, listingOf, type OfferedTool, withListing } from './mcp-state.ts';
import type { SessionState } from './state.ts';

/** Maximum tools of one server [MC17]. */
const MAX_LISTED = 128;
/** Maximum stored listings, including those that the session's tools no longer use. */
const MAX_LISTINGS = 256;

/**
 * Requests the tools of every MCP server in `tools`, unless the same request was made before [MC3]; a failed listing is
 * requested again. Each listing is an item of the conversation, empty until it completes [MC1], except out of band.
 */
export function listTools(draft: Draft, tools: readonly RealtimeTool[], { announced }: { announced: boolean }): void {
  for (const tool of tools) {
    if (tool.type !== 'mcp') continue;
    const known = findListing(draft.state, tool);
    if (known && known.status !== 'failed') continue;
    const item_id = draft.mintItem('mcpl');
    let previous_item_id: string | null = null;
    if (announced) {
      const item: McpListToolsItem = {
        id: item_id,
        type: 'mcp_list_tools',
        server_label: tool.server_label,
        tools: [],
      };
      previous_item_id = insert(draft, item, { audio: null, format: null, response_id: null });
      draft.send({ type: 'conversation.item.added', previous_item_id, item });
      draft.send({ type: 'mcp_list_tools.in_progress', item_id });
    }
    const started_at = draft.state.at;
    remember(
      draft,
      { item_id, previous_item_id, announced, tool, status: 'in_progress', started_at, tools: [] },
      known,
    );
    draft.do({ do: 'list_tools', item_id, tool });
  }
}

function remember(draft: Draft, listing: Listing, instead: Listing | undefined): void {
  const { state } = draft;
  const listings = [...state.mcp.listings.filter((other) => other !== instead), listing];
  const isNeeded = (other: Listing) =>
    other.status === 'in_progress' ||
    state.config.tools.some((tool) => tool.type === 'mcp' && isSame(tool, other.tool));
  const dropped = listings.length > MAX_LISTINGS ? listings.find((other) => !isNeeded(other)) : undefined;
  state.mcp = { ...state.mcp, listings: dropped ? listings.filter((other) => other !== dropped) : listings };
}

/**
 * A server has listed its tools: the item is done, and responses that waited begin [MC2]. A later list means that the
 * tools have changed.
 */
export function handleListed(draft: Draft, item_id: string, tools: readonly ListedTool[]): void {
  const { state } = draft;
  const listing = listingOf(state.mcp, item_id);
  if (listing?.status === 'completed') {
    state.mcp = withListing(state.mcp, { ...listing, tools: applyRedefinitions(listing.tools, tools) });
    return;
  }
  if (listing?.status !== 'in_progress') return;
  const offered = offerableTools(listing.tool, tools);
  const isTooMuch = tools.length > MAX_LISTED || state.items.size + size(offered) > state.limits.content_bytes;
  endListing(draft, isTooMuch ? { ...listing, status: 'failed' } : { ...listing, status: 'completed', tools: offered });
}

/** A listing failed: the session continues without the server's tools [MC2]. */
export function failListing(draft: Draft, item_id: string): void {
  const listing = listingOf(draft.state.mcp, item_id);
  if (listing?.status === 'in_progress') endListing(draft, { ...listing, status: 'failed' });
}

function endListing(draft: Draft, listing: Listing): void {
  const { state } = draft;
  state.mcp = withListing(state.mcp, listing);
  const { item_id, previous_item_id, tool } = listing;
  if (listing.announced) {
    const tools = listing.tools.map(({ hash: _, ...entry }): McpListToolEntry => entry);
    const item: McpListToolsItem = { id: item_id, type: 'mcp_list_tools', server_label: tool.server_label, tools };
    state.items = replaceItem(state.items, item_id, { item, size: sizeOf(item, null) });
    draft.send({ type: listing.status === 'failed' ? 'mcp_list_tools.failed' : 'mcp_list_tools.completed', item_id });
    draft.send({ type: 'conversation.item.done', previous_item_id, item });
  }
  for (const { id } of state.responses) {
    const response = draft.response(id);
    if (!response?.waiting?.listings.includes(item_id)) continue;
    const listings = response.waiting.listings.filter((other) => other !== item_id);
    const { context } = response.waiting;
    draft.update({ ...response, heard_at: state.at, waiting: listings.length > 0 ? { listings, context } : null });
    if (listings.length > 0) continue;
    const tools = offeredTools(state, response.config);
    draft.do({ do: 'respond', request: { response_id: id, config: response.config, tools, ...engineInput(context) } });
  }
}

/**
 * The callable tools, in the form that existing clients can parse [MC20]. If two have the same name, the first counts.
 */
function offerableTools(tool: RealtimeMcpTool, listed: readonly ListedTool[]): OfferedTool[] {
  const names = new Set<string>();
  return listed.flatMap((listedTool) => {
    if (typeof listedTool.name !== 'string' || listedTool.name === '' || names.has(listedTool.name)) return [];
    names.add(listedTool.name);
    const { description, annotations = null, input_schema, ...rest } = listedTool;
    const text = typeof description === 'string' ? description : '';
    const entry = { ...rest, description: text, annotations, input_schema: asObject(input_schema) };
    return isAllowed(tool, entry) ? [entry] : [];
  });
}

/** A JSON Schema as an object: `true` becomes `{}`, `false` becomes `{ not: {} }`. */
function asObject(schema: unknown): Record<string, unknown> {
  if (schema === false) return { not: {} };
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? { ...schema } : {};
}

/** The offered tools after the server has changed its list. Tools that the client has not seen are not offered. */
function applyRedefinitions(offered: readonly OfferedTool[], now: readonly ListedTool[]): OfferedTool[] {
  return offered.flatMap((tool) => {
    const current = now.find(({ name }) => name === tool.name);
    if (!current) return [];
    return [current.hash === tool.hash ? tool : { ...tool, hash: current.hash, redefined: true }];
  });
}

const size = (value: unknown): number => JSON.stringify(value).length;

// ---- Offered tools ----

/** Whether two configurations need the same listing. `require_approval` does not affect it. */
function isSame(one: RealtimeMcpTool, other: RealtimeMcpTool): boolean {
  const { require_approval: _, ...first } = one;
  const { require_approval: __, ...second } = other;
  return sameJson(first, second);
}

/** The listing of a configured server. */
export const findListing = ({ mcp }: SessionState, tool: RealtimeMcpTool): Listing | undefined =>
  mcp.listings.find((listing) => isSame(listing.tool, tool));

/** A callable tool, its server, and the listing that offered it. */
export interface Offer {
  readonly tool: RealtimeMcpTool;
  readonly listing_id: string;
  readonly entry: OfferedTool;
}

/** All tools that MCP servers offer under a configuration, in its order. */
export function mcpOffers(state: SessionState, tools: readonly RealtimeTool[]): Offer[] {
  return tools.flatMap((tool) => {
    const listing = tool.type === 'mcp' ? findListing(state, tool) : undefined;
    if (tool.type !== 'mcp' || !listing) return [];
    return listing.tools.map((entry) => ({ tool, listing_id: listing.item_id, entry }));
  });
}

/** All tools that an engine may call, in one form. */
export function offeredTools(state: SessionState, { tools }: ResponseConfig): NeutralTool[] {
  return tools.flatMap((tool): NeutralTool[] => {
    if (tool.type === 'mcp')
      return mcpOffers(state, [tool]).map(({ entry }) => toNeutralTool(tool.server_label, entry));
    const { name, description, parameters } = tool;
    return [{ name, ...(description !== undefined && { description }), ...(parameters && { parameters }) }];
  });
}

const toNeutralTool = (server_label: string, { name, description, input_schema }: OfferedTool): NeutralTool => ({
  name,
  ...(description ? { description } : {}),
  parameters: input_schema as Record<string, unknown>,
  server_label,
});

/** `item_id`s of the listings that these tools wait for. */
export const pendingListings = (state: SessionState, tools: readonly RealtimeTool[]): string[] =>
  tools.flatMap((tool) => {
    const listing = tool.type === 'mcp' ? findListing(state, tool) : undefined;
    return listing?.status === 'in_progress' ? [listing.item_id] : [];
  });
