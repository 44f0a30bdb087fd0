// What is looked at before a frame is parsed, so that no frame can stall or break its reader, and the reading itself.
// What a parsed value may not hold is in `value-guard.ts`; what an event may say, in the schemas.

import { quote } from './check.ts';
import type { Issue } from './errors.ts';
import { DEPTH, ENTRIES, FREE_JSON, TOO_DEEP, TOO_MANY } from './value-guard.ts';

/** A frame as JSON, or why it is none. */
export type Read = { ok: true; value: unknown; later?: Issue } | { ok: false; issue: Issue };

/** Longest frame a server takes, in characters [LM1]. The transport closes on a longer one, counted in bytes. */
export const MAX_FRAME_LENGTH = 16 * 1024 * 1024;

/** Shorter texts are parsed at once: their deepest nesting takes a few milliseconds, and is found afterwards. */
const ALWAYS_SAFE = 16_384;

/**
 * Reads a frame: JSON text, or UTF-8 bytes of it. Refuses with `invalid_json` what is not JSON, with `invalid_event` what is too
 * deep or has too many parts, and with `frame_too_large` what is longer than 16 MiB (the last two in the profile `server`,
 * or when the frame is long). `later` is a duplicate key: the text is JSON, and to be refused all the same [ER18].
 *
 * The cost before anything is refused is linear in the frame; too deep a frame is refused at its first bracket too many.
 */
export function readFrame(frame: string | Uint8Array, isServer: boolean): Read {
  const text = typeof frame === 'string' ? frame : decodeText(frame);
  if (text === undefined) return notJson();
  if (isServer && text.length > MAX_FRAME_LENGTH)
    return refused('frame_too_large', `The event is too large: more than ${MAX_FRAME_LENGTH} characters.`);
  let later: Issue | undefined;
  if (isServer || text.length > ALWAYS_SAFE) {
    const scan = new Scan(text, isServer);
    scan.run();
    if (scan.stop) return { ok: false, issue: scan.stop };
    later = scan.duplicate;
  }
  try {
    const value: unknown = JSON.parse(text);
    return later ? { ok: true, value, later } : { ok: true, value };
  } catch {
    // V8's own words quote the text.
    return notJson();
  }
}

const notJson = (): Read => refused('invalid_json', 'Invalid event: failed to parse JSON value.');

const refused = (code: Issue['code'], message: string): { ok: false; issue: Issue } => ({
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
interface Level {
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
class Scan {
  /** Refuses the text, whether it is JSON or not. */
  stop: Issue | undefined;
  /** Refuses the text if it is JSON. */
  duplicate: Issue | undefined;
  readonly #text: string;
  readonly #isServer: boolean;
  readonly #limit: number;
  readonly #levels: Level[] = [];
  #entries = 0;
  #strings = 0;

  constructor(text: string, isServer: boolean) {
    this.#text = text;
    this.#isServer = isServer;
    this.#limit = ENTRIES[isServer ? 'server' : 'tolerant'];
  }

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
          if (!this.#levels.pop()) return;
      }
    }
  }

  #open(isObject: boolean): boolean {
    const outer = this.#levels.at(-1);
    const becomesFree = outer !== undefined && !outer.isFree && FREE_JSON.has(outer.step);
    const room = becomesFree ? DEPTH.free : (outer?.room ?? (this.#isServer ? DEPTH.server : DEPTH.tolerant));
    if (room === 0) return this.#refuse(TOO_DEEP);
    this.#levels.push({
      keys: isObject && this.#isServer ? new Set() : undefined,
      step: isObject ? '' : 0,
      expectsKey: isObject,
      room: room - 1,
      isFree: becomesFree || outer?.isFree === true,
    });
    return this.#count();
  }

  #comma(): boolean {
    const level = this.#levels.at(-1);
    if (!level) return false;
    if (typeof level.step === 'number') level.step++;
    else level.expectsKey = true;
    return this.#count();
  }

  /** Of every container one, of every comma one: as many as there are keys and elements, or a few more. */
  #count(): boolean {
    return ++this.#entries <= this.#limit || this.#refuse(TOO_MANY);
  }

  #string(start: number, end: number): boolean {
    // Text that is strings and nothing else is no JSON, but may be long.
    if (++this.#strings > 2 * this.#limit + 2) return false;
    const level = this.#levels.at(-1);
    if (!level?.expectsKey) return true;
    level.expectsKey = false;
    const key = spell(this.#text.slice(start + 1, end));
    if (key === undefined) return false;
    level.step = key;
    if (!level.keys || this.duplicate) return true;
    if (level.keys.has(key)) {
      const path = pathOf(this.#levels);
      this.duplicate = { code: 'invalid_event', param: path, message: `Duplicate key: '${path}'.` };
    }
    level.keys.add(key);
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

/** Longest path told, in characters. */
const PATH_LENGTH = 256;

function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ step }) => (typeof step === 'number' ? `[${step}]` : `.${quote(step)}`)).join('');
  const whole = path.replace(/^\./, '');
  return whole.length > PATH_LENGTH ? `${whole.slice(0, PATH_LENGTH - 1)}…` : whole;
}
