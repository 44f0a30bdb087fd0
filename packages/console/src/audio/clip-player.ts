// Plays one stored audio clip at a time. Audio of a live session: `speaker.ts`.

import { type ReadonlySignal, signal } from '@preact/signals';
import type { PartAudio } from '../log/audio-index.ts';
import { RATE_HZ, samplesOfPart } from './samples.ts';

export interface PlayingClip {
  /** What is played: an item and a part. */
  readonly key: string;
  /** Milliseconds from the beginning of the part. */
  readonly ms: number;
}

const playing = signal<PlayingClip | undefined>(undefined);
let context: AudioContext | undefined;
let stop: () => void = () => {};

/** What is played now. */
export const playingClip: ReadonlySignal<PlayingClip | undefined> = playing;

export function playClip(key: string, part: PartAudio, fromMs = 0): void {
  stop();
  const samples = samplesOfPart(part);
  if (samples.length === 0) return;
  context ??= new AudioContext();
  const { currentTime } = context;
  const buffer = context.createBuffer(1, samples.length, RATE_HZ[part.format.type]);
  buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  void context.resume();
  source.start(0, fromMs / 1000);
  const clock = context;
  let frame = 0;
  const look = () => {
    playing.value = { key, ms: fromMs + (clock.currentTime - currentTime) * 1000 };
    frame = requestAnimationFrame(look);
  };
  stop = () => {
    stop = () => {};
    cancelAnimationFrame(frame);
    source.onended = null;
    source.stop();
    playing.value = undefined;
  };
  source.onended = () => stop();
  look();
}

export const stopClip = (): void => stop();
