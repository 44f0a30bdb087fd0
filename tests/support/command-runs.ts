// Runs many commands of the built `colloquy` in one process, to save the start of each.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const COMMANDS = new URL('../../packages/cli/dist/commands/', import.meta.url);

/** Runs `[name, ...arguments]` one after the other, and writes what each came to, as a line of JSON, to the file it is given. */
const DRIVER = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const [plan, report, folder] = process.argv.slice(2);
  const write = process.stdout.write;
  for (const [name, ...args] of JSON.parse(readFileSync(plan, 'utf8'))) {
    const { [name]: command } = await import(folder + name + '.js');
    const came = { name, args, stdout: '' };
    process.stdout.write = (text) => (came.stdout += text, true);
    try {
      came.code = await command.run(args);
    } catch (error) {
      came[error.constructor.name === 'ColloquyError' ? 'refused' : 'stack'] = String(error.stack);
    }
    process.stdout.write = write;
    appendFileSync(report, JSON.stringify(came) + '\\n');
  }
`;

/** What one command came to: its exit code, or the stack of an error that is no refusal. */
export interface CommandOutcome {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdout: string;
  readonly code?: number;
  readonly refused?: string;
  readonly stack?: string;
}

/** Runs every command of the plan, `[name, ...arguments]`; keeps its own files in `folder`. Nothing of it may print a stack. */
export async function runCommands(
  folder: string,
  plan: readonly (readonly string[])[],
): Promise<{ outcomes: CommandOutcome[]; stderr: string }> {
  const path = (name: string) => join(folder, name);
  writeFileSync(path('driver.mjs'), DRIVER);
  writeFileSync(path('plan.json'), JSON.stringify(plan));
  writeFileSync(path('report.jsonl'), '');
  const args = [path('driver.mjs'), path('plan.json'), path('report.jsonl'), COMMANDS.href];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  expect(stderr).not.toMatch(/^ {4}at /m);
  const outcomes = readFileSync(path('report.jsonl'), 'utf8').trimEnd().split('\n');
  expect(outcomes).toHaveLength(plan.length);
  return { outcomes: outcomes.map((line) => JSON.parse(line)), stderr };
}
