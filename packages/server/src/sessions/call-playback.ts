// The audio of a call for its session: plays what the session gives, tells it what was played, and hands in the microphone's audio,
// all in the session's formats. The call itself: `calls/call-audio.ts`.

import { setTimeout as sleep } from 'node:timers/promises';
import { bytesToMs, msToBytes, type RealtimeAudioFormat } from '@colloquy/protocol';
import type { Effect, Input, PlaybackEvent } from '@colloquy/session';
import { rateOf, samplesOf, speechOutput } from '../audio/convert.ts';
import type { AudioPart, CallAudio } from '../calls/call-audio.ts';
import type { Sound } from '../speech/ports.ts';
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
  readonly #toCall = speechOutput(CALL_FORMAT);
  #toSession = { format: CALL_FORMAT, converter: speechOutput(CALL_FORMAT) };
  /** The part of the latest audio, and the session's format of it. */
  #latest: { readonly part: AudioPart; readonly format: RealtimeAudioFormat } | undefined;

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
        return this.#end(effect.response_id);
      case 'clear_playback':
        return this.#clear();
    }
  }

  /** Converts audio of the microphone to the session's input format. */
  toSession(pcm: Uint8Array, format: RealtimeAudioFormat): Uint8Array {
    if (format.type === CALL_FORMAT.type) return pcm;
    if (format.type !== this.#toSession.format.type) {
      this.#toSession.converter.close();
      this.#toSession = { format, converter: speechOutput(format) };
    }
    return this.#toSession.converter.write(soundOf(pcm, CALL_FORMAT));
  }

  /** How far the part is that is playing; `undefined` if nothing of the queue was played. */
  played(): PlaybackEvent | undefined {
    const part = this.#audio.played().findLast(({ playedBytes }) => playedBytes > 0);
    if (!part) return undefined;
    const { item_id, content_index, playedBytes } = part;
    const bytes = msToBytes(bytesToMs(playedBytes, CALL_FORMAT), this.#latest?.format ?? CALL_FORMAT);
    return { type: 'played', item_id, content_index, bytes };
  }

  /** Whether more than that much audio waits to be played. */
  isAhead(roomMs: number): boolean {
    return this.#excessMs(roomMs) > 0;
  }

  /** Resolves when little enough audio waits to be played, or the signal aborts. */
  async waitForRoom(signal: AbortSignal, roomMs = ROOM_MS): Promise<void> {
    while (!signal.aborted) {
      const excessMs = this.#excessMs(roomMs);
      if (excessMs <= 0) return;
      await sleep(excessMs, undefined, { signal }).catch(() => {});
    }
  }

  close(): void {
    this.#toCall.close();
    this.#toSession.converter.close();
  }

  #excessMs(roomMs: number): number {
    return bytesToMs(this.#audio.unplayedBytes, CALL_FORMAT) - roomMs;
  }

  async #readReports(onReport: CallListener['onReport']): Promise<void> {
    for await (const { did, response_id } of this.#audio.playback)
      onReport({ type: did === 'start' ? 'started' : 'drained', response_id });
  }

  async #readInput(onInput: CallListener['onInput']): Promise<void> {
    for await (const pcm of this.#audio.input) await onInput(pcm, this);
  }

  #play({ response_id, item_id, content_index, format }: PlayEffect, audio: Uint8Array): void {
    const part = { response_id, item_id, content_index };
    this.#latest = { part, format };
    this.#audio.play(part, format.type === CALL_FORMAT.type ? audio : this.#toCall.write(soundOf(audio, format)));
  }

  #end(response_id: string): void {
    const rest = this.#toCall.flush();
    if (rest.length > 0 && this.#latest?.part.response_id === response_id) this.#audio.play(this.#latest.part, rest);
    this.#audio.end(response_id);
  }

  #clear(): void {
    this.#audio.clear();
    this.#toCall.flush();
  }
}

const soundOf = (bytes: Uint8Array, format: RealtimeAudioFormat): Sound => ({
  samples: samplesOf(bytes, format),
  rateHz: rateOf(format),
});

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
