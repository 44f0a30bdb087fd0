// One session, relayed: a client's transport joined to an upstream Realtime server, which owns the conversation. Every frame is
// read and written anew, in both directions; and whatever the upstream does, the client is told how things stand and waits for
// nothing. Dialling is `upstream.ts`, what a client may say `relay-rules.ts`, what an upstream may say `upstream-frame.ts`, what is
// running `relay-responses.ts`.

import { randomUUID } from 'node:crypto';
import { encodeEvent, type FailureCode, type Issue, type ServerEvent, toRealtimeError } from '@colloquy/protocol';
import type { SessionOptions } from '@colloquy/session';
import { activeTime } from '../active-time.ts';
import { bucket, DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLog, errorName, type Log } from '../log.ts';
import type { HostedSession, Line } from '../sessions/host-session.ts';
import { readerWatch } from '../transports/backpressure.ts';
import { frameGate } from '../transports/frame-limits.ts';
import { type Frame, frameBytes, type Transport } from '../transports/transport.ts';
import { type MalformedReport, malformedFrames } from './relay-malformed.ts';
import type { Overdue } from './relay-pending.ts';
import { type RelayFault, type ResponseUsage, relayResponses, type Unnumbered } from './relay-responses.ts';
import { judgeClientFrame } from './relay-rules.ts';
import { relaySetup } from './relay-setup.ts';
import type { Upstream } from './upstream.ts';
import { closeOf, withoutCredentials } from './upstream-errors.ts';
import { readUpstreamFrame } from './upstream-frame.ts';
import { dialClose, dialRefusal } from './upstream-refusal.ts';

/** What a relay knows of its session. The conversation itself is the upstream's. */
export type RelayedSession = Pick<HostedSession, 'id' | 'drain' | 'close'> & {
  readonly state: { readonly kind: 'realtime' | 'transcription'; readonly model: string; readonly started_at: number };
};

export interface RelayOptions {
  /** The other end, or one being dialled. It is closed when the client's connection ends. */
  upstream: Upstream | Promise<Upstream>;
  /** What the session is. A `session` is set upstream before the client hears of anything; `locked` paths of it stay as they are. */
  opening?: Partial<Pick<SessionOptions, 'kind' | 'model' | 'session' | 'locked' | 'started_at'>>;
  /** Models a client may name in later frames; `undefined` for any [RL9]. */
  models?: readonly string[] | undefined;
  limits?: Partial<Limits>;
  /** Milliseconds, monotonic. @default the time this process ran, so that a freeze is nobody's delay [LM16] */
  clock?: () => number;
  /** @default silent */
  log?: Log;
  /** What a drain closes with. @default 1001 */
  drainCode?: number;
  /** Called once, when the upstream is there. */
  onStart?: (session: RelayedSession) => void;
  /** Hears every client event before it is forwarded, and every frame before the client gets it. Must not throw. */
  onLine?: (line: Line) => void;
  /** Hears what each response consumed, once per response [RL10]. Must not throw. */
  onUsage?: (usage: ResponseUsage) => void;
}

const SILENT = createLog('silent');
const eventId = () => `event_${randomUUID().replaceAll('-', '').slice(0, 21)}`;
/** Longest delay a timer can have, in milliseconds. */
const LONGEST_DELAY = 2 ** 31 - 1;
/** An upstream that says what is wrong and hangs up within so many milliseconds has said it; we need not say it again. */
const SAID_MS = 1000;

/**
 * Relays a session until the client's connection ends; resolves then, with the upstream closed. Never rejects. An upstream that
 * could not be dialled is told by one `error`, `upstream_error` and close 1011, or what it refused [RL2, RL15].
 *
 * @see SPEC.md RL1 to RL15, ER23
 */
