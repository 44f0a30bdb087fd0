// How decoded values print: audio, images and keys as `[REDACTED]`, while JSON, equality, spread and structured clones see the
// value itself. A shared prototype does it, so that nothing is added to the objects. What is secret is decided in `redact.ts`.
//
// `util.inspect`, `console.log` and the diffs of Vitest and Jest go by it. The diffs of `node:assert` do not: they print with
// custom inspection switched off; and `assert.deepStrictEqual` compares prototypes, so compare a copy (`{...value}`) there.

import { redact } from './redact.ts';
import { DEPTH, FREE_JSON } from './value-guard.ts';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A prototype like `Object.prototype`, whose objects print as `print` says and are what they are to `JSON.stringify`. */
function printing(print: (value: object) => unknown): object {
  const method = (value: unknown) => ({ value, writable: true, configurable: true });
  return Object.create(Object.prototype, {
    [INSPECT]: method(function (this: object) {
      return print(this);
    }),
    // JSON.stringify always passes the key; who prints values for people calls without one.
    toJSON: method(function (this: object, ...key: unknown[]) {
      return key.length > 0 ? this : print(this);
    }),
  });
}

/** Prototype of the objects that hold a secret. Use it as `{ __proto__: MASKED, … }`, or let `mask` set it. */
export const MASKED: object = /* @__PURE__ */ printing((value) => redact(value));

/** Prototype of objects whose every value is secret: the headers of an MCP tool. */
const MASKED_HEADERS: object = /* @__PURE__ */ printing((value) => redact({ headers: value }).headers);

/**
 * Makes a decoded value, and the parts of it that hold secrets, print redacted; answers whether it is free of what `guardValue`
 * refuses in any profile but `server`: one walk for both, since every valid frame pays for it. Frozen objects and those of a
 * class stay as they are.
 */
export function mask(value: object): boolean {
  const isSound = walk(value, DEPTH.tolerant - 1, false);
  give(value, MASKED);
  return isSound;
}

function walk(value: object, room: number, isFree: boolean): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const each: unknown = value[i];
      if (typeof each === 'object') {
        if (each !== null && (room === 0 || !walk(each, room - 1, isFree))) return false;
      } else if (typeof each === 'number' && !Number.isFinite(each)) return false;
    }
    return true;
  }
  let holdsSecret = false;
  // The keys are data and are only compared here.
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'string') {
      if (key === 'audio' || key === 'image_url' || key === 'authorization') holdsSecret = true;
    } else if (typeof field === 'object') {
      if (field !== null && !walkField(key, field, room, isFree)) return false;
    } else if (typeof field === 'number' && !Number.isFinite(field)) return false;
  }
  if (holdsSecret) give(value, MASKED);
  return true;
}

function walkField(key: string, field: object, room: number, isFree: boolean): boolean {
  const becomesFree = !isFree && FREE_JSON.has(key);
  const inside = becomesFree ? DEPTH.free : room;
  if (inside === 0 || !walk(field, inside - 1, isFree || becomesFree)) return false;
  if (key === 'headers') give(field, MASKED_HEADERS);
  return true;
}

function give(value: object, prototype: object): void {
  if (Object.getPrototypeOf(value) === Object.prototype) Reflect.setPrototypeOf(value, prototype);
}
