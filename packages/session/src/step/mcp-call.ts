// Calls on MCP servers inside a response: begun and argued by the engine, made by the host, closed with what came of them.
//
// Whether one needs approval is `mcp-policy.ts`; what becomes of the answer, `mcp-approval.ts`.

import { type McpCallError, REDACTED, readFrame } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { tellExpired } from './mcp-denial.ts';
import { findListing, mcpOffers, type Offer } from './mcp-listing.ts';
import { needsApproval } from './mcp-policy.ts';
import { addApproval, listingOf, type OutputToolCall, type ToolRef, type UnaskedCall } from './mcp-state.ts';
import { withinLimit } from './output-limit.ts';
import { closeItem, openItem, putItem } from './response-items.ts';
import type { OutputItem, ResponseState, SessionState } from './state.ts';

/** What came of a call. */
export type ToolResult = { output: string } | { error: McpCallError };

const fault = (message: string): ToolResult => ({ error: { type: 'tool_execution_error', message } });

/** Why a call that was begun has no result anyone knows of [MC15]. */
export const UNKNOWN_OUTCOME = {
  time: fault('The call took too long and was given up; whether it took effect is not known.'),
  end: fault('The response ended while the call was running; whether it took effect is not known.'),
};
const NOT_MADE = fault('The call was not made: the response ended before.');

/** The offer that a call means: of the server it names, or of the only one that has such a tool. */
export function offerOf(draft: Draft, { config }: ResponseState, name: string, label?: string): Offer | undefined {
  const named = mcpOffers(draft.state, config.tools).filter(
    ({ tool, entry }) => entry.name === name && (label === undefined || tool.server_label === label),
  );
  return label === undefined && named.length > 1 ? undefined : named[0];
}

/** Begins a call. One that needs approval is announced when its arguments are complete, as a request [MC5, MC7]. */
export function beginToolCall(
  draft: Draft,
  response: ResponseState,
  { tool, listing_id, entry }: Offer,
  engine_call_id: string | null,
): void {
  const ref: ToolRef = { listing_id, server_label: tool.server_label, name: entry.name, hash: entry.hash };
  if (needsApproval(tool, entry, draft.state.mcp.allow_unapproved)) {
    const asked: UnaskedCall = { tool: ref, engine_call_id, arguments: '', after: response.output.length };
    draft.update({ ...response, asking: [...response.asking, asked] });
  } else openToolCall(draft, response, ref, { engine_call_id });
}

/** Announces a call, without arguments yet. */
export function openToolCall(
  draft: Draft,
  response: ResponseState,
  tool: ToolRef,
  given: { engine_call_id?: string | null; approval_request_id?: string | null },
): ResponseState {
  return openItem(draft, response, {
    type: 'mcp_call',
    id: draft.mintItem('mcp'),
    tool,
    engine_call_id: given.engine_call_id ?? null,
    arguments: '',
    approval_request_id: given.approval_request_id ?? null,
    started_at: null,
    output: null,
    error: null,
  });
}

/** A call that is announced or not, to which the engine adds arguments. */
export type Argued = OutputToolCall | UnaskedCall;

/** Adds arguments to a call. Answers whether there was room for all of them. */
export function argueToolCall(draft: Draft, given: ResponseState, call: Argued, delta: string): boolean {
  const words = withinLimit(given, delta);
  const response = { ...given, characters: given.characters + words.length };
  if ('id' in call) {
    if (words !== '') fillArguments(draft, response, call, words);
  } else {
    const argued = { ...call, arguments: call.arguments + words };
    draft.update({ ...response, asking: response.asking.map((other) => (other === call ? argued : other)) });
  }
  return words.length === delta.length;
}

/** Tells the client arguments of a call, counted or not. */
export function fillArguments(draft: Draft, given: ResponseState, call: OutputToolCall, words: string): ResponseState {
  const response = putItem(draft, given, { ...call, arguments: call.arguments + words });
  const ids = { response_id: response.id, item_id: call.id, output_index: indexOf(response, call.id) };
  draft.send({ type: 'response.mcp_call_arguments.delta', ...ids, delta: words });
  return response;
}

// ---- The engine is done ----

/**
 * Announces the requests for approval, their arguments complete. A call that could not be made anyway is announced as a call,
 * to fail as one: nobody is asked to approve it.
 */
export function askApprovals(draft: Draft, given: ResponseState): ResponseState {
  let response: ResponseState = { ...given, asking: [] };
  draft.update(response);
  for (const { tool: begun, engine_call_id, arguments: text } of given.asking) {
    const tool = asOffered(draft.state, begun);
    const shown = objectText(draft.state, text);
    if (!tool || shown === undefined || isOneTooMany(draft, response, response.output.length)) {
      response = openToolCall(draft, response, begun, { engine_call_id });
      response = fillArguments(draft, response, response.output.at(-1) as OutputToolCall, text);
      continue;
    }
    const id = draft.mintItem('mcpr');
    response = openItem(draft, response, { type: 'mcp_approval_request', id, tool, arguments: shown });
    request(draft, id, tool, shown);
  }
  return response;
}

/** Remembers what the client is asked, until it answers or the time is up [MC11]. */
export function request(draft: Draft, id: string, tool: ToolRef, text: string): void {
  const { state } = draft;
  const expires_at = state.at + state.limits.approval_ms;
  const configured = state.config.tools.some(
    (each) => each.type === 'mcp' && findListing(state, each)?.item_id === tool.listing_id,
  );
  const [mcp, dropped] = addApproval(state.mcp, { id, tool, arguments: text, configured, expires_at });
  state.mcp = mcp;
  for (const approval of dropped) tellExpired(draft, approval);
}

