// Which part of an answer a call plays now, and since when: the events of the output audio buffer say it, since the browser has the sound.

import { type ReadonlySignal, signal } from '@preact/signals';
import type { ServerFrame } from './connection.ts';

export interface CallSpeech {
  readonly speaking: ReadonlySignal<{ readonly key: string; readonly ms: number } | undefined>;
  handleEvent(event: ServerFrame): void;
  /** Whether there may be audio that is not played. */
  hasAudio(): boolean;
  end(): void;
}

/** Words of a transcript are marked as they are played. */
const TICK_MS = 100;

export function createCallSpeech(): CallSpeech {
  const speaking = signal<{ key: string; ms: number } | undefined>(undefined);
  /** Response → its first part with audio. */
  const parts = new Map<unknown, string>();
  let timer: ReturnType<typeof setInterval> | undefined;

  function start(key: string): void {
    stop();
    const began = performance.now();
    speaking.value = { key, ms: 0 };
    timer = setInterval(() => {
      speaking.value = { key, ms: performance.now() - began };
    }, TICK_MS);
  }

  function stop(): void {
    clearInterval(timer);
    speaking.value = undefined;
  }

  return {
    speaking,
    handleEvent(event) {
      switch (event.type) {
        case 'response.content_part.added':
          if (!parts.has(event.response_id)) parts.set(event.response_id, `${event.content_index} ${event.item_id}`);
          return;
        case 'output_audio_buffer.started':
          return start(parts.get(event.response_id) ?? '');
        case 'output_audio_buffer.stopped':
        case 'output_audio_buffer.cleared':
          parts.delete(event.response_id);
          return stop();
      }
    },
    hasAudio: () => parts.size > 0,
    end() {
      stop();
      parts.clear();
    },
  };
}
