// Decodes valid frames quickly: by their spelling, or with the checks of `checks.generated.ts`. Other frames take the slow path.

import { holdKeys } from '../redact/masked.ts';
import { ROOM_FOR_WRONG } from '../schema/measure.ts';
import { createDeltaMemo, type DeltaMemo, scanDelta } from './delta-scanner.ts';
import { decodeText, readTolerantly } from './json-scan.ts';
import { isSound } from './value-guard.ts';

/** Bytes as text, when they are any; the rest as it is, for those to refuse who have words for it. */
export const textOf = (frame: unknown): unknown =>
  // Asked first, since it is the question that no proxy hears.
  ArrayBuffer.isView(frame) && frame instanceof Uint8Array ? (decodeText(frame) ?? frame) : frame;

/** Where callers keep no memory of their own: what frames looked like lately, whoever sent them. */
export const MEMO = createDeltaMemo();

/** Events that tell of keys in plain words now and then. */
const speaksOfKeys = (type: string): boolean =>
  type === 'error' || type === 'session.updated' || type === 'session.created' || type === 'session.update';

/** How many characters a right event takes at least; `NaN` for others. */
export type Measure = (value: unknown) => number;

/** The event of a frame that is right; for what is odd about any other the slow path has words. */
export function decodeFast(
  frame: string,
  from: 'client' | 'server',
  measure: Measure,
  memo: DeltaMemo,
): object | undefined {
  const scanned = scanDelta(frame, from, memo);
  if (scanned) return scanned;
  const read = readTolerantly(frame);
  if (!read.ok) return undefined;
  const room = frame.length - measure(read.value);
  if (!(room < ROOM_FOR_WRONG || (room < Number.POSITIVE_INFINITY && isSound(read.value as object)))) return undefined;
  const value = read.value as { type: string };
  if (speaksOfKeys(value.type)) holdKeys(value);
  return value;
}
