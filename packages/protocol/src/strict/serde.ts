// What serde derives from the seed's types: a decoder for each kind of type, made from decoders of its parts.
// The types themselves are `strict.ts`.
// seed.md sections 2 and 3.1

import type { FailureCode, Issue } from '../errors.ts';
import { isWellFormed, JsonNumber, JsonObject, MAX_DEPTH } from './strict-json.ts';
import { toPlainJson } from './strict-values.ts';

/** Answers the decoded value, or what is wrong. `undefined` is what an absent field decodes from, and what it decodes to. */
export type Decoder = (input: unknown, path: string) => unknown;

/** In declaration order, which is the order of the array form and of printing. */
type Fields = Readonly<Record<string, Decoder>>;

export type Variants = Readonly<Record<string, Fields>>;

export class Refusal {
  readonly issue: Issue;

  constructor(code: FailureCode, path: string, message: string) {
    this.issue = { code, param: path === '' ? null : path, message };
  }
}

export function string(input: unknown, path: string): unknown {
  return typeof input === 'string' && isWellFormed(input) ? input : unlike('a string of valid Unicode', input, path);
}

export function bool(input: unknown, path: string): unknown {
  return typeof input === 'boolean' ? input : unlike('a boolean', input, path);
}

/** Only an integer literal will do: the seed takes `1.0`, `1e2` and `-0` for floating numbers [S8]. */
export function i64(input: unknown, path: string): unknown {
  const integer = integerOf(input);
  if (integer === undefined) return unlike('an integer', input, path);
  if (BigInt.asIntN(64, integer) !== integer) {
    return new Refusal('invalid_value', path, `Invalid value for '${path}': an integer of 64 bits cannot hold it.`);
  }
  if (!(input instanceof JsonNumber)) return input;
  return Number.isSafeInteger(input.value) ? input.value : integer;
}

function integerOf(input: unknown): bigint | undefined {
  if (typeof input === 'bigint') return input;
  if (typeof input === 'number') return Number.isInteger(input) && !Object.is(input, -0) ? BigInt(input) : undefined;
  if (!(input instanceof JsonNumber) || input.spelling === '-0' || /[.eE]/.test(input.spelling)) return undefined;
  // No more digits than a double can have: longer ones have been refused as numbers too large [S12].
  return BigInt(input.spelling);
}

/** Free-form JSON, where null is a value. Deepest in a list entry, which three containers surround. */
export function json(input: unknown, path: string): unknown {
  return toPlainJson(input, MAX_DEPTH - 3) ?? (input === null ? null : unlike('a JSON value', input, path));
}

export function option(type: Decoder): Decoder {
  return (input, path) => (input === null || input === undefined ? undefined : type(input, path));
}

export function list(type: Decoder): Decoder {
  return (input, path) => {
    if (!Array.isArray(input)) return unlike('an array', input, path);
    const values: unknown[] = [];
    for (const item of input) {
      const value = type(item, `${path}[${values.length}]`);
      if (value instanceof Refusal) return value;
      values.push(value);
    }
    return values;
  };
}

/** A plain enum: one of some strings, or an object with that string as its only key and nothing in it [S5, S17]. */
export function choice(...values: readonly string[]): Decoder {
  return (input, path) => {
    const name = typeof input === 'string' ? input : loneKey(input);
    if (name === undefined) return unlike('a string', input, path);
    const known = values.includes(name);
    return known ? name : new Refusal('invalid_value', path, `Invalid value for '${path}': ${supported(values)}`);
  };
}

function loneKey(input: unknown): string | undefined {
  const members = isObject(input) ? membersOf(input) : [];
  const [key, value] = members[0] ?? [];
  const isEmpty = value === null || (isObject(value) && membersOf(value).length === 0);
  return members.length === 1 && isEmpty ? key : undefined;
}

/** An enum with fields: the tag names the variant. An object, or an array that begins with the tag [S1, S15]. */
export function tagged(variants: Variants): Decoder {
  const table = new Map(Object.entries(variants));
  return (input, path) => {
    const isArray = Array.isArray(input);
    if (!isArray && !isObject(input)) return unlike('an object', input, path);
    const at = under(path, 'type');
    const tag = isArray ? input[0] : member(input, 'type', at);
    if (tag instanceof Refusal) return tag;
    if (typeof tag !== 'string') return unlike('a string', tag, at);
    const fields = table.get(tag);
    if (!fields) return new Refusal('invalid_value', at, `Invalid value for '${at}': ${supported([...table.keys()])}`);
    return readFields(fields, { type: tag }, input, path);
  };
}

/** An object, or an array of all its fields [S16]. */
export function struct(fields: Fields): Decoder {
  return (input, path) =>
    Array.isArray(input) || isObject(input) ? readFields(fields, {}, input, path) : unlike('an object', input, path);
}

/** Adds the fields to what `value` already has, in declaration order; in the array form they follow it. */
function readFields(fields: Fields, value: Record<string, unknown>, input: object, path: string): unknown {
  const named = Object.entries(fields);
  const first = Object.keys(value).length;
  const isArray = Array.isArray(input);
  if (isArray && input.length !== first + named.length) {
    return new Refusal('invalid_value', path, `Invalid value: expected an array of ${first + named.length} elements.`);
  }
  for (const [index, [name, type]] of named.entries()) {
    const at = under(path, name);
    const read = isArray ? input[first + index] : member(input, name, at);
    const field = read instanceof Refusal ? read : type(read, at);
    if (field instanceof Refusal) return field;
    if (field !== undefined) value[name] = field;
  }
  return value;
}

/** A member, `undefined` when there is none. Twice is refused, even with equal values: serde does not choose [S7]. */
function member(input: object, name: string, path: string): unknown {
  if (!(input instanceof JsonObject)) return Object.hasOwn(input, name) ? Reflect.get(input, name) : undefined;
  const matches = input.members.filter(([key]) => key === name);
  return matches.length > 1 ? new Refusal('invalid_event', path, `Duplicate key: '${path}'.`) : matches[0]?.[1];
}

function membersOf(input: object): readonly (readonly [string, unknown])[] {
  return input instanceof JsonObject ? input.members : Object.entries(input);
}

function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof JsonNumber);
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const supported = (values: readonly string[]): string =>
  `supported values are: ${values.map((value) => `'${value}'`).join(', ')}.`;

function unlike(expected: string, input: unknown, path: string): Refusal {
  if (path === '') return new Refusal('invalid_event', path, `Invalid value: expected ${expected}.`);
  if (input === undefined) {
    return new Refusal('missing_required_parameter', path, `Missing required parameter: '${path}'.`);
  }
  return new Refusal('invalid_type', path, `Invalid type for '${path}': expected ${expected}.`);
}
