// Context of a response: which items the engine reads, how many tokens they count, and how many of those were cached.

import type { RealtimeConversationItem, ResponseInputItem } from '@colloquy/protocol';
import { itemById } from './conversation.ts';
import type { ResponseConfig, ResponseRequest } from './engine-event.ts';
import { tableGet } from './hash-table.ts';
import { getItem, idsFromTail } from './item-table.ts';
import type { ContextTrace, SessionState } from './state.ts';
import { itemTokens, NO_TOKENS, sumTokens, type TokenCounts, textTokens, totalTokens } from './usage.ts';

/** An item and its token count. */
export interface ContextItem {
  item: RealtimeConversationItem;
  tokens: TokenCounts;
}

export interface Context {
  items: RealtimeConversationItem[];
  /** Total of instructions, tools and items. */
  tokens: TokenCounts;
  /** Tokens of the prefix shared with the latest response. */
  cached: TokenCounts;
  trace: ContextTrace;
  /** The context exceeds the limit and truncation is disabled [RS34]. */
  exceeded: boolean;
}

/**
 * Gathers the context of a response: `input` if it is given, else the default conversation in order [CV32].
 *
 * If the context exceeds the limit, the oldest items are dropped [TR20, TR21] unless truncation is disabled. Also
 * dropped: an output without its call, a call whose output is in the conversation but not in the context [TR23], an
 * incomplete call, and an MCP call that is still running. A call that waits for its output stays, because otherwise the
 * engine would make it again [CV28].
 */
export function gatherContext(state: SessionState, config: ResponseConfig, input: ContextItem[] | null): Context {
  const preamble = `${config.instructions}\n${config.tools.length > 0 ? JSON.stringify(config.tools) : ''}`;
  const preambleTokens = textTokens(preamble.length - 1);
  const { truncation } = state.config;
  const limit = Math.max(0, state.defaults.context_tokens - preambleTokens);
  const ratio = typeof truncation === 'object' ? truncation : null;
  const budget = Math.min(limit, ratio?.token_limits?.post_instructions ?? limit);

  const { fitting, exceeded } = fitNewest(input ? [...input].reverse() : itemsFromTail(state), budget);
  let visible = fitting;
  if (exceeded && ratio) {
    const base = ratio.token_limits?.post_instructions === undefined ? state.defaults.context_tokens : budget;
    const rest = base === budget ? base * ratio.retention_ratio : base * ratio.retention_ratio - preambleTokens;
    visible = fitNewest([...fitting].reverse(), Math.max(0, Math.floor(rest))).fitting;
  }
  const paired = dropUnpaired(state, visible);
  const trace: ContextTrace = { preamble, items: paired.map(({ item, tokens }) => [item.id ?? '', tokens]) };
  return {
    items: paired.map(({ item }) => item),
    tokens: paired.reduce((sum, { tokens }) => sumTokens(sum, tokens), [preambleTokens, 0, 0] as TokenCounts),
    cached: commonPrefixTokens(state.context_trace, trace, preambleTokens),
    trace,
    exceeded: exceeded && truncation === 'disabled',
  };
}

/**
 * Resolves an item id. Returns `undefined` if the item does not exist. Tokens of an item in progress are computed from
 * its present content.
 */
export function contextItem(state: SessionState, id: string): ContextItem | undefined {
  const node = getItem(state.items, id);
  if (!node) return undefined;
  const item = itemById(state, id)!;
  return { item, tokens: node.response_id ? itemTokens(item, null, null) : node.tokens };
}

function* itemsFromTail(state: SessionState): Generator<ContextItem> {
  for (const id of idsFromTail(state.items)) yield contextItem(state, id)!;
}

/**
 * The longest run of newest items that fits the budget, in conversation order. Stops reading at the first item that
 * does not fit.
 */
function fitNewest(fromNewest: Iterable<ContextItem>, budget: number): { fitting: ContextItem[]; exceeded: boolean } {
  const fitting: ContextItem[] = [];
  let left = budget;
  for (const candidate of fromNewest) {
    left -= totalTokens(candidate.tokens);
    if (left < 0) return { fitting: fitting.reverse(), exceeded: true };
    fitting.push(candidate);
  }
  return { fitting: fitting.reverse(), exceeded: false };
}

function dropUnpaired(state: SessionState, candidates: ContextItem[]): ContextItem[] {
  const calls = new Set<string>();
  const outputs = new Set<string>();
  for (const { item } of candidates) {
    if (item.type === 'function_call' && item.call_id) calls.add(item.call_id);
    if (item.type === 'function_call_output') outputs.add(item.call_id);
  }
  return candidates.filter(({ item }) => {
    if (item.type === 'function_call') {
      const { call_id, status } = item;
      return call_id !== undefined && (outputs.has(call_id) || (status === 'completed' && !hasOutput(state, call_id)));
    }
    if (item.type === 'mcp_call') return item.output != null || item.error != null;
    return item.type !== 'function_call_output' || calls.has(item.call_id);
  });
}

/** Whether the conversation holds the output of a call, deferred outputs included. */
const hasOutput = ({ calls }: SessionState, call_id: string): boolean => (tableGet(calls, call_id)?.[1] ?? 0) > 0;

/** The part of an engine request that depends on the items: the context, and the calls that wait for their output. */
export function engineInput(
  items: readonly RealtimeConversationItem[],
): Pick<ResponseRequest, 'context' | 'pending_calls'> {
  const outputs = new Set(items.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : [])));
  const pending_calls = items.flatMap((item) =>
    item.type === 'function_call' && item.call_id !== undefined && !outputs.has(item.call_id) ? [item.call_id] : [],
  );
  return { context: [...items], ...(pending_calls.length > 0 && { pending_calls }) };
}

/** Tokens of the common prefix of two contexts. */
function commonPrefixTokens(earlier: ContextTrace | null, now: ContextTrace, preambleTokens: number): TokenCounts {
  if (!earlier || earlier.preamble !== now.preamble) return NO_TOKENS;
  let sum: TokenCounts = [preambleTokens, 0, 0];
  for (const [index, [id, tokens]] of now.items.entries()) {
    const other = earlier.items[index];
    if (!other || other[0] !== id || totalTokens(other[1]) !== totalTokens(tokens)) break;
    sum = sumTokens(sum, tokens);
  }
  return sum;
}

/** Whether an input item is an `item_reference`. */
export const isReference = (item: ResponseInputItem): item is Extract<ResponseInputItem, { type: 'item_reference' }> =>
  item.type === 'item_reference';
