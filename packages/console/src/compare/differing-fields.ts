// The fields in which two matching events differ.

import { isObject } from '../log/json-value.ts';

/** Where two values differ, as they are shown: short, in JSON; empty where there is none. */
export interface FieldDifference {
  /** `response.output[0].status` */
  readonly path: string;
  readonly left: string;
  readonly right: string;
}

/** Which id of one log stands for which of the other, as far as is known. */
export interface IdTwins {
  readonly ours: Map<string, string>;
  readonly theirs: Map<string, string>;
}

/** What differs from run to run of the same. */
const CHANCE = new Set(['event_id', 'usage', 'delta', 'obfuscation', 'expires_at', 'created_at', 'logprobs']);
const isChance = (name: string) => CHANCE.has(name) || name.endsWith('_ms');
/** What was said, and by whom it was asked for. */
const SPOKEN = new Set(['text', 'transcript', 'arguments', 'output', 'instructions']);
const isId = (name: string) => name === 'id' || name.endsWith('_id');

const MAX_FIELDS = 50;
const DEEPEST = 32;
const MAX_TEXT_CHARS = 120;

/** Compares two frames, and learns from them which ids stand for each other. `words`: also what was said. Never throws. */
export function differingFields(
  left: unknown,
  right: unknown,
  twins: IdTwins,
  comparesText: boolean,
): FieldDifference[] {
  const differences: FieldDifference[] = [];
  const differ = (path: string, one: unknown, other: unknown) => {
    if (differences.length < MAX_FIELDS) differences.push({ path, left: shortText(one), right: shortText(other) });
  };

  function isTwin(one: string, other: string): boolean {
    const [known, back] = [twins.ours.get(one), twins.theirs.get(other)];
    if (known !== undefined || back !== undefined) return known === other && back === one;
    twins.ours.set(one, other);
    twins.theirs.set(other, one);
    return true;
  }

  function compare(path: string, name: string, one: unknown, other: unknown, depth: number): void {
    if (one === other || depth > DEEPEST) return;
    if (typeof one === 'string' && typeof other === 'string' && isId(name)) {
      if (!isTwin(one, other)) differ(path, one, other);
    } else if (Array.isArray(one) && Array.isArray(other)) {
      for (let n = 0; n < Math.max(one.length, other.length); n++)
        compare(`${path}[${n}]`, name, one[n], other[n], depth + 1);
    } else if (isObject(one) && isObject(other)) {
      for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) {
        if (
          isChance(field) ||
          (!comparesText && SPOKEN.has(field) && !isObject(one[field]) && !Array.isArray(one[field]))
        )
          continue;
        compare(path === '' ? field : `${path}.${field}`, field, one[field], other[field], depth + 1);
      }
    } else differ(path, one, other);
  }

  compare('', '', left, right, 0);
  return differences;
}

function shortText(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
}
