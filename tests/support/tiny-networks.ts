// Networks of a few hundred bytes that sherpa-onnx loads like real ones: a transcriber that distinguishes two tones, and a
// voice. They
// test loading and use, not accuracy.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// ---- What an ONNX file is: messages of Protocol Buffers ----

type Bytes = readonly number[] | Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
const number = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, value: Bytes): Bytes => [...varint(field * 8 + 2), ...varint(value.length), ...value];
const text = (field: number, value: string): Bytes => bytes(field, Buffer.from(value));
const message = (field: number, ...parts: readonly Bytes[]): Bytes =>
  bytes(field, Buffer.concat(parts.map(Buffer.from)));

const FLOAT = 1;
const INT64 = 7;

/** A constant of floats, or of whole numbers where `type` says so. */
function constant(name: string, dims: readonly number[], values: readonly number[], type = FLOAT): Bytes {
  const data = type === FLOAT ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
  return message(
    5,
    ...dims.map((dim) => number(1, dim)),
    number(2, type),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer)),
  );
}
/** An input (11) or an output (12); a size is a number, or a name where it is not fixed. */
const value = (field: 11 | 12, name: string, type: number, sizes: readonly (number | string)[]): Bytes => {
  const dims = sizes.map((size) => message(1, typeof size === 'number' ? number(1, size) : text(2, size)));
  return message(field, text(1, name), message(2, message(1, number(1, type), message(2, ...dims))));
};
const node = (op: string, inputs: readonly string[], output: string, ...attributes: readonly Bytes[]): Bytes =>
  message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(4, op), ...attributes);
const wholeAttribute = (name: string, value: number): Bytes =>
  message(5, text(1, name), number(3, value), number(20, 2));
const wholesAttribute = (name: string, value: number): Bytes =>
  message(5, text(1, name), number(8, value), number(20, 7));

function network(metadata: Readonly<Record<string, string | number>>, ...graph: readonly Bytes[]): Uint8Array {
  const properties = Object.entries(metadata).map(([key, each]) => message(14, text(1, key), text(2, String(each))));
  return Buffer.concat(
    [number(1, 8), message(7, text(2, 'tiny'), ...graph), message(8, number(2, 13)), ...properties].map(Buffer.from),
  );
}

// ---- The recogniser ----

/** Tones it has words for. */
export const LOW_HZ = 500;
export const HIGH_HZ = 3000;

const WORDS = ['<blk>', '▁low', '▁high'];
const BANDS = 80;
/** Where these tones are loudest, among the bands of what recognisers see. */
const LOW_BANDS = [16, 17];
const HIGH_BANDS = [53, 54];
/** What the loudness of a band has to be above, as a logarithm. */
const LOUD = 0;

/** Each word once, as its tone begins: the word that was last is not said again. */
function writeRecogniser(folder: string): void {
  const size = WORDS.length;
  const weights = Array.from({ length: BANDS }, (_, band) => [
    0,
    LOW_BANDS.includes(band) ? 0.5 : 0,
    HIGH_BANDS.includes(band) ? 0.5 : 0,
  ]).flat();
  const encoder = network(
    {
      model_type: 'lstm',
      version: 1,
      num_encoder_layers: 1,
      T: 4,
      decode_chunk_len: 4,
      rnn_hidden_size: 1,
      d_model: 1,
    },
    node('ReduceMean', ['x'], 'mean', wholesAttribute('axes', 1), wholeAttribute('keepdims', 1)),
    node('MatMul', ['mean', 'weights'], 'weighed'),
    node('Add', ['weighed', 'bias'], 'encoder_out'),
    node('Identity', ['h'], 'new_h'),
    node('Identity', ['c'], 'new_c'),
    constant('weights', [BANDS, size], weights),
    constant('bias', [size], [0, -LOUD, -LOUD]),
    value(11, 'x', FLOAT, ['N', 4, BANDS]),
    ...['h', 'c'].map((name) => value(11, name, FLOAT, [1, 'N', 1])),
    value(12, 'encoder_out', FLOAT, ['N', 1, size]),
    ...['new_h', 'new_c'].map((name) => value(12, name, FLOAT, [1, 'N', 1])),
  );
  const again = WORDS.flatMap((_, last) => WORDS.map((_, next) => (next === last && last > 0 ? -1000 : 0)));
  const decoder = network(
    { vocab_size: size, context_size: 1 },
    node('Gather', ['again', 'y'], 'rows', wholeAttribute('axis', 0)),
    node('Reshape', ['rows', 'shape'], 'decoder_out'),
    constant('again', [size, size], again),
    constant('shape', [2], [-1, size], INT64),
    value(11, 'y', INT64, ['N', 1]),
    value(12, 'decoder_out', FLOAT, ['N', size]),
  );
  const joiner = network(
    { joiner_dim: size },
    node('Add', ['encoder_out', 'decoder_out'], 'logit'),
    ...['encoder_out', 'decoder_out'].map((name) => value(11, name, FLOAT, ['N', size])),
    value(12, 'logit', FLOAT, ['N', size]),
  );
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries({ encoder, decoder, joiner }))
    writeFileSync(join(folder, `${name}.onnx`), file);
  writeFileSync(join(folder, 'tokens.txt'), WORDS.map((word, index) => `${word} ${index}\n`).join(''));
}

