// Builds the page into `dist`: files of our own origin only, nothing inline, so that the strictest content security policy
// lets it through.

import { defineConfig } from 'vite';

export default defineConfig({
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false },
});
