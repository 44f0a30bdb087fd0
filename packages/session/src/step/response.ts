// Responses: created, cancelled, ended. One writes to the default conversation; others may run beside it, out of band.
//
// What is said in between is `response-output.ts`.

import {
  FAILURES,
  type FailureCode,
  type Issue,
  type RealtimeResponse,
  type RealtimeResponseCreateParams,
  type RealtimeResponseStatusDetails,
  type ResponseCancelEvent,
  type ResponseCreateEvent,
} from '@colloquy/protocol';
import { audioFormat, mergeReasoning, prompt, withoutSecrets } from './config-merge.ts';
import { askedOf, type ContextItem, contextItem, gatherContext, isReference } from './context.ts';
import { placeDeferred } from './conversation.ts';
import { type Draft, shown } from './draft.ts';
import type { EngineEvent, ResponseConfig } from './engine-event.ts';
import { armIdle, stopIdle } from './idle-timer.ts';
import { fillArguments, isRunning, openToolCall, startToolCall } from './mcp-call.ts';
import { listTools, offeredTools, openListings } from './mcp-listing.ts';
import { checkLabels, checkTools } from './mcp-policy.ts';
import type { OutputToolCall, PendingApproval } from './mcp-state.ts';
import { storedForm } from './new-item.ts';
import { outputTokens } from './output-limit.ts';
import { reportRateLimits } from './rate-limits.ts';
import { closeOutput, endGeneration, type Outcome, playingTime, speak } from './response-output.ts';
import { checkToolChoice, checkVoice, offers } from './session-config.ts';
import type { ResponseState, SessionState } from './state.ts';
import { completeUsage, itemTokens, spokenTokens, textTokens } from './usage.ts';
import { checkSpeaking } from './voice-support.ts';

/**
 * `response.create`. Answered by `response.created`, then the output, then one `response.done`.
 *
 * Refuses with `invalid_value` in a transcription session, for a `tool_choice` that is not offered and for an MCP tool that only
 * OpenAI can host, and for a voice the engine does not have; `item_not_found` for a
 * reference to nothing; `cannot_update_voice` for another voice
 * once the default conversation holds assistant audio; `conversation_already_has_active_response`; `limit_exceeded` past 8
 * out-of-band responses; `draining` while the server shuts down. Nothing is queued.
 *
 * @see SPEC.md RS1 to RS14, RS36, RS37, OB1 to OB11, SE16, SE36
 */
export function createResponse(draft: Draft, event: ResponseCreateEvent): void {
  const { state } = draft;
  const params = event.response ?? {};
  const issue = checkResponse(state, params);
  if (issue) return draft.refuse(issue.code, issue.param, issue.message);
  if (params.conversation !== 'none') stopIdle(draft, 'user');
  startResponse(draft, params, draft.cause);
}

/** Starts a response that nothing speaks against. `event_id` is the client's, `null` when the server starts it. */
export function startResponse(draft: Draft, params: RealtimeResponseCreateParams, event_id: string | null): void {
  const { state } = draft;
  const announced = params.conversation !== 'none';
  if (announced) state.response_queued = false;
  const config = overlay(state, params);
  const id = draft.mint('resp');
  const input = params.input ? givenContext(draft, params.input) : null;
  const context = gatherContext(state, config, input?.items ?? null);
  const response = announce(draft, {
    id,
    out_of_band: !announced,
    config,
    event_id,
    input_tokens: context.exceeded ? [0, 0, 0] : context.tokens,
    cached_tokens: context.exceeded ? [0, 0, 0] : context.cached,
    input_audio: input?.audio ?? [],
  });
  if (context.exceeded) {
    const message = 'The context is longer than the model takes in, and truncation is disabled.';
    return endResponse(draft, response, { status: 'failed', error: { code: 'context_length_exceeded', message } });
  }
  state.context_trace = context.trace;
  // What a response names itself it waits for; what the session names may come later.
  if (params.tools) listTools(draft, config.tools, { announced });
  const listings = params.tools ? openListings(state, config.tools) : [];
  if (listings.length > 0) return draft.update({ ...response, waiting: { listings, context: context.items } });
  const tools = offeredTools(state, config);
  draft.do({ do: 'respond', request: { response_id: response.id, config, tools, ...askedOf(context.items) } });
}

