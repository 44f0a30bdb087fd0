// A test server that begins and ends with a test: a fixture for vitest's `test.extend`, and a start that node:test cleans up.

import { startServer, type TestServer, type TestServerOptions } from './test-server.ts';

export interface FixtureOptions extends TestServerOptions {
  /** Whether `assertComplete()` runs at the end of a test that has not failed already. @default true */
  assertComplete?: boolean;
}

/**
 * A fixture for `test.extend({ server: serverFixture({ scenario }) })`: each test that asks for `server` has one of its own, closed
 * at its end. A test that would pass fails when the scenario is not complete.
 */
export function serverFixture(options: FixtureOptions = {}) {
  const { assertComplete = true, ...rest } = options;
  // vitest reads the first parameter's pattern for the fixtures this one needs.
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

/** What this file needs of node:test's `TestContext`. */
export interface NodeTestContext {
  after(fn: () => Promise<void>): void;
  /** Whether the test has passed so far; Node 20.12 and later. */
  readonly passed?: boolean;
}

/**
 * Starts a server for one node:test test, `test('…', async (t) => { const server = await startServerFor(t, { scenario }); … })`: it
 * is closed after the test, and a test that would pass fails when the scenario is not complete.
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
