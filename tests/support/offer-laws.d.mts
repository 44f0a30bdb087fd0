import type * as Protocol from '@colloquy/protocol';
import type { Random } from './wire-values.mjs';

export function offerLaws(protocol: typeof Protocol): {
  frame: (r: Random) => string;
  complaint: (offer: string) => string | undefined;
};
