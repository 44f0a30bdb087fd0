// Reading dropped files.

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLog } from './read-log.ts';
import { unpacked } from './unpacked.ts';

const EVENT = '{"type":"response.cancel"}';

async function read(bytes: Uint8Array) {
  const kinds: string[] = [];
  const { signal } = new AbortController();
  const stream = new Blob([Buffer.from(bytes)]).stream();
  const report = await readLog(stream, { signal, onEntry: ({ kind }) => kinds.push(kind) });
  return { kinds, report };
}

describe('readLog', () => {
  it('[LG3] unpacks gzip and recodes UTF-16, and says so', async () => {
    const text = Buffer.from(`\ufeff${EVENT}\r\n${EVENT}${EVENT}`, 'utf16le');
    const { kinds, report } = await read(gzipSync(text));
    expect(kinds).toEqual(['event', 'event', 'event']);
    expect([...report.forms]).toEqual(['gzip', 'UTF-16 LE', 'several values on a line']);
  });

  it('[LG6] unpacks no more than it may', async () => {
    async function* source() {
      yield gzipSync(Buffer.alloc(20_000_000, 0x20));
    }
    let bytes = 0;
    const unpack = async () => {
      for await (const chunk of unpacked(source(), () => {}, 1_000_000)) bytes += chunk.length;
    };
    await expect(unpack()).rejects.toThrow('it is too large when unpacked');
    expect(bytes).toBeLessThanOrEqual(1_000_000);
  });

  it('[LG5] rejects gzip that is cut off', async () => {
    const whole = gzipSync(`${EVENT}\n`.repeat(1000));
    await expect(read(whole.subarray(0, whole.length - 9))).rejects.toThrow();
  });
});
