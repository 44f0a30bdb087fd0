// What an engine gets to see: which items, what they count for, and how much of that it has seen before.

import type { RealtimeConversationItem, ResponseInputItem } from '@colloquy/protocol';
import { itemById } from './conversation.ts';
import type { ResponseConfig, ResponseRequest } from './engine-event.ts';
import { tableGet } from './hash-table.ts';
import { getItem, idsFromTail } from './item-table.ts';
import type { ContextTrace, SessionState } from './state.ts';
import { itemTokens, NO_TOKENS, sumTokens, type TokenCounts, textTokens, totalTokens } from './usage.ts';

/** An item and what it counts for. */
export interface ContextItem {
  item: RealtimeConversationItem;
  tokens: TokenCounts;
}

export interface Context {
  items: RealtimeConversationItem[];
  /** Of everything the engine reads: instructions, tools and items. */
  tokens: TokenCounts;
  /** The part of `tokens` that the latest response began with as well. */
  cached: TokenCounts;
  trace: ContextTrace;
  /** More than the engine takes in, and nothing may be left out [RS34]. */
  exceeded: boolean;
}

/**
 * Gathers the context of a response: `input` when it was given one, else the default conversation in its order [CV32].
 *
 * When it is more than the engine takes in, the oldest items are left out [TR20, TR21] unless truncation is disabled. An output
 * without its call is left out, and a call whose output the conversation holds and the context does not [TR23]; a call that
 * waits for its output stays, or the engine would make it again [CV28]. A call that was broken off is left out, and so is one
 * on an MCP server that is still running.
 */
export function gatherContext(state: SessionState, config: ResponseConfig, input: ContextItem[] | null): Context {
  const preamble = `${config.instructions}\n${config.tools.length > 0 ? JSON.stringify(config.tools) : ''}`;
  const before = textTokens(preamble.length - 1);
  const { truncation } = state.config;
  const limit = Math.max(0, state.defaults.context_tokens - before);
  const ratio = typeof truncation === 'object' ? truncation : null;
  const budget = Math.min(limit, ratio?.token_limits?.post_instructions ?? limit);

  const { kept, exceeded } = newest(input ? [...input].reverse() : fromTail(state), budget);
  let seen = kept;
  if (exceeded && ratio) {
    const base = ratio.token_limits?.post_instructions === undefined ? state.defaults.context_tokens : budget;
    const rest = base === budget ? base * ratio.retention_ratio : base * ratio.retention_ratio - before;
    seen = newest([...kept].reverse(), Math.max(0, Math.floor(rest))).kept;
  }
  const paired = onlyPaired(state, seen);
  const trace: ContextTrace = { preamble, items: paired.map(({ item, tokens }) => [item.id ?? '', tokens]) };
  return {
    items: paired.map(({ item }) => item),
    tokens: paired.reduce((sum, { tokens }) => sumTokens(sum, tokens), [before, 0, 0] as TokenCounts),
    cached: shared(state.context_trace, trace, before),
    trace,
    exceeded: exceeded && truncation === 'disabled',
  };
}

/** The item that an `item_reference` or a place in the conversation stands for. A call that is still being made is not there yet. */
export function contextItem(state: SessionState, id: string): ContextItem | undefined {
  const node = getItem(state.items, id);
  if (!node) return undefined;
  const item = itemById(state, id)!;
  return { item, tokens: node.response_id ? itemTokens(item, null, null) : node.tokens };
}

function* fromTail(state: SessionState): Generator<ContextItem> {
  for (const id of idsFromTail(state.items)) yield contextItem(state, id)!;
}

/** The longest run of newest items that fits, in conversation order. Reads no further than it must. */
function newest(fromNewest: Iterable<ContextItem>, budget: number): { kept: ContextItem[]; exceeded: boolean } {
  const kept: ContextItem[] = [];
  let left = budget;
  for (const candidate of fromNewest) {
    left -= totalTokens(candidate.tokens);
    if (left < 0) return { kept: kept.reverse(), exceeded: true };
    kept.push(candidate);
  }
  return { kept: kept.reverse(), exceeded: false };
}

function onlyPaired(state: SessionState, candidates: ContextItem[]): ContextItem[] {
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

/** Whether the conversation holds the output of a call, or will when the active response has ended. */
const hasOutput = ({ calls }: SessionState, call_id: string): boolean => (tableGet(calls, call_id)?.[1] ?? 0) > 0;

/** What an engine is asked: the items, and which calls among them wait for their output. */
export function askedOf(
  items: readonly RealtimeConversationItem[],
): Pick<ResponseRequest, 'context' | 'pending_calls'> {
  const outputs = new Set(items.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : [])));
  const pending_calls = items.flatMap((item) =>
    item.type === 'function_call' && item.call_id !== undefined && !outputs.has(item.call_id) ? [item.call_id] : [],
  );
  return { context: [...items], ...(pending_calls.length > 0 && { pending_calls }) };
}

/** Tokens of the common beginning of two contexts. */
function shared(earlier: ContextTrace | null, now: ContextTrace, preambleTokens: number): TokenCounts {
  if (!earlier || earlier.preamble !== now.preamble) return NO_TOKENS;
  let sum: TokenCounts = [preambleTokens, 0, 0];
  for (const [index, [id, tokens]] of now.items.entries()) {
    const other = earlier.items[index];
    if (!other || other[0] !== id || totalTokens(other[1]) !== totalTokens(tokens)) break;
    sum = sumTokens(sum, tokens);
  }
  return sum;
}

/** Whether an offered item is a reference to one of the conversation. */
export const isReference = (item: ResponseInputItem): item is Extract<ResponseInputItem, { type: 'item_reference' }> =>
  item.type === 'item_reference';
