// Runs an unmodified client of another project in its own process, because some exit on a single invalid frame.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Of a process, unless it is known to be slow to start. */
const TIME_LIMIT_MS = 90_000;

/** How a client's process ended, and what it said. */
export interface Ended<Report> {
  /** Exit code; `null` when the time limit ended it. */
  readonly code: number | null;
  /** The JSON the script wrote at its end. */
  readonly report: Report | undefined;
  readonly stderr: string;
}

export interface RunOptions {
  /** Node's own options, beside unhandled rejections being fatal. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** After so many milliseconds it is ended. @default 90000 */
  readonly timeLimitMs?: number;
}

/** Runs `clients/<name>` with `input` as its argument, JSON; never rejects for what the client does. */
export function runClient<Report>(name: string, input: unknown, options: RunOptions = {}) {
  const { node = [], env = {}, timeLimitMs = TIME_LIMIT_MS } = options;
  const script = join(import.meta.dirname, '../compat/clients', name);
  const args = ['--unhandled-rejections=strict', ...node, script, JSON.stringify(input)];
  return new Promise<Ended<Report>>((resolve, reject) => {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, args, { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), timeLimitMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, stderr, report: stdout === '' ? undefined : (JSON.parse(stdout) as Report) });
    });
  });
}
