// The test kit, `@colloquy/server/testing`: a Realtime server inside a test. Works under vitest, node:test, jest, or none.

export type { TestCall } from './testing/calls.ts';
export { type FixtureOptions, type NodeTestContext, serverFixture, startServerFor } from './testing/fixtures.ts';
export type { SayOptions } from './testing/speech.ts';
export { startServer, type TestServer, type TestServerOptions } from './testing/test-server.ts';
