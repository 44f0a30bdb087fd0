// What a folder of sherpa-onnx's models holds: a streaming recogniser, a voice, or both, told by the names of their files as they
// are published, and whether these are whole. Looks, and loads nothing. https://k2-fsa.github.io/sherpa/onnx/pretrained_models/

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import { SPEECH_HZ } from '../ports.ts';
import { isWholeOnnx } from './onnx-outline.ts';

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
/** What the library looks for in `espeak-ng-data`, and ends without. */
const SPOKEN_DATA = ['phontab', 'phonindex', 'phondata', 'intonations'];

const wrong = (message: string) => new ColloquyError('invalid_configuration', message);

/**
 * The models in a folder and in the folders right below it. Throws `invalid_configuration`, naming folder and file, when it cannot
 * be read, when a model lacks a file or one is empty or was cut off, when there are two of a kind, and when there are none.
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
    throw unreadable(folder, error);
  }
}

const unreadable = (path: string, error: unknown) =>
  wrong(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);

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

/** The path itself, of a file with something in it; of a network, one that is all there. */
function whole(path: string): string {
  try {
    const about = statSync(path);
    if (!about.isFile()) throw wrong(`${path} is no file`);
    if (about.size === 0) throw wrong(`${path} is empty`);
    if (path.endsWith('.onnx') && !isWholeOnnx(path)) throw wrong(`${path} is no ONNX network, or was cut off`);
    return path;
  } catch (error) {
    throw ColloquyError.is(error) ? error : unreadable(path, error);
  }
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
  const lexicons = lexiconsAmong(names).map((name) => whole(join(folder, name)));
  if (model === undefined || !(hasData || lexicons.length > 0)) return undefined;
  if (!names.includes('tokens.txt')) throw wrong(`${folder} has no tokens.txt: ${VOICE}`);
  const voices = names.includes('voices.bin') ? { voices: whole(join(folder, 'voices.bin')) } : undefined;
  const kind = voices ? 'kokoro' : 'vits';
  const files = {
    model,
    ...voices,
    tokens: whole(join(folder, 'tokens.txt')),
    ...(hasData && { dataDir: spokenData(join(folder, 'espeak-ng-data')) }),
    ...(lexicons.length > 0 && { lexicon: lexicons.join(',') }),
  };
  return {
    role: 'speak',
    kind,
    folder,
    config: { model: { [kind]: files, numThreads: 1, provider: 'cpu', debug: 0 }, maxNumSentences: 1 },
  };
}

function spokenData(folder: string): string {
  for (const name of SPOKEN_DATA) whole(join(folder, name));
  return folder;
}

/** Those of a model with several, one for each language; of two for English the American. The first to have a word wins. */
function lexiconsAmong(names: readonly string[]): string[] {
  const found = names.filter((name) => /^lexicon(?:-[\w-]+)?\.txt$/.test(name));
  return found.filter((name) => name !== 'lexicon-gb-en.txt' || !found.includes('lexicon-us-en.txt'));
}
