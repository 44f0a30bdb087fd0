// An upstream that was not reached, as a client is told of it: a credential it refused and a rate it limits reach the client as
// such, everything else is `upstream_error` [RL2, RL15].

import type { IncomingHttpHeaders } from 'node:http';
import { ColloquyError } from '@colloquy/protocol';
import { type Refusal, refusal } from '../http/refusals.ts';

/** An upstream's answer to the handshake that is no upgrade. Its message names neither host nor credential. */
export class UpstreamRefusal extends ColloquyError {
  /** Seconds after which the upstream may be asked again, where it says so. */
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

/** The credential is the operator's: neither it nor the upstream's words for it are the client's business. */
export const CREDENTIAL_REFUSED = refusal('invalid_api_key', 'The upstream refused the credential of this server.');
const RATE_LIMITED = refusal('rate_limit_exceeded', 'The upstream opens no more sessions at the moment.');
const UNREACHABLE = refusal('upstream_error', 'The upstream cannot be reached.');

/** What a client is told of a failed dial, and when it may try again, in seconds, if the upstream named a time. */
export function dialRefusal(error: unknown): { refusal: Refusal; retryAfter: number | undefined } {
  if (!(error instanceof UpstreamRefusal)) return { refusal: UNREACHABLE, retryAfter: undefined };
  if (error.code === 'invalid_api_key') return { refusal: CREDENTIAL_REFUSED, retryAfter: undefined };
  if (error.code === 'rate_limit_exceeded') return { refusal: RATE_LIMITED, retryAfter: error.retryAfter };
  return { refusal: UNREACHABLE, retryAfter: undefined };
}

/** How a connection that is open already is closed after such a refusal: the code of its row, else 1011. */
export function dialClose({ close, reason, message }: Refusal): { code: number; reason: string } {
  return close === 0 ? { code: 1011, reason: message } : { code: close, reason };
}

const MAX_RETRY_AFTER = 86_400;

/** Of `Retry-After`, seconds or a date (RFC 9110, section 10.2.3), or `retry-after-ms` of OpenAI's services. */
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
