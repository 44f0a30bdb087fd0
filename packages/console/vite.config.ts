// Builds the page into `dist`: files of our own origin only, nothing inline, so that the strictest content security policy
// lets it through.

import { defineConfig, type Plugin } from 'vite';
import { sourceAliases } from '../../scripts/sources.mjs';

/** uPlot finds the size in a font's name with patterns that begin anew at each digit; these begin at a number only [LM15]. */
const linearPatterns: Plugin = {
  name: 'linear-patterns',
  transform: {
    filter: { id: /[\\/]uPlot/i },
    handler: (code) =>
      code.replaceAll('/(\\d+)px/', '/\\b(\\d+)px/').replaceAll('/[0-9.]+px/', '/\\b\\d+(?:\\.\\d+)?px/'),
  },
};

export default defineConfig({
  plugins: [linearPatterns],
  resolve: { alias: sourceAliases() },
  // Also where tests build it: otherwise each element would name its file.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: { target: 'es2022', assetsInlineLimit: 0, cssCodeSplit: false, modulePreload: false, sourcemap: false },
});