export async function relaySession(transport: Transport, options: RelayOptions): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { log = SILENT, clock = activeTime.now, onLine, opening = {}, drainCode = 1001 } = options;
  const began = clock();
  const now = () => Math.max(0, Math.floor(clock() - began));
  let upstream: Upstream;
  try {
    // Not awaited when it is there already: whoever counts sessions counts this one at once.
    upstream = 'then' in options.upstream ? await options.upstream : options.upstream;
  } catch (error) {
    log.warn({ error: errorName(error) }, 'an upstream cannot be reached');
    const { refusal } = dialRefusal(error);
    const { code, reason } = dialClose(refusal);
    transport.send(encodeEvent({ type: 'error', event_id: eventId(), error: toRealtimeError(refusal.code, refusal) }));
    return transport.close(code, reason);
  }
  const far = upstream.transport;
  const hide = upstream.hide ?? ((text: string) => text);
  const id = `sess_${randomUUID().replaceAll('-', '').slice(0, 21)}`;
  const { kind = 'realtime', model = '', started_at = Date.now() } = opening;
  const rules = { models: options.models, locked: opening.locked ?? [], config: opening.session };
  const gone = new AbortController();
  const early = frameGate(limits);
  const refusals = bucket(10, 100);
  const watch = readerWatch(transport, limits, () => end(1013, 'The client does not take what it is sent.'));
  const farWatch = readerWatch(far, limits, () => {
    report('upstream_timeout', 'The upstream does not take what it is sent.');
    end(1011, 'The upstream does not take what it is sent.');
  });
  const budgets = { idleMs: limits.upstreamIdleMs, totalMs: limits.upstreamResponseMs };
  const responses = relayResponses(budgets, (usage) => options.onUsage?.(usage));
  const malformed = malformedFrames(reportMalformed);
  /** Our own requests, whose refusals are not the client's business. */
  const own = new Set<string>();
  let setupAt = now();
  const setup = relaySetup(opening.session, (event) => {
    setupAt = now();
    return request(event);
  });
  let isDraining = false;
  let isPaused = false;
  let lastErrorAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  // ---- To the client ----

  function send(event: ServerEvent): void {
    if (gone.signal.aborted || !transport.isOpen) return;
    const text = encodeEvent(event as unknown);
    if (typeof text !== 'string') return malformed.add(0, 'unprintable');
    const frame = hide(text);
    onLine?.({ at: now(), from: 'server', event });
    transport.send(frame);
    watch.sent(frameBytes(frame));
  }

  const say = (event: Unnumbered) => send({ event_id: eventId(), ...event } as ServerEvent);

  function report(
    code: FailureCode,
    message: string,
    param: string | null = null,
    event_id: string | null = null,
  ): void {
    say({ type: 'error', error: toRealtimeError(code, { param, message }, event_id) });
  }

  function refuse({ code, message, param }: Issue, event_id: string | null): void {
    report(code, message, param, event_id);
    if (refusals.take(now())) return;
    report('rate_limit_exceeded', 'Too many events were refused.');
    end(1008, 'Too many events were refused.');
  }

  // ---- To the upstream ----

  function forward(text: string): void {
    if (!far.isOpen) return;
    far.send(text);
    farWatch.sent(frameBytes(text));
  }

  /** A request of our own. */
  function request(event: { type: string; [field: string]: unknown }): string {
    const event_id = eventId();
    own.add(event_id);
    forward(JSON.stringify({ event_id, ...event }));
    return event_id;
  }

  function hearClient(frame: Frame): void {
    const at = now();
    const issue = early(frame, at);
    if (issue) return refuse(issue, null);
    const judged = judgeClientFrame(frame, rules);
    if (!judged.ok) return refuse(judged.issue, judged.event_id);
    const { event, audio_bytes } = judged;
    const text = encodeEvent(event as unknown);
    if (typeof text !== 'string') return refuse(text.issues[0], event.event_id ?? null);
    onLine?.({ at, from: 'client', event, ...(audio_bytes && { audio_bytes }) });
    if (event.type === 'response.create') responses.asked(event.event_id ?? null, at);
    forward(text);
    arm();
  }

  // ---- From the upstream ----

  function hearUpstream(frame: Frame): void {
    const read = readUpstreamFrame(frame);
    if (!read.ok) return malformed.add(frameBytes(frame), read.code);
    const { event } = read;
    const at = now();
    if (event.type === 'error' && event.error?.event_id && own.delete(event.error.event_id)) {
      if (setup.isConfiguration(event.error.event_id)) misconfigured();
      return;
    }
    if (!responses.hear(event, at)) return;
    if (event.type === 'error') lastErrorAt = at;
    const shown = setup.hear(withoutCredentials(event));
    if (shown) send(shown);
    arm();
    settle();
  }

  function reportMalformed({ count, bytes, code }: MalformedReport): void {
    log.warn({ session_id: id, count, bytes, code }, 'malformed frames of the upstream were left out');
    const what = count === 1 ? 'a frame that is no event. It was' : `${count} frames that are no events. They were`;
    report('upstream_error', `The upstream sent ${what} left out.`);
  }

  // ---- Time ----

  /** When the upstream has used up a budget; infinite when nothing is expected of it. */
  const dueAt = () => Math.min(responses.dueAt, setup.isDone ? Number.POSITIVE_INFINITY : setupAt + budgets.idleMs);

  /** One timer for the budgets of the upstream. It looks again when there was progress meanwhile. */
  function arm(): void {
    const due = dueAt();
    if (timer || gone.signal.aborted || isPaused || due === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(look, Math.min(LONGEST_DELAY, Math.max(1, due - now())));
  }

  function look(): void {
    timer = undefined;
    const isDue = () => !isPaused && now() >= dueAt();
    if (!isDue()) return arm();
    // What came while this process was busy with something else has not been read yet.
    setImmediate(() => {
      if (isDue() && !gone.signal.aborted) stalled();
      arm();
    });
  }

  /** A budget is used up: requests are answered, responses ended, and the next turn may do better [RL7]. */
  function stalled(): void {
    const overdue = responses.overdue(now());
    const message = lateness(overdue);
    log.warn({ session_id: id, ...budgets }, 'an upstream makes no progress');
    const names = overdue?.requests ?? [];
    for (const name of names.length > 0 ? names : [null]) report('upstream_timeout', message, null, name);
    const ids = overdue?.responses ?? [];
    fail({ code: 'upstream_timeout', message }, ids);
    if (!setup.isDone) return end(1011, message);
    for (const response_id of ids) request({ type: 'response.cancel', response_id });
    settle();
  }

  function lateness(overdue: Overdue | undefined): string {
    if (!overdue) return 'The upstream opened no session in time.';
    if (overdue.budget === 'idle') return `The upstream made no progress for ${budgets.idleMs / 1000} s.`;
    return `The upstream did not finish the response within ${budgets.totalMs / 1000} s.`;
  }

  const fail = (fault: RelayFault, response_ids?: readonly string[]) =>
    responses.fail(fault, response_ids).forEach(say);

  function expire(): void {
    const minutes = Math.round(limits.sessionMs / 60_000);
    const message = `Your session hit the maximum duration of ${minutes} minutes.`;
    fail({ code: 'session_expired', message });
    report('session_expired', message);
    end(1001, message);
  }

  // ---- The end ----

  /** A drain lets running responses finish [LM12]. */
  function settle(): void {
    if (isDraining && !responses.isWaiting) end(drainCode, 'The server is shutting down.');
  }

  function end(code: number, reason: string): void {
    if (gone.signal.aborted) return;
    malformed.flush();
    gone.abort();
    setup.giveUp();
    transport.close(code, reason);
    far.close(1000, '');
  }

  /** The upstream has gone. One `error` says so, running responses are ended, then comes the close [RL6]. */
  async function lost(): Promise<void> {
    const { code, reason } = await upstream.closed;
    if (gone.signal.aborted) return;
    const close = closeOf(code, hide(reason));
    log.warn({ session_id: id, close_code: code }, 'an upstream closed');
    if (now() - lastErrorAt > SAID_MS) report('upstream_error', close.reason);
    fail({ code: 'upstream_error', message: 'The upstream closed the connection.' });
    end(close.code, close.reason);
  }

  function misconfigured(): void {
    report('upstream_error', 'The upstream does not take the configuration of the client secret.');
    end(1011, 'The upstream does not take the configuration.');
  }

  async function readFar(): Promise<void> {
    try {
      for await (const frame of far.frames) {
        if (gone.signal.aborted || !transport.isOpen) continue; // until it has taken the close
        hearUpstream(frame);
        if (transport.bufferedBytes <= limits.pauseBytes) continue;
        await pauseReading();
      }
      await lost();
    } catch (error) {
      // A fault of ours: one connection pays for it.
      log.error({ session_id: id, error: errorName(error) }, 'a relayed session failed');
      report('internal_error', 'The server had an error.');
      end(1011, 'The server had an error.');
    }
  }

  /** A client that does not read stops the reading from its upstream [LM9]; the upstream's budgets stand still meanwhile. */
  async function pauseReading(): Promise<void> {
    const since = now();
    isPaused = true;
    await watch.room(limits.pauseBytes, gone.signal);
    isPaused = false;
    const ms = now() - since;
    responses.excuse(ms);
    setupAt += ms;
    arm();
  }

  async function readNear(): Promise<void> {
    await setup.done;
    for await (const frame of transport.frames) {
      if (gone.signal.aborted || !transport.isOpen) continue; // until it has taken the close
      hearClient(frame);
      if (far.bufferedBytes > limits.stopBytes) await farWatch.room(limits.stopBytes, gone.signal);
      if (transport.bufferedBytes > limits.stopBytes) await watch.room(limits.stopBytes, gone.signal);
    }
  }

  options.onStart?.({
    id,
    state: { kind, model, started_at },
    drain() {
      isDraining = true;
      settle();
    },
    close: end,
  });
  const expiry = setTimeout(expire, Math.min(LONGEST_DELAY, limits.sessionMs));
  arm();
  void readFar();
  try {
    await readNear();
  } finally {
    malformed.flush();
    gone.abort();
    far.close(1000, '');
    watch.stop();
    farWatch.stop();
    clearTimeout(timer);
    clearTimeout(expiry);
  }
}
