// When the user spoke, from the events of one session: on its audio clock, without the silence that ended a turn.

import { BYTES_PER_MS, type RealtimeAudioFormat } from '@colloquy/protocol';
import { isObject, objectOf } from '../is-object.ts';
import type { LoggedFrame } from '../recording/foreign-log.ts';
import { AudioClock } from './audio-clock.ts';

export interface SpeechClock {
  /** Observes the next event of the session: appended audio and settings. Never throws. */
  observe(frame: LoggedFrame): void;
  /** When the speech of a `speech_started` event began, on the log's clock; at the latest when it was reported. */
  startOf(frame: LoggedFrame): number | null;
  /**
   * When the user stopped speaking before a `speech_stopped` event: at `audio_end_ms` without the silence that ended
   * the turn, or that silence before the event if the log does not contain the audio.
   */
  endOf(frame: LoggedFrame): number | null;
  /** `silence_duration_ms`; `null` if the detector does not state it. */
  readonly silenceMs: number | null;
}

/** The default of `server_vad`. */
const DEFAULT_SILENCE_MS = 500;

/** Formats of beta sessions. */
const BETA_FORMATS: ReadonlyMap<unknown, RealtimeAudioFormat['type']> = new Map([
  ['pcm16', 'audio/pcm'],
  ['g711_ulaw', 'audio/pcmu'],
  ['g711_alaw', 'audio/pcma'],
]);

export const createSpeechClock = (): SpeechClock => new SessionSpeechClock();

class SessionSpeechClock implements SpeechClock {
  readonly #clock = new AudioClock();

  #format: RealtimeAudioFormat['type'] = 'audio/pcm';

  silenceMs: number | null = null;

  observe({ event, time, from, audio_bytes }: LoggedFrame): void {
    if (event.type === 'input_audio_buffer.append' && from === 'client') {
      if (time !== null)
        this.#clock.append(time, (audio_bytes?.[0] ?? bytesOf(event.audio)) / BYTES_PER_MS[this.#format]);
      return;
    }
    const isSettings = event.type === 'session.created' || event.type === 'session.updated';
    if (isSettings && isObject(event.session)) this.#configure(event.session);
  }

  startOf({ event, time }: LoggedFrame): number | null {
    const spoken = this.#timeOf(event.audio_start_ms);
    return time === null ? null : Math.min(time, spoken ?? time);
  }

  endOf({ event, time }: LoggedFrame): number | null {
    if (time === null) return null;
    const silence = this.silenceMs ?? 0;
    const { audio_end_ms } = event;
    const spoken = typeof audio_end_ms === 'number' ? this.#timeOf(audio_end_ms - silence) : undefined;
    return Math.max(0, Math.min(time, spoken ?? time - silence));
  }

  #timeOf(audioMs: unknown): number | undefined {
    return typeof audioMs === 'number' ? this.#clock.timeOf(audioMs) : undefined;
  }

  #configure(session: Readonly<Record<string, unknown>>): void {
    const audio = objectOf(session.audio);
    const input = objectOf(audio.input);
    const format = isObject(input.format) ? input.format.type : BETA_FORMATS.get(session.input_audio_format);
    if (format === 'audio/pcm' || format === 'audio/pcmu' || format === 'audio/pcma') this.#format = format;
    const detection = 'turn_detection' in input ? input.turn_detection : session.turn_detection;
    if (detection === undefined) return;
    if (!isObject(detection) || detection.type === 'semantic_vad') {
      // How long a semantic detector waits depends on the words, and it does not report it.
      this.silenceMs = null;
      return;
    }
    const ms = detection.silence_duration_ms;
    this.silenceMs = typeof ms === 'number' && ms >= 0 ? ms : DEFAULT_SILENCE_MS;
  }
}

/** Bytes of base64, from its length: hidden audio reads `[REDACTED]`. */
function bytesOf(audio: unknown): number {
  if (typeof audio !== 'string' || audio.startsWith('[')) return 0;
  const padding = audio.endsWith('==') ? 2 : audio.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((audio.length * 3) / 4) - padding);
}
