// Locks a folder for one process. The operating system releases the lock when the process ends.
//
// The owner listens on a Unix socket in the folder. A socket that accepts a connection has a living owner; one that refuses was
// left by a process that died (kill -9, power loss) and is removed. So there is no process id that another process could reuse,
// and containers that share a volume see each other. On Windows a named pipe stands for the folder.

import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, realpath, rename, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Name of an owner's socket. It is renamed to this after it listens, so a socket of this name that refuses is dead. */
const OWNER = /^\.owner-[0-9a-f]{16}$/;

/** A lock, held until `release`. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks `folder`, which must exist, for this process. Resolves with `undefined` when another server, in this process or any other
 * on this machine, holds the lock. Of servers that start at the same moment at most one gets it. Rejects with the error of the
 * operating system when no lock can be made there.
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  if (process.platform === 'win32') return lockPipe(folder);
  const handle = await open(folder, 'r');
  // The path of a socket has room for about 100 characters; on Linux the folder has a short one.
  const short = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
  try {
    return await lockSocket(folder, short);
  } finally {
    await handle.close();
  }
}

async function lockSocket(folder: string, short: string): Promise<FolderLock | undefined> {
  if ((await probeOwners(folder, short)) === 'alive') return undefined;
  const id = randomBytes(8).toString('hex');
  const [temporaryName, name] = [`.begun-${id}`, `.owner-${id}`];
  const server = await listen(join(short, temporaryName));
  const release = async () => {
    await unlink(join(folder, name)).catch(() => {}); // the folder may be gone
    await close(server);
  };
  try {
    await rename(join(folder, temporaryName), join(folder, name));
    // Probed again after the rename: of two concurrent processes, at least one sees the other.
    const others = await probeOwners(folder, short, name);
    if (others === 'alive') {
      await release();
      return undefined;
    }
    for (const dead of others) await unlink(join(folder, dead)).catch(() => {});
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Whether an owner other than `own` lives; if none does, the sockets that dead ones left. */
async function probeOwners(folder: string, short: string, own?: string): Promise<'alive' | string[]> {
  const names = (await readdir(folder)).filter((name) => OWNER.test(name) && name !== own);
  for (const name of names) if (await isAlive(join(short, name))) return 'alive';
  return names;
}

/** A socket is dead only if it refuses the connection or no longer exists. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

async function lockPipe(folder: string): Promise<FolderLock | undefined> {
  const id = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  try {
    const server = await listen(`\\\\.\\pipe\\colloquy-${id}`);
    return { release: () => close(server) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** A server that closes every connection and does not keep the process alive. */
function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject).on('error', () => {}); // e.g. EMFILE while accepting: the kernel still holds the lock
      resolve(server.unref());
    });
  });
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
