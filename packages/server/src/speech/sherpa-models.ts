// What a folder of sherpa-onnx's models holds: a streaming recogniser, a voice, or both, told by the names of their files as they
// are published. Looks, and loads nothing. https://k2-fsa.github.io/sherpa/onnx/pretrained_models/

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import { SPEECH_HZ } from './ports.ts';

/** A model, and how sherpa-onnx is told to load it. */
export interface SherpaModel {
  readonly role: 'hear' | 'speak';
  readonly kind: 'transducer' | 'paraformer' | 'vits' | 'kokoro';
  readonly folder: string;
  readonly config: object;
}

export interface SherpaModels {
  readonly hear?: SherpaModel;
  readonly speak?: SherpaModel;
}

const RECOGNISER = 'a recogniser is encoder*.onnx, decoder*.onnx, joiner*.onnx and tokens.txt';
const VOICE = 'a voice is one .onnx, tokens.txt, and espeak-ng-data or lexicon.txt';

const wrong = (message: string) => new ColloquyError('invalid_configuration', message);

/**
 * The models in a folder and in the folders right below it. Throws `invalid_configuration`, naming folder and file, when it cannot
 * be read, when a model lacks a file or one is empty, when there are two of a kind, and when there are none.
 */
export function findSherpaModels(folder: string): SherpaModels {
  const found: SherpaModel[] = [];
  for (const each of [folder, ...foldersIn(folder)]) {
    const names = namesIn(each);
    const model = recogniserIn(each, names) ?? voiceIn(each, names);
    if (model) found.push(model);
  }
  if (found.length === 0) throw wrong(`${folder} holds no model that is known: ${RECOGNISER}; ${VOICE}`);
  const only = (role: SherpaModel['role'], what: string) => {
    const [model, another] = found.filter((each) => each.role === role);
    if (another) throw wrong(`${folder} holds two ${what}: ${model?.folder} and ${another.folder}; leave one`);
    return model;
  };
  const [hear, speak] = [only('hear', 'recognisers'), only('speak', 'voices')];
  return { ...(hear && { hear }), ...(speak && { speak }) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw wrong(`${folder} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

const foldersIn = (folder: string): string[] =>
  namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());

/** The network whose name begins so: the one of full precision where there are several. */
function networkIn(folder: string, names: readonly string[], begins: string): string | undefined {
  const networks = names.filter((name) => name.startsWith(begins) && name.endsWith('.onnx'));
  const name = networks.find((each) => !each.includes('int8')) ?? networks[0];
  return name === undefined ? undefined : whole(join(folder, name));
}

function whole(path: string): string {
  if (statSync(path).size === 0) throw wrong(`${path} is empty`);
  return path;
}

function recogniserIn(folder: string, names: readonly string[]): SherpaModel | undefined {
  const encoder = networkIn(folder, names, 'encoder');
  if (encoder === undefined) return undefined;
  const decoder = networkIn(folder, names, 'decoder');
  const joiner = networkIn(folder, names, 'joiner');
  if (decoder === undefined) throw wrong(`${folder} has no decoder*.onnx: ${RECOGNISER}`);
  if (!names.includes('tokens.txt')) throw wrong(`${folder} has no tokens.txt: ${RECOGNISER}`);
  const network =
    joiner === undefined ? { paraformer: { encoder, decoder } } : { transducer: { encoder, decoder, joiner } };
  return {
    role: 'hear',
    kind: joiner === undefined ? 'paraformer' : 'transducer',
    folder,
    config: {
      featConfig: { sampleRate: SPEECH_HZ, featureDim: 80 },
      modelConfig: { ...network, tokens: whole(join(folder, 'tokens.txt')), numThreads: 1, provider: 'cpu', debug: 0 },
      decodingMethod: 'greedy_search',
      // The server says when a turn is over.
      enableEndpoint: 0,
    },
  };
}

function voiceIn(folder: string, names: readonly string[]): SherpaModel | undefined {
  const model = networkIn(folder, names, '');
  const hasData = names.includes('espeak-ng-data');
  const hasLexicon = names.includes('lexicon.txt');
  if (model === undefined || !(hasData || hasLexicon)) return undefined;
  if (!names.includes('tokens.txt')) throw wrong(`${folder} has no tokens.txt: ${VOICE}`);
  const voices = names.includes('voices.bin') ? { voices: whole(join(folder, 'voices.bin')) } : undefined;
  const kind = voices ? 'kokoro' : 'vits';
  const files = {
    model,
    ...voices,
    tokens: whole(join(folder, 'tokens.txt')),
    ...(hasData && { dataDir: join(folder, 'espeak-ng-data') }),
    ...(hasLexicon && { lexicon: whole(join(folder, 'lexicon.txt')) }),
  };
  return {
    role: 'speak',
    kind,
    folder,
    config: { model: { [kind]: files, numThreads: 1, provider: 'cpu', debug: 0 }, maxNumSentences: 1 },
  };
}
