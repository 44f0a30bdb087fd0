// Starts the built `colloquy` command and waits for its output.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../packages/cli/dist/main.js');
const TIME_LIMIT_MS = 90_000;
/** A server may serve a whole suite. */
const SERVING_LIMIT_MS = 180_000;

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Everything written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until the output matches; rejects, with what there is, when the process ends first. */
  readonly until: (pattern: RegExp, from?: 'stdout' | 'stderr') => Promise<RegExpExecArray>;
  /** How it ended: the exit code, 128 and more for a signal as a shell counts. Ends it with SIGKILL when it takes too long. */
  readonly ended: Promise<number>;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Starts `colloquy <args>` with nothing of our environment but `env`. */
export function colloquy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  limitMs = TIME_LIMIT_MS,
): Running {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', MAIN, ...args], { env: { PATH, ...env } });
  const text = { stdout: '', stderr: '' };
  let isOver = false;
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const each of wakes) each();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      text[name] += chunk;
      wake();
    });
  }
  child.stdin.on('error', () => {}); // it may end before it has read everything
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      isOver = true;
      wake();
      resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0));
    });
  });
  const until = (pattern: RegExp, from: 'stdout' | 'stderr' = 'stdout') =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text[from]);
        if (!match && !isOver) return;
        wakes.delete(look);
        if (match) resolve(match);
        else reject(new Error(`ended without ${pattern}:\n${text.stdout}\n${text.stderr}`));
      };
      wakes.add(look);
      look();
    });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, until, ended };
}

/** Runs `colloquy <args>` to its end, with `input` as its whole standard input. */
export async function run(
  args: readonly string[],
  { input = '', env = {}, limitMs }: { input?: string; env?: Record<string, string>; limitMs?: number } = {},
) {
  const running = colloquy(args, env, limitMs);
  running.child.stdin.end(input);
  const code = await running.ended;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

export interface Served extends Running {
  readonly url: string;
}

/** Starts `colloquy serve` on a free port and waits until it listens. */
export async function serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const running = colloquy(['serve', '--port', '0', ...args], env, SERVING_LIMIT_MS);
  const [, url = ''] = await running.until(/^colloquy listening on (http:\/\/\S+)\n/m);
  return { ...running, url };
}