/** Makes calls that the client has approved, in a response of their own that asks no engine anything [MC12]. */
export function makeCalls(draft: Draft, approved: readonly PendingApproval[]): void {
  const config = overlay(draft.state, {});
  let response = announce(draft, {
    id: draft.mint('resp'),
    out_of_band: false,
    config,
    event_id: null,
    ...NOTHING_READ,
    generated: true,
  });
  for (const { id, tool, arguments: text } of approved) {
    response = openToolCall(draft, response, tool, { approval_request_id: id });
    response = fillArguments(draft, response, response.output.at(-1) as OutputToolCall, text);
  }
  for (const { id } of response.output) startToolCall(draft, response.id, id);
  response = draft.response(response.id)!;
  if (!response.output.some(isRunning)) endResponse(draft, response, { status: 'completed' });
}

type Beginning = Pick<
  ResponseState,
  'id' | 'out_of_band' | 'config' | 'event_id' | 'input_tokens' | 'cached_tokens' | 'input_audio'
>;

const NOTHING_READ = { input_tokens: [0, 0, 0], cached_tokens: [0, 0, 0], input_audio: [] } as const;

/** A response begins: `response.created`. */
function announce(draft: Draft, begins: Beginning & Partial<ResponseState>): ResponseState {
  const { state } = draft;
  if (!begins.out_of_band) stopIdle(draft, 'server');
  const response: ResponseState = {
    created_at: state.at,
    heard_at: null,
    output: [],
    call_ignored: false,
    asking: [],
    generated: false,
    closed: [],
    waiting: null,
    characters: 0,
    audio_bytes: 0,
    usage: null,
    ...begins,
  };
  state.responses = [...state.responses, response];
  draft.send({ type: 'response.created', response: wireResponse(state, response, { status: 'in_progress' }) });
  return response;
}

/**
 * `response.cancel`. Without an id it means the active response of the default conversation; with one, that response, out of
 * band or not. Closed with what was streamed; whatever the engine still says is dropped.
 *
 * Refuses with `response_cancel_not_active` when there is nothing to cancel: none, unknown, or done.
 *
 * @see SPEC.md RS23 to RS32
 */
export function cancelResponse(draft: Draft, { response_id }: ResponseCancelEvent): void {
  const response = response_id ? draft.response(response_id) : draft.activeResponse;
  if (!response) {
    return draft.refuse('response_cancel_not_active', null, 'Cancellation failed: no active response found');
  }
  endResponse(draft, response, { status: 'cancelled', reason: 'client_cancelled' }, { stopEngine: true });
}

/** One piece from an engine. What comes for a response that is done is dropped [RS31]. */
export function hearEngine(draft: Draft, response_id: string, event: EngineEvent): void {
  const response = draft.response(response_id);
  if (!response || response.generated) return;
  const heard = { ...response, heard_at: draft.state.at };
  draft.update(heard);
  const outcome = speak(draft, heard, event);
  if (!outcome) return;
  const stopEngine = event.type !== 'done' && event.type !== 'failed';
  if (outcome.status === 'completed' && !endGeneration(draft, draft.response(response_id)!)) return;
  endResponse(draft, draft.response(response_id)!, outcome, { stopEngine });
}

/**
 * Ends a response: what failed is reported, everything open is closed, and one `response.done` tells how it went; then the
 * rate limits, the creates that waited, and the answer to a turn that waited [RS25, RS33, RS39, CV33, VA12].
 */
