// Whole events in the profile `strict`: the seed's rules for items, the official schema for the rest.

import type { Issue } from '../errors.ts';
import { isItem } from '../schema/node-map.ts';
import type { Node } from '../schema/schema.ts';
import { decodeStrictItem } from './strict.ts';
import { JsonObject, MAX_DEPTH, parseStrictJson } from './strict-json.ts';
import { toPlainJson } from './strict-values.ts';

/** JSON text read to the letter, or a parsed value: as it was given, and as plain values of our own. */
export type StrictRead = { ok: true; source: unknown; value: unknown } | { ok: false; issue: Issue };

/** Reads a frame in the profile `strict`. Of equal keys outside items the last one counts. May throw what a getter throws. */
export function readStrict(frame: unknown): StrictRead {
  let source = frame;
  if (typeof frame === 'string' || frame instanceof Uint8Array) {
    const read = parseStrictJson(frame);
    if (!read.ok) return { ok: false, issue: read.issues[0] };
    source = read.value;
  }
  const value = toPlainJson(source, MAX_DEPTH);
  if (value !== undefined) return { ok: true, source, value };
  return { ok: false, issue: { code: 'invalid_event', param: null, message: 'The event is not plain JSON.' } };
}

/**
 * Puts the seed's reading of each item into `value`, where the schema has one. Answers the first problem of an item, with its
 * path from the event.
 */
export function readItems(node: Node, source: unknown, value: unknown, path = ''): Issue | { value: unknown } {
  if (isItem(node)) return readItem(source, path);
  switch (node.kind) {
    case 'optional':
    case 'nullable':
      return source === null || source === undefined ? { value } : readItems(node.of, source, value, path);
    case 'lazy':
      return readItems(node.get(), source, value, path);
    case 'variants': {
      const chosen = memberOf(value, node.tag);
      const inner = typeof chosen === 'string' && Object.hasOwn(node.of, chosen) ? node.of[chosen] : undefined;
      return inner ? readItems(inner, source, value, path) : { value };
    }
    case 'array': {
      if (!Array.isArray(source) || !Array.isArray(value)) return { value };
      for (let i = 0; i < value.length; i++) {
        const read = readItems(node.of, source[i], value[i], `${path}[${i}]`);
        if ('code' in read) return read;
        value[i] = read.value;
      }
      return { value };
    }
    case 'object': {
      for (const [name, field] of Object.entries(node.fields)) {
        const inner = memberOf(value, name);
        if (inner === undefined) continue;
        const read = readItems(field, memberOf(source, name), inner, path === '' ? name : `${path}.${name}`);
        if ('code' in read) return read;
        (value as Record<string, unknown>)[name] = read.value;
      }
      return { value };
    }
    default:
      return { value };
  }
}

function readItem(source: unknown, path: string): Issue | { value: unknown } {
  if (typeof source === 'string')
    return { code: 'invalid_type', param: path, message: `Invalid type for '${path}': expected an object.` };
  const read = decodeStrictItem(source);
  if (read.ok) return { value: read.value };
  const [issue] = read.issues;
  return { ...issue, param: issue.param === null ? path : `${path}.${issue.param}` };
}

function memberOf(source: unknown, name: string): unknown {
  if (source instanceof JsonObject) return source.members.findLast(([key]) => key === name)?.[1];
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return undefined;
  return Object.hasOwn(source, name) ? (source as Record<string, unknown>)[name] : undefined;
}
