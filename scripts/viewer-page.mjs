// Makes the viewer: the console without a server, one HTML file with everything in it. It works from a folder, a static host
// or a disk, and sends nothing. The build of the console has it for Share; `viewer.mjs` writes one with the demo session.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const CONSOLE = join(root, 'packages/console');
/** Where Share puts a log: data, which no browser runs. */
const EMPTY_LOG = '<script type="application/x-ndjson" id="log"></script>';

/** Bundles script and style, in memory. A classic script: browsers load no modules from a disk. */
export async function bundleViewer() {
  const { build: bundleConsole } = await import('vite');
  const { output } = await bundleConsole({
    root: CONSOLE,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: (path) => path.endsWith('.woff2'),
      rolldownOptions: {
        transform: { define: { 'import.meta': '{}' } },
        input: join(CONSOLE, 'src/viewer/main.tsx'),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  });
  const text = (isIt) =>
    output
      .filter(isIt)
      .map((each) => String(each.code ?? each.source))
      .join('\n');
  return {
    script: text(({ type, isEntry }) => type === 'chunk' && isEntry),
    style: text(({ fileName }) => fileName.endsWith('.css')),
  };
}

/** Text that may stand in a script or style element as it is. */
const enclosed = (text) => text.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The file, with these lines as its demo session. */
export function viewerPage({ script, style }, demo = '') {
  const code = enclosed(script);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(code)}`,
    `style-src ${hashOf(style)}`,
    'img-src data: blob:',
    'media-src blob:',
    'font-src data:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>Colloquy</title>
    <style>${style}</style>
  </head>
  <body>
    <div id="app"></div>
    <noscript>The viewer needs JavaScript.</noscript>
    ${EMPTY_LOG}
    <script type="application/x-ndjson" id="demo">${demo}</script>
    <script>${code}</script>
  </body>
</html>
`;
}

/** Writes the viewer into the build of the console. */
export async function buildViewer() {
  writeFileSync(join(CONSOLE, 'dist/viewer.html'), viewerPage(await bundleViewer()));
}
