// Functions used by `checks.generated.ts`. A check returns the minimum JSON length of a value, or `NaN` if the value is invalid.
// A frame that is no longer than this minimum has no unknown field, and so needs no further search for depth or numbers.

import { hold, mask } from '../redact/masked.ts';

/** The shortest thing that would be wrong and that no schema looks at: `,"":1e999`. */
export const ROOM_FOR_WRONG = 9;

/** What is measured where nothing is certain: there is room for anything, so whoever reads has to look. */
const UNSURE = -1e15;

/** A variant no schema knows, kept as it is: its secrets are hidden by their names. */
export function unknown(value: object): number {
  mask(value);
  return UNSURE;
}

export const text = (value: unknown): number => (typeof value === 'string' ? value.length + 2 : Number.NaN);

/** Whole numbers are short, and most frames hold some. Those that end in zeros have shorter spellings: `1e9`. */
export function integer(value: unknown): number {
  if (!Number.isInteger(value)) return Number.NaN;
  const whole = value as number;
  if (whole < 1000) return whole < 10 ? 1 : whole < 100 ? 2 : 3;
  return whole % 10 === 0 ? 3 : whole < 1e9 ? 4 : 10;
}

/** `0.5` is as short as it gets. */
export const number = (value: unknown): number =>
  Number.isInteger(value) ? integer(value) : Number.isFinite(value) ? 3 : Number.NaN;

export const boolean = (value: unknown): number => (value === true ? 4 : value === false ? 5 : Number.NaN);

/** Free-form JSON is looked through as far as it is not too deep for anyone; what lies deeper, others judge. */
export const json = (value: unknown): number =>
  typeof value === 'object' && value !== null ? container(value, 100) : scalar(value);

function container(value: object, room: number): number {
  if (room === 0) return UNSURE;
  let length = 1;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) length += 1 + inside(value[i], room);
    return length;
  }
  // The keys are data and are only counted.
  for (const key in value) length += key.length + 4 + inside((value as Record<string, unknown>)[key], room);
  return length;
}

const inside = (value: unknown, room: number): number =>
  typeof value === 'string'
    ? value.length + 2
    : typeof value === 'object' && value !== null
      ? container(value, room - 1)
      : scalar(value);

function scalar(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return number(value);
  return value === null ? 4 : boolean(value);
}

export const jsonObject = (value: unknown): number => (isObject(value) ? json(value) : Number.NaN);

/** A field that may be absent or null; `key` counts its name, quotes, colon and comma. */
export const textOr = (value: unknown, key: number): number =>
  typeof value === 'string' ? value.length + 2 + key : absent(value, key);
export const integerOr = (value: unknown, key: number): number =>
  typeof value === 'number' ? integer(value) + key : absent(value, key);
export const booleanOr = (value: unknown, key: number): number =>
  typeof value === 'boolean' ? boolean(value) + key : absent(value, key);

/** An optional value of a shape of its own, which `measure` measures. */
export const or = (value: unknown, key: number, measure: (value: never) => number): number =>
  value == null ? absent(value, key) : key + measure(value as never);

/** What takes the place of an optional value: nothing, or `null`. */
export const absent = (value: unknown, key: number): number =>
  value === undefined ? 0 : value === null ? 4 + key : Number.NaN;

/** A secret string; the object that holds it is made to print redacted. */
export function secret(holder: object, value: unknown): number {
  hold(holder, value);
  return text(value);
}
export function secretOr(holder: object, value: unknown, key: number): number {
  if (typeof value !== 'string') return absent(value, key);
  hold(holder, value);
  return value.length + 2 + key;
}

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
