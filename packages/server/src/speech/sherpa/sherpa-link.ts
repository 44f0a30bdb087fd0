// A model's process as its users see it: started, asked, ended. The process itself is `sherpa-process.js`.

import { fork } from 'node:child_process';
import { ColloquyError } from '@colloquy/protocol';
import { activeTime } from '../../active-time.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import type { SherpaModel } from './sherpa-models.ts';

export interface ModelLink {
  /** How many voices it has; 0 for a recogniser. */
  readonly voices: number;
  post(message: ToModel): void;
  /** Ends the process; resolves when it is gone. */
  close(): Promise<void>;
}

/** Loads a model. `hear` hears what it says, `end` that it is gone without having been asked to, once. */
export type LinkModel = (model: SherpaModel, hear: (message: FromModel) => void, end: () => void) => Promise<ModelLink>;

const MISSING = 'models of your own need a package: npm install sherpa-onnx-node@1.13.8';
/** Longest that a model may take to load. */
const LOADING_MS = 120_000;
/** Of the environment, what finds programs and libraries: keys stand in it as well, and are no business of a model's. */
const NEEDED = /^(?:PATH|HOME|TEMP|TMP|TMPDIR|SYSTEMROOT|LD_\w+|DYLD_\w+)$/i;

/**
 * Starts a process and has it load the model. Rejects with `invalid_configuration`, which names the folder or the package
 * that is missing, when that cannot be done: the process then has ended, and only it.
 */
export const linkModel: LinkModel = (model, hear, end) => {
  // What the library prints of a bad model goes nowhere: whole pages, paths and all.
  const child = fork(new URL('./sherpa-process.js', import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name))),
  });
  let isReady = false;
  let isClosing = false;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      cancel();
      child.kill('SIGKILL');
      reject(new ColloquyError('invalid_configuration', why));
    };
    const kind = model.kind === 'paraformer' ? 'paraformer, as there is no joiner*.onnx' : model.kind;
    const unfit = `${model.folder}: sherpa-onnx cannot load this ${model.role === 'hear' ? 'recogniser' : 'voice'} (${kind})`;
    const cancel = activeTime.after(LOADING_MS, () => fail(unfit));
    // A process that is gone cannot be written to; its end says enough.
    child.on('error', () => {});
    child.on('message', (message: FromModel) => {
      if (message.did === 'miss') return fail(MISSING);
      if (message.did !== 'load') return hear(message);
      cancel();
      isReady = true;
      resolve({
        voices: message.voices,
        post: (each) => void child.send(each, () => {}),
        close() {
          isClosing = true;
          child.kill('SIGKILL');
          return gone;
        },
      });
    });
    child.once('exit', () => {
      if (!isReady) fail(unfit);
      else if (!isClosing) end();
    });
    child.send({ do: 'load', model } satisfies ToModel, () => {});
  });
};
