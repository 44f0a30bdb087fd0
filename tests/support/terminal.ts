// Runs the command on a pseudo terminal, opened by `script` of util-linux.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../../packages/cli/bin/colloquy.mjs');
const TIME_LIMIT_MS = 90_000;

/** Whether a terminal can be had: `script` is on Linux only what it is here. */
export const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

export interface OnTerminal {
  /** Waits until what is on the screen matches; rejects, with the screen, when the command ends first. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Everything so far, with its control sequences. */
  readonly screen: () => string;
  /** Ends the command if need be; resolves when it has ended. */
  readonly end: () => Promise<void>;
}

/** Starts `colloquy <args>` on a terminal. The arguments must need no quotes. */
export function colloquyOnTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): OnTerminal {
  const { PATH = '' } = process.env;
  const line = ['exec', process.execPath, BIN, ...args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { PATH, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let screen = '';
  let isOver = false;
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const each of wakes) each();
  };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    screen += text;
    wake();
  });
  const limit = setTimeout(() => child.kill('SIGTERM'), TIME_LIMIT_MS);
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      clearTimeout(limit);
      isOver = true;
      wake();
      resolve();
    });
  });
  return {
    screen: () => screen,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(screen);
          if (!match && !isOver) return;
          wakes.delete(look);
          if (match) resolve(match);
          else reject(new Error(`ended without ${pattern}:\n${screen}`));
        };
        wakes.add(look);
        look();
      }),
    end: () => {
      child.kill('SIGTERM'); // it ends the command too, and waits for it
      return ended;
    },
  };
}
