// Sends one request to an endpoint of a cascade: retries, and one typed error for every failure. Time limits:
// `endpoint-deadline.ts`; errors: `endpoint-fault.ts`; requests and answers: the `openai-*` files.

import { ColloquyError, readFrame } from '@colloquy/protocol';
import { createDeadline, type Deadline, type EndpointBudget } from './endpoint-deadline.ts';
import { type EndpointFault, type EndpointName, endpointError, faultOf, knownReason } from './endpoint-fault.ts';
import { field } from './json-fields.ts';

/** A configured endpoint. */
export interface Endpoint {
  readonly stage: EndpointName;
  /** The full URL to post to. Never shown: it may contain a key. */
  readonly url: string;
  /** Sent as a bearer token to this endpoint only. */
  readonly key: string | undefined;
  readonly budget: EndpointBudget;
}

/** A request, built again for each attempt. */
export interface EndpointRequest {
  readonly body: string | FormData;
  /** `application/json` for a JSON body; a form sets its own. */
  readonly contentType?: string;
  /** Value of the `Accept` header. */
  readonly accept: string;
}

/** A response with status 2xx, its body still unread. */
export interface EndpointResponse {
  /** Media type in lower case, without parameters; empty if absent. */
  readonly type: string;
  /** A parameter of the media type. */
  readonly parameter: (name: string) => string | undefined;
  /** Chunks of the body, of any size. Throws the endpoint's error if the body breaks off or times out. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Reports that data arrived, which restarts the idle timeout. */
  readonly progress: () => void;
  /** Reports that the answer is complete: the body ends, without an error, at most this many milliseconds later. */
  readonly linger: (ms: number) => void;
}

/**
 * Sends a request and reads its response. Retries transient failures after a random delay, while `read` has yielded
 * nothing.
 *
 * Returns early, without throwing, when `signal` aborts; the connection is then closed, as it is when the consumer
 * stops reading. Throws errors of `endpointError`. Follows no redirect.
 */
export async function* exchange<T>(
  endpoint: Endpoint,
  buildRequest: () => EndpointRequest,
  read: (reply: EndpointResponse) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const { stage, budget } = endpoint;
  const deadline = createDeadline(budget, (fault) => endpointError(stage, fault));
  for (let attempt = 0; !signal.aborted; attempt++) {
    let hasYielded = false;
    try {
      for await (const piece of attemptOnce(endpoint, buildRequest(), read, signal, deadline)) {
        hasYielded = true;
        yield piece;
        if (signal.aborted) return;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = hasYielded || attempt >= budget.retries ? undefined : pauseBefore(faultOf(error), attempt, budget);
      if (waitMs === undefined) throw error;
      await deadline.retry(waitMs, signal);
    }
  }
}

async function* attemptOnce<T>(
  { stage, url, key }: Endpoint,
  { body, contentType, accept }: EndpointRequest,
  read: (reply: EndpointResponse) => AsyncIterable<T>,
  signal: AbortSignal,
  deadline: Deadline,
): AsyncGenerator<T, void, undefined> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop, { once: true });
  deadline.onTimeout = (error) => abort.abort(error);
  try {
    const pendingResponse = fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept,
        // Compressed streams arrive late, in blocks.
        'accept-encoding': 'identity',
        ...(contentType !== undefined && { 'content-type': contentType }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
    });
    const response = await deadline.waiting(pendingResponse).catch((error: unknown) => {
      throw connectionError(stage, error, false);
    });
    if (!response.ok) throw await statusError(stage, response, deadline);
    yield* read(replyOf(stage, response, deadline));
  } finally {
    deadline.onTimeout = undefined;
    signal.removeEventListener('abort', stop);
    abort.abort();
  }
}

function replyOf(stage: EndpointName, response: Response, deadline: Deadline): EndpointResponse {
  const [type = '', ...parameters] = (response.headers.get('content-type') ?? '').slice(0, 256).split(';');
  return {
    type: type.trim().toLowerCase(),
    parameter: (name) => {
      const match = parameters.find((each) => each.trim().toLowerCase().startsWith(`${name}=`));
      return match?.slice(match.indexOf('=') + 1).trim();
    },
    bytes: chunksOf(stage, response, deadline),
    progress: deadline.progress,
    linger: deadline.linger,
  };
}

