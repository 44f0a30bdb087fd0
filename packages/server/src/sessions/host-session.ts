// Hosts one session with a conversation: passes inputs to `step` and performs its effects. Shared with other kinds of sessions:
// `session-loop.ts`. Responses: `run-engine.ts`. Audio storage: `audio-store.ts`.

import { decodeClientEvent, encodeEvent, type ServerEvent } from '@colloquy/protocol';
import {
  createSession,
  deadline,
  type Effect,
  historyOf,
  type Input,
  type ResponseRequest,
  type SessionOptions,
  type SessionState,
  step,
} from '@colloquy/session';
import { speakingOf } from '../engines/engine.ts';
import { createServices, type Services } from '../services.ts';
import { prepareAudio } from '../speech/prepare-audio.ts';
import { createSpeechInput, detectionOf, type SpeechInput } from '../speech/speech-input.ts';
import { mcpAccess } from '../tools/mcp-access.ts';
import { type SessionTools, sessionTools } from '../tools/session-tools.ts';
import type { Frame, Transport } from '../transports/transport.ts';
import type { AttachedTransport } from './attached-transport.ts';
import { audioStore } from './audio-store.ts';
import { createAudioText } from './audio-text.ts';
import { CallPlayback, mayCutPlayback } from './call-playback.ts';
import { storeHistory, withoutImages, withStoredAudio } from './history-audio.ts';
import type { HostedSession, HostOptions } from './host-options.ts';
import type { Line } from './line-sink.ts';
import { randomSeed } from './random-seed.ts';
import { retrievedFrame } from './retrieved-frame.ts';
import { runEngine } from './run-engine.ts';
import type { SessionForkPoint } from './session-handle.ts';
import { SessionLoop, type SessionParts } from './session-loop.ts';

export type { HostedSession, HostOptions } from './host-options.ts';

const NO_SERVERS = mcpAccess(undefined, {});

/**
 * Hosts a session until its client's transport ends, then aborts all engines. Begins at once. Throws what `createSession` throws for
 * an invalid configuration.
 */
export function hostSession(transport: Transport, options: HostOptions): HostedSession {
  const services = createServices(options.services);
  const { mcp = NO_SERVERS } = options;
  const sessionOptions: SessionOptions = {
    ...{ model: 'gpt-realtime', started_at: services.wallClock(), seed: randomSeed() },
    allow_unapproved_tools: mcp.allowUnapproved,
    ...(mcp.labels && { mcp_labels: mcp.labels }),
    ...options.opening,
    ...speakingOf(options.engine),
    ...detectionOf(options.speech),
    ...(options.callAudio && { playback: true }),
  };
  return new SessionHost(transport, options, sessionOptions, services).begin();
}

class SessionHost implements SessionParts {
  readonly #options: HostOptions;
  readonly #sessionOptions: SessionOptions;
  readonly #services: Services;
  readonly #loop: SessionLoop<Line, HostedSession>;
  readonly #store = audioStore();
  readonly #audioText = createAudioText();
  readonly #speechInput: SpeechInput;
  readonly #tools: SessionTools;
  readonly #playback: CallPlayback | undefined;
  /** Resolves when the speech input is ready for audio. */
  readonly #prepared: Promise<void>;
  /** Response id → controller that aborts its engine. */
  readonly #engineAborts = new Map<string, AbortController>();
  #state: SessionState;
  /** Audio appended by the current step; written to the speech input after the step. */
  #pendingAudio: Uint8Array | undefined;

