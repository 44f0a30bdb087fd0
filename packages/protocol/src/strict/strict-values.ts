// Free-form JSON as plain values, and plain values as text. Parser: `strict-json.ts`.
// seed.md S9, S21, S22

import { isWellFormed, JsonNumber, JsonObject } from './strict-json.ts';

/**
 * Copies free-form JSON, out of a tree or out of values of the caller's, into plain values.
 *
 * Of members with equal keys the last one's value stands, in the first one's place; `__proto__` is a key like any other; members
 * that are `undefined` are left out. Answers `undefined` for what JSON cannot say: functions, symbols, bigints, numbers that are
 * not finite, lone surrogates, and containers nested deeper than `depth`, which is also where a cycle ends. Throws only what a
 * getter or a proxy of the caller's throws.
 *
 * @see seed.md S9
 */
export function toPlainJson(source: unknown, depth: number, copies = new Map<object, unknown>()): unknown {
  if (source === null || typeof source === 'boolean') return source;
  if (typeof source === 'string') return isWellFormed(source) ? source : undefined;
  if (typeof source === 'number') return Number.isFinite(source) ? source : undefined;
  if (source instanceof JsonNumber) return source.value;
  if (typeof source !== 'object' || depth === 0) return undefined;
  // An object met again is not copied again: a few dozen that name each other twice would unfold into billions.
  const known = copies.get(source);
  if (known !== undefined) return known;
  const copy = Array.isArray(source) ? copyItems(source, depth, copies) : copyMembers(source, depth, copies);
  copies.set(source, copy);
  return copy;
}

function copyItems(items: readonly unknown[], depth: number, copies: Map<object, unknown>): unknown[] | undefined {
  const copy: unknown[] = [];
  for (const item of items) {
    const plain = toPlainJson(item, depth - 1, copies);
    if (plain === undefined) return undefined;
    copy.push(plain);
  }
  return copy;
}

function copyMembers(source: object, depth: number, copies: Map<object, unknown>): object | undefined {
  const copy: [string, unknown][] = [];
  for (const [key, value] of source instanceof JsonObject ? source.members : Object.entries(source)) {
    if (value === undefined) continue;
    const plain = toPlainJson(value, depth - 1, copies);
    if (plain === undefined || !isWellFormed(key)) return undefined;
    copy.push([key, plain]);
  }
  // Unlike an assignment, `fromEntries` makes `__proto__` a member and touches no prototype.
  return Object.fromEntries(copy);
}

/**
 * The JSON text of plain values as `toPlainJson` makes them, and of bigints, digit by digit. Members stand in the order of the
 * object; strings escape only what JSON asks for.
 *
 * @see seed.md S21, S22
 */
export function printJson(value: unknown, printed = new Map<object, string>()): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return printNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  let text = printed.get(value);
  if (text !== undefined) return text;
  text = Array.isArray(value) ? printItems(value, printed) : printMembers(value, printed);
  printed.set(value, text);
  return text;
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  // Past 2^53 `String` rounds the last digits, and an i64 read back would be another one.
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 63 ? String(BigInt(value)) : String(value);
}

// Text is added up and not joined: shared pieces then stay shared, until it is known that the whole fits into a string.

function printItems(items: readonly unknown[], printed: Map<object, string>): string {
  let text = '';
  for (const item of items) text += (text && ',') + printJson(item, printed);
  return `[${text}]`;
}

function printMembers(value: object, printed: Map<object, string>): string {
  let text = '';
  for (const [key, member] of Object.entries(value)) {
    text += `${text && ','}${JSON.stringify(key)}:${printJson(member, printed)}`;
  }
  return `{${text}}`;
}
