// The Markdown files of the repository, and what the tests of this folder read from them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every Markdown file that is ours, relative to the repository. */
export const DOCUMENTS = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'examples', 'packages'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((path) => `${folder}/${String(path).replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.md') && !/\/(node_modules|dist)\//.test(path)),
  ),
];

export interface CodeBlock {
  /** File and line of the first line of code, for messages: `docs/mcp.md:12`. */
  readonly at: string;
  /** As named behind the fence; `''` where none is. */
  readonly language: string;
  readonly code: string;
}

/** The fenced code of a text, block by block. */
export function codeBlocks(path: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```([a-z]*)\n(.*?)^```$/gms)].map(({ index, 1: language = '', 2: code = '' }) => ({
    at: `${path}:${text.slice(0, index).split('\n').length + 1}`,
    language,
    code,
  }));
}
