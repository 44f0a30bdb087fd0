// A lock between processes: a file with the id of the process that holds it. The lock of a process that has ended is free.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 100;

/** Runs `act` while no other process runs one under the same path; resolves with what it resolves with. */
export async function locked(path, act) {
  mkdirSync(dirname(path), { recursive: true });
  while (!tryLock(path)) await sleep(LOOK_MS);
  try {
    return await act();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld(path)) rmSync(path, { force: true });
    return false;
  }
}

function isHeld(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // Empty for the moment between its making and its writing.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    // Not ours to signal, but there.
    return error.code === 'EPERM';
  }
}
