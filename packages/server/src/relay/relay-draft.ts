// The draft of one relay step: next state, effects so far, and functions that add to both. Decisions: `relay-step.ts`.

import { createHash } from 'node:crypto';
import { encodeEvent, type FailureCode, type Issue, type ServerEvent, toRealtimeError } from '@colloquy/protocol';
import { takeToken } from '../token-bucket.ts';
import type { RelayFault, Unnumbered } from './relay-close-out.ts';
import type { RelayEffect } from './relay-input.ts';
import { addMalformed, flushMalformed, type MalformedReport, type MalformedState } from './relay-malformed.ts';
import { isPending } from './relay-pending.ts';
import { failResponses } from './relay-responses.ts';
import { REFUSAL_RATE, type RelayState } from './relay-state.ts';

export interface RelayDraft {
  readonly at: number;
  state: RelayState;
  readonly effects: RelayEffect[];
}

export function update(draft: RelayDraft, change: Partial<RelayState>): void {
  draft.state = { ...draft.state, ...change };
}

export function warn(draft: RelayDraft, message: string, fields: (RelayEffect & { do: 'warn' })['fields'] = {}): void {
  draft.effects.push({ do: 'warn', fields, message });
}

// ---- To the client ----

/** Sends an event to the client. An event that cannot be encoded counts as malformed. */
export function send(draft: RelayDraft, event: ServerEvent): void {
  if (draft.state.isOver) return;
  const text = encodeEvent(event as unknown);
  if (typeof text === 'string') draft.effects.push({ do: 'send', event, text });
  else countMalformed(draft, 0, 'unprintable');
}

export function sendError(
  draft: RelayDraft,
  code: FailureCode,
  message: string,
  { param = null, event_id = null }: { param?: string | null; event_id?: string | null } = {},
): void {
  sendOwn(draft, { type: 'error', error: toRealtimeError(code, { param, message }, event_id) });
}

/** Refuses a client event. Above the refusal rate, closes the client 1008 [LM10]. */
export function refuse(draft: RelayDraft, { code, message, param }: Issue, event_id: string | null): void {
  sendError(draft, code, message, { param, event_id });
  const { bucket, isTaken } = takeToken(draft.state.refusals, REFUSAL_RATE, draft.at);
  update(draft, { refusals: bucket });
  if (isTaken) return;
  sendError(draft, 'rate_limit_exceeded', 'Too many events were refused.');
  close(draft, 1008, 'Too many events were refused.');
}

/** Ends running responses as failed. @default all of them */
export function fail(draft: RelayDraft, fault: RelayFault, response_ids?: readonly string[]): void {
  const { responses, events } = failResponses(draft.state.responses, fault, response_ids);
  update(draft, { responses });
  for (const event of events) sendOwn(draft, event);
}

/** Sends an event of the relay's own. */
export function sendOwn(draft: RelayDraft, event: Unnumbered): void {
  send(draft, { event_id: nextEventId(draft), ...event } as ServerEvent);
}

// ---- To the upstream ----

/** Sends a request of the relay; returns its `event_id`. */
export function request(draft: RelayDraft, event: { type: string; [field: string]: unknown }): string {
  const event_id = nextEventId(draft);
  update(draft, { ownRequests: new Set(draft.state.ownRequests).add(event_id) });
  draft.effects.push({ do: 'request', text: JSON.stringify({ event_id, ...event }) });
  return event_id;
}

/** `event_` and 21 hex digits. */
function nextEventId(draft: RelayDraft): string {
  const { config, idCount } = draft.state;
  update(draft, { idCount: idCount + 1 });
  return `event_${createHash('sha256').update(`${config.idSeed}.${idCount}`).digest('hex').slice(0, 21)}`;
}

// ---- Malformed frames ----

/** `code` is why the frame was dropped: a failure code, `binary` or `unprintable`. */
export function countMalformed(draft: RelayDraft, bytes: number, code: string): void {
  reportMalformed(draft, addMalformed(draft.state.malformed, bytes, code, draft.at));
}

export function reportMalformed(
  draft: RelayDraft,
  [malformed, report]: readonly [MalformedState, MalformedReport | null],
): void {
  update(draft, { malformed });
  if (!report) return;
  const { count, bytes, code } = report;
  warn(draft, 'malformed frames of the upstream were left out', { count, bytes, code });
  const what = count === 1 ? 'a frame that is no event. It was' : `${count} frames that are no events. They were`;
  sendError(draft, 'upstream_error', `The upstream sent ${what} left out.`);
}

// ---- The end ----

/** Closes a draining session once no response is pending [LM12]. */
export function closeIfDrained(draft: RelayDraft): void {
  const { isDraining, responses, config } = draft.state;
  if (isDraining && !isPending(responses.pending)) close(draft, config.drainCode, 'The server is shutting down.');
}

export function close(draft: RelayDraft, code: number, reason: string): void {
  if (draft.state.isOver) return;
  reportMalformed(draft, flushMalformed(draft.state.malformed));
  update(draft, { isOver: true });
  draft.effects.push({ do: 'close', code, reason });
}
