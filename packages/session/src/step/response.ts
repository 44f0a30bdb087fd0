// Responses: create, cancel, end. One at a time writes to the default conversation; others run out of band.
// Validation: `response-checks.ts`. Configuration: `response-config.ts`. Output: `response-output.ts`.

import type { RealtimeResponseCreateParams, ResponseCancelEvent, ResponseCreateEvent } from '@colloquy/protocol';
import { engineInput, gatherContext } from './context.ts';
import { placeDeferred } from './conversation.ts';
import type { Draft } from './draft.ts';
import type { EngineEvent } from './engine-event.ts';
import { armIdle, stopIdle } from './idle-timer.ts';
import { isRunning, openToolCall, sendArguments, startToolCall } from './mcp-call.ts';
import { listTools, offeredTools, pendingListings } from './mcp-listing.ts';
import type { OutputToolCall, PendingApproval } from './mcp-state.ts';
import { endPlayback } from './output-audio-buffer.ts';
import { outputTokens } from './output-limit.ts';
import { reportRateLimits } from './rate-limits.ts';
import { checkResponse } from './response-checks.ts';
import { inputContext, overlayConfig } from './response-config.ts';
import { applyEngineEvent, closeOutput, endGeneration, type Outcome, playingTime } from './response-output.ts';
import type { ResponseState } from './state.ts';
import { completeUsage, outputAudioTokens, textTokens } from './usage.ts';
import { wireError, wireResponse } from './wire-response.ts';

/**
 * `response.create`. Answered by `response.created`, then the output, then one `response.done`.
 *
 * Refuses with `invalid_value` in a transcription session, for a `tool_choice` that is not offered, for an MCP tool
 * that only OpenAI can host, and for a voice that the engine does not have; `item_not_found` for a reference to a
 * missing item; `cannot_update_voice` for another voice once the default conversation holds assistant audio;
 * `conversation_already_has_active_response`; `limit_exceeded` past 8 out-of-band responses; `draining` while the
 * server shuts down. Nothing is queued.
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

/** Starts a validated response. `event_id` is the client's, `null` if the server starts it. */
export function startResponse(draft: Draft, params: RealtimeResponseCreateParams, event_id: string | null): void {
  const { state } = draft;
  const announced = params.conversation !== 'none';
  if (announced) state.response_queued = false;
  const config = overlayConfig(state, params);
  const id = draft.mint('resp');
  const input = params.input ? inputContext(draft, params.input) : null;
  const context = gatherContext(state, config, input?.items ?? null);
  const response = beginResponse(draft, {
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
  // A response waits for the listings that its own `tools` need, not for those of the session's tools.
  if (params.tools) listTools(draft, config.tools, { announced });
  const listings = params.tools ? pendingListings(state, config.tools) : [];
  if (listings.length > 0) return draft.update({ ...response, waiting: { listings, context: context.items } });
  const tools = offeredTools(state, config);
  draft.do({ do: 'respond', request: { response_id: response.id, config, tools, ...engineInput(context.items) } });
}

/** Makes approved calls in a response of their own that uses no engine [MC12]. */
export function runApprovedCalls(draft: Draft, approvals: readonly PendingApproval[]): void {
  const config = overlayConfig(draft.state, {});
  let response = beginResponse(draft, {
    id: draft.mint('resp'),
    out_of_band: false,
    config,
    event_id: null,
    ...NO_INPUT,
    generated: true,
  });
  for (const { id, tool, arguments: text } of approvals) {
    response = openToolCall(draft, response, tool, { approval_request_id: id });
    response = sendArguments(draft, response, response.output.at(-1) as OutputToolCall, text);
  }
  for (const { id } of response.output) startToolCall(draft, response.id, id);
  response = draft.response(response.id)!;
  if (!response.output.some(isRunning)) endResponse(draft, response, { status: 'completed' });
}

type ResponseHead = Pick<
  ResponseState,
  'id' | 'out_of_band' | 'config' | 'event_id' | 'input_tokens' | 'cached_tokens' | 'input_audio'
>;

const NO_INPUT = { input_tokens: [0, 0, 0], cached_tokens: [0, 0, 0], input_audio: [] } as const;

/** Adds a response and sends `response.created`. */
function beginResponse(draft: Draft, head: ResponseHead & Partial<ResponseState>): ResponseState {
  const { state } = draft;
  if (!head.out_of_band) stopIdle(draft, 'server');
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
    ...head,
  };
  state.responses = [...state.responses, response];
  draft.send({ type: 'response.created', response: wireResponse(state, response, { status: 'in_progress' }) });
  return response;
}

/**
 * `response.cancel`. Without an id, cancels the active response of the default conversation; with an id, that response,
 * also out of band. Items close with what was streamed; later engine events are dropped.
 *
 * Refuses with `response_cancel_not_active` if the response does not exist or is done.
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

/** Handles one engine event. Events for a response that is done are dropped [RS31]. */
export function handleEngineEvent(draft: Draft, response_id: string, event: EngineEvent): void {
  const response = draft.response(response_id);
  if (!response || response.generated) return;
  const current = { ...response, heard_at: draft.state.at };
  draft.update(current);
  const outcome = applyEngineEvent(draft, current, event);
  if (!outcome) return;
  const stopEngine = event.type !== 'done' && event.type !== 'failed';
  if (outcome.status === 'completed' && !endGeneration(draft, draft.response(response_id)!)) return;
  endResponse(draft, draft.response(response_id)!, outcome, { stopEngine });
}

/**
 * Ends a response: reports an error, closes all open items and sends `response.done`; then the rate limits, the end of
 * its playback, the deferred creates, and the queued response to a turn [RS25, RS33, RS39, WR6, CV33, VA12].
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
  const consumption = {
    input: response.input_tokens,
    cached: response.cached_tokens,
    text: textTokens(response.characters),
    audio: outputAudioTokens(response.audio_bytes, format),
  };
  const usage = completeUsage(consumption, response.usage);
  draft.send({ type: 'response.done', response: { ...done, output, usage } });
  reportRateLimits(draft, usage.total_tokens ?? outputTokens(response));
  endPlayback(draft, response.id);
  for (const item_id of response.input_audio) draft.do({ do: 'drop_audio', item_id });
  if (response.out_of_band) {
    if (response.audio_bytes > 0) for (const { id } of response.output) draft.do({ do: 'drop_audio', item_id: id });
    return;
  }
  placeDeferred(draft);
  // Approved calls come first, see `applyVerdicts`.
  if (state.response_queued && state.phase === 'open' && state.mcp.verdicts.length === 0)
    startResponse(draft, {}, null);
  else if (outcome.status !== 'failed') armIdle(draft, playingTime(response));
}
