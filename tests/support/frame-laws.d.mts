import type * as Protocol from '@colloquy/protocol';
import type { Random } from './wire-values.mjs';

export function wrongWith(answer: unknown, protocol: Pick<typeof Protocol, 'FAILURES'>): string | undefined;
export function frameLaws(protocol: typeof Protocol): {
  frame: (r: Random) => unknown;
  complaint: (frame: unknown, r: Random) => string | undefined;
};
