// The audio of a call for its session: plays what the session gives, tells it what was played, and hands in the microphone's audio,
// all in the session's formats. The call itself: `calls/call-audio.ts`.

import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToMs, msToBytes, type RealtimeAudioFormat } from '@colloquy/protocol';
import type { Effect, Input, PlaybackEvent } from '@colloquy/session';
import { bytesOf, rateOf, samplesOf } from '../audio/convert.ts';
import { openResampler, type Resampler } from '../audio/resample.ts';
import type { CallAudio } from '../calls/call-audio.ts';
import type { AudioText } from './audio-text.ts';

type PlayEffect = Extract<Effect, { do: 'play_audio' }>;
type PlaybackEffect = PlayEffect | Extract<Effect, { do: 'end_playback' | 'clear_playback' }>;

/** What the host does with what a call reports and hears. */
interface CallListener {
  onReport(event: PlaybackEvent): void;
  /** PCM at 24 kHz. Later audio waits for the promise. */
  onInput(pcm: Uint8Array, playback: CallPlayback): Promise<void>;
}

const CALL_FORMAT: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
/** Engines are not asked for more while that much audio waits, so that a clear drops little. */
const ROOM_MS = 400;

export class CallPlayback {
  readonly #audio: CallAudio;
  /** One for each format that differs from the call's. */
  readonly #fromSession = new Map<RealtimeAudioFormat['type'], Resampler>();
  readonly #toSession = new Map<RealtimeAudioFormat['type'], Resampler>();
  /** The format in which the latest audio was handed in. */
  #outputFormat = CALL_FORMAT;

  constructor(audio: CallAudio) {
    this.#audio = audio;
  }

  /** Reads what the call reports and hears, until it ends. Once. */
  begin({ onReport, onInput }: CallListener): void {
    void this.#readReports(onReport);
    void this.#readInput(onInput);
  }

  perform(effect: PlaybackEffect, audioText: AudioText): void {
    switch (effect.do) {
      case 'play_audio':
        return this.#play(effect, audioText.decode(effect.audio));
      case 'end_playback':
        return this.#audio.end(effect.response_id);
      case 'clear_playback':
        return this.#clear();
    }
  }

  /** Converts audio of the microphone to the session's input format. */
  toSession(pcm: Uint8Array, format: RealtimeAudioFormat): Uint8Array {
    if (format.type === CALL_FORMAT.type) return pcm;
    const resampler = resamplerIn(this.#toSession, format.type, () =>
      openResampler(rateOf(CALL_FORMAT), rateOf(format)),
    );
    return bytesOf(resampler.process(samplesOf(pcm, CALL_FORMAT)), format);
  }

  /** How far the part is that is playing; `undefined` if nothing of the queue was played. */
  played(): PlaybackEvent | undefined {
    const part = this.#audio.played().findLast(({ playedBytes }) => playedBytes > 0);
    if (!part) return undefined;
    const { item_id, content_index, playedBytes } = part;
    const bytes = msToBytes(bytesToMs(playedBytes, CALL_FORMAT), this.#outputFormat);
    return { type: 'played', item_id, content_index, bytes };
  }

  /** Resolves when little enough audio waits to be played, or the signal aborts. */
  async waitForRoom(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const excessMs = bytesToMs(this.#audio.unplayedBytes, CALL_FORMAT) - ROOM_MS;
      if (excessMs <= 0) return;
      await sleep(excessMs, undefined, { signal }).catch(() => {});
    }
  }

  close(): void {
    for (const resampler of [...this.#fromSession.values(), ...this.#toSession.values()]) resampler.close();
    this.#fromSession.clear();
    this.#toSession.clear();
  }

  async #readReports(onReport: CallListener['onReport']): Promise<void> {
    for await (const { did, response_id } of this.#audio.playback)
      onReport({ type: did === 'start' ? 'started' : 'drained', response_id });
  }

  async #readInput(onInput: CallListener['onInput']): Promise<void> {
    for await (const pcm of this.#audio.input) await onInput(pcm, this);
  }

  #play({ response_id, item_id, content_index, format }: PlayEffect, audio: Uint8Array): void {
    this.#outputFormat = format;
    this.#audio.play({ response_id, item_id, content_index }, this.#toCall(audio, format));
  }

  #clear(): void {
    this.#audio.clear();
    for (const resampler of this.#fromSession.values()) resampler.flush();
  }

  #toCall(audio: Uint8Array, format: RealtimeAudioFormat): Uint8Array {
    if (format.type === CALL_FORMAT.type) return audio;
    const resampler = resamplerIn(this.#fromSession, format.type, () =>
      openResampler(rateOf(format), rateOf(CALL_FORMAT)),
    );
    return bytesOf(resampler.process(samplesOf(audio, format)), CALL_FORMAT);
  }
}

function resamplerIn<K>(map: Map<K, Resampler>, key: K, open: () => Resampler): Resampler {
  const resampler = map.get(key) ?? open();
  map.set(key, resampler);
  return resampler;
}

const CUTTING_EVENTS: ReadonlySet<string> = new Set([
  'output_audio_buffer.clear',
  'response.cancel',
  'conversation.item.truncate',
]);

/** Inputs before which the session must know what was played. */
export function mayCutPlayback(input: Input): boolean {
  if (input.from === 'speech') return input.event.type === 'started';
  return input.from === 'client' && CUTTING_EVENTS.has(input.event.type);
}