async function* chunksOf(
  stage: EndpointName,
  response: Response,
  deadline: Deadline,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const chunk = await deadline.waiting(reader.read()).catch((error: unknown) => {
        if (deadline.hasLingered) return { done: true as const, value: undefined };
        throw connectionError(stage, error, true);
      });
      if (chunk.done) return;
      yield chunk.value;
    }
  } finally {
    // The attempt is over; a failure to cancel does not matter.
    void reader.cancel().catch(() => {});
  }
}

// ---- What failed ----

/** Our code for ports that `fetch` refuses to dial, such as 9 and 6000: https://fetch.spec.whatwg.org/#port-blocking */
const BLOCKED_PORT = 'ERR_BARRED_PORT';

const systemCode = (error: unknown): string | undefined => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code;
  return cause === undefined || cause === error ? undefined : systemCode(cause);
};

/** Errors of `fetch` contain hosts and ports; only the system's error code is passed on. */
function connectionError(stage: EndpointName, error: unknown, hasBegun: boolean): unknown {
  if (ColloquyError.is(error)) return error;
  const isBlocked = ((error as { cause?: { message?: unknown } }).cause?.message ?? '') === 'bad port';
  const reason = systemCode(error) ?? (isBlocked ? BLOCKED_PORT : 'connection lost');
  if (reason.endsWith('CONNECT_TIMEOUT') || reason === 'ETIMEDOUT')
    return endpointError(stage, { fault: 'timeout', waitedFor: 'connection', ms: 10_000 });
  return endpointError(stage, hasBegun ? { fault: 'cut' } : { fault: 'unreachable', reason });
}

/** Bytes of an error's body that are read. */
const MAX_ERROR_BYTES = 16_384;
/** Longest `Retry-After` that is waited for, in milliseconds; with a longer one there is no retry. */
const MAX_RETRY_AFTER_MS = 5000;

async function statusError(stage: EndpointName, response: Response, deadline: Deadline): Promise<ColloquyError> {
  const { status } = response;
  const retryAfter = response.headers.get('retry-after') ?? '';
  let reason = status >= 300 && status < 400 ? 'redirects are not followed' : undefined;
  try {
    const bytes = await readAll(chunksOf(stage, response, deadline), MAX_ERROR_BYTES);
    const read = bytes && readFrame(bytes, false);
    if (read?.ok) reason ??= knownReason(field(read.value, 'error'));
  } catch {
    // The status is enough; the body only adds detail.
  }
  return endpointError(stage, {
    fault: 'status',
    status,
    ...(reason !== undefined && { reason }),
    ...(/^\d{1,6}$/.test(retryAfter) && { retryAfterMs: Number(retryAfter) * 1000 }),
  });
}

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const PERMANENT_REASONS: ReadonlySet<string | undefined> = new Set(['insufficient_quota', 'billing_not_active']);
/** Errors that a retry does not fix: unresolved names, certificates, invalid HTTP. */
const PERMANENT_CODES = /^(?:ENOTFOUND|ERR_|HPE_|UND_ERR_INVALID|DEPTH_|SELF_|CERT_|UNABLE_)/;

/** Milliseconds before the next attempt; `undefined` if the failure is permanent. */
function pauseBefore(
  fault: EndpointFault | undefined,
  attempt: number,
  { pauseMs }: EndpointBudget,
): number | undefined {
  const jitter = Math.random() * pauseMs * 2 ** attempt;
  switch (fault?.fault) {
    case 'cut':
      return jitter;
    case 'unreachable':
      return PERMANENT_CODES.test(fault.reason) ? undefined : jitter;
    case 'status': {
      if (!RETRYABLE_STATUS.has(fault.status) || PERMANENT_REASONS.has(fault.reason)) return undefined;
      const retryAfterMs = fault.retryAfterMs ?? 0;
      return retryAfterMs > MAX_RETRY_AFTER_MS ? undefined : retryAfterMs + jitter;
    }
    default:
      return undefined;
  }
}

// ---- Whole bodies ----

/** Reads a whole body; `undefined` if it is longer than `maxBytes`. */
export async function readAll(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.byteLength;
    if (total > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}
