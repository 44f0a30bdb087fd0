// MCP calls of a response: the engine begins them and sends arguments, the host executes them, and they close with a
// result.
//
// Which calls need approval: `mcp-policy.ts`. Approval responses: `mcp-approval.ts`.

import { type McpCallError, REDACTED, readFrame } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { recordExpired } from './mcp-denial.ts';
import { findListing, mcpOffers, type Offer } from './mcp-listing.ts';
import { needsApproval } from './mcp-policy.ts';
import { addApproval, listingOf, type OutputToolCall, type ToolRef, type UnannouncedCall } from './mcp-state.ts';
import { withinLimit } from './output-limit.ts';
import { closeItem, openItem, putItem } from './response-items.ts';
import type { OutputItem, ResponseState, SessionState } from './state.ts';

/** Result of a call. */
export type ToolResult = { output: string } | { error: McpCallError };

const executionError = (message: string): ToolResult => ({ error: { type: 'tool_execution_error', message } });

/** Results of calls whose outcome is unknown [MC15]. */
export const UNKNOWN_OUTCOME = {
  time: executionError('The call took too long and was given up; whether it took effect is not known.'),
  end: executionError('The response ended while the call was running; whether it took effect is not known.'),
};
const NOT_MADE = executionError('The call was not made: the response ended before.');

/** The tool that a call refers to: that of the named server, or the only one of that name. */
export function findOffer(draft: Draft, { config }: ResponseState, name: string, label?: string): Offer | undefined {
  const named = mcpOffers(draft.state, config.tools).filter(
    ({ tool, entry }) => entry.name === name && (label === undefined || tool.server_label === label),
  );
  return label === undefined && named.length > 1 ? undefined : named[0];
}

/** Begins a call. A call that needs approval is announced as a request when its arguments are complete [MC5, MC7]. */
export function beginToolCall(
  draft: Draft,
  response: ResponseState,
  { tool, listing_id, entry }: Offer,
  engine_call_id: string | null,
): void {
  const ref: ToolRef = { listing_id, server_label: tool.server_label, name: entry.name, hash: entry.hash };
  if (needsApproval(tool, entry, draft.state.mcp.allow_unapproved)) {
    const pendingCall: UnannouncedCall = { tool: ref, engine_call_id, arguments: '', after: response.output.length };
    draft.update({ ...response, asking: [...response.asking, pendingCall] });
  } else openToolCall(draft, response, ref, { engine_call_id });
}

/** Announces a call, without arguments yet. */
export function openToolCall(
  draft: Draft,
  response: ResponseState,
  tool: ToolRef,
  options: { engine_call_id?: string | null; approval_request_id?: string | null },
): ResponseState {
  return openItem(draft, response, {
    type: 'mcp_call',
    id: draft.mintItem('mcp'),
    tool,
    engine_call_id: options.engine_call_id ?? null,
    arguments: '',
    approval_request_id: options.approval_request_id ?? null,
    started_at: null,
    output: null,
    error: null,
  });
}

/** A call that receives arguments, announced or not. */
export type StreamedCall = OutputToolCall | UnannouncedCall;

/** Appends arguments to a call. Returns whether all of them were within the output limit. */
export function appendToolArguments(draft: Draft, before: ResponseState, call: StreamedCall, delta: string): boolean {
  const chunk = withinLimit(before, delta);
  const response = { ...before, characters: before.characters + chunk.length };
  if ('id' in call) {
    if (chunk !== '') sendArguments(draft, response, call, chunk);
  } else {
    const next = { ...call, arguments: call.arguments + chunk };
    draft.update({ ...response, asking: response.asking.map((other) => (other === call ? next : other)) });
  }
  return chunk.length === delta.length;
}

