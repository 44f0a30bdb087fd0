// Links of all Markdown files: each leads to a file, a folder or a heading that exists.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read, root } from './documents.ts';

/** Links of ours that are written absolute, since npm shows the text elsewhere. */
const REPOSITORY = /^https:\/\/github\.com\/colloquy\/colloquy\/(?:blob|tree)\/main\//;

/** The anchors of a document as GitHub and the site make them: of equal headings, the second ends with `-1`. */
function anchors(text: string): Set<string> {
  const seen = new Map<string, number>();
  const match = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set(match);
}

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```$/gms, '');

/** The targets of links and pictures, in Markdown and in HTML. */
function targets(text: string): string[] {
  const prose = withoutCode(text).replaceAll(/`[^`\n]*`(?!\])/g, '');
  const ways = [/\]\(([^)\s]+)[^)]*\)/g, /^\[[^\]]+\]: (\S+)/gm, /<[^>]* (?:href|src|srcset)="([^"]+)"/g];
  return ways.flatMap((way) => [...prose.matchAll(way)].map(([, target = '']) => target));
}

/** Why the target of a link in `document` leads nowhere, or `undefined`. */
function fault(document: string, target: string): string | undefined {
  const inRepository = target.replace(REPOSITORY, '');
  if (inRepository === target && /^\w+:/.test(target)) return undefined;
  const [path = '', anchor] = inRepository.split('#');
  const below = inRepository === target ? dirname(document) : '';
  const file = path === '' ? document : join(below, path);
  if (!existsSync(join(root, file))) return `${target}: no such file`;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchors(read(file)).has(anchor) ? undefined : `${target}: no such heading`;
}

describe('links', () => {
  it.each(DOCUMENTS)('%s: every link leads somewhere', (document) => {
    const faults = targets(read(document)).map((target) => fault(document, target));
    expect(faults.filter((each) => each !== undefined)).toEqual([]);
  });

  it('tells a missing file and a missing heading', () => {
    const missing = [
      '[a](no.md)',
      '[b](README.md#no-such-heading)',
      '<img src="no.png">',
      '[`c`](no.ts)',
      '[d]: no.md',
    ];
    expect(missing.flatMap(targets).map((target) => fault('README.md', target))).toEqual([
      'no.md: no such file',
      'README.md#no-such-heading: no such heading',
      'no.png: no such file',
      'no.ts: no such file',
      'no.md: no such file',
    ]);
  });
});
