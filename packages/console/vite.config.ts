// Builds the page into `dist`: files of our own origin only, nothing inline, so that the strictest content security policy
// lets it through.

import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  resolve: { conditions: ['colloquy-source', ...defaultClientConditions] },
  // Also where tests build it: otherwise each element would name its file.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false },
});
