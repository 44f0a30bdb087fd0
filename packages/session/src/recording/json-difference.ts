// The first difference between two JSON values, as a path and in a form that can be printed.

import { REDACTED, redact } from '@colloquy/protocol';

/**
 * Path of the first difference between two JSON values, apart from the fields in `except`; `undefined` if they are
 * equal.
 */
export function firstDifference(
  recorded: unknown,
  replayed: unknown,
  path: string,
  except?: ReadonlySet<string>,
): string | undefined {
  if (Object.is(recorded, replayed)) return undefined;
  if (typeof recorded !== 'object' || typeof replayed !== 'object' || !recorded || !replayed) return path;
  if (Array.isArray(recorded) !== Array.isArray(replayed)) return path;
  const [before, now] = [recorded, replayed] as Record<string, unknown>[] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (except?.has(name)) continue;
    const inside = Array.isArray(recorded) ? `${path}[${name}]` : `${path}.${name}`;
    if (!Object.hasOwn(before, name) || !Object.hasOwn(now, name)) {
      // JSON cannot represent `undefined`: such a key is absent.
      if (before[name] === undefined && now[name] === undefined) continue;
      return inside;
    }
    const nested = firstDifference(before[name], now[name], inside, except);
    if (nested !== undefined) return nested;
  }
  return undefined;
}

/** Both values at a path, in a printable form. */
export function bothValues(path: string, recorded: unknown, replayed: unknown) {
  return { path, recorded: printable(path, recorded), replayed: printable(path, replayed) };
}

function printable(path: string, whole: unknown): string {
  const steps = typeof whole === 'object' && whole !== null ? path.split(/[.[\]]+/).filter((step) => step !== '') : [];
  const value = steps.reduce(fieldOf, whole);
  const visible = steps.reduce(fieldOf, redact(whole, { level: 'content' }));
  if (value === undefined) return 'nothing';
  if (typeof value === 'string' && visible === REDACTED) return `hidden text of ${value.length} characters`;
  const text = JSON.stringify(visible) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
