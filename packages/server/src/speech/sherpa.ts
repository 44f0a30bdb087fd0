// Speech by models a user brings, loaded by sherpa-onnx: a streaming recogniser and a voice, each in a process of its own.
//
// What a folder holds is `sherpa-models.ts`, the processes are `sherpa-link.ts` and `sherpa-process.js`.

import { ColloquyError } from '@colloquy/protocol';
import { decodedTranscriber } from './decoded-transcriber.ts';
import type { Job } from './pocketsphinx-pool.ts';
import type { Sound, Speaker, Transcriber } from './ports.ts';
import { type LinkModel, linkModel, type ModelLink } from './sherpa-link.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import type { SherpaModel } from './sherpa-models.ts';

/** A model that is loaded again, when next it is asked, should its process have ended. */
interface Kept {
  readonly voices: number;
  post(message: ToModel): void;
  close(): Promise<void>;
}

/** `lose` is called when the process ended, and with it everything it was asked. Rejects as `link` does. */
async function keep(
  model: SherpaModel,
  link: LinkModel,
  hear: (message: FromModel) => void,
  lose: () => void,
): Promise<Kept> {
  let isClosed = false;
  let current: Promise<ModelLink> | undefined;
  const begin = () => {
    const started = link(model, hear, () => {
      if (current === started) current = undefined;
      lose();
    });
    current = started;
    return started;
  };
  const { voices } = await begin();
  return {
    voices,
    post(message) {
      if (isClosed) return;
      (current ?? begin()).then(
        ({ post }) => post(message),
        () => {
          current = undefined;
          lose();
        },
      );
    },
    async close() {
      isClosed = true;
      lose();
      await (await current?.catch(() => undefined))?.close();
    },
  };
}

/** Loads a recogniser. Rejects with `invalid_configuration` when it cannot be loaded. */
export async function openSherpaTranscriber(model: SherpaModel, link: LinkModel = linkModel): Promise<Transcriber> {
  const jobs = new Map<number, Job>();
  let runs = 0;
  let isClosed = false;
  const settle = (run: number, words: string | undefined) => {
    const job = jobs.get(run);
    jobs.delete(run);
    job?.settle(words);
  };
  const kept = await keep(
    model,
    link,
    (message) => {
      if (message.did === 'words') jobs.get(message.run)?.guess(message.words);
      if (message.did === 'final') settle(message.run, message.words);
    },
    () => {
      for (const run of [...jobs.keys()]) settle(run, undefined);
    },
  );
  return decodedTranscriber('sherpa', {
    open(job) {
      runs += 1;
      const run = runs;
      jobs.set(run, job);
      if (isClosed) queueMicrotask(() => settle(run, undefined));
      const ask = (message: ToModel) => {
        if (jobs.has(run)) kept.post(message);
      };
      return {
        write: (samples) => ask({ do: 'feed', run, samples: samples.slice() }),
        finish: () => ask({ do: 'finish', run }),
        drop() {
          ask({ do: 'drop', run });
          jobs.delete(run);
        },
      };
    },
    // It learns nothing of anybody's voice.
    forget() {},
    close() {
      isClosed = true;
      return kept.close();
    },
  });
}

interface Saying {
  readonly settle: (sound: Sound | undefined) => void;
}

/** Loads a voice; its speakers are the voices, by number. Rejects with `invalid_configuration` when it cannot be loaded. */
export async function openSherpaSpeaker(model: SherpaModel, link: LinkModel = linkModel): Promise<Speaker> {
  const sayings = new Map<number, Saying>();
  let runs = 0;
  let isClosed = false;
  const settle = (run: number, sound: Sound | undefined) => {
    const saying = sayings.get(run);
    sayings.delete(run);
    saying?.settle(sound);
  };
  const kept = await keep(
    model,
    link,
    (message) => {
      if (message.did === 'sound') settle(message.run, { samples: message.samples, rateHz: message.rateHz });
    },
    () => {
      for (const run of [...sayings.keys()]) settle(run, undefined);
    },
  );
  const voices = Array.from({ length: Math.max(1, kept.voices) }, (_, index) => String(index));

  function say(text: string, voice: number, speed: number, signal: AbortSignal): Promise<Sound | undefined> {
    runs += 1;
    const run = runs;
    return new Promise((resolve) => {
      const stop = () => {
        kept.post({ do: 'drop', run });
        settle(run, undefined);
      };
      sayings.set(run, {
        settle(sound) {
          signal.removeEventListener('abort', stop);
          resolve(sound);
        },
      });
      signal.addEventListener('abort', stop, { once: true });
      if (isClosed) return settle(run, undefined);
      kept.post({ do: 'speak', run, text, voice, speed });
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
      yield sound;
    },
    close() {
      isClosed = true;
      return kept.close();
    },
  };
}
