// A session's beginning, its end, and what only time brings about.

import { toRealtimeError } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { detect, speechSettings } from './input-audio-buffer.ts';
import { abandonTools, endListings, passToolsTime, toolsDue } from './mcp.ts';
import { carryOut } from './mcp-approval.ts';
import { listTools } from './mcp-listing.ts';
import { endResponse } from './response.ts';
import { sessionObject } from './session-config.ts';
import type { ResponseState, SessionState } from './state.ts';
import { breakSilence } from './turn-detection.ts';

/** The session begins: the client learns its configuration, turn detection is set up, and MCP servers are asked [SE1, OR1, MC1]. */
export function openSession(draft: Draft): void {
  if (draft.state.phase !== 'new') return;
  draft.state.phase = 'open';
  draft.send({ type: 'session.created', session: sessionObject(draft.state) });
  draft.do({ do: 'configure_speech', ...speechSettings(draft.state) });
  detect(draft);
  listTools(draft, draft.state.config.tools, { announced: true });
}

/** The server shuts down: running responses may finish, nothing new begins [LM12]. */
export function drainSession(draft: Draft): void {
  draft.state.phase = 'draining';
  draft.state.response_queued = false;
}

/** The client has gone: engines stop, and nothing is sent any more. */
export function abandonSession(draft: Draft): void {
  abandonTools(draft);
  for (const { id } of draft.state.responses) draft.do({ do: 'cancel', response_id: id });
  draft.state.responses = [];
  draft.state.phase = 'closed';
}

/** When the session next wants to be told the time, in milliseconds since it began; `undefined` when it is not running. */
export function deadline(state: SessionState): number | undefined {
  if (state.phase === 'new' || state.phase === 'closed') return undefined;
  let next = state.limits.max_duration_ms;
  if (state.idle.due !== null) next = Math.min(next, state.idle.due);
  next = Math.min(next, toolsDue(state));
  for (const response of state.responses) next = Math.min(next, stalledAt(state, response));
  return next;
}

/** What has become due: the end of the session, of responses that make no progress, of the user's silence. */
export function passTime(draft: Draft): void {
  const { state } = draft;
  const { at, limits } = state;
  if (at >= limits.max_duration_ms) {
    const minutes = Math.round(limits.max_duration_ms / 60_000);
    return endSession(draft, 'session_expired', 1001, `Your session hit the maximum duration of ${minutes} minutes.`);
  }
  passToolsTime(draft);
  for (const { id } of state.responses) {
    const response = draft.response(id);
    if (!response || at < stalledAt(state, response)) continue;
    const error = { code: 'upstream_timeout', message: 'The response made no progress in time.' };
    endResponse(draft, response, { status: 'failed', error }, { stopEngine: true });
  }
  if (state.idle.due !== null && at >= state.idle.due) breakSilence(draft);
}

/** What follows from any step: what the client has approved is done, too many refusals end the session, and so does a drain with nothing left to finish [LM10, LM12]. */
export function settle(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'closed') return;
  if (state.refusals.length > state.limits.refusals) {
    return endSession(draft, 'rate_limit_exceeded', 1008, 'Too many events were refused.');
  }
  carryOut(draft);
  if (state.phase === 'draining' && state.responses.length === 0) {
    endListings(draft);
    state.phase = 'closed';
    draft.do({ do: 'close', code: 1001, reason: 'The server is shutting down.', drain: true });
  }
}

/** Responses get their `response.done` first, then one `error` says why, then the connections are closed [SE28, ER51]. */
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

/** When a response has made no progress for too long [RS38]. */
function stalledAt({ limits }: SessionState, response: ResponseState): number {
  const { created_at, heard_at } = response;
  // Listings and calls have limits of their own.
  if (response.waiting || response.generated) return created_at + limits.response_ms;
  const idle = heard_at === null ? created_at + limits.first_output_ms : heard_at + limits.output_idle_ms;
  return Math.min(idle, created_at + limits.response_ms);
}