// ---- The voice ----

/** Its rate, and how many samples a token takes at speed 1: a word, or what stands between two. */
export const HUM_HZ = 16_000;
export const HUM_SAMPLES = 3200;
/** What speaker 0 hums; speaker 1 an octave higher. */
export const PITCH_HZ = 220;

/** Hums as long as there are tokens; other words than those of its lexicon are passed over. */
function writeVoice(folder: string, lexicon: readonly string[]): void {
  const scalar = (name: string, each: number) => constant(name, [], [each]);
  const hum = network(
    { sample_rate: HUM_HZ, n_speakers: 2, language: 'English', comment: 'tiny', punctuation: ', .' },
    node('Cast', ['x_length'], 'tokens', wholeAttribute('to', FLOAT)),
    node('Mul', ['tokens', 'length_scale'], 'scaled'),
    node('Mul', ['scaled', 'each'], 'long'),
    node('ReduceSum', ['long'], 'length', wholeAttribute('keepdims', 0)),
    node('Range', ['zero', 'length', 'one'], 'time'),
    node('Cast', ['sid'], 'speaker', wholeAttribute('to', FLOAT)),
    node('Pow', ['two', 'speaker'], 'octave'),
    node('Mul', ['time', 'step'], 'slow'),
    node('Mul', ['slow', 'octave'], 'phase'),
    node('Sin', ['phase'], 'wave'),
    node('Mul', ['wave', 'half'], 'quiet'),
    node('Reshape', ['quiet', 'shape'], 'y'),
    scalar('each', HUM_SAMPLES),
    scalar('zero', 0),
    scalar('one', 1),
    scalar('two', 2),
    scalar('half', 0.5),
    scalar('step', (2 * Math.PI * PITCH_HZ) / HUM_HZ),
    constant('shape', [3], [1, 1, -1], INT64),
    value(11, 'x', INT64, [1, 'L']),
    value(11, 'x_length', INT64, [1]),
    ...['noise_scale', 'length_scale', 'noise_scale_w'].map((name) => value(11, name, FLOAT, [1])),
    value(11, 'sid', INT64, [1]),
    value(12, 'y', FLOAT, [1, 1, 'S']),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hum.onnx'), hum);
  writeFileSync(join(folder, 'tokens.txt'), '_ 0\n  1\n, 2\n. 3\nm 4\n');
  writeFileSync(join(folder, 'lexicon.txt'), lexicon.map((word) => `${word} m\n`).join(''));
}

/** Models, each in a folder of its own, `ears` and `voice`; the voice knows the words of its lexicon and has two speakers. */
export function writeTinyModels(folder: string, lexicon: readonly string[]): void {
  writeRecogniser(join(folder, 'ears'));
  writeVoice(join(folder, 'voice'), lexicon);
}

/** A tone, at 16 kHz. */
export const tone = (hz: number, ms: number): Int16Array =>
  Int16Array.from({ length: ms * 16 }, (_, index) => 8000 * Math.sin((2 * Math.PI * hz * index) / 16_000));
