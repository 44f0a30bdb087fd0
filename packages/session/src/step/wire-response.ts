// Wire form of a response and its outcome.

import {
  FAILURES,
  type FailureCode,
  type RealtimeResponse,
  type RealtimeResponseStatusDetails,
} from '@colloquy/protocol';
import { printableId } from './draft.ts';
import type { Outcome } from './response-output.ts';
import type { ResponseState, SessionState } from './state.ts';

/** The response object of `response.created` and `response.done`, with all keys (wire.md 8.2). */
export function wireResponse(
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

/** An engine error in its wire form: one line of bounded length [ER4]. */
export function wireError({ code, message }: { code: string; message: string }) {
  const type = Object.hasOwn(FAILURES, code) ? FAILURES[code as FailureCode].type : 'server_error';
  return { type, code: printableId(code), message: message.replace(/\s+/g, ' ').slice(0, 512) };
}
