// File store: a folder with one `.jsonl` file per recording and its `.summary.json`, readable by its owner only.

import { chmod, constants, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ColloquyError } from '@colloquy/protocol';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { Store } from './store.ts';

/** Names of recording files. Other files in the folder are not listed, read or removed. */
const FILE = /^(\d{8}T\d{6}Z-[0-9A-Za-z_]{1,80})\.jsonl$/;
/** Does not follow links, and does not block on pipes or devices. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Replaces a file of ours, and follows no link. */
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
/** Maximum size of a summary, in bytes. */
const MAX_SUMMARY_BYTES = 256 * 1024;
/** Error codes for an absent file. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'EMLINK']);

/** Stores recordings in `folder`, created if missing, with mode 0700 and files 0600. One store owns a folder at a time. */
export function fileStore(folder: string): Store {
  let lock: FolderLock | undefined;
  /** Paths of the recordings in the latest listing, by name. */
  let paths: ReadonlyMap<string, string> = new Map();

  async function list(): Promise<string[]> {
    const entries = await undefinedIfAbsent(readdir(folder, { withFileTypes: true }));
    const names = (entries ?? []).flatMap((entry) => (entry.isFile() && FILE.exec(entry.name)?.[1]) || []);
    paths = new Map(names.map((name) => [name, join(folder, `${name}.jsonl`)]));
    return names.sort().reverse();
  }

  /** The path of a recording, made from a listed name, so that no text of the request enters a path. */
  async function pathOf(name: string): Promise<string | undefined> {
    if (!paths.has(name)) await list();
    return paths.get(name);
  }

  return {
    async prepare() {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await chmod(folder, 0o700);
        lock ??= await lockFolder(folder);
      } catch (cause) {
        const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
        throw new ColloquyError('invalid_configuration', `recordings cannot be kept in ${folder}: ${reason}`, {
          cause,
        });
      }
      if (!lock) throw new ColloquyError('invalid_configuration', inUse(folder));
    },
    async release() {
      const current = lock;
      lock = undefined;
      await current?.release();
    },
    async create(name) {
      const file = await open(join(folder, `${name}.jsonl`), 'wx', 0o600);
      return {
        append: (text) => file.appendFile(text),
        sync: () => file.datasync(),
        close: () => file.close(),
      };
    },
    list,
    async open(name) {
      const path = await pathOf(name);
      const file = path && (await undefinedIfAbsent(open(path, READ)));
      if (!file) return undefined;
      const stats = await file.stat();
      if (!stats.isFile()) {
        await file.close();
        return undefined;
      }
      return {
        bytes: stats.size,
        read(maxBytes = stats.size) {
          const end = Math.min(maxBytes, stats.size);
          if (end > 0) return file.createReadStream({ start: 0, end: end - 1 });
          void file.close();
          return Readable.from([]);
        },
        close: () => file.close(),
      };
    },
    async remove(name) {
      const path = await pathOf(name);
      if (!path) return false;
      const isRemoved = (await undefinedIfAbsent(unlink(path).then(() => true))) ?? false;
      await undefinedIfAbsent(unlink(summaryPath(path)));
      return isRemoved;
    },
    async readSummary(name) {
      const path = await pathOf(name);
      const file = path && (await undefinedIfAbsent(open(summaryPath(path), READ)));
      if (!file) return undefined;
      try {
        const stats = await file.stat();
        return stats.isFile() && stats.size <= MAX_SUMMARY_BYTES ? await file.readFile('utf8') : undefined;
      } finally {
        await file.close();
      }
    },
    async writeSummary(name, text) {
      const path = await pathOf(name);
      if (!path) return;
      const [target, temporary] = [summaryPath(path), `${summaryPath(path)}.tmp`];
      const file = await open(temporary, WRITE, 0o600);
      try {
        await file.writeFile(text);
      } finally {
        await file.close();
      }
      // A reader sees the old text or the new one, never half of it.
      await rename(temporary, target);
      // The recording may have been removed meanwhile.
      if (!(await undefinedIfAbsent(lstat(path)))) await undefinedIfAbsent(unlink(target));
    },
  };
}

const summaryPath = (path: string): string => path.replace(/\.jsonl$/, '.summary.json');

const inUse = (folder: string): string =>
  `recordings cannot be kept in ${folder}: another server uses this folder; stop it, or give each server a folder of its own`;

/** The result of a file operation; `undefined` if the file is absent. */
async function undefinedIfAbsent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
