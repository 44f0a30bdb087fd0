// How a stage of a cascade fails: as data, and as an error whose message is safe to show to anyone.

import { ColloquyError } from '@colloquy/protocol';
import { field } from './json-fields.ts';

export type StageName = 'transcribe' | 'think' | 'speak';

/** What went wrong, as data. It holds no contents, no address and no key. */
export type StageFault =
  /** No connection, or it broke before the answer began: `reason` is the system's word for it, such as `ECONNREFUSED`. */
  | { readonly fault: 'unreachable'; readonly reason: string }
  /** An answer that is none: `reason` is the endpoint's word for it where it is one we know. */
  | { readonly fault: 'status'; readonly status: number; readonly reason?: string; readonly retryAfterMs?: number }
  /** Nothing came in time: not a connection, no first data, no further data, or not all of it. */
  | { readonly fault: 'timeout'; readonly waitedFor: 'connection' | 'first_data' | 'data' | 'end'; readonly ms: number }
  /** The connection broke, or the answer ended before its end. */
  | { readonly fault: 'cut' }
  /** The answer is not what was asked for; `reason` completes "the endpoint …" and is a constant. */
  | { readonly fault: 'content'; readonly reason: string };

const WAITED_FOR = {
  connection: 'no connection',
  first_data: 'no data',
  data: 'no further data',
  end: 'no end of the answer',
} as const;

function sentence(fault: StageFault): string {
  switch (fault.fault) {
    case 'unreachable':
      return `cannot be reached: ${fault.reason}`;
    case 'status':
      return `answered ${fault.status}${fault.reason === undefined ? '' : ` (${fault.reason})`}`;
    case 'timeout':
      return `took too long: ${WAITED_FOR[fault.waitedFor]} within ${fault.ms / 1000} s`;
    case 'cut':
      return 'broke off its answer';
    case 'content':
      return fault.reason;
  }
}

const FAULT = Symbol('fault');

/** The error a stage ends with: `upstream_timeout` or `upstream_error`, its message safe to show to anyone. */
export function stageError(stage: StageName, fault: StageFault): ColloquyError {
  const code = fault.fault === 'timeout' ? 'upstream_timeout' : 'upstream_error';
  const error = new ColloquyError(code, `The ${stage} endpoint ${sentence(fault)}.`);
  return Object.defineProperty(error, FAULT, { value: fault });
}

/** What went wrong, of an error a stage ended with. */
export const faultOf = (error: unknown): StageFault | undefined =>
  typeof error === 'object' && error !== null ? (error as { [FAULT]?: StageFault })[FAULT] : undefined;

/** Words of other people's error bodies that may be passed on. Anything else might quote the request. */
const KNOWN_REASONS: ReadonlySet<unknown> = new Set([
  'billing_not_active',
  'content_filter',
  'content_policy_violation',
  'context_length_exceeded',
  'DeploymentNotFound',
  'insufficient_quota',
  'invalid_api_key',
  'invalid_audio_format',
  'model_not_found',
  'rate_limit_exceeded',
  'unsupported_parameter',
  'unsupported_value',
  'voice_not_found',
]);

/** What an endpoint says went wrong, if it is one of the words known to be no more than a word. */
export const knownReason = (error: unknown): string | undefined =>
  ['code', 'type'].map((name) => field(error, name)).find((word): word is string => KNOWN_REASONS.has(word));
