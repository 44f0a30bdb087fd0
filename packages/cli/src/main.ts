#!/usr/bin/env node
// `colloquy`: finds the command, runs it, and turns an error into one line and an exit code. What a command needs is loaded
// with it; this file and what it imports stay light.

import type { ColloquyError } from '@colloquy/protocol';
import { COMMANDS } from './commands.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { faultText } from './fault.ts';
import { nearestNames, unknownName } from './nearest.ts';
import { colouredHelp, paletteFor } from './palette.ts';
import { version } from './version.ts';

const HELP = `Usage: colloquy [<command>] [options]

Without a command it runs 'colloquy serve --open': it serves and opens the console.

Commands:
${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}\n`).join('')}
Options:
  -h, --help     this text, or the help of a command, like 'colloquy help <command>'
  -v, --version  the version

${EXIT_CODES_HELP}`;

/** The command to run and its arguments: options alone are those of `serve`. */
function readCommand([name, ...args]: string[]): { name: string; args: string[] } {
  if (name === undefined || (name.startsWith('-') && name !== '-'))
    return { name: 'serve', args: ['--open', ...(name === undefined ? [] : [name]), ...args] };
  return { name, args };
}

async function printHelp(name: string | undefined): Promise<number> {
  if (name === undefined) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const entry = COMMANDS.get(name);
  if (!entry) return refuseCommand(name);
  process.stdout.write(colouredHelp((await entry.load()).help));
  return EXIT.done;
}

/** Names the likely command alone: what was typed may be a secret in the wrong place. */
function refuseCommand(typed: string): number {
  const nearest = nearestNames(typed, COMMANDS.keys());
  return fail('colloquy', unknownName('unknown command', nearest, 'colloquy --help'), EXIT.misused);
}

function fail(from: string, message: string, code: number): number {
  process.stderr.write(`${paletteFor(process.stderr).bad(`${from}:`)} ${message}\n`);
  return code;
}

async function main(argv: string[]): Promise<number> {
  const [first, second] = argv;
  if (first === '--help' || first === '-h') return printHelp(undefined);
  if (first === 'help') return printHelp(second);
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${version()}\n`);
    return EXIT.done;
  }
  const { name, args } = readCommand(argv);
  const entry = COMMANDS.get(name);
  if (!entry) return refuseCommand(name);
  try {
    return await (await entry.load()).run(args);
  } catch (error) {
    // Loaded already, by the command that threw.
    const { ColloquyError } = await import('@colloquy/protocol');
    if (!ColloquyError.is(error)) {
      process.stderr.write(faultText(`colloquy ${name}`, error));
      return EXIT.failed;
    }
    const { code, message } = error as ColloquyError;
    return fail(`colloquy ${name}`, message, code === 'invalid_configuration' ? EXIT.misused : EXIT.failed);
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
