// Converts values of a session, which may have any type, to text.

import { readFrame } from '@colloquy/protocol';

/** A string as it stands; anything else as JSON; nothing for what is absent. */
export function displayText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return JSON.stringify(value) ?? '';
}

/** JSON with its lines broken, where it is JSON with something in it; anything else as it stands. */
export function indented(text: string): string {
  const read = readFrame(text, false);
  return read.ok && typeof read.value === 'object' && read.value !== null ? JSON.stringify(read.value, null, 2) : text;
}

/** JSON with its keys in order, so that the same values always look the same. What is no JSON stays as it is. */
export function canonical(text: string): string {
  const read = readFrame(text, false);
  return read.ok ? JSON.stringify(sorted(read.value), null, 2) : text;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
