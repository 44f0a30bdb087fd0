// What a command is, the exit codes all of them share, and how arguments are read. The commands are in `commands/`.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ColloquyError } from '@colloquy/protocol';

/** One word after `colloquy`. */
export interface Command {
  /** One line, for `colloquy --help`. */
  readonly summary: string;
  /** The whole text of `colloquy <command> --help`, ending with a newline. */
  readonly help: string;
  /** Runs to its end and resolves with the exit code. Rejects with a `ColloquyError` for what can be said in one line. */
  readonly run: (args: string[]) => Promise<number>;
}

/** Exit codes; ended by a second signal, or by Ctrl-C, it is 128 and the signal's number, as in every shell. */
export const EXIT = {
  done: 0,
  /** The world: a port in use, no server, a refused or unanswered turn, a recording that replays to something else. */
  failed: 1,
  /** What was asked for: arguments, settings, a public address without keys. */
  misused: 2,
} as const;

export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    failed: the port is in use, no server answers, a turn was not answered, a recording differs
  2    wrong arguments or settings, or a public address without keys
  130  ended by Ctrl-C (SIGINT); 143 by a second SIGTERM
`;

/** A mistake in the arguments or settings: one line, exit code 2. */
export function misused(message: string): ColloquyError {
  return new ColloquyError('invalid_configuration', message);
}

interface Reading<T extends NonNullable<ParseArgsConfig['options']>> {
  args: string[];
  options: T;
  strict: true;
  allowPositionals: true;
  allowNegative: true;
}

/**
 * Reads the arguments of `command`. Throws `misused` in our words: an argument may be a secret put in the wrong place, so
 * none is quoted but the names of options.
 */
export function readArguments<const T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: string[],
  options: T,
  positionals: number,
): ReturnType<typeof parseArgs<Reading<T>>> {
  try {
    const read = parseArgs({ args, options, strict: true, allowPositionals: true, allowNegative: true });
    if (read.positionals.length > positionals) throw misused(`too many arguments; see 'colloquy ${command} --help'`);
    return read;
  } catch (error) {
    if (ColloquyError.is(error)) throw error;
    const option = /'(-{1,2}[\w-]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'an option';
    const isUnknown = (error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const fault = isUnknown ? `${option} is not an option` : `${option} is not given as it should be`;
    throw misused(`${fault}; see 'colloquy ${command} --help'`);
  }
}
