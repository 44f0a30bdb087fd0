#!/usr/bin/env node
// `colloquy`: finds the command, runs it, and turns what went wrong into one line and an exit code.

import { readFileSync } from 'node:fs';
import { ColloquyError } from '@colloquy/protocol';
import { type Command, EXIT, EXIT_CODES_HELP } from './command.ts';
import { check } from './commands/check.ts';
import { completionOf } from './commands/completion.ts';
import { convert } from './commands/convert.ts';
import { doctor } from './commands/doctor.ts';
import { inspect } from './commands/inspect.ts';
import { measure } from './commands/measure.ts';
import { redact } from './commands/redact.ts';
import { replay } from './commands/replay.ts';
import { serve } from './commands/serve.ts';
import { tail } from './commands/tail.ts';
import { talk } from './commands/talk.ts';
import { faultText } from './fault.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', serve],
  ['talk', talk],
  ['doctor', doctor],
  ['replay', replay],
  ['inspect', inspect],
  ['check', check],
  ['redact', redact],
  ['measure', measure],
  ['convert', convert],
  ['tail', tail],
  ['completion', completionOf(() => COMMANDS)],
]);

const HELP = `Usage: colloquy <command> [options]

Commands:
${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}\n`).join('')}
Options:
  -h, --help     this text; after a command, that of the command, as 'colloquy help <command>' prints it
  -v, --version  the version

${EXIT_CODES_HELP}`;

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}

async function main([name, ...args]: string[]): Promise<number> {
  const asked = name === 'help' ? args[0] : undefined;
  if (name === '--help' || name === '-h' || (name === 'help' && asked === undefined)) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.get(asked ?? name ?? '');
  if (!command) {
    process.stderr.write(name === undefined ? HELP : "colloquy: there is no such command; see 'colloquy --help'\n");
    return EXIT.misused;
  }
  if (asked !== undefined) {
    process.stdout.write(command.help);
    return EXIT.done;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (!ColloquyError.is(error)) {
      process.stderr.write(faultText(`colloquy ${name}`, error));
      return EXIT.failed;
    }
    const { code, message } = error as ColloquyError;
    process.stderr.write(`colloquy ${name}: ${message}\n`);
    return code === 'invalid_configuration' ? EXIT.misused : EXIT.failed;
  }
}

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
);

// What nothing awaits: the state is unknown, so the process ends.
process.on('uncaughtException', (error) => {
  process.stderr.write(faultText('colloquy', error));
  process.exit(EXIT.failed);
});

process.exitCode = EXIT.failed; // until something says otherwise
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
