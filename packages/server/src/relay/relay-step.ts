// One step of a relayed session, as a pure function. Every response that a client requests ends, even if the upstream fails.
// Checks of client frames: `relay-rules.ts`; of upstream frames: `upstream-frame.ts`. Effects: `relay-session.ts`.

import { encodeBase64, encodeEvent, type Issue, type ServerEvent } from '@colloquy/protocol';
import type { PlayedPart } from '../calls/call-audio.ts';
import { type Frame, frameBytes } from '../transports/transport.ts';
import {
  close,
  closeIfDrained,
  countMalformed,
  fail,
  type RelayDraft,
  refuse,
  reportMalformed,
  request,
  send,
  sendError,
  update,
  warn,
} from './relay-draft.ts';
import type { RelayEffect, RelayHostEvent, RelayInput } from './relay-input.ts';
import { elapseMalformed } from './relay-malformed.ts';
import { excusePending, type Overdue, type ResponseBudgets, removeOverdue } from './relay-pending.ts';
import { announcePlayback, clearPlayback, endPlayback, interruptPlayback, playUpstream } from './relay-playback.ts';
import { applyToResponses, requestResponse } from './relay-responses.ts';
import { checkClientFrame } from './relay-rules.ts';
import { applyToSetup } from './relay-setup.ts';
import { type RelayState, upstreamDueAt } from './relay-state.ts';
import { closeOf, withoutCredentials } from './upstream-errors.ts';
import { readUpstreamFrame } from './upstream-frame.ts';

export interface RelayStep {
  readonly state: RelayState;
  readonly effects: readonly RelayEffect[];
}

/** If the upstream closes within this many milliseconds of an `error`, that error is the reason. */
const ERROR_GRACE_MS = 1000;

/**
 * Applies one input. Deterministic; does not change `state`. Never throws because of a peer's frame. Inputs after the end have no
 * effect.
 *
 * @see SPEC.md RL1 to RL17, ER23, LM8 to LM12
 */
export function stepRelay(state: RelayState, input: RelayInput): RelayStep {
  if (state.isOver) return { state, effects: [] };
  const draft: RelayDraft = { at: input.at, state, effects: [] };
  if (input.from === 'client') {
    if (input.issue) refuse(draft, input.issue, null);
    else handleClientFrame(draft, input.frame, input.played ?? []);
  } else if (input.from === 'upstream') handleUpstreamFrame(draft, input.frame, input.played ?? []);
  else if (input.from === 'media') handleMedia(draft, input.audio);
  else if (input.from === 'playback') announcePlayback(draft, input.event);
  else if (input.from === 'clock') handleClock(draft);
  else handleHostEvent(draft, input.event);
  if (state.playback) endPlayback(draft);
  return { state: draft.state, effects: draft.effects };
}

function handleClientFrame(draft: RelayDraft, frame: Frame, played: readonly PlayedPart[]): void {
  const { config, responses, playback } = draft.state;
  const result = checkClientFrame(frame, config.rules);
  if (!result.ok) return refuse(draft, result.issue, result.event_id);
  const { event, audio_bytes } = result;
  const event_id = event.event_id ?? null;
  if (playback && event.type === 'input_audio_buffer.append') return refuse(draft, APPEND_IN_CALL, event_id);
  if (playback && event.type === 'output_audio_buffer.clear') {
    draft.effects.push({ do: 'record', from: 'client', event });
    return clearPlayback(draft, played);
  }
  const text = encodeEvent(event as unknown);
  if (typeof text !== 'string') return refuse(draft, text.issues[0], event_id);
  draft.effects.push({ do: 'forward', event, text, ...(audio_bytes && { audio_bytes }) });
  if (event.type === 'response.create') {
    update(draft, { responses: requestResponse(responses, event_id, draft.at) });
  }
}

const APPEND_IN_CALL: Issue = {
  code: 'invalid_value',
  param: 'type',
  message: "Invalid value: 'input_audio_buffer.append'. The audio of a call is sent as media, not as events.",
};

/** Audio that arrives before the upstream has stated its format is not sent: it would be read as another. */
function handleMedia(draft: RelayDraft, audio: Uint8Array): void {
  if (!draft.state.playback?.formats) return;
  const event = { type: 'input_audio_buffer.append', audio: encodeBase64(audio) } as const;
  draft.effects.push({ do: 'forward', event, text: JSON.stringify(event), audio_bytes: [audio.length] });
}

function handleUpstreamFrame(draft: RelayDraft, frame: Frame, played: readonly PlayedPart[]): void {
  const read = readUpstreamFrame(frame);
  if (!read.ok) return countMalformed(draft, frameBytes(frame), read.code);
  const { event } = read;
  if (event.type === 'error' && isOwnRefusal(draft, event)) return;
  const { responses, isForwarded, usage } = applyToResponses(draft.state.responses, event, draft.at);
  update(draft, { responses });
  if (usage) draft.effects.push({ do: 'report_usage', usage });
  if (!isForwarded) return;
  if (event.type === 'error') update(draft, { lastErrorAt: draft.at });
  const isSent = playUpstream(draft, event);
  if (isSent) advanceSetup(draft, withoutCredentials(event));
  interruptPlayback(draft, event, played);
  closeIfDrained(draft);
}

