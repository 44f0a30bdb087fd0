// What serde derives from the seed's types: a decoder for each kind of type, made from decoders of its parts.
// The types themselves are `strict.ts`.
// seed.md sections 2 and 3.1

import type { FailureCode, Issue } from '../errors.ts';
import { isWellFormed, JsonNumber, JsonObject, MAX_DEPTH } from './strict-json.ts';
import { toPlainJson } from './strict-values.ts';

/** Answers the decoded value, or what is wrong. `undefined` is what an absent field decodes from, and what it decodes to. */
export type Decoder = (given: unknown, path: string) => unknown;

/** In declaration order, which is the order of the array form and of printing. */
type Fields = Readonly<Record<string, Decoder>>;

export type Variants = Readonly<Record<string, Fields>>;

export class Refusal {
  readonly issue: Issue;

  constructor(code: FailureCode, path: string, message: string) {
    this.issue = { code, param: path === '' ? null : path, message };
  }
}

export function string(given: unknown, path: string): unknown {
  return typeof given === 'string' && isWellFormed(given) ? given : unlike('a string of valid Unicode', given, path);
}

export function bool(given: unknown, path: string): unknown {
  return typeof given === 'boolean' ? given : unlike('a boolean', given, path);
}

/** Only an integer literal will do: the seed takes `1.0`, `1e2` and `-0` for floating numbers [S8]. */
export function i64(given: unknown, path: string): unknown {
  const integer = integerOf(given);
  if (integer === undefined) return unlike('an integer', given, path);
  if (BigInt.asIntN(64, integer) !== integer) {
    return new Refusal('invalid_value', path, `Invalid value for '${path}': an integer of 64 bits cannot hold it.`);
  }
  if (!(given instanceof JsonNumber)) return given;
  return Number.isSafeInteger(given.value) ? given.value : integer;
}

function integerOf(given: unknown): bigint | undefined {
  if (typeof given === 'bigint') return given;
  if (typeof given === 'number') return Number.isInteger(given) && !Object.is(given, -0) ? BigInt(given) : undefined;
  if (!(given instanceof JsonNumber) || given.spelling === '-0' || /[.eE]/.test(given.spelling)) return undefined;
  // No more digits than a double can have: longer ones have been refused as numbers too large [S12].
  return BigInt(given.spelling);
}

/** Free-form JSON, where null is a value. Deepest in a list entry, which three containers surround. */
export function json(given: unknown, path: string): unknown {
  return toPlainJson(given, MAX_DEPTH - 3) ?? (given === null ? null : unlike('a JSON value', given, path));
}

export function option(type: Decoder): Decoder {
  return (given, path) => (given === null || given === undefined ? undefined : type(given, path));
}

export function list(type: Decoder): Decoder {
  return (given, path) => {
    if (!Array.isArray(given)) return unlike('an array', given, path);
    const values: unknown[] = [];
    for (const item of given) {
      const value = type(item, `${path}[${values.length}]`);
      if (value instanceof Refusal) return value;
      values.push(value);
    }
    return values;
  };
}

/** A plain enum: one of some strings, or an object with that string as its only key and nothing in it [S5, S17]. */
export function choice(...values: readonly string[]): Decoder {
  return (given, path) => {
    const name = typeof given === 'string' ? given : loneKey(given);
    if (name === undefined) return unlike('a string', given, path);
    const known = values.includes(name);
    return known ? name : new Refusal('invalid_value', path, `Invalid value for '${path}': ${supported(values)}`);
  };
}

function loneKey(given: unknown): string | undefined {
  const members = isObject(given) ? membersOf(given) : [];
  const [key, value] = members[0] ?? [];
  const isEmpty = value === null || (isObject(value) && membersOf(value).length === 0);
  return members.length === 1 && isEmpty ? key : undefined;
}

/** An enum with fields: the tag names the variant. An object, or an array that begins with the tag [S1, S15]. */
export function tagged(variants: Variants): Decoder {
  const table = new Map(Object.entries(variants));
  return (given, path) => {
    const isArray = Array.isArray(given);
    if (!isArray && !isObject(given)) return unlike('an object', given, path);
    const at = under(path, 'type');
    const tag = isArray ? given[0] : member(given, 'type', at);
    if (tag instanceof Refusal) return tag;
    if (typeof tag !== 'string') return unlike('a string', tag, at);
    const fields = table.get(tag);
    if (!fields) return new Refusal('invalid_value', at, `Invalid value for '${at}': ${supported([...table.keys()])}`);
    return readFields(fields, { type: tag }, given, path);
  };
}

/** An object, or an array of all its fields [S16]. */
export function struct(fields: Fields): Decoder {
  return (given, path) =>
    Array.isArray(given) || isObject(given) ? readFields(fields, {}, given, path) : unlike('an object', given, path);
}

/** Adds the fields to what `value` already has, in declaration order; in the array form they follow it. */
function readFields(fields: Fields, value: Record<string, unknown>, given: object, path: string): unknown {
  const named = Object.entries(fields);
  const first = Object.keys(value).length;
  const isArray = Array.isArray(given);
  if (isArray && given.length !== first + named.length) {
    return new Refusal('invalid_value', path, `Invalid value: expected an array of ${first + named.length} elements.`);
  }
  for (const [index, [name, type]] of named.entries()) {
    const at = under(path, name);
    const read = isArray ? given[first + index] : member(given, name, at);
    const field = read instanceof Refusal ? read : type(read, at);
    if (field instanceof Refusal) return field;
    if (field !== undefined) value[name] = field;
  }
  return value;
}

/** A member, `undefined` when there is none. Twice is refused, even with equal values: serde does not choose [S7]. */
function member(given: object, name: string, path: string): unknown {
  if (!(given instanceof JsonObject)) return Object.hasOwn(given, name) ? Reflect.get(given, name) : undefined;
  const found = given.members.filter(([key]) => key === name);
  return found.length > 1 ? new Refusal('invalid_event', path, `Duplicate key: '${path}'.`) : found[0]?.[1];
}

function membersOf(given: object): readonly (readonly [string, unknown])[] {
  return given instanceof JsonObject ? given.members : Object.entries(given);
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof JsonNumber);
}

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const supported = (values: readonly string[]): string =>
  `supported values are: ${values.map((value) => `'${value}'`).join(', ')}.`;

function unlike(expected: string, given: unknown, path: string): Refusal {
  if (path === '') return new Refusal('invalid_event', path, `Invalid value: expected ${expected}.`);
  if (given === undefined) {
    return new Refusal('missing_required_parameter', path, `Missing required parameter: '${path}'.`);
  }
  return new Refusal('invalid_type', path, `Invalid type for '${path}': expected ${expected}.`);
}
