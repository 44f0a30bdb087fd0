// The length of lines in Markdown files: at most 120 characters, code included. Links are checked in links.test.ts.

import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read } from './documents.ts';

const MAX_LINE_CHARS = 120;

/** A line that cannot be broken: a row of a table, also in a list, or one with a URL or link longer than the limit. */
function isUnbreakable(line: string): boolean {
  return /^ *\|/.test(line) || line.split(' ').some((word) => /https?:\/\/|\]\(/.test(word) && word.length > 80);
}

const longLines = (path: string, text: string) =>
  text
    .split('\n')
    .flatMap((line, index) =>
      [...line].length > MAX_LINE_CHARS && !isUnbreakable(line) ? [`${path}:${index + 1}`] : [],
    );

describe('lines of Markdown', () => {
  it('have at most 120 characters, except tables and long URLs', () => {
    expect(DOCUMENTS.flatMap((path) => longLines(path, read(path)))).toEqual([]);
  });

  it('are reported with file and line when they are longer', () => {
    const url = `https://example.com/${'a'.repeat(120)}`;
    const text = ['short', 'a '.repeat(61), `| ${'a '.repeat(61)}|`, url, 'é'.repeat(120)].join('\n');
    expect(longLines('x.md', text)).toEqual(['x.md:2']);
  });
});
