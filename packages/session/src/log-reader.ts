// Reading a log line by line, when it may also be one JSON value over many lines: a list, or the HAR file of a browser. What the
// entries are is `foreign-log.ts` and `recording.ts`; where the lines come from, whoever has them knows.

import { readLogDocument, readLogLine } from './foreign-log.ts';
import type { RecordingEntry } from './recording.ts';
import { createSocketOrder } from './socket-order.ts';

/** Longest log that is one JSON value, in UTF-16 code units: such a one can only be read whole. */
const LONGEST_DOCUMENT = 128 * 1024 * 1024;

/** An entry, and the line it stood on. */
export interface ReadEntry {
  readonly entry: RecordingEntry;
  /** `undefined` for the entries of a list. */
  readonly text: string | undefined;
}

export interface LogReader {
  /** Takes the next line, without its break, and answers what can be told by now: often one entry, at times none or many. */
  take(line: string): Iterable<ReadEntry>;
  /** What remained to be told. */
  end(): Iterable<ReadEntry>;
}

/**
 * Makes a reader. It keeps no lines, except while they may be one JSON value, and those of a second socket until the first one's are
 * read. Never throws.
 */
export function createLogReader(): LogReader {
  const reader = createPlainReader();
  const order = createSocketOrder<ReadEntry>();
  return {
    take: (line) => order.take(reader.take(line)),
    *end() {
      // A document comes in its order already.
      yield* order.take(reader.end());
      yield* order.end();
    },
  };
}

function createPlainReader(): LogReader {
  let line = 0;
  /** The lines so far, while they may be one document. */
  let pages: string[] | undefined = [];
  let length = 0;
  let first: string | undefined;

  return {
    take(text) {
      line += 1;
      if (pages === undefined) return text.trim() === '' ? [] : [{ entry: readLogLine(text, line), text }];
      pages.push(text);
      length += text.length;
      if (text.trim() === '') return [];
      first ??= text;
      if (length <= LONGEST_DOCUMENT && isPage(text, line, first)) return [];
      const kept = pages;
      pages = undefined;
      return linesOf(kept);
    },
    end() {
      if (pages === undefined) return [];
      const kept = pages;
      pages = undefined;
      const document = first === undefined ? undefined : readDocument(kept.join('\n'));
      return document ? entriesOf(document) : linesOf(kept);
    },
  };
}

/** Whether a line may belong to a document: the first opens a bracket, and no line is an entry by itself, but in a list. */
function isPage(text: string, line: number, first: string): boolean {
  if (/^\s*\[/.test(first.slice(0, 64))) return true;
  if (!/^\s*\{/.test(first.slice(0, 64))) return false;
  const { kind } = readLogLine(text, line);
  return kind === 'damaged' || kind === 'foreign';
}

function* linesOf(pages: readonly string[]): Generator<ReadEntry> {
  for (const [index, text] of pages.entries()) {
    if (text.trim() !== '') yield { entry: readLogLine(text, index + 1), text };
  }
}

function* entriesOf(document: Iterable<RecordingEntry>): Generator<ReadEntry> {
  for (const entry of document) yield { entry, text: undefined };
}

function readDocument(text: string): Iterable<RecordingEntry> | undefined {
  try {
    return readLogDocument(JSON.parse(text));
  } catch {
    // No document: then it is read line by line, and what cannot be read is named.
    return undefined;
  }
}
