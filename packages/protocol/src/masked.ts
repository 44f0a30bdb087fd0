// How decoded values print: audio, images and keys as `[REDACTED]`, while JSON, equality, spread and structured clones see the
// value itself. A shared prototype does it, so that nothing is added to the objects. What is secret is decided in `redact.ts`.
//
// `util.inspect`, `console.log` and the diffs of Vitest and Jest go by it. The diffs of `node:assert` do not: they print with
// custom inspection switched off; and `assert.deepStrictEqual` compares prototypes, so compare a copy (`{...value}`) there.

import { redact } from './redact.ts';

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

/** Strings under these names are media or keys; what else is secret is found by whoever prints the whole value. */
const HOLDS: ReadonlySet<string> = new Set(['audio', 'image_url', 'authorization']);

/** Deeper than any place of the wire that holds a secret. */
const MAX_DEPTH = 16;

/** Makes a decoded value, and the parts of it that hold secrets, print redacted. Frozen objects and those of a class stay as they are. */
export function mask(value: object): void {
  maskInside(value, 0);
  give(value, MASKED);
}

function maskInside(value: object, depth: number): void {
  if (Array.isArray(value)) {
    for (const each of value)
      if (typeof each === 'object' && each !== null && depth < MAX_DEPTH) maskInside(each, depth + 1);
    return;
  }
  // The keys are data and are only compared here.
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (typeof field === 'string') {
      if (HOLDS.has(key)) give(value, MASKED);
    } else if (typeof field === 'object' && field !== null && depth < MAX_DEPTH) {
      maskInside(field, depth + 1);
      if (key === 'headers') give(field, MASKED_HEADERS);
    }
  }
}

function give(value: object, prototype: object): void {
  if (Object.getPrototypeOf(value) === Object.prototype) Reflect.setPrototypeOf(value, prototype);
}
