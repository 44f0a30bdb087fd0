// Prints decoded values with `[REDACTED]` for audio, images and keys, by a shared prototype; JSON, equality, spread and
// structured
// clones see the value. Redaction: `redact.ts`.
//
// `util.inspect`, `console.log` and the diffs of Vitest and Jest use it. `node:assert` prints without custom inspection, and
// `assert.deepStrictEqual` compares prototypes: compare a copy (`{...value}`) there.

type Redact = (value: object) => object;

/** How secrets are found. Without it whoever prints a value that holds some sees no more than that it does. */
let redact: Redact | undefined;

/** Lets values print with their secrets redacted. Called by the full codec; the lean one does without. */
export function printWith(redactor: Redact): void {
  redact = redactor;
}

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

function redacted(value: object, field?: string): unknown {
  if (!redact) return '[REDACTED]';
  const redacted = redact(value) as Record<string, unknown>;
  return field === undefined ? redacted : redacted[field];
}

/** Prototype of the objects that hold a secret. Use it as `{ __proto__: MASKED, … }`, or let `mask` set it. */
export const MASKED: object = /* @__PURE__ */ printing((value) => redacted(value));

/** Prototype of objects whose every value is secret: the headers of an MCP tool. */
const MASKED_HEADERS: object = /* @__PURE__ */ printing((value) => redacted({ headers: value }, 'headers'));

/** Prototype of a client secret, whose `value` says so only by where it stands. */
const MASKED_CLIENT_SECRET: object = /* @__PURE__ */ printing((value) =>
  redacted({ client_secret: value }, 'client_secret'),
);

/** Makes a decoded value, and the parts of it that hold secrets, print redacted. Frozen objects and those of a class stay as they are. */
export function mask(value: object): void {
  maskInside(value, MAX_DEPTH);
  holdKeys(value);
}

/** Deeper than any place of the wire that holds a secret. */
const MAX_DEPTH = 16;

function maskInside(value: object, room: number): void {
  if (room === 0) return;
  for (const [key, field] of Object.entries(value)) {
    if (key === 'audio' || key === 'image_url' || key === 'authorization') hold(value, field);
    if (typeof field !== 'object' || field === null) continue;
    maskInside(field, room - 1);
    if (key === 'headers') holdHeaders(field);
  }
}

/** Makes an object with a secret string print redacted. Always true, for use among checks. */
export function hold(value: object, secret: unknown): true {
  if (typeof secret === 'string') give(value, MASKED);
  return true;
}

/** As `hold`, for the headers of an MCP tool. */
export function holdHeaders(headers: object): true {
  give(headers, MASKED_HEADERS);
  return true;
}

/** Makes an event that may tell of a key print redacted, and with it its `session` and `error`, which people print alone. */
export function holdKeys(event: object): void {
  give(event, MASKED);
  const { session, error } = event as { session?: unknown; error?: unknown };
  for (const inner of [session, error]) {
    if (typeof inner !== 'object' || inner === null) continue;
    give(inner, MASKED);
    const { client_secret } = inner as { client_secret?: unknown };
    if (typeof client_secret === 'object' && client_secret !== null) give(client_secret, MASKED_CLIENT_SECRET);
  }
}

function give(value: object, prototype: object): void {
  if (Object.getPrototypeOf(value) === Object.prototype) Reflect.setPrototypeOf(value, prototype);
}
