// One stage of a cascade over HTTP: a request, its retries, and every way it can fail as one typed error. How long it may take
// is `stage-watch.ts`, what its errors say `stage-fault.ts`. What is asked and what an answer means is in the `openai-*` files.

import { ColloquyError, readFrame } from '@colloquy/protocol';
import { field } from './json-fields.ts';
import { faultOf, knownReason, type StageFault, type StageName, stageError } from './stage-fault.ts';
import { createWatch, type StageBudget, type Watch } from './stage-watch.ts';

/** An endpoint as configured. */
export interface Endpoint {
  readonly stage: StageName;
  /** Where to post to, whole. Never told to anyone: it may hold a key. */
  readonly url: string;
  /** Sent as a bearer token, to this endpoint alone. */
  readonly key: string | undefined;
  readonly budget: StageBudget;
}

/** What to ask. Made anew for each attempt. */
export interface Question {
  readonly body: string | FormData;
  /** With a JSON body `application/json`; a form brings its own. */
  readonly contentType?: string;
  /** What may be answered. */
  readonly accept: string;
}

/** An answer with status 2xx, being read. */
export interface Reply {
  /** Media type in lower case, without parameters; empty when none is stated. */
  readonly type: string;
  /** A parameter of the media type. */
  readonly parameter: (name: string) => string | undefined;
  /** The body in pieces of any size. Throws the stage's error when it breaks or takes too long. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Tells that what was read was data: the stage is not stalled. */
  readonly progress: () => void;
  /** Tells that the answer is whole: what else comes may take so many milliseconds, then the body ends as if it had. */
  readonly linger: (ms: number) => void;
}

/**
 * Asks an endpoint and reads its answer. Asks again, after a pause of random length, what failed in passing, as long as `read`
 * has yielded nothing.
 *
 * Ends early, without throwing, once `signal` aborts; the connection is closed then, and whenever nobody reads on. Throws what
 * `stageError` makes. Follows no redirect.
 */
export async function* exchange<T>(
  endpoint: Endpoint,
  ask: () => Question,
  read: (reply: Reply) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const { stage, budget } = endpoint;
  const watch = createWatch(budget, (fault) => stageError(stage, fault));
  for (let attempt = 0; !signal.aborted; attempt++) {
    let hasSpoken = false;
    try {
      for await (const piece of attemptOnce(endpoint, ask(), read, signal, watch)) {
        hasSpoken = true;
        yield piece;
        if (signal.aborted) return;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const waitMs = hasSpoken || attempt >= budget.retries ? undefined : pauseBefore(faultOf(error), attempt, budget);
      if (waitMs === undefined) throw error;
      await watch.retry(waitMs, signal);
    }
  }
}

async function* attemptOnce<T>(
  { stage, url, key }: Endpoint,
  { body, contentType, accept }: Question,
  read: (reply: Reply) => AsyncIterable<T>,
  signal: AbortSignal,
  watch: Watch,
): AsyncGenerator<T, void, undefined> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop, { once: true });
  watch.onTimeout = (error) => abort.abort(error);
  try {
    const asked = fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept,
        // Compressed streams come in blocks, and late.
        'accept-encoding': 'identity',
        ...(contentType !== undefined && { 'content-type': contentType }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
    });
    const response = await watch.waiting(asked).catch((error: unknown) => {
      throw connectionError(stage, error, false);
    });
    if (!response.ok) throw await refusal(stage, response, watch);
    yield* read(replyOf(stage, response, watch));
  } finally {
    watch.onTimeout = undefined;
    signal.removeEventListener('abort', stop);
    abort.abort();
  }
}

function replyOf(stage: StageName, response: Response, watch: Watch): Reply {
  const [type = '', ...parameters] = (response.headers.get('content-type') ?? '').slice(0, 256).split(';');
  return {
    type: type.trim().toLowerCase(),
    parameter: (name) => {
      const found = parameters.find((each) => each.trim().toLowerCase().startsWith(`${name}=`));
      return found?.slice(found.indexOf('=') + 1).trim();
    },
    bytes: chunksOf(stage, response, watch),
    progress: watch.progress,
    linger: watch.linger,
  };
}

