// The documentation site, built once: every page and every public name is in it, and it works from a file and below any path.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { inflateSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocs } from '../../scripts/docs.mjs';
import { addressOf, pages } from '../../scripts/docs-pages.mjs';
import { entryPoints } from '../../scripts/sources.mjs';
import { DOCUMENTS } from './documents.ts';

const site = mkdtempSync(join(tmpdir(), 'colloquy-site-'));
let files: Set<string>;
const read = (path: string) => readFileSync(join(site, path), 'utf8');
const html = () => [...files].filter((path) => path.endsWith('.html'));

beforeAll(async () => {
  // Neither an error nor a warning: an anchor, a link or a docstring that TypeDoc does not understand is one.
  expect(await buildDocs(site)).toBe(0);
  files = new Set(readdirSync(site, { recursive: true }).map((path) => String(path).replaceAll('\\', '/')));
}, 300_000);
afterAll(() => rmSync(site, { recursive: true, force: true }));

/** The names an entry point exports, read from its text. */
function publicNames(source: string): string[] {
  const { statements } = ts.createSourceFile(source, readFileSync(source, 'utf8'), ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (!clause || !ts.isNamedExports(clause)) throw new Error(`${source}: names are exported one by one`);
      return clause.elements.map(({ name }) => name.text);
    }
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => nameOf(name));
    return [nameOf((statement as unknown as ts.DeclarationStatement).name)];
  });
}

function nameOf(name: ts.Node | undefined): string {
  if (!name || !ts.isIdentifier(name)) throw new Error('an exported declaration has one name');
  return name.text;
}

/** The page of an entry point; TypeDoc makes file names of names by writing `_` for what is not a letter. */
const entryPage = (name: string) => `modules/${name.replaceAll(/[^\w-]/g, '_')}.html`;

/** What `window.<name>` of a script of the site holds: JSON, packed. */
function packed(path: string): { rows: { name: string; url: string }[] } {
  const [, text = ''] = /"([^"]+)"/.exec(read(path)) ?? [];
  return JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString());
}

describe('documentation site', () => {
  it('has the README as its start page, with title, sign and search', () => {
    const start = read('index.html');
    expect(start).toContain('<title>Colloquy</title>');
    expect(start).toContain('href="assets/favicon.svg"');
    expect(start).toContain('src="assets/search.js"');
  });

  it('has every page of docs/ under its title', () => {
    const placed = new Set(pages().map(({ path }) => path));
    expect(DOCUMENTS.filter((path) => path.startsWith('docs/') && !placed.has(path))).toEqual([]);
    for (const { path, title } of pages()) {
      const escaped = title.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      expect(read(`${addressOf(path)}.html`), path).toContain(`<title>${escaped} | Colloquy</title>`);
    }
  });

  it.each(entryPoints())('has every public name of $name', ({ name, source }) => {
    const page = read(entryPage(name)).replaceAll('<wbr/>', '');
    const names = publicNames(source);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((each) => !new RegExp(`[>/.]${each}(?:<|\\.html)`).test(page))).toEqual([]);
  });

  it('finds names and pages by its search index', () => {
    const { rows } = packed('assets/search.js');
    const match = new Set(rows.map(({ name }) => name));
    expect(pages().filter(({ title }) => !match.has(title))).toEqual([]);
    for (const name of ['createMirror', 'decodeServerEvent', 'createServer', 'startServer'])
      expect(match).toContain(name);
    expect(rows.filter(({ url }) => !files.has(url.replace(/#.*/, '')))).toEqual([]);
  });

  it('links relatively, to files that are there', () => {
    const faults = html().flatMap((path) =>
      [...read(path).matchAll(/ (?:href|src|srcset)="([^"#?]+)[^"]*"/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^(?:https?|mailto):/.test(target))
        .filter((target) => target.startsWith('/') || !isThere(posix.join(posix.dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect([...new Set(faults)]).toEqual([]);
  });
});

const isThere = (path: string) => files.has(path) || path === '.' || path === './';
