// Beginning and end of a session, and its deadlines.

import { toRealtimeError } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { announceHistory } from './history.ts';
import { restartDetection, speechSettings } from './input-audio-buffer.ts';
import { abandonTools, endListings, expireTools, toolsDeadline } from './mcp.ts';
import { applyVerdicts } from './mcp-approval.ts';
import { listTools } from './mcp-listing.ts';
import { isPlaying } from './output-audio-state.ts';
import { endResponse } from './response.ts';
import { sessionObject } from './session-config.ts';
import type { ResponseState, SessionState } from './state.ts';
import { handleIdleTimeout } from './turn-detection.ts';

/**
 * Opens the session: sends its configuration and the conversation it begins with, starts turn detection and requests the tools of its MCP servers [SE1,
 * OR1, MC1].
 */
export function openSession(draft: Draft): void {
  if (draft.state.phase !== 'new') return;
  draft.state.phase = 'open';
  draft.send({ type: 'session.created', session: sessionObject(draft.state) });
  announceHistory(draft);
  draft.do({ do: 'configure_speech', ...speechSettings(draft.state) });
  restartDetection(draft);
  listTools(draft, draft.state.config.tools, { announced: true });
}

/** The server shuts down: running responses may finish, no new one begins [LM12]. */
export function drainSession(draft: Draft): void {
  draft.state.phase = 'draining';
  draft.state.response_queued = false;
}

/** The client has disconnected: engines stop, and no more events are sent. */
export function abandonSession(draft: Draft): void {
  abandonTools(draft);
  for (const { id } of draft.state.responses) draft.do({ do: 'cancel', response_id: id });
  draft.state.responses = [];
  draft.state.phase = 'closed';
}

/** When the session next needs a `clock` input, in milliseconds since it began; `undefined` if it is not open. */
export function deadline(state: SessionState): number | undefined {
  if (state.phase === 'new' || state.phase === 'closed') return undefined;
  let next = state.limits.max_duration_ms;
  if (state.idle.due !== null) next = Math.min(next, state.idle.due);
  next = Math.min(next, toolsDeadline(state));
  for (const response of state.responses) next = Math.min(next, stallDeadline(state, response));
  return next;
}

/** Handles what is due: the maximum duration, stalled responses, MCP timeouts and the idle timer. */
export function handleClock(draft: Draft): void {
  const { state } = draft;
  const { at, limits } = state;
  if (at >= limits.max_duration_ms) {
    const minutes = Math.round(limits.max_duration_ms / 60_000);
    return endSession(draft, 'session_expired', 1001, `Your session hit the maximum duration of ${minutes} minutes.`);
  }
  expireTools(draft);
  for (const { id } of state.responses) {
    const response = draft.response(id);
    if (!response || at < stallDeadline(state, response)) continue;
    const error = { code: 'upstream_timeout', message: 'The response made no progress in time.' };
    endResponse(draft, response, { status: 'failed', error }, { stopEngine: true });
  }
  if (state.idle.due !== null && at >= state.idle.due) handleIdleTimeout(draft);
}

/**
 * Runs after every input: executes approved calls, ends the session after too many refusals, and completes a drain when
 * no response is active or playing [LM10, LM12].
 */
export function finishStep(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'closed') return;
  if (state.refusals.length > state.limits.refusals) {
    return endSession(draft, 'rate_limit_exceeded', 1008, 'Too many events were refused.');
  }
  applyVerdicts(draft);
  if (state.phase === 'draining' && state.responses.length === 0 && !isPlaying(state)) {
    endListings(draft);
    state.phase = 'closed';
    draft.do({ do: 'close', code: 1001, reason: 'The server is shutting down.', drain: true });
  }
}

/** Ends the session: one `response.done` per response, then one `error`, then close [SE28, ER51]. */
function endSession(
  draft: Draft,
  code: 'session_expired' | 'rate_limit_exceeded',
  close: number,
  message: string,
): void {
  const { state } = draft;
  state.phase = 'draining';
  state.response_queued = false;
  for (const { id } of state.responses) {
    const response = draft.response(id)!;
    endResponse(draft, response, { status: 'failed', error: { code, message } }, { stopEngine: true, silent: true });
  }
  endListings(draft);
  draft.report(toRealtimeError(code, { param: null, message }));
  state.phase = 'closed';
  draft.do({ do: 'close', code: close, reason: message });
}

/** When a response without progress times out [RS38]. */
function stallDeadline({ limits }: SessionState, response: ResponseState): number {
  const { created_at, heard_at } = response;
  // Listings and calls have their own limits.
  if (response.waiting || response.generated) return created_at + limits.response_ms;
  const idle = heard_at === null ? created_at + limits.first_output_ms : heard_at + limits.output_idle_ms;
  return Math.min(idle, created_at + limits.response_ms);
}
