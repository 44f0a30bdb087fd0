import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sourceAliases } from './scripts/sources.mjs';

const support = { find: '@support', replacement: fileURLToPath(new URL('./tests/support', import.meta.url)) };

export default defineConfig({
  resolve: { alias: [support, ...sourceAliases()] },
  test: {
    // One more than vitest takes on two cores: many tests wait for sockets and sound, and leave a core idle.
    maxWorkers: Math.max(2, availableParallelism()),
    // `npm run test:unit` leaves these out.
    tags: [{ name: 'long', description: 'Many or very large inputs: seconds of computing.' }],
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    // Limits say "never", not "slow": a machine may be busy. What a test waits for has limits of its own, below these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
