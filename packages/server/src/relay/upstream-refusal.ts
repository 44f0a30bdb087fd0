// Maps a failed dial to the client's refusal: 401 to `invalid_api_key`, 429 to `rate_limit_exceeded`, everything else to
// `upstream_error` [RL2, RL15].

import type { IncomingHttpHeaders } from 'node:http';
import { ColloquyError } from '@colloquy/protocol';
import { type Refusal, refusal } from '../http/refusals.ts';

/** The upstream answered the handshake with another status than 101. The message contains neither host nor credential. */
export class UpstreamRefusal extends ColloquyError {
  /** Seconds of the upstream's `Retry-After`, if it sent one. */
  readonly retryAfter: number | undefined;

  constructor(status: number, headers: IncomingHttpHeaders) {
    super(CODES[status] ?? 'upstream_error', `the upstream answered the handshake with status ${status}`);
    this.retryAfter = retryAfterOf(headers);
  }
}

const CODES: Readonly<Record<number, 'invalid_api_key' | 'rate_limit_exceeded'>> = {
  401: 'invalid_api_key',
  429: 'rate_limit_exceeded',
};

/** A fixed message, because the upstream's own message may quote the operator's credential. */
export const CREDENTIAL_REFUSED = refusal('invalid_api_key', 'The upstream refused the credential of this server.');
const RATE_LIMITED = refusal('rate_limit_exceeded', 'The upstream opens no more sessions at the moment.');
const UNREACHABLE = refusal('upstream_error', 'The upstream cannot be reached.');

/** The refusal for a failed dial. `retryAfter` in seconds, if the upstream sent it. */
export function dialRefusal(error: unknown): { refusal: Refusal; retryAfter: number | undefined } {
  if (!(error instanceof UpstreamRefusal)) return { refusal: UNREACHABLE, retryAfter: undefined };
  if (error.code === 'invalid_api_key') return { refusal: CREDENTIAL_REFUSED, retryAfter: undefined };
  if (error.code === 'rate_limit_exceeded') return { refusal: RATE_LIMITED, retryAfter: error.retryAfter };
  return { refusal: UNREACHABLE, retryAfter: undefined };
}

/** Code and reason that close an open connection after a refusal: the refusal's code, else 1011. */
export function dialClose({ close, reason, message }: Refusal): { code: number; reason: string } {
  return close === 0 ? { code: 1011, reason: message } : { code: close, reason };
}

const MAX_RETRY_AFTER = 86_400;

/** Seconds from `Retry-After` (seconds or a date, RFC 9110, section 10.2.3) or from OpenAI's `retry-after-ms`. */
function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const ms = headers['retry-after-ms'];
  const text = headers['retry-after'];
  const seconds =
    text !== undefined
      ? /^\d{1,9}$/.test(text)
        ? Number(text)
        : (Date.parse(text) - Date.now()) / 1000
      : typeof ms === 'string' && /^\d{1,12}$/.test(ms)
        ? Number(ms) / 1000
        : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(MAX_RETRY_AFTER, Math.max(0, Math.ceil(seconds)));
}
