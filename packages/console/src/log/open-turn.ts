// A turn while it is read from a log, and what its events add to it. Which turn an event belongs to: `turns.ts`.

import { type Json, objectOf, textOf } from './json-value.ts';
import type { Turn, TurnCall, TurnResponse } from './turn.ts';

const MAX_TEXT_CHARS = 200;

type Open<T> = { -readonly [K in keyof T]: T[K] };
export type OpenResponse = Open<Omit<TurnResponse, 'calls'>> & { readonly calls: TurnCall[] };
export type OpenTurn = Open<Omit<Turn, 'rows' | 'itemIds' | 'responseIds' | 'responses'>> & {
  readonly rows: number[];
  readonly itemIds: string[];
  readonly responseIds: string[];
  readonly responses: OpenResponse[];
};

export const newTurn = (index: number, input: Turn['input'], sessionId: string | undefined): OpenTurn => ({
  ...{ index, sessionId, rows: [], itemIds: [], responseIds: [], responses: [], input, text: '' },
  ...{ speech: undefined, stoppedAt: undefined, transcribedAt: undefined, waitFrom: undefined },
  ...{ firstAudioMs: undefined, firstOutputMs: undefined, heardMs: undefined, interruptedAt: undefined },
});

export const newResponse = (
  id: string,
  createdAt: number,
  requestedAt: number | undefined,
  isOutOfBand: boolean,
): OpenResponse => ({
  ...{ id, createdAt, requestedAt, isOutOfBand, calls: [], audioMs: 0, status: 'in_progress', reason: undefined },
  firstTextChars: 0,
  ...{ firstItemAt: undefined, firstTextAt: undefined, firstAudioAt: undefined, endedAt: undefined },
});

export function addText(turn: OpenTurn, value: unknown): void {
  const added = textOf(value).trim();
  if (added === '' || turn.text.length >= MAX_TEXT_CHARS || turn.text.includes(added)) return;
  turn.text = `${turn.text} ${added}`.trim().slice(0, MAX_TEXT_CHARS);
}

export function addCall(response: OpenResponse, { type, name }: Json): void {
  if (type === 'function_call') response.calls.push({ name: textOf(name), kind: 'function' });
  if (type === 'mcp_call') response.calls.push({ name: textOf(name), kind: 'mcp' });
}

export function endResponse(
  turn: OpenTurn,
  response: OpenResponse,
  { status, status_details }: Json,
  time?: number,
): void {
  const { reason, error } = objectOf(status_details);
  response.endedAt = time;
  response.status = textOf(status) || 'ended';
  response.reason = textOf(reason) || textOf(objectOf(error).message) || undefined;
  if (response.status === 'cancelled') turn.interruptedAt ??= time;
}
