// Random seed of a session's ids.

import { webcrypto } from 'node:crypto';
import type { IdSeed } from '@colloquy/session';

/** Four 32-bit numbers of the cryptographic generator. */
export function randomSeed(): IdSeed {
  const [a = 0, b = 0, c = 0, d = 0] = webcrypto.getRandomValues(new Uint32Array(4));
  return [a, b, c, d];
}