export function endResponse(
  draft: Draft,
  response: ResponseState,
  outcome: Outcome,
  { stopEngine, silent }: { stopEngine?: boolean; silent?: boolean } = {},
): void {
  const { state } = draft;
  if (stopEngine) draft.do({ do: 'cancel', response_id: response.id });
  if (outcome.status === 'failed' && !silent) {
    draft.report({ ...wireError(outcome.error), param: null, event_id: response.event_id });
  }
  const output = closeOutput(draft, response, outcome.status === 'completed' ? 'completed' : 'incomplete');
  state.responses = state.responses.filter((other) => other.id !== response.id);
  const done = wireResponse(state, response, outcome);
  const { format } = response.config.audio.output;
  const consumed = {
    input: response.input_tokens,
    cached: response.cached_tokens,
    text: textTokens(response.characters),
    audio: spokenTokens(response.audio_bytes, format),
  };
  const usage = completeUsage(consumed, response.usage);
  draft.send({ type: 'response.done', response: { ...done, output, usage } });
  reportRateLimits(draft, usage.total_tokens ?? outputTokens(response));
  for (const item_id of response.input_audio) draft.do({ do: 'drop_audio', item_id });
  if (response.out_of_band) {
    if (response.audio_bytes > 0) for (const { id } of response.output) draft.do({ do: 'drop_audio', item_id: id });
    return;
  }
  placeDeferred(draft);
  // What the client has just approved comes first, see `carryOut`.
  if (state.response_queued && state.phase === 'open' && state.mcp.verdicts.length === 0)
    startResponse(draft, {}, null);
  else if (outcome.status !== 'failed') armIdle(draft, playingTime(response));
}

// ---- Checks ----

function checkResponse(state: SessionState, params: RealtimeResponseCreateParams): Issue | undefined {
  if (state.kind === 'transcription') {
    const message = 'Responses cannot be created in a transcription session.';
    return { code: 'invalid_value', param: 'type', message };
  }
  const tools = params.tools ?? state.config.tools;
  const outOfBand = params.conversation === 'none';
  const voice = params.audio?.output?.voice;
  return (
    checkTools(params.tools, 'response.tools') ??
    checkLabels(state.mcp.labels, params.tools, 'response.tools') ??
    checkToolChoice(params.tool_choice, tools, 'response.tool_choice') ??
    checkInput(state, params.input ?? []) ??
    checkSpeaking(state.speaking, voice ? { voice } : undefined, 'response.audio.output') ??
    (voice && !outOfBand ? checkVoice(state, voice) : undefined) ??
    (outOfBand ? checkOutOfBand(state) : checkActive(state)) ??
    checkDraining(state)
  );
}

/** References name items that are there [OB5]. */
function checkInput(state: SessionState, input: NonNullable<RealtimeResponseCreateParams['input']>): Issue | undefined {
  for (const [index, item] of input.entries()) {
    if (!isReference(item) || contextItem(state, item.id)) continue;
    const message = `The item with id '${shown(item.id)}' does not exist.`;
    return { code: 'item_not_found', param: `response.input[${index}].id`, message };
  }
  return undefined;
}

function checkActive({ responses }: SessionState): Issue | undefined {
  const active = responses.find((response) => !response.out_of_band);
  if (!active) return undefined;
  const message = `Conversation already has an active response in progress: ${active.id}. Wait until the response is finished before creating a new one.`;
  return { code: 'conversation_already_has_active_response', param: null, message };
}

function checkOutOfBand({ responses, limits }: SessionState): Issue | undefined {
  if (responses.filter((response) => response.out_of_band).length < limits.out_of_band) return undefined;
  const message = `At most ${limits.out_of_band} out-of-band responses can run at once.`;
  return { code: 'limit_exceeded', param: null, message };
}

function checkDraining({ phase }: SessionState): Issue | undefined {
  if (phase !== 'draining') return undefined;
  return { code: 'draining', param: null, message: 'The server is shutting down.' };
}

// ---- Making ----

