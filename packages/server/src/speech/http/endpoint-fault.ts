// Failures of an endpoint: as data, and as an error whose message is safe to show.

import { ColloquyError } from '@colloquy/protocol';
import { field } from './json-fields.ts';

export type EndpointName = 'transcribe' | 'think' | 'speak';

/** A failure as data, without content, address or key. */
export type EndpointFault =
  /** No connection, or it broke before the response. `reason` is the system's code, such as `ECONNREFUSED`. */
  | { readonly fault: 'unreachable'; readonly reason: string }
  /** A response with an error status. `reason` is the endpoint's error code, if it is a known one. */
  | { readonly fault: 'status'; readonly status: number; readonly reason?: string; readonly retryAfterMs?: number }
  /** A timeout: connecting, first data, next data, or the whole answer. */
  | { readonly fault: 'timeout'; readonly waitedFor: 'connection' | 'first_data' | 'data' | 'end'; readonly ms: number }
  /** The connection broke, or the answer ended early. */
  | { readonly fault: 'cut' }
  /** An unexpected answer. `reason` is a constant that completes "The … endpoint …". */
  | { readonly fault: 'content'; readonly reason: string };

const WAITED_FOR = {
  connection: 'no connection',
  first_data: 'no data',
  data: 'no further data',
  end: 'no end of the answer',
} as const;

function sentence(fault: EndpointFault): string {
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

/** Makes the error: `upstream_timeout` or `upstream_error`, with a message that is safe to show. */
export function endpointError(stage: EndpointName, fault: EndpointFault): ColloquyError {
  const code = fault.fault === 'timeout' ? 'upstream_timeout' : 'upstream_error';
  const error = new ColloquyError(code, `The ${stage} endpoint ${sentence(fault)}.`);
  return Object.defineProperty(error, FAULT, { value: fault });
}

/** The failure in an error made by `endpointError`. */
export const faultOf = (error: unknown): EndpointFault | undefined =>
  typeof error === 'object' && error !== null ? (error as { [FAULT]?: EndpointFault })[FAULT] : undefined;

/** Error codes of endpoints that may be passed on. Any other text might quote the request. */
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

/** The endpoint's error code, if it is a known one. */
export const knownReason = (error: unknown): string | undefined =>
  ['code', 'type'].map((name) => field(error, name)).find((word): word is string => KNOWN_REASONS.has(word));
