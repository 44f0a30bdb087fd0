// Runs a command of the user with our terminal: signals are forwarded, its exit code is returned as a shell has it.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ColloquyError } from '@colloquy/protocol';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves with the exit code, 128 and the signal's number if a signal ended it. Rejects if the command cannot be started. */
export function runCommand([name = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(name, args, { env, stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => {
    // A terminal sends Ctrl-C to the command too.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(startError(name, error)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
  });
}

function startError(name: string, error: unknown): ColloquyError {
  const command = printableLine(name.slice(0, 256));
  return new ColloquyError('not_found', `${command} cannot be started: ${fileErrorText(error)}`);
}
