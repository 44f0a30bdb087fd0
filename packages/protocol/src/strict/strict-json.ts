// Parses JSON into a tree with what `JSON.parse` discards: duplicate members and the spelling of numbers. Meaning: `strict.ts`;
// plain values: `strict-values.ts`.
// https://www.rfc-editor.org/rfc/rfc8259; the bounds are those of serde_json (seed.md S10 to S13)

import type { Issue } from '../errors.ts';

/** Containers may nest this deep, counting the outermost [S13]. */
export const MAX_DEPTH = 127;

/** A number and its spelling: `1`, `1.0` and `1e0` are one value, and only the first is an integer to the seed. */
export class JsonNumber {
  readonly value: number;
  readonly spelling: string;

  constructor(spelling: string) {
    this.value = Number(spelling);
    this.spelling = spelling;
  }
}

/** An object as it was written: every member, in order, also those that share a key. */
export class JsonObject {
  readonly members: readonly JsonMember[];

  constructor(members: readonly JsonMember[]) {
    this.members = members;
  }
}

/** The key is what its escapes spell. */
export type JsonMember = readonly [key: string, value: JsonNode];

/** What one JSON text says; only numbers and objects differ from what `JSON.parse` gives. */
export type JsonNode = null | boolean | string | JsonNumber | JsonObject | readonly JsonNode[];

/**
 * Reads one JSON text, as a string or as UTF-8 bytes.
 *
 * Refuses with `invalid_json`: anything RFC 8259 does not allow, a byte order mark, bytes that are not UTF-8, a lone surrogate
 * (escaped or not), a number too large for a double, and containers nested deeper than `MAX_DEPTH`. The message tells the
 * position in UTF-16 code units and never what stands there. Never throws; the cost is linear in what was read.
 */
export function parseStrictJson(
  text: string | Uint8Array,
): { ok: true; value: JsonNode } | { ok: false; issues: [Issue] } {
  const characters = typeof text === 'string' ? text : decodeUtf8(text);
  if (characters === undefined) return refused('the bytes are not valid UTF-8');
  const reader = new Reader(characters);
  const value = reader.document();
  return value === undefined ? refused(reader.problem) : { ok: true, value };
}

function refused(problem: string): { ok: false; issues: [Issue] } {
  return { ok: false, issues: [{ code: 'invalid_json', param: null, message: `Invalid JSON: ${problem}.` }] };
}

/** Every method that reads answers `undefined` once something is wrong, which no JSON value is. */
class Reader {
  readonly #text: string;
  #at = 0;
  problem = '';

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode | undefined {
    const value = this.#value(0);
    if (value === undefined) return undefined;
    this.#skipBlanks();
    return this.#at === this.#text.length ? value : this.#fail('expected the end of the text');
  }

