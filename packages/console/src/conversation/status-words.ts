// What statuses and reasons of the wire mean, in words.

import type { RealtimeResponse } from '@colloquy/protocol';
import type { Timing } from '@colloquy/session';

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    turn_detected: 'the user began to speak',
    client_cancelled: 'the client cancelled it',
    max_output_tokens: 'it reached the most tokens it may have',
    content_filter: 'a content filter stopped it',
  }),
);

/** How a response ended, when it did not simply end; `undefined` when it did, or has not yet. */
export function endingOf({ status, status_details }: RealtimeResponse): string | undefined {
  const reason = status_details?.reason;
  const why = reason ? (REASONS.get(reason) ?? reason.replaceAll('_', ' ')) : undefined;
  switch (status) {
    case 'cancelled':
      return `cancelled: ${why ?? 'no reason is given'}`;
    case 'incomplete':
      return `cut short: ${why ?? 'no reason is given'}`;
    case 'failed': {
      const { type, code, message } = (status_details?.error ?? {}) as Record<string, unknown>;
      const words = [message, code, type].find((each) => typeof each === 'string');
      return `failed: ${typeof words === 'string' ? words : (why ?? 'no reason is given')}`;
    }
    default:
      return undefined;
  }
}

const ITEM_STATUS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    in_progress: 'in progress',
    incomplete: 'not finished',
    failed: 'failed',
  }),
);

/** An item's own status, where it is worth a word. */
export const itemStatusWords = (status: unknown): string | undefined =>
  typeof status === 'string' ? ITEM_STATUS.get(status) : undefined;

/** `1234` → `1.2 s`. */
export const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How long an answer took to begin, in words; `undefined` where the log does not say. */
export function delayWords(timing: Timing | undefined): string | undefined {
  const ms = timing?.first_audio_ms ?? timing?.first_output_ms;
  if (ms === undefined || ms === null) return undefined;
  return `${timing?.first_audio_ms === null ? 'first words' : 'first sound'} after ${ms < 1000 ? `${Math.round(ms)} ms` : secondsOf(ms)}`;
}

/** Events of failures that say nothing themselves: the item they name does. */
const FAILURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'mcp_list_tools.failed': 'the tools of an MCP server could not be listed',
    'response.mcp_call.failed': 'a call of an MCP tool failed',
  }),
);

/** What an `error` event says, or a response that failed, in one line. */
export function errorWords(event: { readonly [field: string]: unknown }): string {
  const response = (event.response ?? {}) as RealtimeResponse;
  if (event.type === 'response.done') return `a response ${endingOf(response) ?? 'ended'}`;
  const { message, code, type } = (event.error ?? {}) as Record<string, unknown>;
  const words = [message, code, type].find((each) => typeof each === 'string');
  const sentence = typeof words === 'string' ? words : (FAILURES.get(String(event.type)) ?? String(event.type));
  return typeof code === 'string' && code !== sentence ? `${sentence} (${code})` : sentence;
}
