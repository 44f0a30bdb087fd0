// The audio of a call inside one process: what the session says is played at once, and the client may speak.

import { AsyncQueue } from '../async-queue.ts';
import type { AudioPart, CallAudio, PlaybackReport, PlayedPart } from './call-audio.ts';
import { PlayedParts } from './played-parts.ts';

export class MemoryCallAudio implements CallAudio {
  readonly input = new AsyncQueue<Uint8Array>();
  readonly playback = new AsyncQueue<PlaybackReport>();
  readonly unplayedBytes: number = 0;
  readonly #parts = new PlayedParts();
  #playing: string | undefined;
  #bytes = 0;

  play(part: AudioPart, audio: Uint8Array): void {
    this.#parts.add(part, audio.length);
    this.#bytes += audio.length;
    if (part.response_id === this.#playing) return;
    this.#playing = part.response_id;
    this.playback.push({ did: 'start', response_id: part.response_id });
  }

  end(response_id: string): void {
    this.#parts.drain(response_id);
    this.playback.push({ did: 'drain', response_id });
  }

  clear(): void {
    this.#parts.clear();
    this.#bytes = 0;
  }

  played(): PlayedPart[] {
    return this.#parts.playedAt(this.#bytes);
  }
}