/** Makes a call whose arguments are complete, or closes it with the reason why it cannot be made. */
export function startToolCall(draft: Draft, response_id: string, item_id: string): void {
  const response = draft.response(response_id)!;
  const call = response.output.find((made): made is OutputToolCall => made.id === item_id)!;
  const output_index = indexOf(response, item_id);
  const text = objectText(draft.state, call.arguments);
  tellArguments(draft, response, call);
  const reason =
    text === undefined
      ? 'The call was not made: its arguments are not a JSON object.'
      : (whyNot(draft, response, call) ?? (isOneTooMany(draft, response, output_index) ? tooMany(draft) : undefined));
  if (reason !== undefined || text === undefined) return settleToolCall(draft, response, call, fault(reason ?? ''));
  putItem(draft, response, { ...call, started_at: draft.state.at });
  draft.send({ type: 'response.mcp_call.in_progress', output_index, item_id });
  const { listing_id, server_label, name, hash } = call.tool;
  draft.do({ do: 'call_tool', item_id, listing_id, server_label, name, arguments: text, hash });
}

/** Nothing runs unapproved that needs approval now, whatever it needed when it was begun. */
function whyNot(draft: Draft, { config }: ResponseState, { tool, approval_request_id }: OutputToolCall) {
  if (asOffered(draft.state, tool)?.hash !== tool.hash) return 'The call was not made: the tool has changed.';
  if (approval_request_id !== null) return undefined;
  const offer = mcpOffers(draft.state, config.tools).find(
    ({ listing_id, entry }) => listing_id === tool.listing_id && entry.name === tool.name,
  );
  const isFree = offer && !needsApproval(offer.tool, offer.entry, draft.state.mcp.allow_unapproved);
  return isFree ? undefined : 'The call was not made: it needs approval.';
}

const isTool = (made: OutputItem) => made.type === 'mcp_call' || made.type === 'mcp_approval_request';

const isOneTooMany = ({ state }: Draft, { output }: ResponseState, index: number): boolean =>
  output.slice(0, index).filter(isTool).length >= state.limits.tool_calls;

const tooMany = ({ state }: Draft) =>
  `The call was not made: a response makes at most ${state.limits.tool_calls} calls.`;

/** A tool as its listing has it now. */
export function asOffered({ mcp }: SessionState, { listing_id, server_label, name }: ToolRef): ToolRef | undefined {
  const entry = listingOf(mcp, listing_id)?.tools.find((tool) => tool.name === name);
  return entry && { listing_id, server_label, name, hash: entry.hash };
}

/** The arguments as they are sent: the text of a JSON object, each key once, so that what is shown is what is called with [MC11]. */
function objectText({ mcp }: SessionState, text: string): string | undefined {
  if (mcp.hides_words && text.includes(REDACTED)) return text;
  const read = readFrame(text.trim() === '' ? '{}' : text, true);
  if (!read.ok || read.later) return undefined;
  const { value } = read;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined;
}

// ---- What came of it ----

/** The call that the host has been told to make and has not yet been heard of. */
export function runningCall(
  { responses }: SessionState,
  item_id: string,
): { response: ResponseState; call: OutputToolCall } | undefined {
  for (const response of responses) {
    const call = response.output.find(
      (made): made is OutputToolCall => made.type === 'mcp_call' && made.id === item_id,
    );
    if (call && isRunning(call)) return { response, call };
  }
  return undefined;
}

export const isRunning = (made: OutputItem): made is OutputToolCall =>
  made.type === 'mcp_call' && made.started_at !== null && made.output === null && made.error === null;

/** Closes a call with its result [MC5, MC14]. A result larger than a call may have is none [MC17]. */
export function settleToolCall(draft: Draft, given: ResponseState, call: OutputToolCall, result: ToolResult): void {
  const most = draft.state.limits.tool_result_characters;
  const came =
    'output' in result && result.output.length > most ? fault(`The result is larger than ${most} characters.`) : result;
  const settled: OutputToolCall =
    'output' in came ? { ...call, output: came.output } : { ...call, error: sane(came.error) };
  const response = putItem(draft, { ...given, closed: [...given.closed, call.id] }, settled);
  const type = settled.error ? 'response.mcp_call.failed' : 'response.mcp_call.completed';
  draft.send({ type, output_index: indexOf(response, call.id), item_id: call.id });
  closeItem(draft, response, settled, 'completed');
}

/** Closes a call that its response does not wait for, truthfully [MC15]. */
export function abandonToolCall(draft: Draft, response: ResponseState, call: OutputToolCall): void {
  if (!isRunning(call)) {
    tellArguments(draft, response, call);
    return settleToolCall(draft, response, call, NOT_MADE);
  }
  draft.do({ do: 'abort_tool', item_id: call.id });
  settleToolCall(draft, response, call, UNKNOWN_OUTCOME.end);
}

function tellArguments(draft: Draft, response: ResponseState, { id, arguments: text }: OutputToolCall): void {
  const ids = { response_id: response.id, item_id: id, output_index: indexOf(response, id) };
  draft.send({ type: 'response.mcp_call_arguments.done', ...ids, arguments: text });
}

/** An error as it may stand in an item: on one line of a bounded length. */
function sane(error: McpCallError): McpCallError {
  const message = error.message
    .replace(/\s+/g, ' ')
    .slice(0, 512)
    .replace(/[\ud800-\udbff]$/, '');
  if (error.type === 'tool_execution_error') return { type: error.type, message };
  return { type: error.type, code: error.code, message };
}

const indexOf = ({ output }: ResponseState, id: string): number => output.findIndex((made) => made.id === id);
