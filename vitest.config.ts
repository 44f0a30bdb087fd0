import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sourceAliases } from './scripts/sources.mjs';
import { RealPartsFirst } from './tests/support/real-parts-first.ts';

const support = { find: '@support', replacement: fileURLToPath(new URL('./tests/support', import.meta.url)) };

export default defineConfig({
  resolve: { alias: [support, ...sourceAliases()] },
  test: {
    // One more than cores: many tests wait for sockets and sound, and leave their core idle. More slow each other down.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: RealPartsFirst },
    // `npm run test:unit` leaves these out.
    tags: [{ name: 'long', description: 'Many or very large inputs: seconds of computing.' }],
    // Limits say "never", not "slow": a machine may be busy. What a test waits for has limits of its own, below these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    // Test files set up nothing that another sees, so they share what they import: loading it again for each file took longer
    // than running the tests.
    isolate: false,
  },
});
