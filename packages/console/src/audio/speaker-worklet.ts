// Audio worklet of playback: plays without gaps and counts the samples played.

import type { FromSpeaker, ToSpeaker } from './speaker-messages.ts';

interface Chunk {
  readonly part: number;
  readonly samples: Float32Array;
}

/** Blocks of 128 samples between two reports: about 40 ms. */
const BLOCKS = 8;

class SpeakerProcessor extends AudioWorkletProcessor implements Processor {
  #queue: Chunk[] = [];
  /** Samples of the first chunk that were played. */
  #offset = 0;
  /** Samples played, by part. */
  #played = new Map<number, number>();
  #current = -1;
  #blocks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToSpeaker>) => {
      if (data.type === 'play') this.#queue.push(data);
      else this.#stop(data.token);
    };
  }

  #stop(token: number): void {
    this.#queue = [];
    this.#offset = 0;
    this.#tell({ type: 'stopped', token, played: [...this.#played] });
    this.#played.clear();
    this.#current = -1;
  }

  #tell(message: FromSpeaker): void {
    this.port.postMessage(message);
  }

  process(_: Float32Array[][], [channels]: Float32Array[][]): boolean {
    const [output] = channels ?? [];
    if (!output) return true;
    let filled = 0;
    while (filled < output.length) {
      const [chunk] = this.#queue;
      if (!chunk) break;
      const { samples, part } = chunk;
      const more = samples.subarray(this.#offset, this.#offset + output.length - filled);
      output.set(more, filled);
      filled += more.length;
      this.#offset += more.length;
      this.#current = part;
      this.#played.set(part, (this.#played.get(part) ?? 0) + more.length);
      if (this.#offset < samples.length) continue;
      this.#queue.shift();
      this.#offset = 0;
    }
    const isIdle = this.#queue.length === 0;
    if (this.#current >= 0 && (isIdle || ++this.#blocks >= BLOCKS)) {
      this.#blocks = 0;
      this.#tell({ type: 'at', part: this.#current, samples: this.#played.get(this.#current) ?? 0, isIdle });
      if (isIdle) this.#current = -1;
    }
    return true;
  }
}

registerProcessor('speaker', SpeakerProcessor);
