// The built page under the strictest content security policy: nothing inline, nothing from elsewhere, no markup made of
// strings. What the server sends along with it is tested beside the server.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const HOME = join(import.meta.dirname, '../../packages/console');

/** What the first picture needs of scripts, and all scripts together, in bytes of gzip. */
const MAX_FIRST_BYTES = 100_000;
const MAX_BYTES = 180_000;

/** The files of the page by name, built in memory. */
async function builtPage(): Promise<Map<string, string>> {
  const built = await build({ root: HOME, logLevel: 'silent', build: { write: false } });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []));
  return new Map(outputs.map((each) => [each.fileName, each.type === 'chunk' ? each.code : String(each.source)]));
}

describe('the console page, as built', () => {
  let page: Map<string, string>;
  let html = '';
  beforeAll(async () => {
    page = await builtPage();
    html = page.get('index.html') ?? '';
  });

  /** The script of the page with all that it imports before it runs. */
  function firstScripts(): string[] {
    const names = new Set([...html.matchAll(/<script\b[^>]*src="\/([^"]+)"/g)].map(([, name]) => name as string));
    for (const name of names) {
      const imports = (page.get(name) ?? '').matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g);
      for (const [, file] of imports) names.add(`assets/${file}`);
    }
    return [...names].map((name) => page.get(name) ?? '');
  }

  it('has no inline script, style or handler', () => {
    const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.map(([, inside]) => inside?.trim())).toEqual(scripts.map(() => ''));
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
  });

  it('is small, and has nothing of the machine that built it', ({ annotate }) => {
    const scripts = [...page].filter(([name]) => name.endsWith('.js')).map(([, text]) => text);
    const sizeOf = (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
    expect(scripts.filter((text) => text.includes(HOME))).toEqual([]);
    const first = firstScripts();
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(scripts.length);
    expect(sizeOf(first)).toBeLessThan(MAX_FIRST_BYTES);
    expect(sizeOf(scripts)).toBeLessThan(MAX_BYTES);
    const figures = [first, scripts].map((texts) => (sizeOf(texts) / 1000).toFixed(1));
    annotate(`the console's scripts: ${figures[1]} kB gzip, ${figures[0]} kB before the first picture`, 'figure');
  });

  it('asks for nothing from another origin, and for no data: address', () => {
    const addresses = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^\/(?!\/)/);
    for (const [name, text] of page) {
      // Fonts are files of the build; nothing else is fetched by a style sheet.
      const styled = text.replaceAll(/url\(\/assets\/[\w-]+\.woff2\)/g, '');
      if (name.endsWith('.css')) expect(styled.match(/url\(|@import/g)).toBeNull();
      // The names of markup languages look like addresses, and the prices name their source; nobody asks for either.
      const foreign =
        /https?:\/\/(?!www\.w3\.org\/|developers\.openai\.com\/api\/docs\/)[^`'"]{0,40}|\bimport\((?!["'`]\.\/[\w.-]+\.js["'`]\))|\beval\(|new Function/g;
      if (name.endsWith('.js')) expect(text.match(foreign)).toBeNull();
    }
  });
});

it('puts content into the page as text only', () => {
  const names = readdirSync(join(HOME, 'src'), { recursive: true }).map(String);
  const sources = names.filter((name) => /\.tsx?$/.test(name));
  expect(sources.length).toBeGreaterThan(0);
  for (const name of sources) {
    const source = readFileSync(join(HOME, 'src', name), 'utf8');
    expect(source, name).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setAttribute|InnerHTML/,
    );
  }
});