  constructor(transport: Transport, options: HostOptions, sessionOptions: SessionOptions, services: Services) {
    this.#options = options;
    this.#sessionOptions = sessionOptions;
    this.#services = services;
    this.#state = createSession(sessionOptions);
    storeHistory(this.#store, sessionOptions.history ?? []);
    const { id } = this.#state;
    this.#loop = new SessionLoop(transport, { id, parts: this, services, sinks: options.sinks ?? [] });
    this.#speechInput = createSpeechInput({
      ...{ ...options.speech, session: id, needsTranscript: options.engine.needsTranscript ?? false },
      ...{ audio: this.#store.read, audioFormat: this.#store.formatOf },
      emit: (event) => this.#dispatch({ at: this.#loop.now(), from: 'speech', event }),
    });
    this.#tools = sessionTools({
      ...{ access: options.mcp ?? NO_SERVERS, limits: services.limits, log: services.log },
      ...{ session: id, flushed: options.flushed },
      emit: (event) => this.#dispatch({ at: this.#loop.now(), from: 'tools', event }),
    });
    this.#playback = options.callAudio && new CallPlayback(options.callAudio);
    this.#prepared = prepareAudio(options.speech, this.#playback !== undefined);
  }

  begin(): HostedSession {
    const host = this;
    const loop = this.#loop;
    const handle: HostedSession = {
      id: this.#state.id,
      options: this.#sessionOptions,
      get state() {
        return host.#state;
      },
      ended: loop.ended,
      attach: (transport, role) => loop.attach(transport, role),
      appendAudio: (bytes) => host.#appendAudio(bytes),
      forkPoint: ({ withMedia }) => host.#forkPoint(withMedia),
      drain: () => host.#dispatch({ at: loop.now(), from: 'host', event: { type: 'drain' } }),
      close: (code, reason) => loop.close(code, reason),
    };
    loop.begin(handle);
    return handle;
  }

  #forkPoint(withMedia: boolean): SessionForkPoint {
    const history = historyOf(this.#state);
    return {
      state: this.#state,
      history: withMedia ? withStoredAudio(history, this.#store) : withStoredAudio(withoutImages(history), undefined),
    };
  }

  onOpen(): void {
    const { session } = this.#sessionOptions;
    this.#tools.note((session && 'tools' in session && session.tools) || []);
    this.#dispatch({ at: 0, from: 'host', event: { type: 'open' } });
    this.#playback?.begin({
      onReport: (event) => this.#dispatch({ at: this.#loop.now(), from: 'playback', event }),
      onInput: (pcm, playback) => this.#handleMicrophone(pcm, playback),
    });
  }

  deadline(): number | undefined {
    return deadline(this.#state);
  }

  onDeadline(at: number): void {
    this.#dispatch({ at, from: 'clock' });
  }

  async onFrame(frame: Frame, from: AttachedTransport): Promise<void> {
    await this.#prepared;
    if (this.#loop.isOver || !from.isOpen) return this.#loop.finishStep();
    this.#handleFrame(frame, from);
    await this.#writePendingAudio();
  }

  onEnd(): void {
    this.#apply({ at: this.#loop.now(), from: 'host', event: { type: 'close' } });
    for (const abort of this.#engineAborts.values()) abort.abort();
    this.#speechInput.close();
    this.#playback?.close();
    this.#tools.close();
  }

  #handleFrame(frame: Frame, from: AttachedTransport): void {
    const at = this.#loop.now();
    const issue = from.refusalOf(frame, at);
    if (issue) return this.#dispatch({ at, from: 'wire', issue: issue, event_id: null }, from);
    const decoded = decodeClientEvent(frame, { profile: 'server' });
    if (!decoded.ok) {
      return this.#dispatch({ at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id }, from);
    }
    const { value: event, audio_bytes } = decoded;
    this.#dispatch({ at, from: 'client', event, ...(audio_bytes && { audio_bytes }) }, from);
  }

  #appendAudio(bytes: Uint8Array): Promise<void> {
    return this.#loop.handle(async () => {
      await this.#prepared;
      const audio = Buffer.from(bytes).toString('base64');
      const event = { type: 'input_audio_buffer.append', audio } as const;
      this.#dispatch({ at: this.#loop.now(), from: 'client', event, audio_bytes: [bytes.length] });
      await this.#writePendingAudio();
    });
  }

  #handleMicrophone(pcm: Uint8Array, playback: CallPlayback): Promise<void> {
    return this.#loop.handle(async () => {
      await this.#prepared;
      if (this.#loop.isOver) return;
      const audio = playback.toSession(pcm, this.#state.config.audio.input.format);
      const event = { type: 'audio', audio: this.#audioText.encode(audio), bytes: audio.length } as const;
      this.#dispatch({ at: this.#loop.now(), from: 'media', event });
      await this.#writePendingAudio();
    });
  }

  async #writePendingAudio(): Promise<void> {
    const bytes = this.#pendingAudio;
    this.#pendingAudio = undefined;
    if (bytes) await this.#speechInput.write(bytes);
  }

  /** Handles one input. `sender` is the transport it came from; only it receives errors that answer the input [WR13]. */
  #dispatch(input: Input, sender?: AttachedTransport): void {
    if (this.#loop.isOver) return;
    const played = this.#playback && mayCutPlayback(input) ? this.#playback.played() : undefined;
    if (played) this.#apply({ at: input.at, from: 'playback', event: played });
    this.#apply(input, sender);
    this.#loop.finishStep();
  }

  #apply(input: Input, sender?: AttachedTransport): void {
    this.#loop.write(input);
    const finishNote = input.from === 'client' ? this.#tools.note(input.event) : undefined;
    const next = step(this.#state, input);
    finishNote?.(next.refused === null);
    this.#state = next.state;
    for (const effect of next.effects) this.#perform(effect, sender);
  }

  #perform(effect: Effect, sender: AttachedTransport | undefined): void {
    const store = this.#store;
    switch (effect.do) {
      case 'send':
        return this.#send(effect.event, effect.fill_audio ?? false, sender);
      case 'append_audio':
        this.#pendingAudio = this.#audioText.decode(effect.audio);
        return store.input.append(this.#pendingAudio);
      case 'commit_audio':
        store.commit(effect.item_id, effect.start, effect.end, effect.format);
        return this.#speechInput.commit(effect.item_id);
      case 'trim_audio':
        return store.input.dropFront(effect.bytes);
      case 'clear_audio':
        this.#speechInput.dropPartial();
        return store.input.clear();
      case 'store_audio':
        return store.add(effect.item_id, effect.content_index, effect.format, this.#audioText.decode(effect.audio));
      case 'cut_audio':
        return store.cut(effect.item_id, effect.content_index, effect.bytes);
      case 'drop_audio':
        if (!effect.keep_transcription) this.#speechInput.forget(effect.item_id);
        return store.forget(effect.item_id);
      case 'play_audio':
      case 'end_playback':
      case 'clear_playback':
        return this.#playback?.perform(effect, this.#audioText);
      case 'detect':
        return this.#speechInput.detect(effect.turn_detection, effect.format);
      case 'configure_speech':
        return this.#speechInput.configure(effect);
      case 'open_turn':
        return this.#speechInput.openTurn(effect.item_id, effect.audio_start_ms);
      case 'transcribe':
        return this.#speechInput.transcribe(effect.item_id, effect);
      case 'respond':
        return this.#respond(effect.request);
      case 'cancel':
        return this.#engineAborts.get(effect.response_id)?.abort();
      case 'list_tools':
        return this.#tools.list(effect.item_id, effect.tool);
      case 'call_tool':
        return this.#tools.call(effect);
      case 'abort_tool':
        return this.#tools.abort(effect.item_id);
      case 'close':
        return this.#loop.close(effect.drain ? (this.#options.drainCode ?? effect.code) : effect.code, effect.reason);
    }
  }

  #send(event: ServerEvent, fillAudio: boolean, sender: AttachedTransport | undefined): void {
    this.#loop.write({ at: this.#state.at, from: 'server', event });
    if (!this.#loop.client.isOpen) return;
    const frame = fillAudio ? retrievedFrame(event, this.#store) : encodeEvent(event);
    this.#loop.send(frame, event.type === 'error' ? sender : undefined);
  }

  #respond(request: ResponseRequest): void {
    const loop = this.#loop;
    const id = request.response_id;
    const abort = new AbortController();
    this.#engineAborts.set(id, abort);
    const host = {
      signal: abort.signal,
      audio: this.#store.read,
      audioFormat: this.#store.formatOf,
      transcript: (itemId: string, contentIndex?: number) => this.#speechInput.transcript(itemId, contentIndex),
      drop: () => loop.client.transport.drop(),
    };
    void runEngine(request, {
      engine: this.#options.engine,
      host,
      log: this.#services.log,
      audioText: this.#audioText,
      emit: (event) => this.#dispatch({ at: loop.now(), from: 'engine', response_id: id, event }),
      waitForDrain: async (signal) => {
        await loop.client.waitBelow(this.#services.limits.pauseBytes, signal);
        await this.#playback?.waitForRoom(signal);
      },
    }).then(() => this.#engineAborts.delete(id));
  }
}