/** Sends arguments of a call to the client. Does not count them. */
export function sendArguments(draft: Draft, before: ResponseState, call: OutputToolCall, chunk: string): ResponseState {
  const response = putItem(draft, before, { ...call, arguments: call.arguments + chunk });
  const ids = { response_id: response.id, item_id: call.id, output_index: indexOf(response, call.id) };
  draft.send({ type: 'response.mcp_call_arguments.delta', ...ids, delta: chunk });
  return response;
}

// ---- End of generation ----

/**
 * Announces the approval requests with their complete arguments. A call that cannot be made is announced as a call
 * instead, which then fails.
 */
export function requestApprovals(draft: Draft, before: ResponseState): ResponseState {
  let response: ResponseState = { ...before, asking: [] };
  draft.update(response);
  for (const { tool: begun, engine_call_id, arguments: text } of before.asking) {
    const tool = findCurrentTool(draft.state, begun);
    const argumentsText = objectText(draft.state, text);
    if (!tool || argumentsText === undefined || isOneTooMany(draft, response, response.output.length)) {
      response = openToolCall(draft, response, begun, { engine_call_id });
      response = sendArguments(draft, response, response.output.at(-1) as OutputToolCall, text);
      continue;
    }
    const id = draft.mintItem('mcpr');
    response = openItem(draft, response, { type: 'mcp_approval_request', id, tool, arguments: argumentsText });
    recordApprovalRequest(draft, id, tool, argumentsText);
  }
  return response;
}

/** Stores an approval request until the client answers or it expires [MC11]. */
export function recordApprovalRequest(draft: Draft, id: string, tool: ToolRef, text: string): void {
  const { state } = draft;
  const expires_at = state.at + state.limits.approval_ms;
  const configured = state.config.tools.some(
    (each) => each.type === 'mcp' && findListing(state, each)?.item_id === tool.listing_id,
  );
  const [mcp, dropped] = addApproval(state.mcp, { id, tool, arguments: text, configured, expires_at });
  state.mcp = mcp;
  for (const approval of dropped) recordExpired(draft, approval);
}

/** Makes a call whose arguments are complete, or closes it with an error if it cannot be made. */
export function startToolCall(draft: Draft, response_id: string, item_id: string): void {
  const response = draft.response(response_id)!;
  const call = response.output.find((outItem): outItem is OutputToolCall => outItem.id === item_id)!;
  const output_index = indexOf(response, item_id);
  const text = objectText(draft.state, call.arguments);
  sendArgumentsDone(draft, response, call);
  const reason =
    text === undefined
      ? 'The call was not made: its arguments are not a JSON object.'
      : (refusalReason(draft, response, call) ??
        (isOneTooMany(draft, response, output_index) ? tooMany(draft) : undefined));
  if (reason !== undefined || text === undefined)
    return completeToolCall(draft, response, call, executionError(reason ?? ''));
  putItem(draft, response, { ...call, started_at: draft.state.at });
  draft.send({ type: 'response.mcp_call.in_progress', output_index, item_id });
  const { listing_id, server_label, name, hash } = call.tool;
  draft.do({ do: 'call_tool', item_id, listing_id, server_label, name, arguments: text, hash });
}

/** Checks approval again at the time of the call: the tool may have changed since the call began. */
function refusalReason(draft: Draft, { config }: ResponseState, { tool, approval_request_id }: OutputToolCall) {
  if (findCurrentTool(draft.state, tool)?.hash !== tool.hash) return 'The call was not made: the tool has changed.';
  if (approval_request_id !== null) return undefined;
  const offer = mcpOffers(draft.state, config.tools).find(
    ({ listing_id, entry }) => listing_id === tool.listing_id && entry.name === tool.name,
  );
  const isFree = offer && !needsApproval(offer.tool, offer.entry, draft.state.mcp.allow_unapproved);
  return isFree ? undefined : 'The call was not made: it needs approval.';
}

const isTool = (outItem: OutputItem) => outItem.type === 'mcp_call' || outItem.type === 'mcp_approval_request';

