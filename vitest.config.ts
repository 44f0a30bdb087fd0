import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['colloquy-source', 'import', 'default'];

export default defineConfig({
  resolve: { conditions, alias: { '@support': fileURLToPath(new URL('./tests/support', import.meta.url)) } },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
