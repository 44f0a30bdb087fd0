// Builds the page into `dist`: files of our own origin only, nothing inline, so that the strictest content security policy
// lets it through.

import { defineConfig } from 'vite';
import { sourceAliases } from '../../scripts/sources.mjs';

export default defineConfig({
  resolve: { alias: sourceAliases() },
  // Also where tests build it: otherwise each element would name its file.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: { target: 'es2022', assetsInlineLimit: 0, cssCodeSplit: false, modulePreload: false, sourcemap: false },
});
