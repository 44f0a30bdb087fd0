import { byteLines } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { textLines } from './text-lines.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Uint8Array, size: number, maxBytes = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of textLines(inChunks(bytes, size), maxBytes)) lines.push(...some);
  return lines;
}

/** Each line decoded by itself. */
async function oneByOne(bytes: Uint8Array, size: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of byteLines(inChunks(bytes, size), 1000)) lines.push(new TextDecoder().decode(line));
  return lines;
}

describe('lines of text', () => {
  const mark = '\ufeff';
  const texts = {
    'lines and a rest': 'one\ntwo\n\nthree\nrest',
    'a break at the end': 'one\n\n',
    'one line': 'one',
    nothing: '',
    'more than one byte for a character': 'Grüße\n你好 🌦️\nПривет',
    'byte order marks': `${mark}one\n${mark}two\n${mark}${mark}three`,
  };

  it.each(Object.entries(texts))('are those that are decoded one by one: %s', async (_, text) => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 5, 7, 1000]) expect(await linesOf(bytes, size)).toEqual(await oneByOne(bytes, size));
  });

  it('are those that are decoded one by one where the bytes are not UTF-8', async () => {
    const bytes = Uint8Array.of(0xe2, 0x82, 0x0a, 0xff, 0x61, 0x0a, 0xf0, 0x9f, 0x0a, 0xc3);
    for (const size of [1, 3, 100]) expect(await linesOf(bytes, size)).toEqual(await oneByOne(bytes, size));
  });

  it('are cut when they are too long', async () => {
    const bytes = new TextEncoder().encode(`${'x'.repeat(500)}\nshort\n`);
    expect(await linesOf(bytes, 10, 100)).toEqual(['x'.repeat(100), 'short']);
  });
});
