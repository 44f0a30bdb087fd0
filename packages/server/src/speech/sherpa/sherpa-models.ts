// Finds sherpa-onnx models in a folder: a streaming recogniser, a voice, or both. Recognizes them by the published file
// names and checks that the files are complete; loads nothing. https://k2-fsa.github.io/sherpa/onnx/pretrained_models/

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import { SPEECH_HZ } from '../ports.ts';
import { isWholeOnnx } from './onnx-outline.ts';

/** A model and its sherpa-onnx configuration. */
export interface SherpaModel {
  readonly role: 'transcribe' | 'speak';
  readonly kind: 'transducer' | 'paraformer' | 'vits' | 'kokoro';
  readonly folder: string;
  readonly config: object;
}

export interface SherpaModels {
  readonly transcribe?: SherpaModel;
  readonly speak?: SherpaModel;
}

const RECOGNISER = 'a recogniser is encoder*.onnx, decoder*.onnx, joiner*.onnx and tokens.txt';
const VOICE = 'a voice is one .onnx, tokens.txt, and espeak-ng-data or lexicon.txt';
/** Files of `espeak-ng-data` without which the library ends the process. */
const ESPEAK_FILES = ['phontab', 'phonindex', 'phondata', 'intonations'];

const configError = (message: string) => new ColloquyError('invalid_configuration', message);

/**
 * Finds the models in a folder and its direct subfolders. Throws `invalid_configuration` with folder and file if the
 * folder cannot be read, if a model lacks a file or one is empty or truncated, if there are two models of a kind, or
 * none.
 */
export function findSherpaModels(folder: string): SherpaModels {
  const models: SherpaModel[] = [];
  for (const each of [folder, ...foldersIn(folder)]) {
    const names = namesIn(each);
    const model = recogniserIn(each, names) ?? voiceIn(each, names);
    if (model) models.push(model);
  }
  if (models.length === 0) throw configError(`${folder} holds no model that is known: ${RECOGNISER}; ${VOICE}`);
  const singleModel = (role: SherpaModel['role'], what: string) => {
    const [model, another] = models.filter((each) => each.role === role);
    if (another) throw configError(`${folder} holds two ${what}: ${model?.folder} and ${another.folder}; leave one`);
    return model;
  };
  const [transcribe, speak] = [singleModel('transcribe', 'recognisers'), singleModel('speak', 'voices')];
  return { ...(transcribe && { transcribe }), ...(speak && { speak }) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

const unreadable = (path: string, error: unknown) =>
  configError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);

const foldersIn = (folder: string): string[] =>
  namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());

/** The network whose name starts like this; full precision is preferred. */
function networkIn(folder: string, names: readonly string[], begins: string): string | undefined {
  const networks = names.filter((name) => name.startsWith(begins) && name.endsWith('.onnx'));
  const name = networks.find((each) => !each.includes('int8')) ?? networks[0];
  return name === undefined ? undefined : checkFile(join(folder, name));
}

/** Returns the path if the file is not empty and, for a network, complete. Throws `invalid_configuration` otherwise. */
function checkFile(path: string): string {
  try {
    const about = statSync(path);
    if (!about.isFile()) throw configError(`${path} is no file`);
    if (about.size === 0) throw configError(`${path} is empty`);
    if (path.endsWith('.onnx') && !isWholeOnnx(path)) throw configError(`${path} is no ONNX network, or was cut off`);
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
  if (decoder === undefined) throw configError(`${folder} has no decoder*.onnx: ${RECOGNISER}`);
  if (!names.includes('tokens.txt')) throw configError(`${folder} has no tokens.txt: ${RECOGNISER}`);
  const network =
    joiner === undefined ? { paraformer: { encoder, decoder } } : { transducer: { encoder, decoder, joiner } };
  return {
    role: 'transcribe',
    kind: joiner === undefined ? 'paraformer' : 'transducer',
    folder,
    config: {
      featConfig: { sampleRate: SPEECH_HZ, featureDim: 80 },
      modelConfig: {
        ...network,
        tokens: checkFile(join(folder, 'tokens.txt')),
        numThreads: 1,
        provider: 'cpu',
        debug: 0,
      },
      decodingMethod: 'greedy_search',
      // The server's detector ends turns.
      enableEndpoint: 0,
    },
  };
}

function voiceIn(folder: string, names: readonly string[]): SherpaModel | undefined {
  const model = networkIn(folder, names, '');
  const hasData = names.includes('espeak-ng-data');
  const lexicons = lexiconsAmong(names).map((name) => checkFile(join(folder, name)));
  if (model === undefined || !(hasData || lexicons.length > 0)) return undefined;
  if (!names.includes('tokens.txt')) throw configError(`${folder} has no tokens.txt: ${VOICE}`);
  const voices = names.includes('voices.bin') ? { voices: checkFile(join(folder, 'voices.bin')) } : undefined;
  const kind = voices ? 'kokoro' : 'vits';
  const files = {
    model,
    ...voices,
    tokens: checkFile(join(folder, 'tokens.txt')),
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
  for (const name of ESPEAK_FILES) checkFile(join(folder, name));
  return folder;
}

/**
 * The lexicons of a multilingual voice, one per language; of two for English the American one. The first that has a
 * word wins.
 */
function lexiconsAmong(names: readonly string[]): string[] {
  const lexicons = names.filter((name) => /^lexicon(?:-[\w-]+)?\.txt$/.test(name));
  return lexicons.filter((name) => name !== 'lexicon-gb-en.txt' || !lexicons.includes('lexicon-us-en.txt'));
}
