// The files that the package carries beside its code: its manifest, the console, the detector's weights.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The path of a file or folder of this package, from its root. The modules may be bundled, so their own depth says nothing. */
export function packageFile(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve('@colloquy/server/package.json')), path);
}
