// Transcription and speech synthesis with a user's models, loaded by sherpa-onnx, each in its own process.
//
// Models in a folder: `sherpa-models.ts`; processes: `sherpa-link.ts` and `sherpa-process.js`.

import { ColloquyError } from '@colloquy/protocol';
import { decodedTranscriber } from '../decoded-transcriber.ts';
import type { Job } from '../offline/pocketsphinx-pool.ts';
import type { Sound, Speaker, Transcriber } from '../ports.ts';
import { type LinkModel, linkModel, type ModelLink } from './sherpa-link.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import type { SherpaModel } from './sherpa-models.ts';

/** A model and its runs. If its process exits, the next request loads it again. */
interface SupervisedModel<T> {
  readonly voices: number;
  /** Starts a run, whose result `begun` waits for. */
  begin(begun: T): number;
  /** Sends a message, unless the run has ended. */
  post(message: ToModel & { run: number }): void;
  /** Ends a run and returns its callback, once. */
  end(run: number): T | undefined;
  close(): Promise<void>;
}

/** `onMessage` receives the model's messages, `onLost` each run that ended with its process. Rejects as `link` does. */
async function superviseModel<T>(
  model: SherpaModel,
  link: LinkModel,
  onMessage: (
    message: FromModel,
    supervised: { at(run: number): T | undefined; end(run: number): T | undefined },
  ) => void,
  onLost: (begun: T) => void,
): Promise<SupervisedModel<T>> {
  const waiting = new Map<number, T>();
  let runs = 0;
  let isClosed = false;
  let current: Promise<ModelLink> | undefined;

  const at = (run: number) => waiting.get(run);
  function end(run: number): T | undefined {
    const begun = waiting.get(run);
    waiting.delete(run);
    return begun;
  }
  function loseAll(): void {
    const lost = [...waiting.values()];
    waiting.clear();
    for (const each of lost) onLost(each);
  }
  function load(): Promise<ModelLink> {
    const started = link(
      model,
      (message) => onMessage(message, { at, end }),
      () => {
        if (current === started) current = undefined;
        loseAll();
      },
    );
    current = started;
    return started;
  }

  const { voices } = await load();
  return {
    voices,
    end,
    begin(begun) {
      runs += 1;
      waiting.set(runs, begun);
      if (isClosed) queueMicrotask(loseAll);
      return runs;
    },
    post(message) {
      if (isClosed || !waiting.has(message.run)) return;
      (current ?? load()).then(
        ({ post }) => post(message),
        () => {
          current = undefined;
          loseAll();
        },
      );
    },
    async close() {
      isClosed = true;
      loseAll();
      await (await current?.catch(() => undefined))?.close();
    },
  };
}

/** Loads a recogniser. Rejects with `invalid_configuration` if it cannot be loaded. */
export async function openSherpaTranscriber(model: SherpaModel, link: LinkModel = linkModel): Promise<Transcriber> {
  const supervised = await superviseModel<Job>(
    model,
    link,
    (message, { at, end }) => {
      if (message.did === 'partial') at(message.run)?.onGuess(message.text, false);
      if (message.did === 'final') end(message.run)?.onResult(message.text);
    },
    (job) => job.onResult(undefined),
  );
  return decodedTranscriber('sherpa', {
    open(job) {
      const run = supervised.begin(job);
      return {
        write: (samples) => supervised.post({ do: 'feed', run, samples: samples.slice() }),
        finish: () => supervised.post({ do: 'finish', run }),
        drop() {
          supervised.post({ do: 'drop', run });
          supervised.end(run);
        },
      };
    },
    // The model does not adapt to voices.
    forget() {},
    close: supervised.close,
  });
}

/**
 * Loads a voice. Its speakers are the voices, by number. Rejects with `invalid_configuration` if it cannot be loaded.
 */
export async function openSherpaSpeaker(model: SherpaModel, link: LinkModel = linkModel): Promise<Speaker> {
  let isClosed = false;
  const supervised = await superviseModel<(sound: Sound | undefined) => void>(
    model,
    link,
    (message, { end }) => {
      if (message.did === 'sound') end(message.run)?.({ samples: message.samples, rateHz: message.rateHz });
    },
    (resolve) => resolve(undefined),
  );
  const voices = Array.from({ length: Math.max(1, supervised.voices) }, (_, index) => String(index));

  function synthesize(text: string, voice: number, speed: number, signal: AbortSignal): Promise<Sound | undefined> {
    return new Promise((resolve) => {
      const run = supervised.begin((sound) => {
        signal.removeEventListener('abort', stop);
        resolve(sound);
      });
      function stop(): void {
        supervised.post({ do: 'drop', run });
        supervised.end(run)?.(undefined);
      }
      signal.addEventListener('abort', stop, { once: true });
      supervised.post({ do: 'speak', run, text, voice, speed });
    });
  }

  return {
    name: 'sherpa',
    voices,
    capabilities: { speed: true, streaming: false },
    async *speak(text, { voice, speed, signal }) {
      const index = voices.indexOf(voice);
      if (index < 0) {
        const message = `The voice '${voice.slice(0, 64)}' is not one of ${voices.slice(0, 20).join(', ')}${voices.length > 20 ? ', …' : ''}.`;
        throw new ColloquyError('invalid_value', message);
      }
      if (signal.aborted || !/[\p{L}\p{N}]/u.test(text)) return;
      const sound = await synthesize(text, index, speed, signal);
      if (signal.aborted || isClosed) return;
      if (!sound) throw new Error('the voice broke off');
      // No audio if the voice knows none of the words.
      if (sound.samples.length > 0) yield sound;
    },
    close() {
      isClosed = true;
      return supervised.close();
    },
  };
}