  /** Recursion is safe here: `depth` never passes `MAX_DEPTH`. */
  #value(depth: number): JsonNode | undefined {
    this.#skipBlanks();
    switch (this.#text[this.#at]) {
      case '{':
        return depth < MAX_DEPTH ? this.#object(depth + 1) : this.#fail('nested too deep');
      case '[':
        return depth < MAX_DEPTH ? this.#array(depth + 1) : this.#fail('nested too deep');
      case '"':
        return this.#string();
      case 'n':
        return this.#word('null', null);
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject | undefined {
    const members: JsonMember[] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.consume('}')) return new JsonObject(members);
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') return this.#fail('expected a key in double quotes');
      const key = this.#string();
      if (key === undefined) return undefined;
      this.#skipBlanks();
      if (!this.consume(':')) return this.#fail("expected ':'");
      const value = this.#value(depth);
      if (value === undefined) return undefined;
      members.push([key, value]);
      this.#skipBlanks();
      if (this.consume('}')) return new JsonObject(members);
      if (!this.consume(',')) return this.#fail("expected ',' or '}'");
    }
  }

  #array(depth: number): readonly JsonNode[] | undefined {
    const items: JsonNode[] = [];
    this.#at++;
    this.#skipBlanks();
    if (this.consume(']')) return items;
    for (;;) {
      const item = this.#value(depth);
      if (item === undefined) return undefined;
      items.push(item);
      this.#skipBlanks();
      if (this.consume(']')) return items;
      if (!this.consume(',')) return this.#fail("expected ',' or ']'");
    }
  }

  #string(): string | undefined {
    let read = '';
    let from = ++this.#at;
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === 0x22) {
        read += this.#text.slice(from, this.#at++);
        return read;
      }
      if (unit === 0x5c) {
        read += this.#text.slice(from, this.#at);
        const escaped = this.#escape();
        if (escaped === undefined) return undefined;
        read += escaped;
        from = this.#at;
      } else if (isSurrogate(unit)) {
        if (!isPair(unit, this.#text.charCodeAt(this.#at + 1))) return this.#fail('a lone surrogate');
        this.#at += 2;
      } else if (unit >= 0x20) {
        this.#at++;
      } else {
        return this.#fail(unit < 0x20 ? 'a control character in a string' : 'a string without an end');
      }
    }
  }

  #escape(): string | undefined {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter !== 'u') {
      const meant = ESCAPES.get(letter);
      if (meant === undefined) return this.#fail('an unknown escape');
      this.#at += 2;
      return meant;
    }
    const unit = this.#hex(this.#at + 2);
    if (unit === undefined) return this.#fail("expected four hexadecimal digits after '\\u'");
    if (!isSurrogate(unit)) {
      this.#at += 6;
      return String.fromCharCode(unit);
    }
    const second = this.#text.startsWith('\\u', this.#at + 6) ? this.#hex(this.#at + 8) : undefined;
    if (second === undefined || !isPair(unit, second)) return this.#fail('a lone surrogate');
    this.#at += 12;
    return String.fromCharCode(unit, second);
  }

  #hex(at: number): number | undefined {
    const digits = this.#text.slice(at, at + 4);
    return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }

  #number(): JsonNumber | undefined {
    const from = this.#at;
    const signed = this.consume('-');
    if (!this.consume('0') && !this.#digits()) return this.#fail(signed ? 'expected a digit' : 'expected a value');
    if (this.consume('.') && !this.#digits()) return this.#fail('expected a digit');
    if (this.consume('e') || this.consume('E')) {
      this.consume('+') || this.consume('-');
      if (!this.#digits()) return this.#fail('expected a digit');
    }
    const number = new JsonNumber(this.#text.slice(from, this.#at));
    return Number.isFinite(number.value) ? number : this.#fail('a number too large for a double');
  }

  #digits(): boolean {
    const from = this.#at;
    for (let unit = this.#text.charCodeAt(from); unit >= 0x30 && unit <= 0x39; ) {
      unit = this.#text.charCodeAt(++this.#at);
    }
    return this.#at > from;
  }

  #word<T extends null | boolean>(word: string, value: T): T | undefined {
    if (!this.#text.startsWith(word, this.#at)) return this.#fail('expected a value');
    this.#at += word.length;
    return value;
  }

  consume(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    while (BLANKS.has(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #fail(problem: string): undefined {
    this.problem = `${problem} at character ${this.#at}`;
    return undefined;
  }
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

const isPair = (first: number, second: number): boolean =>
  first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;

/** Whether every surrogate has its other half. `String.prototype.isWellFormed` is younger than our oldest runtime's types. */
export function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isSurrogate(unit) && !isPair(unit, text.charCodeAt(++i))) return false;
  }
  return true;
}

/** The smallest character that needs as many bytes as the index says; a smaller one is written too long. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000] as const;

/** Written out, since `TextDecoder` is in no library this package may name. `undefined` when the bytes are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  // A character never takes more code units than bytes.
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++] ?? 0;
    if (lead < 0x80) {
      units[length++] = lead;
      continue;
    }
    const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc0 || lead > 0xf7) return undefined;
    let point = lead & (0x7f >> size);
    for (const end = i + size - 1; i < end; i++) {
      const next = bytes[i] ?? 0;
      if (next >> 6 !== 0b10) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    if (point < (SMALLEST[size] ?? 0) || point > 0x10ffff || isSurrogate(point)) return undefined;
    if (point >= 0x10000) {
      units[length++] = 0xd7c0 + (point >> 10);
      units[length++] = 0xdc00 + (point & 0x3ff);
    } else {
      units[length++] = point;
    }
  }
  let text = '';
  // In pieces, since a call takes only so many arguments.
  for (let i = 0; i < length; i += 0x2000) {
    text += String.fromCharCode(...units.subarray(i, Math.min(i + 0x2000, length)));
  }
  return text;
}
