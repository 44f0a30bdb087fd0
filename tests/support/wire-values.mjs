// Random wire values from the schemas, and their mutations, determined by a seed. Plain JavaScript, because the fuzzing script
// uses it
// with the built package.

/** mulberry32: small, fast, and good enough to choose with. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  return { below, chance: (share) => next() < share, of: (list) => list[below(list.length)] };
}

const STRINGS = [
  '',
  'a',
  'item_1',
  'event_001',
  'Grüße',
  '😀',
  'a"b\\c\n',
  '\u0000',
  '\u2028',
  'AAAA',
  '{}',
  'root',
  'x'.repeat(65),
];
const PATTERNED = [`tunnel_${'a1'.repeat(16)}`];
const NUMBERS = [0, 1, -1, 2, 255, 24000, 4096, 5000, 30000, 2 ** 31, 2 ** 53 - 1];
const FRACTIONS = [0.5, 0.25, 1.5, -0.1, 1e-7];
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'];

/** Any small JSON value. */
export function anyJson(r, depth = 2) {
  switch (r.below(depth > 0 ? 8 : 5)) {
    case 0:
      return null;
    case 1:
      return r.chance(0.5);
    case 2:
      return r.of(NUMBERS);
    case 3:
      return r.of(STRINGS);
    case 4:
      return r.of(FRACTIONS);
    case 5:
      return Array.from({ length: r.below(3) }, () => anyJson(r, depth - 1));
    default:
      return anyObject(r, depth);
  }
}

const anyObject = (r, depth = 2) =>
  Object.fromEntries(Array.from({ length: r.below(3) }, () => [r.of(['a', 'b', 'type', '1']), anyJson(r, depth - 1)]));

function within({ min, max }, r, candidates) {
  const edges = [min, max].filter((edge) => edge !== undefined);
  if (edges.length > 0 && r.chance(0.4)) return r.of(edges);
  const fitting = candidates.filter((each) => (min === undefined || each >= min) && (max === undefined || each <= max));
  return fitting.length > 0 ? r.of(fitting) : edges[0];
}

/**
 * A value a schema's node accepts: in every profile when `extras` is 0; otherwise with that share of unknown fields, unknown enum
 * strings, nulls in place of optional values, and broken bounds, which a tolerant reader takes.
 */
export function wireValue(node, r, { extras = 0 } = {}) {
  const options = { extras };
  switch (node.kind) {
    case 'string': {
      const text = r.of(
        node.pattern && !r.chance(extras) ? PATTERNED.filter((each) => node.pattern.test(each)) : STRINGS,
      );
      return extras === 0 && node.max !== undefined ? text.slice(0, node.max) : text;
    }
    case 'boolean':
      return r.chance(0.5);
    case 'integer':
      return within(extras > 0 && r.chance(extras) ? {} : node.bounds, r, NUMBERS);
    case 'number':
      return within(extras > 0 && r.chance(extras) ? {} : node.bounds, r, [...FRACTIONS, ...NUMBERS]);
    case 'json':
      return node.object ? anyObject(r) : anyJson(r);
    case 'choice':
      return extras > 0 && r.chance(extras) ? 'unheard_of' : r.of(node.values);
    case 'array':
      return Array.from({ length: (node.min ?? 0) + r.below(3) }, () => wireValue(node.of, r, options));
    case 'record':
      return Object.fromEntries(
        Array.from({ length: r.below(3) }, (_, i) => [`key${i}`, wireValue(node.of, r, options)]),
      );
    case 'object': {
      const value = {};
      for (const [name, field] of Object.entries(node.fields)) {
        if (field.kind === 'optional' && !(field.expected && extras === 0) && r.chance(0.5)) continue;
        value[name] = wireValue(field, r, options);
      }
      const extra = r.of(['new_field', 'format']);
      if (extras > 0 && !Object.hasOwn(node.fields, extra) && r.chance(extras)) value[extra] = anyJson(r);
      return value;
    }
    case 'variants':
      return wireValue(r.of(Object.values(node.of)), r, options);
    case 'either':
      return wireValue(r.of(node.of), r, options);
    case 'nullable':
      return r.chance(0.25) ? null : wireValue(node.of, r, options);
    case 'optional':
      return extras > 0 && r.chance(extras) ? null : wireValue(node.of, r, options);
    case 'lazy':
      return wireValue(node.get(), r, options);
  }
}

