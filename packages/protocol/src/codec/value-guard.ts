// Limits of parsed values: nesting, non-finite numbers, broken Unicode. Checks before parsing: `frame-guard.ts`.

import type { Issue } from '../errors.ts';

/**
 * Levels of nesting, counting the outermost: what a server takes [ER19], what others do. The JSON inside a free-form field has
 * an allowance of its own, once.
 */
export const DEPTH = { server: 64, tolerant: 128, free: 128 };

/** Fields whose value is free-form JSON: tool schemas, annotations, tracing metadata, prompt variables. */
export const FREE_JSON: ReadonlySet<string | number> = new Set([
  'parameters',
  'input_schema',
  'annotations',
  'metadata',
  'variables',
]);

/** Keys and elements: a server's allowance [ER19], and what a reader of its own server puts up with (ours). */
export const ENTRIES = { server: 10_000, tolerant: 50_000 };

export const TOO_DEEP = 'The event is nested too deeply.';
export const TOO_MANY = 'The event has too many keys and elements.';
const NOT_FINITE = 'The event holds a number that is not finite.';
const NOT_UNICODE = 'The event holds a string that is not valid Unicode.';

/**
 * The first thing wrong with a value, or `undefined`. In the profile `server` also too many keys and elements, and lone surrogates.
 * May throw what a getter or a proxy throws; a cycle counts as too deep.
 *
 * @see SPEC.md ER19; seed.md 3.2
 */
export function guardValue(value: unknown, isServer: boolean): Issue | undefined {
  const guard = { isServer, left: ENTRIES[isServer ? 'server' : 'tolerant'] };
  const message = walk(value, isServer ? DEPTH.server : DEPTH.tolerant, false, guard);
  return message === undefined ? undefined : { code: 'invalid_event', param: null, message };
}

interface Guard {
  readonly isServer: boolean;
  /** Keys and elements that may still come. */
  left: number;
}

function walk(value: unknown, room: number, isFree: boolean, guard: Guard): string | undefined {
  if (typeof value === 'string') return guard.isServer && !isWellFormed(value) ? NOT_UNICODE : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : NOT_FINITE;
  if (typeof value !== 'object' || value === null) return undefined;
  if (room === 0) return TOO_DEEP;
  if (Array.isArray(value)) {
    if ((guard.left -= value.length) < 0) return TOO_MANY;
    for (let i = 0; i < value.length; i++) {
      const issue = walk(value[i], room - 1, isFree, guard);
      if (issue) return issue;
    }
    return undefined;
  }
  // The keys are data and are only counted and compared here; what a prototype adds is judged with them, which is harmless.
  for (const key in value) {
    if (--guard.left < 0) return TOO_MANY;
    if (guard.isServer && !isWellFormed(key)) return NOT_UNICODE;
    const inner = (value as Record<string, unknown>)[key];
    const becomesFree = !isFree && typeof inner === 'object' && FREE_JSON.has(key);
    const issue = walk(inner, becomesFree ? DEPTH.free : room - 1, isFree || becomesFree, guard);
    if (issue) return issue;
  }
  return undefined;
}

/**
 * Whether `guardValue` has nothing against a parsed value outside the profile `server`; `false` may also mean that it is just large.
 * Every valid frame pays for this, so it does not say why.
 */
export function isSound(value: object): boolean {
  return isSoundInside(value, DEPTH.tolerant - 1);
}

function isSoundInside(value: object, room: number): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const each: unknown = value[i];
      if (typeof each === 'object') {
        if (each !== null && (room === 0 || !isSoundInside(each, room - 1))) return false;
      } else if (typeof each === 'number' && !Number.isFinite(each)) return false;
    }
    return true;
  }
  // The keys are data; only what stands under them counts here.
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'object') {
      if (field !== null && (room === 0 || !isSoundInside(field, room - 1))) return false;
    } else if (typeof field === 'number' && !Number.isFinite(field)) return false;
  }
  return true;
}

/** Whether every surrogate has its other half. At once where the runtime knows. */
function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?: () => boolean }).isWellFormed;
  return native ? native.call(text) : !/[\ud800-\udfff]/u.test(text);
}
