// Implements the transcriber port on a local decoder: its guesses and results become deltas and a transcript.

import type { DecoderPool } from './offline/pocketsphinx-pool.ts';
import { SPEECH_HZ, type Transcriber, type Transcript, type UtteranceOptions } from './ports.ts';
import { stableWords } from './stable-words.ts';

/** A streaming transcriber without logprobs and without hints. */
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
  promise.catch(() => {}); // // the caller may never call `finish`

  const emitDelta = (delta: string | undefined) => {
    if (delta !== undefined && !signal.aborted) onDelta?.(delta);
  };
  const transcriptOf = (text: string): Transcript => ({
    transcript: text,
    usage: { type: 'duration', seconds: Math.round((samples * 1000) / SPEECH_HZ) / 1000 },
  });

  const utterance = pool.open({
    speaker,
    onGuess(text, isProvisional) {
      if (!signal.aborted) onGuess?.(text);
      // An utterance that will be decoded again as a whole may get another transcript.
      if (!isProvisional) emitDelta(stable.addGuess(text));
    },
    onResult(text) {
      signal.removeEventListener('abort', abort);
      if (text === undefined) return reject(new Error('the recogniser broke off'));
      const { transcript, delta } = stable.finish(text);
      emitDelta(delta);
      resolve(transcriptOf(transcript));
    },
  });
  function abort(): void {
    utterance.drop();
    resolve(transcriptOf(''));
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
  const promise = new Promise<T>((...callbacks) => {
    [resolve, reject] = callbacks;
  });
  return { promise, resolve, reject };
}
