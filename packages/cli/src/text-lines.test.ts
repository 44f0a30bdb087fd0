import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { textLines } from './text-lines.ts';

describe('textLines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-text-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function read(bytes: Uint8Array, maxUnpackedBytes?: number) {
    const path = join(folder, 'log');
    writeFileSync(path, bytes);
    const forms: string[] = [];
    const lines: string[] = [];
    const onForm = (form: string) => forms.push(form);
    for await (const line of textLines(path, { onBytes() {}, onForm, ...(maxUnpackedBytes && { maxUnpackedBytes }) }))
      lines.push(line);
    return { forms, lines };
  }

  it('[LG3] unpacks gzip, of several members too, and recodes what is inside', async () => {
    expect(await read(gzipSync('one\ntwo\n'))).toEqual({ forms: ['gzip'], lines: ['one', 'two'] });
    const members = Buffer.concat([gzipSync('one\ntw'), gzipSync('o\nthree')]);
    expect((await read(members)).lines).toEqual(['one', 'two', 'three']);
    const recoded = await read(gzipSync(Buffer.from('\ufeffä\n', 'utf16le')));
    expect(recoded).toEqual({ forms: ['gzip', 'UTF-16 LE'], lines: ['ä'] });
  });

  it('[LG6] stops where gzip unpacks to more than it may', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
    await expect(read(bomb, 1_000_000)).rejects.toThrow(/is gzip that unpacks to more than 1000000 bytes$/);
  });

  it('[LG5] says of damaged gzip that it is', async () => {
    const whole = gzipSync('line\n'.repeat(1000));
    await expect(read(whole.subarray(0, whole.length - 9))).rejects.toThrow(/is gzip that is damaged or cut off: Z_/);
    await expect(read(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).rejects.toThrow(/is gzip that is damaged or cut off: Z_/);
  });
});
