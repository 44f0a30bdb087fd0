// The interface of a command and the parsing of its arguments. Commands: `commands/`; their table: `commands.ts`.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ColloquyError } from '@colloquy/protocol';
import { nearestNames, unknownName } from './nearest.ts';

export { EXIT } from './exit-codes.ts';

/** One word after `colloquy`. */
export interface Command {
  /** The whole text of `colloquy <command> --help`, ending with a newline. */
  readonly help: string;
  /** Runs to its end and resolves with the exit code. Rejects with a `ColloquyError` for what can be said in one line. */
  readonly run: (args: string[]) => Promise<number>;
}

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
    if (!isUnknown) throw misused(`${option} has an invalid value; see 'colloquy ${command} --help'`);
    const nearest = nearestOptions(option, options);
    throw misused(unknownName(`${option} is not an option`, nearest, `colloquy ${command} --help`));
  }
}

/** Negated options too: `--no-tsl` is near `--no-tls`. */
function nearestOptions(option: string, options: NonNullable<ParseArgsConfig['options']>): string[] {
  if (!option.startsWith('--')) return [];
  const names = Object.keys(options);
  const negated = option.startsWith('--no-') ? names.map((name) => `no-${name}`) : [];
  return nearestNames(option.slice(2), [...names, ...negated]).map((name) => `--${name}`);
}
