// The port of a recogniser that decodes on this machine: what its decoders guess and settle becomes deltas and a transcript.

import type { DecoderPool } from './offline/pocketsphinx-pool.ts';
import { SPEECH_HZ, type Transcriber, type Transcript, type UtteranceOptions } from './ports.ts';
import { stableWords } from './stable-words.ts';

/** A recogniser that streams, and has neither probabilities nor use for hints. */
export function decodedTranscriber(name: string, pool: DecoderPool): Transcriber {
  return {
    name,
    capabilities: { streaming: true, logprobs: false, hints: false },
    open: (options) => openUtterance(pool, options),
    forget: (speaker) => pool.forget(speaker),
    close: () => pool.close(),
  };
}

function openUtterance(pool: DecoderPool, { speaker, signal, onDelta, onGuess }: UtteranceOptions) {
  const stable = stableWords();
  let samples = 0;
  const { promise, resolve, reject } = withResolvers<Transcript>();
  promise.catch(() => {}); // whoever never asks for the words need not hear that there are none

  const tell = (delta: string | undefined) => {
    if (delta !== undefined && !signal.aborted) onDelta?.(delta);
  };
  const settled = (words: string): Transcript => ({
    transcript: words,
    usage: { type: 'duration', seconds: Math.round((samples * 1000) / SPEECH_HZ) / 1000 },
  });

  const utterance = pool.open({
    speaker,
    guess(words, isProvisional) {
      if (!signal.aborted) onGuess?.(words);
      // What is decoded again as a whole may come out otherwise.
      if (!isProvisional) tell(stable.guess(words));
    },
    settle(words) {
      signal.removeEventListener('abort', abort);
      if (words === undefined) return reject(new Error('the recogniser broke off'));
      const { transcript, delta } = stable.settle(words);
      tell(delta);
      resolve(settled(transcript));
    },
  });
  function abort(): void {
    utterance.drop();
    resolve(settled(''));
  }
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });

  return {
    write(chunk: Int16Array): void {
      if (signal.aborted) return;
      samples += chunk.length;
      utterance.write(chunk);
    },
    finish(): Promise<Transcript> {
      if (!signal.aborted) utterance.finish();
      return promise;
    },
  };
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
