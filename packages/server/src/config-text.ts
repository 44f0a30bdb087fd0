// Parses the text of configuration files, and formats issues of their values for the author.

import { createRequire } from 'node:module';
import { ColloquyError, type Issue } from '@colloquy/protocol';

/** Loaded with the first file, so that a server without configuration files starts without the parser. */
const yaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml');

/** Parses YAML or JSON. `name` is the file's name in messages. Throws `invalid_configuration` with the place of a syntax error. */
export function parseConfigText(text: string, name: string): unknown {
  const { parse } = yaml();
  try {
    return parse(text, { schema: 'core', maxAliasCount: 100, logLevel: 'error' });
  } catch (cause) {
    const where = (cause as { linePos?: { line: number; col: number }[] }).linePos?.[0];
    const place = where ? ` at line ${where.line}, column ${where.col}` : '';
    throw new ColloquyError('invalid_configuration', `${name}: not valid YAML or JSON${place}`, { cause });
  }
}

/** The message of an issue, including the name of its field. */
export const explainIssue = ({ param, message }: Issue): string =>
  param === null || message.includes(`'${param}'`) ? message : `'${param}': ${message}`;
