// Test servers with the lifetime of a test: a fixture for vitest's `test.extend`, and a start for node:test.

import { startServer, type TestServer, type TestServerOptions } from './test-server.ts';

export interface FixtureOptions extends TestServerOptions {
  /** Calls `assertComplete()` at the end of a test that has not failed. @default true */
  assertComplete?: boolean;
}

/**
 * A fixture for `test.extend({ server: serverFixture({ scenario }) })`. Each test that uses `server` gets its own, closed after the
 * test. A passing test fails if the scenario is not complete.
 */
export function serverFixture(options: FixtureOptions = {}) {
  const { assertComplete = true, ...rest } = options;
  // vitest parses the first parameter's pattern for the required fixtures.
  return async (
    { task }: { task: { result?: { state: string } | undefined } },
    use: (server: TestServer) => Promise<void>,
  ) => {
    const server = await startServer(rest);
    try {
      await use(server);
      if (assertComplete && task.result?.state !== 'fail') server.assertComplete();
    } finally {
      await server.close();
    }
  };
}

/** The used part of node:test's `TestContext`. */
export interface NodeTestContext {
  after(fn: () => Promise<void>): void;
  /** Whether the test has passed so far. Node 20.12 and later. */
  readonly passed?: boolean;
}

/**
 * Starts a server for one node:test test: `test('…', async (t) => { const server = await startServerFor(t, { scenario }); … })`. It
 * is closed after the test. A passing test fails if the scenario is not complete.
 *
 * Rejects as `startServer` does.
 */
export async function startServerFor(t: NodeTestContext, options: FixtureOptions = {}): Promise<TestServer> {
  const { assertComplete = true, ...rest } = options;
  const server = await startServer(rest);
  t.after(async () => {
    await server.close();
    if (assertComplete && t.passed !== false) server.assertComplete();
  });
  return server;
}
