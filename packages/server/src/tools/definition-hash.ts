// What stands for the definition of a tool: the same definition, whatever the order of its keys, has the same hash [MC11].

import { createHash } from 'node:crypto';

/** 64 hex digits. `value` is what JSON can say; its depth is bounded by whoever read it. */
export function definitionHash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** JSON with the keys of every object in one order, that of their UTF-16 code units. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`);
  return `{${members.join(',')}}`;
}
