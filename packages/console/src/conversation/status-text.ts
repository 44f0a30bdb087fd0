// Text for statuses and reasons of items and responses.

import type { RealtimeResponse } from '@colloquy/protocol';
import type { Timing } from '@colloquy/session';

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    turn_detected: 'user speech',
    client_cancelled: 'by the client',
    max_output_tokens: 'max_output_tokens reached',
    content_filter: 'content filter',
  }),
);

/** How a response ended, when it did not simply end; `undefined` when it did, or has not yet. */
export function endingOf({ status, status_details }: RealtimeResponse): string | undefined {
  const reason = status_details?.reason;
  const why = reason ? (REASONS.get(reason) ?? reason.replaceAll('_', ' ')) : undefined;
  switch (status) {
    case 'cancelled':
      return `cancelled: ${why ?? 'no reason given'}`;
    case 'incomplete':
      return `incomplete: ${why ?? 'no reason given'}`;
    case 'failed': {
      const { type, code, message } = (status_details?.error ?? {}) as Record<string, unknown>;
      const reason = [message, code, type].find((each) => typeof each === 'string');
      return `failed: ${typeof reason === 'string' ? reason : (why ?? 'no reason given')}`;
    }
    default:
      return undefined;
  }
}

const ITEM_STATUS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    in_progress: 'in progress',
    incomplete: 'incomplete',
    failed: 'failed',
  }),
);

/** An item's own status, where it is worth a word. */
export const itemStatusLabel = (status: unknown): string | undefined =>
  typeof status === 'string' ? ITEM_STATUS.get(status) : undefined;

/** `1234` → `1.2 s`. */
export const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How long an answer took to begin, in words; `undefined` where the log does not say. */
export function firstOutputLabel(timing: Timing | undefined): string | undefined {
  const ms = timing?.first_audio_ms ?? timing?.first_output_ms;
  if (ms === undefined || ms === null) return undefined;
  return `${timing?.first_audio_ms === null ? 'first text' : 'first audio'} after ${ms < 1000 ? `${Math.round(ms)} ms` : secondsOf(ms)}`;
}

/** Events of failures that say nothing themselves: the item they name does. */
const FAILURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'mcp_list_tools.failed': 'listing MCP tools failed',
    'response.mcp_call.failed': 'an MCP call failed',
  }),
);

/** What an `error` event says, or a response that failed, in one line. */
export function errorText(event: { readonly [field: string]: unknown }): string {
  const response = (event.response ?? {}) as RealtimeResponse;
  if (event.type === 'response.done') return `a response ${endingOf(response) ?? 'ended'}`;
  const { message, code, type } = (event.error ?? {}) as Record<string, unknown>;
  const reason = [message, code, type].find((each) => typeof each === 'string');
  const sentence = typeof reason === 'string' ? reason : (FAILURES.get(String(event.type)) ?? String(event.type));
  return typeof code === 'string' && code !== sentence ? `${sentence} (${code})` : sentence;
}
