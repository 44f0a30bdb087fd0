// Reading a log from a file or from standard input, entry by entry, in memory that does not grow with it. What the entries are is
// `foreign-log.ts` and `recording.ts` of @colloquy/session.

import { ColloquyError } from '@colloquy/protocol';
import { type RecordingEntry, readLogDocument, readLogLine } from '@colloquy/session';
import { printableLine } from './printable.ts';
import { progressOf } from './progress.ts';
import { textLines } from './text-lines.ts';

/** Longest log that is one JSON value, in UTF-16 code units: a list or a HAR file can only be read whole. */
const LONGEST_DOCUMENT = 128 * 1024 * 1024;

/** An entry, and how long the line is that it stood on. */
export interface Read {
  readonly entry: RecordingEntry;
  /** Of the line as it stands; `undefined` for the entries of a list. */
  readonly text: string | undefined;
}

/**
 * Reads the entries of a log; `-` is standard input. Says on a terminal how far it is. Rejects with `not_found` in one line for what
 * cannot be opened or read.
 */
export async function* readLogFile(file: string): AsyncGenerator<Read, void> {
  try {
    const progress = progressOf(file);
    try {
      yield* entriesOf(textLines(file, progress.take));
    } finally {
      progress.end();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What the file system said, in one line; anything else as it is. */
export function unreadable(file: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return new ColloquyError('not_found', `${printableLine(file)} cannot be read: ${code}`);
}

async function* entriesOf(lines: AsyncIterable<string>): AsyncGenerator<Read, void> {
  let line = 0;
  /** The lines so far, while they may be one document. */
  let pages: string[] | undefined = [];
  let length = 0;
  let first: string | undefined;
  for await (const text of lines) {
    line += 1;
    if (pages === undefined) {
      if (text.trim() !== '') yield { entry: readLogLine(text, line), text };
      continue;
    }
    pages.push(text);
    length += text.length;
    if (text.trim() === '') continue;
    first ??= text;
    if (length <= LONGEST_DOCUMENT && isPage(text, line, first)) continue;
    yield* linesOf(pages);
    pages = undefined;
  }
  if (pages === undefined) return;
  const document = first === undefined ? undefined : readDocument(pages.join('\n'));
  if (!document) return yield* linesOf(pages);
  for (const entry of document) yield { entry, text: undefined };
}

/** Whether a line may belong to a document: the first opens a bracket, and no line is an entry by itself, but in a list. */
function isPage(text: string, line: number, first: string): boolean {
  if (/^\s*\[/.test(first.slice(0, 64))) return true;
  if (!/^\s*\{/.test(first.slice(0, 64))) return false;
  const { kind } = readLogLine(text, line);
  return kind === 'damaged' || kind === 'foreign';
}

function* linesOf(pages: readonly string[]): Generator<Read> {
  for (const [index, text] of pages.entries()) {
    if (text.trim() !== '') yield { entry: readLogLine(text, index + 1), text };
  }
}

function readDocument(text: string): Iterable<RecordingEntry> | undefined {
  try {
    return readLogDocument(JSON.parse(text));
  } catch {
    // No document: then it is read line by line, and what cannot be read is named.
    return undefined;
  }
}
