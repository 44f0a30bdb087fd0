// Public names of the test kit, `@colloquy/server/testing`: a Realtime server inside a test. Independent of the test runner.

export type { TestCall } from './testing/calls.ts';
export { type FixtureOptions, type NodeTestContext, serverFixture, startServerFor } from './testing/fixtures.ts';
export type { PlayOptions } from './testing/play-client.ts';
export type { SayOptions } from './testing/speech.ts';
export { startServer, type TestServer, type TestServerOptions } from './testing/test-server.ts';