/** Every place inside a value: its container and its key. */
function placesOf(value, places = []) {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push([value, key]);
    placesOf(value[key], places);
  }
  return places;
}

const put = (container, key, value) =>
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });

const MUTATIONS = [
  ([container, key]) => (Array.isArray(container) ? container.splice(Number(key), 1) : delete container[key]),
  ([container, key]) => put(container, key, null),
  ([container, key], r) => put(container, key, anyJson(r)),
  ([container, key], r) => put(container, key, r.of(STRINGS)),
  ([container, key], r) => put(container, key, r.of([...NUMBERS, ...FRACTIONS])),
  ([container, key], r) => put(container, key, r.of([[], {}, [container[key]], { value: container[key] }])),
  ([container, key], r) => put(container, key, typeof container[key] === 'string' ? r.of(['unheard_of', '']) : '1'),
  ([container], r) => !Array.isArray(container) && put(container, r.of(['new_field', 'audio', 'type']), anyJson(r)),
  ([container], r) => !Array.isArray(container) && put(container, r.of(PROTOTYPE_NAMES), anyJson(r)),
  ([container, key]) => Array.isArray(container) && container.push(container[key]),
];

/** Spoils a value (in place) somewhere, in one to three ways; it stays JSON. */
export function mutate(value, r) {
  for (let i = r.below(3); i >= 0; i--) {
    const places = placesOf(value);
    if (places.length === 0) return value;
    r.of(MUTATIONS)(r.of(places), r);
  }
  return value;
}

const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '0',
  '1e400',
  '-',
  '.',
  'null',
  '\\ud800',
  '\\u0000',
  '\u0001',
  '\ufeff',
  '\ud800',
  '"type":',
];
const DEEP = '['.repeat(300);

/** Spoils JSON text: it may be JSON no more. */
export function mangle(text, r) {
  const at = r.below(text.length + 1);
  const to = Math.min(text.length, at + r.below(12));
  switch (r.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(to);
    case 2:
      return text.slice(0, at) + r.of(PIECES) + text.slice(at);
    case 3:
      return text.slice(0, at) + r.of(PIECES) + text.slice(to);
    case 4:
      return text.slice(0, to) + text.slice(at);
    case 5:
      return r.chance(0.1) ? text.slice(0, at) + DEEP + text.slice(at) : ` ${text}${r.of(['', ' ', '\n', ',', '{}'])}`;
    default:
      return text.replace(
        '{',
        r.of(['{"type":"error",', '{"\\u0074ype":"x",', '{"__proto__":{"a":1},', '{"event_id":1,']),
      );
  }
}

/** A frame for a hostile mood: a spoiled event as text, as bytes or as a value. `nodes` are the schemas to start from. */
export function frameOf(nodes, r) {
  const made = wireValue(r.of(nodes), r, { extras: 0.1 });
  const value = r.chance(0.3) ? made : mutate(made, r);
  switch (r.below(5)) {
    case 0:
      return value;
    case 1:
      return JSON.stringify(value);
    case 2: {
      const bytes = new TextEncoder().encode(r.chance(0.5) ? JSON.stringify(value) : mangle(JSON.stringify(value), r));
      if (r.chance(0.3) && bytes.length > 0) bytes[r.below(bytes.length)] = r.below(256);
      return bytes;
    }
    default:
      return mangle(JSON.stringify(value), r);
  }
}
