// Finds JSON values in text that arrives line by line: several on a line, one over many lines, after a prefix, with
// trailing commas. Interpreting them: `foreign-log.ts`. Linear in the text; buffers one open value.

import { parseLine } from './recording.ts';

export interface ScannedValue {
  readonly value: unknown;
  readonly text: string;
  /** The text before it on its line, cut to 256 characters; empty for white space, commas and brackets. */
  readonly prefix: string;
  /** First line, from 1. */
  readonly line: number;
  readonly isRepaired: boolean;
}

/** A line that could not be parsed, or that contains no value. */
export interface ScannedRest {
  readonly line: number;
  readonly text: string;
  /** Whether the line contains a brace; otherwise it is plain text. */
  readonly isBroken: boolean;
}

export type Scanned = ScannedValue | ScannedRest;

export interface ValueScanner {
  /** Whether a value of an earlier line is still open. */
  readonly isOpen: boolean;
  scanLine(text: string, line: number): Scanned[];
  end(): Scanned[];
}

/** Maximum text before a value that is examined. */
const MAX_PREFIX = 256;
/**
 * Maximum length of an open value, in UTF-16 code units: the first of a file may be a HAR file, any other is a frame.
 */
const MAX_FIRST = 128 * 1024 * 1024;
const MAX_OTHER = 17 * 1024 * 1024;

interface OpenValue {
  readonly line: number;
  readonly prefix: string;
  readonly lines: string[];
  readonly from: number;
  depth: number;
  length: number;
}

/** `limits` are for tests: see above. */
export function createValueScanner(limits = { first: MAX_FIRST, other: MAX_OTHER }): ValueScanner {
  let open: OpenValue | undefined;
  let isFirst = true;

  /** Scans a single line; with `mayOpen`, its last value may continue on the next. */
  function scan(text: string, line: number, start: number, mayOpen: boolean): Scanned[] {
    const results: Scanned[] = [];
    let at = start;
    let isBroken = false;
    for (let begin = findStart(text, at, mayOpen); begin >= 0; begin = findStart(text, at, mayOpen)) {
      const prefix = prefixIn(text, at, begin);
      const { end, depth, isInString } = findEnd(text, begin, 0);
      if (end === undefined) {
        isBroken = !mayOpen || isInString;
        if (!isBroken) open = { line, prefix, lines: [text], from: begin, depth, length: text.length };
        break;
      }
      const inside = text.slice(begin, end);
      const parsed = parse(inside);
      if (parsed) results.push({ ...parsed, text: inside, prefix, line });
      isBroken ||= !parsed;
      isFirst = false;
      at = end;
    }
    const isText =
      results.length === 0 && !open && prefixIn(text, start, Math.min(text.length, start + MAX_PREFIX)) !== '';
    if (isBroken || isText) results.push({ line, text, isBroken });
    return results;
  }

  /** The value will not close: scans its lines one by one. */
  function rescanLines({ line, lines }: OpenValue): Scanned[] {
    open = undefined;
    isFirst = false;
    return lines.flatMap((text, index) => scan(text, line + index, 0, false));
  }

  return {
    get isOpen() {
      return open !== undefined;
    },
    scanLine(text, line) {
      if (!open) return scan(text, line, 0, true);
      // Inside an object that is printed over many lines, other objects are indented: this one begins the next value.
      if (text.startsWith('{') && open.lines[0]?.charAt(open.from) === '{')
        return [...rescanLines(open), ...scan(text, line, 0, true)];
      const { end, depth, isInString } = findEnd(text, 0, open.depth);
      open.lines.push(text);
      open.length += text.length;
      if (end === undefined) {
        open.depth = depth;
        const isTooLong = open.length > (isFirst ? limits.first : limits.other);
        return isInString || isTooLong ? rescanLines(open) : [];
      }
      const { lines, from, prefix, line: firstLine } = open;
      const whole = lines.with(-1, text.slice(0, end)).join('\n').slice(from);
      const parsed = parse(whole);
      if (!parsed) return rescanLines(open);
      open = undefined;
      isFirst = false;
      const rest = text.slice(end).trim() === '' ? [] : scan(text, line, end, true);
      return [{ ...parsed, text: whole, prefix, line: firstLine }, ...rest];
    },
    end: () => (open ? rescanLines(open) : []),
  };
}

/** Start of the next value: a brace, or a bracket that opens a list of objects; without `mayOpen`, a brace. */
function findStart(text: string, from: number, mayOpen: boolean): number {
  const brace = text.indexOf('{', from);
  if (!mayOpen) return brace;
  const list = /^\s*\[\s*(?:\{|$)/.exec(text.slice(from, from + 64));
  return from === 0 && list ? text.indexOf('[') : brace;
}

/**
 * Finds the bracket that closes the value: its end, or the depth at the end of the text and whether that is inside a
 * string.
 */
function findEnd(
  text: string,
  from: number,
  openBrackets: number,
): { end?: number; depth: number; isInString: boolean } {
  const brackets = /["{}[\]]/g;
  brackets.lastIndex = from;
  let depth = openBrackets;
  for (let match = brackets.exec(text); match; match = brackets.exec(text)) {
    const [character] = match;
    if (character === '"') {
      const end = endOfString(text, match.index);
      if (end < 0) return { depth, isInString: true };
      brackets.lastIndex = end + 1;
    } else if (character === '{' || character === '[') depth += 1;
    else {
      depth -= 1;
      if (depth <= 0) return { end: match.index + 1, depth, isInString: false };
    }
  }
  return { depth, isInString: false };
}

/** The quotation mark that ends the string starting at `from`; -1 if there is none. */
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

/** Removes commas before a closing bracket; strings stay unchanged. */
function withoutTrailingCommas(text: string): string {
  const pieces: string[] = [];
  let start = 0;
  const marks = /["}\]]/g;
  for (let match = marks.exec(text); match; match = marks.exec(text)) {
    if (match[0] === '"') {
      const end = endOfString(text, match.index);
      if (end < 0) return text;
      marks.lastIndex = end + 1;
      continue;
    }
    let comma = match.index - 1;
    while (comma >= start && /\s/.test(text.charAt(comma))) comma -= 1;
    if (text.charAt(comma) !== ',' || comma < start) continue;
    pieces.push(text.slice(start, comma));
    start = match.index;
  }
  return pieces.join('') + text.slice(start);
}

function prefixIn(text: string, from: number, to: number): string {
  const prefix = text.slice(Math.max(from, to - MAX_PREFIX), to);
  return /^[\s,[\]]*$/.test(prefix) ? '' : prefix;
}
