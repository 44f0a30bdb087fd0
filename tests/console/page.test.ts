// The built page under the strictest content security policy: nothing inline, nothing from elsewhere, no markup made of
// strings. What the server sends along with it is tested beside the server.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

const HOME = join(import.meta.dirname, '../../packages/console');

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

  it('has no inline script, style or handler', () => {
    const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.map(([, inside]) => inside?.trim())).toEqual(scripts.map(() => ''));
    expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
  });

  it('asks for nothing from another origin, and for no data: address', () => {
    const addresses = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^\/(?!\/)/);
    for (const [name, text] of page) {
      if (name.endsWith('.css')) expect(text).not.toMatch(/url\(|@import/);
      if (name.endsWith('.js')) expect(text).not.toMatch(/https?:\/\/|\bimport\(|\beval\(|new Function/);
    }
  });
});

it('puts content into the page as text only', () => {
  const sources = readdirSync(join(HOME, 'src')).filter((name) => name.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(0);
  for (const name of sources) {
    const source = readFileSync(join(HOME, 'src', name), 'utf8');
    expect(source, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setAttribute/);
  }
});
