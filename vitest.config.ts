import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sourceAliases } from './scripts/sources.mjs';

const support = { find: '@support', replacement: fileURLToPath(new URL('./tests/support', import.meta.url)) };

export default defineConfig({
  resolve: { alias: [support, ...sourceAliases()] },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
