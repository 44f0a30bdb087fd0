// Fake speech endpoints for a test file: resets recorded requests after each test and frees the port at the end.

import { afterAll, afterEach } from 'vitest';
import { type FakeEndpoints, fakeEndpoints } from './fake-endpoints.ts';

/**
 * Call at the top of a file or `describe`: `const fake = await withEndpoints();`. Others than the plain ones may be given, such as
 * `withEndpoints(voiceEndpoints(parts))`; `undefined` (parts that are missing) gives the plain ones.
 */
export async function withEndpoints(endpoints: Promise<FakeEndpoints> = fakeEndpoints()): Promise<FakeEndpoints> {
  const fake = await endpoints;
  afterEach(() => fake.reset());
  afterAll(() => fake.close());
  return fake;
}
