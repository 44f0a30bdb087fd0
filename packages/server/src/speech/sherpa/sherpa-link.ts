// Runs a model in a child process: start, messages, end. The process: `sherpa-process.js`.

import { fork } from 'node:child_process';
import { ColloquyError } from '@colloquy/protocol';
import { activeTime } from '../../active-time.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import type { SherpaModel } from './sherpa-models.ts';

export interface ModelLink {
  /** Number of voices; 0 for a recogniser. */
  readonly voices: number;
  post(message: ToModel): void;
  /** Ends the process; resolves when it has exited. */
  close(): Promise<void>;
}

/** Loads a model. `onMessage` receives its messages; `onExit` is called once if the process exits without `close`. */
export type LinkModel = (
  model: SherpaModel,
  onMessage: (message: FromModel) => void,
  onExit: () => void,
) => Promise<ModelLink>;

const MISSING = 'models of your own need a package: npm install sherpa-onnx-node@1.13.8';
/** Milliseconds for loading a model. */
const LOADING_MS = 120_000;
/** Environment variables for finding programs and libraries. The others may be keys and are not passed on. */
const PASSED_VARIABLES = /^(?:PATH|HOME|TEMP|TMP|TMPDIR|SYSTEMROOT|LD_\w+|DYLD_\w+)$/i;

/**
 * Starts a process that loads the model. If that fails, only that process ends, and the promise rejects with
 * `invalid_configuration`, naming the folder or the missing package.
 */
export const linkModel: LinkModel = (model, onMessage, onExit) => {
  // Discards the library's output: for a bad model it prints pages, with paths.
  const child = fork(new URL('./sherpa-process.js', import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_VARIABLES.test(name))),
  });
  let isReady = false;
  let isClosing = false;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      cancel();
      child.kill('SIGKILL');
      reject(new ColloquyError('invalid_configuration', why));
    };
    const kind = model.kind === 'paraformer' ? 'paraformer, as there is no joiner*.onnx' : model.kind;
    const unfit = `${model.folder}: sherpa-onnx cannot load this ${model.role === 'transcribe' ? 'recogniser' : 'voice'} (${kind})`;
    const cancel = activeTime.after(LOADING_MS, () => fail(unfit));
    // Sending to a process that has exited fails; `exit` reports that.
    child.on('error', () => {});
    child.on('message', (message: FromModel) => {
      if (message.did === 'miss') return fail(MISSING);
      if (message.did !== 'load') return onMessage(message);
      cancel();
      isReady = true;
      resolve({
        voices: message.voices,
        post: (each) => void child.send(each, () => {}),
        close() {
          isClosing = true;
          child.kill('SIGKILL');
          return exited;
        },
      });
    });
    child.once('exit', () => {
      if (!isReady) fail(unfit);
      else if (!isClosing) onExit();
    });
    child.send({ do: 'load', model } satisfies ToModel, () => {});
  });
};
