import { expect, it } from 'vitest';
import { byteLines } from './byte-lines.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function linesOf(pieces: readonly Uint8Array[], longest = 1e6): Promise<string[]> {
  async function* chunks() {
    yield* pieces;
  }
  const lines: string[] = [];
  for await (const line of byteLines(chunks(), longest)) lines.push(decoder.decode(line));
  return lines;
}

it('splits a text at its line breaks, however it is chunked', async () => {
  const text = 'one\n\nzwei ü \u2028 \r\nthree 😀\nfour';
  const bytes = encoder.encode(text);
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(await linesOf(pieces)).toEqual(text.split('\n'));
  }
});

it('yields no empty line after the last break', async () => {
  expect(await linesOf([encoder.encode('one\n')])).toEqual(['one']);
  expect(await linesOf([])).toEqual([]);
});

it('cuts a line that is too long, and keeps the lines after it', async () => {
  const pieces = Array.from({ length: 100 }, () => encoder.encode('x'.repeat(10)));
  const [long, ...rest] = await linesOf([...pieces, encoder.encode('\nnext\n')], 35);
  expect(long).toBe('x'.repeat(40));
  expect(rest).toEqual(['next']);
});
