// One session, hosted: frames in, `step`, effects out. The only place where a session meets the world.
//
// What a response needs is `run-engine.ts`, what a slow client does is `backpressure.ts`, what stays of audio is
// `audio/audio-store.ts`.

import { decodeClientEvent, encodeEvent, type ServerEvent } from '@colloquy/protocol';
import {
  createSession,
  deadline,
  type Effect,
  type Input,
  type ResponseRequest,
  type SessionOptions,
  type SessionState,
  step,
} from '@colloquy/session';
import { activeTime } from '../active-time.ts';
import { type Engine, speakingOf } from '../engines/engine.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { createLog, type Log } from '../log.ts';
import { audioIntake } from '../speech/audio-intake.ts';
import { detectionOf, listener, type SpeechParts } from '../speech/speech-input.ts';
import { type McpAccess, mcpAccess } from '../tools/mcp-access.ts';
import { sessionTools } from '../tools/session-tools.ts';
import { readerWatch } from '../transports/backpressure.ts';
import { frameGate } from '../transports/frame-limits.ts';
import { type Frame, frameBytes, type Transport } from '../transports/transport.ts';
import { audioStore } from './audio-store.ts';
import { createAudioText } from './audio-text.ts';
import { randomSeed } from './random-seed.ts';
import { retrievedFrame } from './retrieved-frame.ts';
import { pumpResponse } from './run-engine.ts';
import { sessionTimer } from './session-timer.ts';

/** A line of a recording: an input, or a frame sent. Audio, images and keys are in clear; whoever writes it down takes them out. */
export type Line = Input | { at: number; from: 'server'; event: ServerEvent };

/** A running session, as seen from outside. */
export interface HostedSession {
  readonly id: string;
  /** What it was made of: with it, and with its inputs, it can be run again. */
  readonly options: SessionOptions;
  /** Plain data, replaced at every step. */
  readonly state: SessionState;
  /**
   * Appends audio in the session's input format, as if its client had sent it in one `input_audio_buffer.append`; the limits of
   * rate do not count it. Resolves once it has been listened to. Does nothing once the session is over.
   */
  appendAudio(bytes: Uint8Array): Promise<void>;
  /** Lets running responses finish, then closes. */
  drain(): void;
  /** Ends it now. */
  close(code: number, reason: string): void;
}

export interface HostOptions {
  engine: Engine;
  /** What hears. Without a detector sessions state `turn_detection: null` [VA29]. @default nothing: transcriptions fail too */
  speech?: SpeechParts | undefined;
  /** Which MCP servers may be asked. @default none */
  mcp?: McpAccess | undefined;
  /** Resolves with whether all lines so far are kept. Asked before a tool is called, which then waits for it [MC15]. */
  kept?: (() => Promise<boolean>) | undefined;
  /** What the session is. Absent: a `gpt-realtime` session with a seed from the cryptographic generator, beginning now. */
  opening?: Partial<SessionOptions>;
  limits?: Partial<Limits>;
  /** Milliseconds, monotonic. @default the time this process ran, so that a freeze is nobody's delay [LM16] */
  clock?: () => number;
  /** @default silent */
  log?: Log;
  /** What a drain closes with [ER46]. @default 1001 */
  drainCode?: number;
  /** Called once, before anything is sent. */
  onStart?: (session: HostedSession) => void;
  /** Hears every input before it takes effect, and every frame before it is sent. Must not throw. */
  onLine?: (line: Line) => void;
}

const NO_SERVERS = mcpAccess(undefined, {});
const SILENT = createLog('silent');

/**
 * Hosts a session until its connection ends. Resolves then, with every engine told to stop. Rejects only when `createSession`
 * does, on a configuration that is none.
 */