async function* chunksOf(
  stage: StageName,
  response: Response,
  watch: Watch,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const chunk = await watch.waiting(reader.read()).catch((error: unknown) => {
        if (watch.hasLingered) return { done: true as const, value: undefined };
        throw connectionError(stage, error, true);
      });
      if (chunk.done) return;
      yield chunk.value;
    }
  } finally {
    // Whether it can still be cancelled interests nobody: the attempt ends with it.
    void reader.cancel().catch(() => {});
  }
}

// ---- What failed ----

/** Our word for ports that `fetch` dials for nobody, such as 9 and 6000: https://fetch.spec.whatwg.org/#port-blocking */
const BARRED_PORT = 'ERR_BARRED_PORT';

const systemCode = (error: unknown): string | undefined => {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code;
  return cause === undefined || cause === error ? undefined : systemCode(cause);
};

/** What `fetch` rejects with names hosts and ports; only the system's word for it is taken over. */
function connectionError(stage: StageName, error: unknown, hasBegun: boolean): unknown {
  if (ColloquyError.is(error)) return error;
  const isBarred = ((error as { cause?: { message?: unknown } }).cause?.message ?? '') === 'bad port';
  const reason = systemCode(error) ?? (isBarred ? BARRED_PORT : 'connection lost');
  if (reason.endsWith('CONNECT_TIMEOUT') || reason === 'ETIMEDOUT')
    return stageError(stage, { fault: 'timeout', waitedFor: 'connection', ms: 10_000 });
  return stageError(stage, hasBegun ? { fault: 'cut' } : { fault: 'unreachable', reason });
}

/** How much of an error's body is read, in bytes. */
const ERROR_BYTES = 16_384;
/** Longest pause an endpoint may ask for, in milliseconds; with a longer one there is no further attempt. */
const LONGEST_PAUSE_MS = 5000;

async function refusal(stage: StageName, response: Response, watch: Watch): Promise<ColloquyError> {
  const { status } = response;
  const retryAfter = response.headers.get('retry-after') ?? '';
  let reason = status >= 300 && status < 400 ? 'redirects are not followed' : undefined;
  try {
    const bytes = await readAll(chunksOf(stage, response, watch), ERROR_BYTES);
    const read = bytes && readFrame(bytes, false);
    if (read?.ok) reason ??= knownReason(field(read.value, 'error'));
  } catch {
    // The status alone says enough: its body was an extra.
  }
  return stageError(stage, {
    fault: 'status',
    status,
    ...(reason !== undefined && { reason }),
    ...(/^\d{1,6}$/.test(retryAfter) && { retryAfterMs: Number(retryAfter) * 1000 }),
  });
}

const PASSING_STATUS: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const LASTING_REASONS: ReadonlySet<string | undefined> = new Set(['insufficient_quota', 'billing_not_active']);
/** What will not mend itself while somebody waits: names that do not resolve, certificates, words that are no HTTP. */
const LASTING_CODES = /^(?:ENOTFOUND|ERR_|HPE_|UND_ERR_INVALID|DEPTH_|SELF_|CERT_|UNABLE_)/;

/** Milliseconds before the next attempt; `undefined` when there shall be none. */
function pauseBefore(fault: StageFault | undefined, attempt: number, { pauseMs }: StageBudget): number | undefined {
  const jitter = Math.random() * pauseMs * 2 ** attempt;
  switch (fault?.fault) {
    case 'cut':
      return jitter;
    case 'unreachable':
      return LASTING_CODES.test(fault.reason) ? undefined : jitter;
    case 'status': {
      if (!PASSING_STATUS.has(fault.status) || LASTING_REASONS.has(fault.reason)) return undefined;
      const asked = fault.retryAfterMs ?? 0;
      return asked > LONGEST_PAUSE_MS ? undefined : asked + jitter;
    }
    default:
      return undefined;
  }
}

// ---- Whole bodies ----

/** The bytes of a body together; `undefined` when there are more than `maxBytes`. */
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
