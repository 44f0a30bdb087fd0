import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSherpaModels } from './sherpa-models.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-models-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A network without anything in it. */
const NETWORK = Buffer.from([0x3a, 0]);
const DATA = ['phontab', 'phonindex', 'phondata', 'intonations'].map((name) => `espeak-ng-data/${name}`);

function put(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path.endsWith('.onnx') ? NETWORK : 'x');
  }
}
const kinds = () => {
  const { transcribe, speak } = findSherpaModels(folder);
  return [transcribe?.kind, speak?.kind];
};

describe('findSherpaModels', () => {
  it('finds a recogniser and a voice in their unpacked folders', () => {
    put('zipformer/encoder-99.int8.onnx', 'zipformer/encoder-99.onnx', 'zipformer/decoder-99.onnx');
    put('zipformer/joiner-99.onnx', 'zipformer/tokens.txt', 'zipformer/README.md');
    put('piper/en_US-amy-low.onnx', 'piper/tokens.txt', 'piper/MODEL_CARD', ...DATA.map((path) => `piper/${path}`));
    expect(kinds()).toEqual(['transducer', 'vits']);
    const { transcribe, speak } = findSherpaModels(folder);
    const transducer = {
      encoder: join(folder, 'zipformer/encoder-99.onnx'),
      decoder: join(folder, 'zipformer/decoder-99.onnx'),
      joiner: join(folder, 'zipformer/joiner-99.onnx'),
    };
    expect(transcribe?.config).toMatchObject({
      featConfig: { sampleRate: 16_000 },
      modelConfig: { transducer, tokens: join(folder, 'zipformer/tokens.txt') },
    });
    const vits = { model: join(folder, 'piper/en_US-amy-low.onnx'), dataDir: join(folder, 'piper/espeak-ng-data') };
    expect(speak?.config).toMatchObject({ model: { vits } });
  });

  it('finds a single model in the folder itself, and recognizes the other kinds', () => {
    put('encoder.int8.onnx', 'decoder.int8.onnx', 'tokens.txt');
    expect(kinds()).toEqual(['paraformer', undefined]);
    rmSync(folder, { recursive: true });
    put('model.onnx', 'voices.bin', 'tokens.txt', 'lexicon.txt');
    expect(kinds()).toEqual([undefined, 'kokoro']);
  });

  it('uses all lexicons of a multilingual voice, and the American one for English', () => {
    put('model.onnx', 'voices.bin', 'tokens.txt', ...DATA);
    put('lexicon-zh.txt', 'lexicon-us-en.txt', 'lexicon-gb-en.txt');
    const lexicon = ['lexicon-us-en.txt', 'lexicon-zh.txt'].map((name) => join(folder, name)).join(',');
    expect(findSherpaModels(folder).speak?.config).toMatchObject({ model: { kokoro: { lexicon } } });
    rmSync(join(folder, 'lexicon-us-en.txt'));
    const british = ['lexicon-gb-en.txt', 'lexicon-zh.txt'].map((name) => join(folder, name)).join(',');
    expect(findSherpaModels(folder).speak?.config).toMatchObject({ model: { kokoro: { lexicon: british } } });
  });

  it.each([
    ['nothing', [], /holds no model that is known: a recogniser is encoder\*\.onnx.*; a voice is one \.onnx/],
    ['no decoder', ['m/encoder.onnx', 'm/tokens.txt'], /\/m has no decoder\*\.onnx/],
    ['no tokens to hear', ['m/encoder.onnx', 'm/decoder.onnx'], /\/m has no tokens\.txt: a recogniser/],
    ['no tokens to speak', ['m/a.onnx', 'm/lexicon.txt'], /\/m has no tokens\.txt: a voice/],
    ['half the data', ['a.onnx', 'tokens.txt', ...DATA.slice(1)], /espeak-ng-data\/phontab cannot be read: ENOENT/],
    [
      'two voices',
      ['a/a.onnx', 'a/tokens.txt', 'a/lexicon.txt', 'b/b.onnx', 'b/tokens.txt', 'b/lexicon.txt'],
      /holds two voices: .*\/a and .*\/b; leave one/,
    ],
  ])('rejects a folder with %s', (_, paths, message) => {
    put(...paths);
    expect(() => findSherpaModels(folder)).toThrow(message);
    expect(() => findSherpaModels(folder)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
  });

  it('rejects an unreadable folder and an empty file', () => {
    expect(() => findSherpaModels(join(folder, 'gone'))).toThrow(/gone cannot be read: ENOENT/);
    put('encoder.onnx', 'decoder.onnx');
    writeFileSync(join(folder, 'tokens.txt'), '');
    expect(() => findSherpaModels(folder)).toThrow(/tokens\.txt is empty/);
  });

  it('names a network that is truncated, invalid or missing', () => {
    put('encoder.onnx', 'decoder.onnx', 'tokens.txt');
    const joiner = join(folder, 'joiner.onnx');
    for (const wrong of ['version https://git-lfs.example/spec/v1\n', '<html>', [0x3a, 2, 0], [0x08, 8], [0x3a]]) {
      writeFileSync(joiner, Buffer.from(wrong as string));
      expect(() => findSherpaModels(folder)).toThrow(`${joiner} is no ONNX network, or was cut off`);
    }
    rmSync(joiner);
    mkdirSync(joiner);
    expect(() => findSherpaModels(folder)).toThrow(`${joiner} is no file`);
    rmSync(joiner, { recursive: true });
    symlinkSync(join(folder, 'elsewhere'), joiner);
    expect(() => findSherpaModels(folder)).toThrow(`${joiner} cannot be read: ENOENT`);
    writeFileSync(joiner, Buffer.from([0x08, 8, 0x3a, 3, 1, 2, 3, 0x0d, 0, 0, 0, 0, 0x09, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(kinds()).toEqual(['transducer', undefined]);
  });
});
