// Finds the JSON values in text that comes line by line: several on a line, one over many lines, after words, with commas that should not
// be there. What a value is, `foreign-log.ts` says. Linear in the text; it holds one value that is not closed yet.

import { parseLine } from './recording.ts';

export interface ScannedValue {
  readonly value: unknown;
  readonly text: string;
  /** The words before it on its line, cut to 256 characters; empty for blanks, commas and brackets. */
  readonly prefix: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly isRepaired: boolean;
}

/** A line in which something could not be read, or in which there was nothing to read. */
export interface ScannedRest {
  readonly line: number;
  readonly text: string;
  /** Whether the line holds a brace; otherwise it is words. */
  readonly isBroken: boolean;
}

export type Scanned = ScannedValue | ScannedRest;

export interface ValueScanner {
  /** Whether a value has begun on a line before and is not closed. */
  readonly isOpen: boolean;
  take(text: string, line: number): Scanned[];
  end(): Scanned[];
}

/** Longest words before a value that are looked at. */
const MAX_PREFIX = 256;
/** A value is waited for over so many UTF-16 code units: the first of a file may be a HAR file, any other a frame. */
const MAX_FIRST = 128 * 1024 * 1024;
const MAX_OTHER = 17 * 1024 * 1024;

interface Open {
  readonly line: number;
  readonly prefix: string;
  readonly lines: string[];
  readonly from: number;
  depth: number;
  length: number;
}

/** `limits` are for tests: see above. */
export function createValueScanner(limits = { first: MAX_FIRST, other: MAX_OTHER }): ValueScanner {
  let open: Open | undefined;
  let isFirst = true;

  /** Reads a line by itself; with `mayOpen`, its last value may go on below. */
  function scan(text: string, line: number, start: number, mayOpen: boolean): Scanned[] {
    const found: Scanned[] = [];
    let at = start;
    let isBroken = false;
    for (let begin = beginOf(text, at, mayOpen); begin >= 0; begin = beginOf(text, at, mayOpen)) {
      const prefix = prefixIn(text, at, begin);
      const { end, depth, isInString } = closeOf(text, begin, 0);
      if (end === undefined) {
        isBroken = !mayOpen || isInString;
        if (!isBroken) open = { line, prefix, lines: [text], from: begin, depth, length: text.length };
        break;
      }
      const inside = text.slice(begin, end);
      const parsed = parse(inside);
      if (parsed) found.push({ ...parsed, text: inside, prefix, line });
      isBroken ||= !parsed;
      isFirst = false;
      at = end;
    }
    const isWords =
      found.length === 0 && !open && prefixIn(text, start, Math.min(text.length, start + MAX_PREFIX)) !== '';
    if (isBroken || isWords) found.push({ line, text, isBroken });
    return found;
  }

  /** The value will not close: its lines are read one by one. */
  function giveUp({ line, lines }: Open): Scanned[] {
    open = undefined;
    isFirst = false;
    return lines.flatMap((text, index) => scan(text, line + index, 0, false));
  }

  return {
    get isOpen() {
      return open !== undefined;
    },
    take(text, line) {
      if (!open) return scan(text, line, 0, true);
      // Inside an object that is printed over many lines, others are indented: this one begins the next.
      if (text.startsWith('{') && open.lines[0]?.charAt(open.from) === '{')
        return [...giveUp(open), ...scan(text, line, 0, true)];
      const { end, depth, isInString } = closeOf(text, 0, open.depth);
      open.lines.push(text);
      open.length += text.length;
      if (end === undefined) {
        open.depth = depth;
        const isTooLong = open.length > (isFirst ? limits.first : limits.other);
        return isInString || isTooLong ? giveUp(open) : [];
      }
      const { lines, from, prefix, line: begun } = open;
      const whole = lines.with(-1, text.slice(0, end)).join('\n').slice(from);
      const parsed = parse(whole);
      if (!parsed) return giveUp(open);
      open = undefined;
      isFirst = false;
      const rest = text.slice(end).trim() === '' ? [] : scan(text, line, end, true);
      return [{ ...parsed, text: whole, prefix, line: begun }, ...rest];
    },
    end: () => (open ? giveUp(open) : []),
  };
}

/** Where the next value may begin: at a brace, or at a bracket that opens a list of objects; of a line by itself, at a brace. */
function beginOf(text: string, from: number, mayOpen: boolean): number {
  const brace = text.indexOf('{', from);
  if (!mayOpen) return brace;
  const list = /^\s*\[\s*(?:\{|$)/.exec(text.slice(from, from + 64));
  return from === 0 && list ? text.indexOf('[') : brace;
}

/** Finds the bracket that closes what is open: its end, or how deep the text ends and whether in a string. */
function closeOf(text: string, from: number, deep: number): { end?: number; depth: number; isInString: boolean } {
  const brackets = /["{}[\]]/g;
  brackets.lastIndex = from;
  let depth = deep;
  for (let match = brackets.exec(text); match; match = brackets.exec(text)) {
    const [sign] = match;
    if (sign === '"') {
      const end = endOfString(text, match.index);
      if (end < 0) return { depth, isInString: true };
      brackets.lastIndex = end + 1;
    } else if (sign === '{' || sign === '[') depth += 1;
    else {
      depth -= 1;
      if (depth <= 0) return { end: match.index + 1, depth, isInString: false };
    }
  }
  return { depth, isInString: false };
}

/** The quotation mark that ends the string that begins at `from`; -1 where none does. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

function parse(text: string): { value: unknown; isRepaired: boolean } | undefined {
  const parsed = parseLine(text, MAX_FIRST);
  if (parsed.ok) return { value: parsed.value, isRepaired: false };
  const repaired = withoutTrailingCommas(text);
  const again = repaired === text ? undefined : parseLine(repaired, MAX_FIRST);
  return again?.ok ? { value: again.value, isRepaired: true } : undefined;
}

/** Commas right before a closing bracket go; strings stay as they are. */
function withoutTrailingCommas(text: string): string {
  const pieces: string[] = [];
  let kept = 0;
  const marks = /["}\]]/g;
  for (let match = marks.exec(text); match; match = marks.exec(text)) {
    if (match[0] === '"') {
      const end = endOfString(text, match.index);
      if (end < 0) return text;
      marks.lastIndex = end + 1;
      continue;
    }
    let comma = match.index - 1;
    while (comma >= kept && /\s/.test(text.charAt(comma))) comma -= 1;
    if (text.charAt(comma) !== ',' || comma < kept) continue;
    pieces.push(text.slice(kept, comma));
    kept = match.index;
  }
  return pieces.join('') + text.slice(kept);
}

function prefixIn(text: string, from: number, to: number): string {
  const words = text.slice(Math.max(from, to - MAX_PREFIX), to);
  return /^[\s,[\]]*$/.test(words) ? '' : words;
}