/** Whether an `error` answers a request of the relay. The client does not know that request. */
function isOwnRefusal(draft: RelayDraft, event: ServerEvent & { type: 'error' }): boolean {
  const { ownRequests, setup } = draft.state;
  const event_id = event.error?.event_id;
  if (!event_id || !ownRequests.has(event_id)) return false;
  const others = new Set(ownRequests);
  others.delete(event_id);
  update(draft, { ownRequests: others });
  if (event_id !== setup.updateId) return true;
  sendError(draft, 'upstream_error', 'The upstream does not take the configuration of the client secret.');
  close(draft, 1011, 'The upstream does not take the configuration.');
  return true;
}

function advanceSetup(draft: RelayDraft, event: ServerEvent): void {
  const before = draft.state.setup;
  const result = applyToSetup(before, event, draft.at);
  update(draft, { setup: result.setup });
  if (result.update) {
    const updateId = request(draft, result.update);
    update(draft, { setup: { ...result.setup, updateId } });
  }
  if (before.config && !before.isDone && result.setup.isDone) draft.effects.push({ do: 'accept' });
  if (result.event) send(draft, result.event);
}

// ---- Time ----

function handleClock(draft: RelayDraft): void {
  const { at, state } = draft;
  if (at >= state.config.sessionMs) return expire(draft);
  reportMalformed(draft, elapseMalformed(state.malformed, at));
  if (at >= upstreamDueAt(draft.state)) failOverdue(draft);
}

function expire(draft: RelayDraft): void {
  const minutes = Math.round(draft.state.config.sessionMs / 60_000);
  const message = `Your session hit the maximum duration of ${minutes} minutes.`;
  fail(draft, { code: 'session_expired', message });
  sendError(draft, 'session_expired', message);
  close(draft, 1001, message);
}

/** Ends requests and responses that exceeded a budget. The session goes on [RL7]. */
function failOverdue(draft: RelayDraft): void {
  const { responses, config } = draft.state;
  const result = removeOverdue(responses.pending, config.budgets, draft.at);
  if (result) update(draft, { responses: { ...responses, pending: result.state } });
  const { requests = [], responses: ids = [] } = result?.overdue ?? {};
  const message = lateness(result?.overdue, config.budgets);
  warn(draft, 'an upstream makes no progress');
  for (const event_id of requests.length > 0 ? requests : [null]) {
    sendError(draft, 'upstream_timeout', message, { event_id });
  }
  fail(draft, { code: 'upstream_timeout', message }, ids);
  if (!draft.state.setup.isDone) return close(draft, 1011, message);
  for (const response_id of ids) request(draft, { type: 'response.cancel', response_id });
  closeIfDrained(draft);
}

function lateness(overdue: Overdue | undefined, { idleMs, totalMs }: ResponseBudgets): string {
  if (!overdue) return 'The upstream opened no session in time.';
  if (overdue.budget === 'idle') return `The upstream made no progress for ${idleMs / 1000} s.`;
  return `The upstream did not finish the response within ${totalMs / 1000} s.`;
}

// ---- The host ----

function handleHostEvent(draft: RelayDraft, event: RelayHostEvent): void {
  switch (event.type) {
    case 'open':
      if (!draft.state.setup.config) draft.effects.push({ do: 'accept' });
      return;
    case 'drain':
      update(draft, { isDraining: true });
      return closeIfDrained(draft);
    case 'close':
      return close(draft, event.code, event.reason);
    case 'pause':
      return update(draft, { pausedAt: draft.state.pausedAt ?? draft.at });
    case 'resume':
      return resume(draft);
    case 'client_closed':
      return close(draft, 1000, '');
    case 'upstream_closed':
      return handleUpstreamClosed(draft, event);
    case 'upstream_stalled':
      sendError(draft, 'upstream_timeout', STALLED);
      return close(draft, 1011, STALLED);
    case 'fault':
      sendError(draft, 'internal_error', FAULT);
      return close(draft, 1011, FAULT);
  }
}

const STALLED = 'The upstream does not take what it is sent.';
const FAULT = 'The server had an error.';

/** Extends the upstream's budgets by the time in which the relay did not read it. */
function resume(draft: RelayDraft): void {
  const { pausedAt, responses, setup } = draft.state;
  if (pausedAt === null) return;
  const ms = draft.at - pausedAt;
  update(draft, {
    pausedAt: null,
    responses: { ...responses, pending: excusePending(responses.pending, ms) },
    setup: { ...setup, waitsSince: setup.waitsSince + ms },
  });
}

/** Sends one `error`, ends running responses, then closes [RL6]. */
function handleUpstreamClosed(draft: RelayDraft, closed: { readonly code: number; readonly reason: string }): void {
  const { code, reason } = closeOf(closed.code, closed.reason);
  warn(draft, 'an upstream closed', { close_code: closed.code });
  if (draft.at - draft.state.lastErrorAt > ERROR_GRACE_MS) sendError(draft, 'upstream_error', reason);
  fail(draft, { code: 'upstream_error', message: 'The upstream closed the connection.' });
  close(draft, code, reason);
}
