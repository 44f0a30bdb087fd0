// Speech by models a user brings, loaded by sherpa-onnx: a streaming recogniser and a voice, each in a process of its own.
//
// What a folder holds is `sherpa-models.ts`, the processes are `sherpa-link.ts` and `sherpa-process.js`.

import { ColloquyError } from '@colloquy/protocol';
import { decodedTranscriber } from '../decoded-transcriber.ts';
import type { Job } from '../offline/pocketsphinx-pool.ts';
import type { Sound, Speaker, Transcriber } from '../ports.ts';
import { type LinkModel, linkModel, type ModelLink } from './sherpa-link.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import type { SherpaModel } from './sherpa-models.ts';

/** What a model is at, run by run; it is loaded again, when next it is asked, should its process have ended. */
interface Kept<T> {
  readonly voices: number;
  /** Begins a run, for which `begun` waits. */
  begin(begun: T): number;
  /** Unless the run has ended. */
  ask(message: ToModel & { run: number }): void;
  /** Ends a run: whoever waited for it, once. */
  end(run: number): T | undefined;
  close(): Promise<void>;
}

/** `hear` hears what the model says, `lose` each run that ended with its process. Rejects as `link` does. */
async function keep<T>(
  model: SherpaModel,
  link: LinkModel,
  hear: (message: FromModel, kept: { at(run: number): T | undefined; end(run: number): T | undefined }) => void,
  lose: (begun: T) => void,
): Promise<Kept<T>> {
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
    for (const each of lost) lose(each);
  }
  function load(): Promise<ModelLink> {
    const started = link(
      model,
      (message) => hear(message, { at, end }),
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
    ask(message) {
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

/** Loads a recogniser. Rejects with `invalid_configuration` when it cannot be loaded. */
export async function openSherpaTranscriber(model: SherpaModel, link: LinkModel = linkModel): Promise<Transcriber> {
  const kept = await keep<Job>(
    model,
    link,
    (message, { at, end }) => {
      if (message.did === 'words') at(message.run)?.guess(message.words, false);
      if (message.did === 'final') end(message.run)?.settle(message.words);
    },
    (job) => job.settle(undefined),
  );
  return decodedTranscriber('sherpa', {
    open(job) {
      const run = kept.begin(job);
      return {
        write: (samples) => kept.ask({ do: 'feed', run, samples: samples.slice() }),
        finish: () => kept.ask({ do: 'finish', run }),
        drop() {
          kept.ask({ do: 'drop', run });
          kept.end(run);
        },
      };
    },
    // It learns nothing of anybody's voice.
    forget() {},
    close: kept.close,
  });
}

/** Loads a voice; its speakers are the voices, by number. Rejects with `invalid_configuration` when it cannot be loaded. */
export async function openSherpaSpeaker(model: SherpaModel, link: LinkModel = linkModel): Promise<Speaker> {
  let isClosed = false;
  const kept = await keep<(sound: Sound | undefined) => void>(
    model,
    link,
    (message, { end }) => {
      if (message.did === 'sound') end(message.run)?.({ samples: message.samples, rateHz: message.rateHz });
    },
    (settle) => settle(undefined),
  );
  const voices = Array.from({ length: Math.max(1, kept.voices) }, (_, index) => String(index));

  function say(text: string, voice: number, speed: number, signal: AbortSignal): Promise<Sound | undefined> {
    return new Promise((resolve) => {
      const run = kept.begin((sound) => {
        signal.removeEventListener('abort', stop);
        resolve(sound);
      });
      function stop(): void {
        kept.ask({ do: 'drop', run });
        kept.end(run)?.(undefined);
      }
      signal.addEventListener('abort', stop, { once: true });
      kept.ask({ do: 'speak', run, text, voice, speed });
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
      const sound = await say(text, index, speed, signal);
      if (signal.aborted || isClosed) return;
      if (!sound) throw new Error('the voice broke off');
      // None where it knows none of the words.
      if (sound.samples.length > 0) yield sound;
    },
    close() {
      isClosed = true;
      return kept.close();
    },
  };
}
