// Configuration files: their text to a value, and what is wrong with the value in words for whoever wrote it.

import { createRequire } from 'node:module';
import { ColloquyError, type Issue } from '@colloquy/protocol';

/** Loaded with the first file: a server without one starts without the parser. */
const yaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml');

/** Reads YAML, or JSON, which is YAML. `name` stands for the file. Throws `invalid_configuration` that says where it breaks off. */
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

/** The message of an issue, with the field's name in it. */
export const explainIssue = ({ param, message }: Issue): string =>
  param === null || message.includes(`'${param}'`) ? message : `'${param}': ${message}`;
