// `npm run docs`: builds the documentation site into site/ with TypeDoc: README.md as its start page, the Markdown files that
// docs-pages.mjs orders, and the reference of the public names of the packages, made from their docstrings. The site needs no
// server: all its links are relative.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { API_GROUP, addressOf, GROUP_TITLES, pages } from './docs-pages.mjs';
import { install } from './install.mjs';
import { isMain, requireNode, root } from './run.mjs';
import { entryPoints } from './sources.mjs';

const REPOSITORY = 'https://github.com/colloquy/colloquy';
const FOOTER = 'Colloquy · Apache License 2.0 · made with <a href="https://typedoc.org/">TypeDoc</a>';

/** Opens two groups of the navigation for readers who come for the first time; a group that they close stays closed. */
const OPEN_GROUPS = `for (const key of ['tsd-accordion-Start', 'tsd-accordion-Guides'])
  if (localStorage.getItem(key) === null) localStorage.setItem(key, 'true');`;

/** Where the site is built. */
const SITE = join(root, 'site');

const options = (out) => ({
  ...{ name: 'Colloquy', readme: join(root, 'README.md'), out, logLevel: 'Warn' },
  ...{
    projectDocuments: pages().map(({ path }) => join(root, path)),
    locales: { en: { kind_plural_module: API_GROUP } },
  },
  ...{ basePath: root, disableGit: true, sourceLinkTemplate: `${REPOSITORY}/blob/main/{path}#L{line}` },
  ...{ excludeInternal: true, excludePrivate: true, skipErrorChecking: true, jsDocCompatibility: { exampleTag: true } },
  // A type that is not public is shown where it is used and has no page.
  // Links to files are held by tests/docs, which know folders too.
  validation: { notExported: false, invalidLink: true, invalidPath: false },
  ...{ router: 'addresses', searchInDocuments: true, searchInComments: true, headings: { readme: false } },
  // A word in the text of a page is looked for more often than one that is part of a name.
  searchGroupBoosts: Object.fromEntries(GROUP_TITLES.filter((title) => title !== API_GROUP).map((title) => [title, 3])),
  ...{ hideGenerator: true, customFooterHtml: FOOTER },
  ...{ navigation: { includeGroups: true, includeFolders: false }, groupOrder: [...GROUP_TITLES, '*'] },
  ...{ sort: ['kind', 'alphabetical'], sortEntryPoints: false, includeHierarchySummary: false },
  ...{ favicon: join(root, 'packages/console/public/icon.svg'), customCss: join(root, 'scripts/docs.css') },
  navigationLinks: { GitHub: REPOSITORY },
  highlightLanguages: [
    'bash',
    'console',
    'css',
    'html',
    'javascript',
    'json',
    'jsonc',
    'jsonl',
    'sh',
    'typescript',
    'yaml',
  ],
});

/** The entry points as TypeDoc reads them: sources, in one program. */
function documentedEntryPoints(ts) {
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config;
  const compilerOptions = { ...base.compilerOptions, composite: false, noEmit: true, types: ['node'], allowJs: true };
  const { options: parsed } = ts.parseJsonConfigFileContent({ compilerOptions, files: [] }, ts.sys, root);
  const entries = entryPoints();
  const program = ts.createProgram(
    entries.map(({ source }) => source),
    parsed,
  );
  return entries.map(({ name, source }) => ({ displayName: name, program, sourceFile: program.getSourceFile(source) }));
}

/** Gives each page its title and group, and lets a link to a folder lead to the README in it. */
function placePages(app, { Converter }) {
  const byPath = new Map(pages().map((page) => [page.path, page]));
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const { files } = document.project;
    const path = pathOf(files.getReflectionPath(document));
    const { title, group } = byPath.get(path);
    document.name = title;
    document.frontmatter.group = group;
    if (path.endsWith('/README.md')) files.registerReflectionPath(join(root, path, '..'), document);
  });
}

const pathOf = (absolute) => relative(root, absolute).replaceAll('\\', '/');

/** The pages of a group in reading order, the entry points in that of their packages. */
function orderPages(project) {
  const order = [...pages().map(({ title }) => title), ...entryPoints().map(({ name }) => name)];
  const byOrder = (a, b) => order.indexOf(a.name) - order.indexOf(b.name);
  for (const { children } of project.groups ?? []) children.sort(byOrder);
  for (const list of [project.documents, project.children, project.childrenIncludingDocuments]) list?.sort(byOrder);
}

/**
 * Shows the README of a package on the page of its main entry point, and lets links to the package's folder lead there. Links
 * in these files are absolute, since they are published with the package.
 */
function introducePackages(project, { Comment }) {
  for (const entry of project.children ?? []) {
    const [, folder] = /^@colloquy\/(\w+)$/.exec(entry.name) ?? [];
    if (!folder) continue;
    const [, text] = readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8').split(/^# .+\n/m);
    entry.comment = new Comment([{ kind: 'text', text }]);
    for (const path of ['.', 'README.md']) {
      project.files.registerReflectionPath(join(root, 'packages', folder, path), entry);
    }
  }
}

/** Whether the site has a copy of the file: pictures and schemas. Everything else is read in the repository. */
const isCopied = (path) => path.startsWith('docs/') && !statSync(join(root, path)).isDirectory();

/** Sends links that lead out of the site, to sources and tests, to the repository. */
function linkSources(project) {
  const contents = [project.readme ?? [], ...(project.documents ?? []).map(({ content }) => content)];
  for (const part of contents.flat()) {
    if (part.kind !== 'relative-link' || part.target === undefined) continue;
    const target = project.files.resolve(part.target, project);
    if (typeof target !== 'string' || !existsSync(target)) continue;
    const path = pathOf(target);
    if (isCopied(path)) continue;
    const kind = statSync(target).isDirectory() ? 'tree' : 'blob';
    part.text = `${REPOSITORY}/${kind}/main/${path}${part.targetAnchor ? `#${part.targetAnchor}` : ''}`;
    part.target = undefined;
  }
}

/** Builds the site into `out`, an absolute path; resolves with 0, or with 1 when TypeDoc reported an error or a warning. */
export async function buildDocs(out = SITE) {
  const [typedoc, { default: ts }] = await Promise.all([import('typedoc'), import('typescript')]);
  const app = await typedoc.Application.bootstrap(options(out));
  app.renderer.defineRouter(
    'addresses',
    class extends typedoc.KindRouter {
      getIdealBaseName(reflection) {
        const path = reflection.isDocument() && reflection.project.files.getReflectionPath(reflection);
        return path ? addressOf(pathOf(path)) : super.getIdealBaseName(reflection);
      }
    },
  );
  app.renderer.hooks.on('head.end', () =>
    typedoc.JSX.createElement('script', null, typedoc.JSX.createElement(typedoc.JSX.Raw, { html: OPEN_GROUPS })),
  );
  placePages(app, typedoc);
  const project = app.converter.convert(documentedEntryPoints(ts));
  orderPages(project);
  introducePackages(project, typedoc);
  linkSources(project);
  app.validate(project);
  await app.generateDocs(project, out);
  return app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
}

if (isMain(import.meta.url)) {
  requireNode();
  process.exitCode = (await install()) || (await buildDocs());
  if (process.exitCode === 0) process.stdout.write(`documentation: ${join(SITE, 'index.html')}\n`);
}