const isOneTooMany = ({ state }: Draft, { output }: ResponseState, index: number): boolean =>
  output.slice(0, index).filter(isTool).length >= state.limits.tool_calls;

const tooMany = ({ state }: Draft) =>
  `The call was not made: a response makes at most ${state.limits.tool_calls} calls.`;

/** The tool as its listing has it now. */
export function findCurrentTool(
  { mcp }: SessionState,
  { listing_id, server_label, name }: ToolRef,
): ToolRef | undefined {
  const entry = listingOf(mcp, listing_id)?.tools.find((tool) => tool.name === name);
  return entry && { listing_id, server_label, name, hash: entry.hash };
}

/**
 * The arguments as they are sent: the text of a JSON object without duplicate keys, so that the call uses exactly what
 * the client was shown [MC11].
 */
function objectText({ mcp }: SessionState, text: string): string | undefined {
  if (mcp.hides_words && text.includes(REDACTED)) return text;
  const read = readFrame(text.trim() === '' ? '{}' : text, true);
  if (!read.ok || read.later) return undefined;
  const { value } = read;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined;
}

// ---- Results ----

/** The call in progress with that item id. */
export function runningCall(
  { responses }: SessionState,
  item_id: string,
): { response: ResponseState; call: OutputToolCall } | undefined {
  for (const response of responses) {
    const call = response.output.find(
      (outItem): outItem is OutputToolCall => outItem.type === 'mcp_call' && outItem.id === item_id,
    );
    if (call && isRunning(call)) return { response, call };
  }
  return undefined;
}

export const isRunning = (outItem: OutputItem): outItem is OutputToolCall =>
  outItem.type === 'mcp_call' && outItem.started_at !== null && outItem.output === null && outItem.error === null;

/** Closes a call with its result [MC5, MC14]. A result above the size limit becomes an error [MC17]. */
export function completeToolCall(draft: Draft, before: ResponseState, call: OutputToolCall, result: ToolResult): void {
  const maxCharacters = draft.state.limits.tool_result_characters;
  const outcome =
    'output' in result && result.output.length > maxCharacters
      ? executionError(`The result is larger than ${maxCharacters} characters.`)
      : result;
  const finalCall: OutputToolCall =
    'output' in outcome ? { ...call, output: outcome.output } : { ...call, error: boundedError(outcome.error) };
  const response = putItem(draft, { ...before, closed: [...before.closed, call.id] }, finalCall);
  const type = finalCall.error ? 'response.mcp_call.failed' : 'response.mcp_call.completed';
  draft.send({ type, output_index: indexOf(response, call.id), item_id: call.id });
  closeItem(draft, response, finalCall, 'completed');
}

/** Closes a call when its response ends early [MC15]. */
export function abandonToolCall(draft: Draft, response: ResponseState, call: OutputToolCall): void {
  if (!isRunning(call)) {
    sendArgumentsDone(draft, response, call);
    return completeToolCall(draft, response, call, NOT_MADE);
  }
  draft.do({ do: 'abort_tool', item_id: call.id });
  completeToolCall(draft, response, call, UNKNOWN_OUTCOME.end);
}

function sendArgumentsDone(draft: Draft, response: ResponseState, { id, arguments: text }: OutputToolCall): void {
  const ids = { response_id: response.id, item_id: id, output_index: indexOf(response, id) };
  draft.send({ type: 'response.mcp_call_arguments.done', ...ids, arguments: text });
}

/** The error as it appears in an item: one line, at most 512 characters. */
function boundedError(error: McpCallError): McpCallError {
  const message = error.message
    .replace(/\s+/g, ' ')
    .slice(0, 512)
    .replace(/[\ud800-\udbff]$/, '');
  if (error.type === 'tool_execution_error') return { type: error.type, message };
  return { type: error.type, code: error.code, message };
}

const indexOf = ({ output }: ResponseState, id: string): number => output.findIndex((outItem) => outItem.id === id);