/** The session's configuration of this moment, overlaid with the response's own fields [RS7]. */
function overlay({ config, model }: SessionState, params: RealtimeResponseCreateParams): ResponseConfig {
  const tools = params.tools ? params.tools.map(withoutSecrets) : config.tools;
  const choice = params.tool_choice ?? config.tool_choice;
  const { format, voice, speed } = config.audio.output;
  const overlaid: ResponseConfig = {
    model,
    output_modalities: params.output_modalities ?? config.output_modalities,
    instructions: params.instructions ?? config.instructions,
    tools,
    // A choice taken over from the session may name a tool that this response does not offer.
    tool_choice: typeof choice === 'object' && !offers(tools, choice) ? 'auto' : choice,
    max_output_tokens: params.max_output_tokens ?? config.max_output_tokens,
    audio: {
      output: {
        format: audioFormat(format, params.audio?.output?.format),
        voice: params.audio?.output?.voice ?? voice,
        speed,
      },
    },
    prompt: params.prompt === undefined ? config.prompt : params.prompt && prompt(config.prompt, params.prompt),
    metadata: params.metadata ?? null,
  };
  const parallel = params.parallel_tool_calls ?? config.parallel_tool_calls;
  if (parallel !== undefined) overlaid.parallel_tool_calls = parallel;
  const reasoning = mergeReasoning(config.reasoning, params.reasoning);
  if (reasoning) overlaid.reasoning = reasoning;
  return overlaid;
}

/** The items of `input`, ready for an engine. The host keeps their audio, under ids of our own, until the response is done. */
function givenContext(draft: Draft, input: NonNullable<RealtimeResponseCreateParams['input']>) {
  const { format } = draft.state.config.audio.input;
  const items: ContextItem[] = [];
  const audio: string[] = [];
  let counted = 0;
  for (const given of input) {
    if (isReference(given)) {
      items.push(contextItem(draft.state, given.id)!);
      continue;
    }
    const stored = storedForm(draft, given, counted);
    counted += stored.base64.filter((text) => text !== null).length;
    const id = stored.audio ? draft.mintItem() : stored.id;
    const item = { ...stored.item, id };
    items.push({ item, tokens: itemTokens(item, stored.audio, format) });
    if (!stored.audio) continue;
    audio.push(id);
    for (const [content_index, text] of stored.base64.entries()) {
      if (text) draft.do({ do: 'store_audio', item_id: id, content_index, format, audio: text });
    }
  }
  return { items, audio };
}

/** A response as `response.created` and `response.done` state it, all keys always present (wire.md 8.2). */
function wireResponse(
  state: SessionState,
  { id, out_of_band, config }: ResponseState,
  outcome: Outcome | { status: 'in_progress' },
): RealtimeResponse {
  const { format, voice } = config.audio.output;
  return {
    object: 'realtime.response',
    id,
    status: outcome.status,
    status_details: statusDetails(outcome),
    output: [],
    conversation_id: out_of_band ? null : state.conversation_id,
    output_modalities: config.output_modalities,
    max_output_tokens: config.max_output_tokens,
    audio: { output: { format, voice } },
    usage: null,
    metadata: config.metadata,
  };
}

function statusDetails(outcome: Outcome | { status: 'in_progress' }): RealtimeResponseStatusDetails | null {
  switch (outcome.status) {
    case 'cancelled':
    case 'incomplete':
      return { type: outcome.status, reason: outcome.reason };
    case 'failed':
      return { type: 'failed', error: wireError(outcome.error) };
    default:
      return null;
  }
}

/** An engine's fault in the wire's words, on one line of a bounded length [ER4]. */
function wireError({ code, message }: { code: string; message: string }) {
  const type = Object.hasOwn(FAILURES, code) ? FAILURES[code as FailureCode].type : 'server_error';
  return { type, code: shown(code), message: message.replace(/\s+/g, ' ').slice(0, 512) };
}
