// Recordings with random changes of values, names and lines, determined by a seed.

import { readdirSync } from 'node:fs';
import { golden, linesOf } from './logs.ts';

/** Values that a reader may trip over. The numbers are text, since JSON can hold what `JSON.stringify` does not write. */
const VALUES = [
  ...['null', 'true', '""', '[]', '{}', '[null]', '{"type":null}', '0', '-1', '1.5', '1e999', '1e15', '-0', '5e-324'],
  ...['"constructor"', '"__proto__"', '"toString"', '"hasOwnProperty"', '"valueOf"', '"\\ud800"', '"[REDACTED]"'],
  ...['{"length":4294967295}', '{"__proto__":{"x":1}}', '{"toString":1}', '{"toJSON":1}', '[[[[[[[[[[]]]]]]]]]]'],
];
const NAMES = ['__proto__', 'constructor', 'toString', 'type', 'then', ''];
const HOLE = '"\\u0000hole"';

/** Names of recordings of whole sessions. */
const goldenNames = (): string[] =>
  readdirSync(new URL('../golden/recordings', import.meta.url)).map((name) => name.replace(/\.jsonl$/, ''));

/** Numbers from 0 up to a bound. */
type Below = (bound: number) => number;

/** A generator of the family mulberry32. */
function randomBelow(seed: number): Below {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** So many logs, each the lines of one recording with one to four changes. */
export function* mutatedLogs(seed: number, count: number): Generator<string[]> {
  const names = goldenNames();
  const below = randomBelow(seed);
  for (let made = 0; made < count; made++) {
    const lines = linesOf(golden(names[below(names.length)] ?? ''));
    for (let changes = 1 + below(4); changes > 0; changes--) change(lines, below);
    yield lines;
  }
}

function change(lines: string[], below: Below): void {
  const at = below(lines.length);
  const line = lines[at] ?? '';
  const kind = below(20);
  if (kind === 0) lines.splice(at, 1);
  else if (kind === 1) lines.splice(at, 0, line);
  else if (kind === 2) lines[at] = line.slice(0, below(line.length + 1));
  else if (kind === 3) lines.splice(below(lines.length), 0, VALUES[below(VALUES.length)] ?? '');
  else if (kind === 4) lines.reverse();
  else lines[at] = changeValue(line, below);
}

function changeValue(line: string, below: Below): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line; // changed before
  }
  const places: [object, string][] = [];
  const walk = (inside: unknown) => {
    if (typeof inside !== 'object' || inside === null) return;
    for (const [name, field] of Object.entries(inside)) {
      places.push([inside, name]);
      walk(field);
    }
  };
  walk(value);
  const place = places[below(Math.max(1, places.length))];
  if (!place) return line;
  const [holder, name] = place as [Record<string, unknown>, string];
  const kind = below(8);
  if (kind === 0) delete holder[name];
  else if (kind === 1) Object.defineProperty(holder, NAMES[below(NAMES.length)] ?? '', own(holder[name]));
  else {
    Object.defineProperty(holder, name, own(JSON.parse(HOLE)));
    return JSON.stringify(value).replace(HOLE, () => VALUES[below(VALUES.length)] ?? '');
  }
  return JSON.stringify(value);
}

const own = (value: unknown) => ({ value, enumerable: true, writable: true, configurable: true });
