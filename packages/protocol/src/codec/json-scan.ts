// Scans JSON text before parsing, so that no text can stall or break the parser. Further checks of a server: `frame-guard.ts`;
// checks of parsed values: `value-guard.ts`.

import type { Issue } from '../errors.ts';
import { DEPTH, ENTRIES, FREE_JSON, TOO_DEEP, TOO_MANY } from './value-guard.ts';

/** A frame as JSON, or why it is none. */
export type Read = { ok: true; value: unknown; later?: Issue } | { ok: false; issue: Issue };

/** Shorter texts are parsed at once: their deepest nesting takes a few milliseconds, and is found afterwards. */
const ALWAYS_SAFE = 16_384;

/**
 * Reads a frame outside the profile `server`: JSON text, or UTF-8 bytes of it. Refuses with `invalid_json` what is not JSON, and
 * with `invalid_event` a long text that is too deep or has too many parts; of a short one both are found afterwards.
 */
export function readTolerantly(frame: string | Uint8Array): Read {
  const text = typeof frame === 'string' ? frame : decodeText(frame);
  if (text === undefined) return notJson();
  if (text.length <= ALWAYS_SAFE) return parse(text);
  const scan = new JsonScan(text);
  scan.run();
  return scan.stop ? { ok: false, issue: scan.stop } : parse(text);
}

/** The value of a text that has been looked at. */
export function parse(text: string): Read {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // V8's own words quote the text.
    return notJson();
  }
}

export const notJson = (): Read => refused('invalid_json', 'Invalid event: failed to parse JSON value.');

export const refused = (code: Issue['code'], message: string): { ok: false; issue: Issue } => ({
  ok: false,
  issue: { code, param: null, message },
});

interface Runtime {
  readonly TextDecoder: new (
    label: 'utf-8',
    options: { fatal: true; ignoreBOM: true },
  ) => { decode(bytes: Uint8Array): string };
}

let decoder: { decode(bytes: Uint8Array): string } | undefined;

/** `undefined` when the bytes are not UTF-8. A byte order mark stays, and is no JSON. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    decoder ??= new (globalThis as unknown as Runtime).TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** One container around the place that is being read. */
export interface Level {
  /** Its keys so far, where they matter. */
  readonly keys: Set<string> | undefined;
  /** The key or index being read. */
  step: string | number;
  expectsKey: boolean;
  /** How many levels may open inside. */
  readonly room: number;
  readonly isFree: boolean;
}

/**
 * One walk over a text that need not be JSON; of anything else than JSON it says nothing and trusts the parser. Strings are
 * skipped, not read; keys are read where duplicates matter.
 */
export class JsonScan {
  /** Refuses the text, whether it is JSON or not. */
  stop: Issue | undefined;
  /** Refuses the text if it is JSON. */
  later: Issue | undefined;
  readonly levels: Level[] = [];
  readonly #text: string;
  /** Entries and levels that are allowed. */
  readonly #entries: number;
  readonly #depth: number;
  #count = 0;
  #strings = 0;

  constructor(text: string, profile: 'server' | 'tolerant' = 'tolerant') {
    this.#text = text;
    this.#entries = ENTRIES[profile];
    this.#depth = DEPTH[profile];
  }

  /** The keys of an object that is opened, for who looks at them. */
  keys(): Set<string> | undefined {
    return undefined;
  }

  /** A key of the innermost object has been read. */
  key(_key: string, _keys: Set<string>): void {}

  run(): void {
    const text = this.#text;
    for (let at = 0; at < text.length; at++) {
      switch (text.charCodeAt(at)) {
        case QUOTE: {
          const end = endOfString(text, at);
          if (end === -1 || !this.#string(at, end)) return;
          at = end;
          break;
        }
        case OPEN_OBJECT:
          if (!this.#open(true)) return;
          break;
        case OPEN_ARRAY:
          if (!this.#open(false)) return;
          break;
        case COMMA:
          if (!this.#comma()) return;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          if (!this.levels.pop()) return;
      }
    }
  }

  #open(isObject: boolean): boolean {
    const outer = this.levels.at(-1);
    const becomesFree = outer !== undefined && !outer.isFree && FREE_JSON.has(outer.step);
    const room = becomesFree ? DEPTH.free : (outer?.room ?? this.#depth);
    if (room === 0) return this.#refuse(TOO_DEEP);
    this.levels.push({
      keys: isObject ? this.keys() : undefined,
      step: isObject ? '' : 0,
      expectsKey: isObject,
      room: room - 1,
      isFree: becomesFree || outer?.isFree === true,
    });
    return this.#enter();
  }

  #comma(): boolean {
    const level = this.levels.at(-1);
    if (!level) return false;
    if (typeof level.step === 'number') level.step++;
    else level.expectsKey = true;
    return this.#enter();
  }

  /** Of every container one, of every comma one: as many as there are keys and elements, or a few more. */
  #enter(): boolean {
    return ++this.#count <= this.#entries || this.#refuse(TOO_MANY);
  }

  #string(start: number, end: number): boolean {
    // Text that is strings and nothing else is no JSON, but may be long.
    if (++this.#strings > 2 * this.#entries + 2) return false;
    const level = this.levels.at(-1);
    if (!level?.expectsKey) return true;
    level.expectsKey = false;
    const key = spell(this.#text.slice(start + 1, end));
    if (key === undefined) return false;
    level.step = key;
    if (level.keys) this.key(key, level.keys);
    return true;
  }

  #refuse(message: string): false {
    this.stop = { code: 'invalid_event', param: null, message };
    return false;
  }
}

/** Many escaped quotes are passed one by one, few and far ones by a search. */
const SEARCHES = 32;

/** Where the closing quote of the string opened at `start` stands, or -1. */
export function endOfString(text: string, start: number): number {
  let end = start;
  for (let i = 0; i < SEARCHES; i++) {
    end = text.indexOf('"', end + 1);
    if (end === -1 || !isEscaped(text, end)) return end;
  }
  for (end++; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === QUOTE) return end;
    if (unit === BACKSLASH) end++;
  }
  return -1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** What the inside of a JSON string spells; `undefined` when it is none. */
export function spell(inside: string): string | undefined {
  if (!inside.includes('\\')) return inside;
  try {
    return JSON.parse(`"${inside}"`) as string;
  } catch {
    return undefined;
  }
}
