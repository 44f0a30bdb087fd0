// Plays the audio of a live session and measures how much was heard, so that an interrupted item can be truncated.

import type { HeardPart } from '@colloquy/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { FromSpeaker, ToSpeaker } from './speaker-messages.ts';
import worklet from './speaker-worklet.ts?worker&url';

const RATE_HZ = 24_000;

export interface Speaker {
  /** Plays samples of 24 kHz after everything that waits. */
  play(itemId: string, contentIndex: number, samples: Float32Array): void;
  /** No more comes of an item: heard to its end, an interruption leaves it as it is. */
  complete(itemId: string): void;
  /** Falls silent at once. Resolves with the parts that were not heard to their end, or have none yet. */
  interrupt(): Promise<readonly HeardPart[]>;
  /** What is heard now. */
  readonly speaking: ReadonlySignal<{ readonly key: string; readonly ms: number } | undefined>;
  close(): void;
}

interface Part {
  readonly itemId: string;
  readonly contentIndex: number;
  received: number;
  /** As last reported. */
  played: number;
  isComplete: boolean;
}

/** How long the worklet may take to say what was played; where sound is not allowed, or was stopped, it never does. */
const PATIENCE_MS = 500;

const msOf = (samples: number) => (samples * 1000) / RATE_HZ;

/**
 * Makes a speaker. Call it in answer to something the user did, or the browser keeps it silent. `onFailed` is called if it cannot play,
 * as when the server that has the player's code does not answer.
 */
export function createSpeaker(onFailed: () => void): Speaker {
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: 'interactive' });
  const parts: Part[] = [];
  const speaking = signal<{ key: string; ms: number } | undefined>(undefined);
  const waiting: ToSpeaker[] = [];
  const stops = new Map<number, (played: ReadonlyMap<number, number>) => void>();
  let node: AudioWorkletNode | undefined;
  let tokens = 0;
  /** Parts before this one are over, by an interruption. */
  let firstOpen = 0;

  function tell(message: ToSpeaker): void {
    if (node) node.port.postMessage(message);
    else waiting.push(message);
  }

  const start = () => {
    node = new AudioWorkletNode(context, 'speaker', { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<FromSpeaker>) => handleMessage(data);
    node.connect(context.destination);
    for (const message of waiting.splice(0)) tell(message);
  };
  context.audioWorklet.addModule(worklet).then(start, () => {
    if (context.state !== 'closed') onFailed();
  });
  void context.resume();

  function handleMessage(message: FromSpeaker): void {
    if (message.type === 'stopped') {
      return stops.get(message.token)?.(new Map(message.played));
    }
    const part = parts[message.part];
    if (!part || message.part < firstOpen) return;
    part.played = message.samples;
    speaking.value = message.isIdle
      ? undefined
      : { key: `${part.contentIndex} ${part.itemId}`, ms: msOf(message.samples) };
  }

  return {
    speaking,
    play(itemId, contentIndex, samples) {
      let index = parts.findLastIndex((part) => part.itemId === itemId && part.contentIndex === contentIndex);
      if (index < firstOpen)
        index = parts.push({ itemId, contentIndex, received: 0, played: 0, isComplete: false }) - 1;
      (parts[index] as Part).received += samples.length;
      void context.resume();
      tell({ type: 'play', part: index, samples });
    },
    complete(itemId) {
      for (const part of parts.slice(firstOpen)) if (part.itemId === itemId) part.isComplete = true;
    },
    interrupt() {
      const open = parts.slice(firstOpen).map((part, index) => ({ part, index: firstOpen + index }));
      firstOpen = parts.length;
      speaking.value = undefined;
      if (open.length === 0) return Promise.resolve([]);
      const token = ++tokens;
      // What was handed to the device is still on its way to the ear.
      const underway = ((context.outputLatency || 0) + (context.baseLatency || 0)) * RATE_HZ;
      const playedParts = (played: ReadonlyMap<number, number>) =>
        open.flatMap(({ part: { itemId, contentIndex, received, played: reported, isComplete }, index }) => {
          const samples = played.get(index) ?? reported;
          if (samples >= received && isComplete) return [];
          const heard_ms = Math.floor(msOf(Math.max(0, samples - underway)));
          return [{ item_id: itemId, content_index: contentIndex, heard_ms }];
        });
      return new Promise((resolve) => {
        const publish = (played: ReadonlyMap<number, number>) => {
          clearTimeout(timer);
          stops.delete(token);
          resolve(playedParts(played));
        };
        const timer = setTimeout(() => publish(new Map()), PATIENCE_MS);
        stops.set(token, publish);
        tell({ type: 'stop', token });
      });
    },
    close: () => void context.close(),
  };
}