export async function hostSession(transport: Transport, options: HostOptions): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { engine, log = SILENT, clock = activeTime.now, onLine } = options;
  const began = clock();
  const now = () => Math.max(0, Math.floor(clock() - began));
  const { mcp = NO_SERVERS } = options;
  const allow_unapproved_tools = mcp.allowUnapproved;
  const made = {
    ...{ model: 'gpt-realtime', started_at: Date.now(), seed: randomSeed(), allow_unapproved_tools },
    ...(mcp.labels && { mcp_labels: mcp.labels }),
    ...options.opening,
    ...speakingOf(engine),
    ...detectionOf(options.speech),
  };
  let state = createSession(made);
  const store = audioStore();
  const audioText = createAudioText();
  const refusal = frameGate(limits);
  const watch = readerWatch(transport, limits, () => close(1013, 'The client does not take what it is sent.'));
  const running = new Map<string, AbortController>();
  const gone = new AbortController();
  const ears = listener({
    ...options.speech,
    session: state.id,
    hear: (event) => take({ at: now(), from: 'speech', event }),
    needsWords: engine.needsWords ?? false,
    audio: store.read,
    audioFormat: store.formatOf,
  });
  const tools = sessionTools({
    ...{ access: mcp, limits, log, session: state.id, kept: options.kept },
    hear: (event) => take({ at: now(), from: 'tools', event }),
  });
  const intake = audioIntake(ears, options.speech);
  /** Audio taken in by the step that is being performed; listened to when that is done. */
  let unheard: Uint8Array | undefined;
  const timer = sessionTimer(
    () => deadline(state),
    now,
    (at) => take({ at, from: 'clock' }),
  );

  function take(input: Input): void {
    if (gone.signal.aborted) return;
    apply(input);
    if (gone.signal.aborted) return;
    if (transport.isOpen) timer.arm();
    else abandon();
  }

  function apply(input: Input): void {
    onLine?.(input);
    const settle = input.from === 'client' ? tools.note(input.event) : undefined;
    const next = step(state, input);
    settle?.(next.refused === null);
    state = next.state;
    for (const effect of next.effects) perform(effect);
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'send':
        return send(effect.event, effect.fill_audio ?? false);
      case 'append_audio':
        unheard = audioText.decode(effect.audio);
        return store.input.append(unheard);
      case 'commit_audio':
        store.commit(effect.item_id, effect.start, effect.end, effect.format);
        return ears.commit(effect.item_id);
      case 'trim_audio':
        return store.input.dropFront(effect.bytes);
      case 'clear_audio':
        ears.dropPartial();
        return store.input.clear();
      case 'store_audio':
        return store.add(effect.item_id, effect.content_index, effect.format, audioText.decode(effect.audio));
      case 'cut_audio':
        return store.cut(effect.item_id, effect.content_index, effect.bytes);
      case 'drop_audio':
        if (!effect.keep_transcription) ears.forget(effect.item_id);
        return store.forget(effect.item_id);
      case 'detect':
        return ears.detect(effect.turn_detection, effect.format);
      case 'configure_speech':
        return ears.configure(effect);
      case 'open_turn':
        return ears.openTurn(effect.item_id, effect.audio_start_ms);
      case 'transcribe':
        return ears.transcribe(effect.item_id, effect);
      case 'respond':
        return respond(effect.request);
      case 'cancel':
        return running.get(effect.response_id)?.abort();
      case 'list_tools':
        return tools.list(effect.item_id, effect.tool);
      case 'call_tool':
        return tools.call(effect);
      case 'abort_tool':
        return tools.abort(effect.item_id);
      case 'close':
        return close(effect.drain ? (options.drainCode ?? effect.code) : effect.code, effect.reason);
    }
  }

  function send(event: ServerEvent, fillAudio: boolean): void {
    onLine?.({ at: state.at, from: 'server', event });
    if (!transport.isOpen) return;
    const frame = fillAudio ? retrievedFrame(event, store) : encodeEvent(event);
    transport.send(frame);
    watch.sent(frameBytes(frame));
  }

  function respond(request: ResponseRequest): void {
    const id = request.response_id;
    const abort = new AbortController();
    running.set(id, abort);
    const host = {
      signal: abort.signal,
      audio: store.read,
      audioFormat: store.formatOf,
      transcript: ears.transcript,
      drop: () => transport.drop(),
    };
    void pumpResponse(request, {
      engine,
      host,
      log,
      audioText,
      hear: (event) => take({ at: now(), from: 'engine', response_id: id, event }),
      room: (signal) => watch.room(limits.pauseBytes, signal),
    }).then(() => running.delete(id));
  }

  function hear(frame: Frame): void {
    const at = now();
    const early = refusal(frame, at);
    if (early) return take({ at, from: 'wire', issue: early, event_id: null });
    const decoded = decodeClientEvent(frame, { profile: 'server' });
    if (!decoded.ok) return take({ at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id });
    const { value: event, audio_bytes } = decoded;
    take({ at, from: 'client', event, ...(audio_bytes && { audio_bytes }) });
  }

  async function appendAudio(bytes: Uint8Array): Promise<void> {
    await intake.idle();
    const audio = Buffer.from(bytes).toString('base64');
    const event = { type: 'input_audio_buffer.append', audio } as const;
    take({ at: now(), from: 'client', event, audio_bytes: [bytes.length] });
    await listen();
  }

  /** Listens to what the latest step has taken in. */
  async function listen(): Promise<void> {
    const bytes = unheard;
    unheard = undefined;
    if (bytes) await intake.write(bytes);
  }

  function close(code: number, reason: string): void {
    take({ at: now(), from: 'host', event: { type: 'close' } });
    gone.abort();
    transport.close(code, reason);
  }

  /** The client has gone: nothing is made for it any more. */
  function abandon(): void {
    if (!gone.signal.aborted) apply({ at: now(), from: 'host', event: { type: 'close' } });
    gone.abort();
    for (const abort of running.values()) abort.abort();
  }

  options.onStart?.({
    id: state.id,
    options: made,
    get state() {
      return state;
    },
    appendAudio,
    drain: () => take({ at: now(), from: 'host', event: { type: 'drain' } }),
    close,
  });
  try {
    tools.note((made.session && 'tools' in made.session && made.session.tools) || []);
    take({ at: 0, from: 'host', event: { type: 'open' } });
    for await (const frame of transport.frames) {
      await intake.idle();
      if (gone.signal.aborted || !transport.isOpen) break;
      hear(frame);
      if (unheard) await listen();
      if (transport.bufferedBytes > limits.stopBytes) await watch.room(limits.stopBytes, gone.signal);
      if (gone.signal.aborted) break;
    }
  } finally {
    abandon();
    ears.close();
    tools.close();
    watch.stop();
    timer.stop();
  }
}
