import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('lockFolder', () => {
  it('[CO21] locks a folder for one owner at a time, and for the next after release', async () => {
    const first = await lockFolder(folder);
    expect(first).toBeDefined();
    expect(await lockFolder(folder)).toBeUndefined();
    await first?.release();
    expect(readdirSync(folder)).toEqual([]);
    const second = await lockFolder(folder);
    expect(second).toBeDefined();
    await second?.release();
  });

  it('[CO21] locks a folder for at most one of many concurrent requests', async () => {
    for (let round = 0; round < 20; round++) {
      const locks = await Promise.all(Array.from({ length: 6 }, () => lockFolder(folder)));
      const held = locks.filter((lock) => lock !== undefined);
      expect(held.length).toBeLessThanOrEqual(1);
      await Promise.all(held.map((lock) => lock.release()));
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('[CO21] locks a folder when its path is longer than a socket path may be', async () => {
    const deep = join(folder, 'd'.repeat(120), 'e'.repeat(120));
    mkdirSync(deep, { recursive: true });
    const lock = await lockFolder(deep);
    expect(lock).toBeDefined();
    expect(await lockFolder(deep)).toBeUndefined();
    await lock?.release();
  });

  it('[CO21] releases a lock when its folder was deleted', async () => {
    const deletedFolder = join(folder, 'gone');
    mkdirSync(deletedFolder);
    const lock = await lockFolder(deletedFolder);
    rmSync(deletedFolder, { recursive: true });
    await lock?.release();
  });
});
