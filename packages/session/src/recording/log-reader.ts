// Reads a log line by line in any form: one JSON object per line, several, one over many lines, a list, a HAR file, or
// JSON after a prefix. Finding values: `value-scanner.ts`. Interpreting them: `foreign-log.ts`, `recording.ts`. The
// caller supplies the lines.

import { readLogDocument, readLogValue, readPrefixedValue } from './foreign-log.ts';
import { type LogReport, LogTally } from './log-report.ts';
import { createLineUnwrapper } from './log-wrappers.ts';
import { parseLine, type RecordingEntry } from './recording.ts';
import { createSocketOrder } from './socket-order.ts';
import { createValueScanner, type Scanned, type ScannedValue } from './value-scanner.ts';

/** An entry and its source text. */
export interface ReadEntry {
  readonly entry: RecordingEntry;
  /** `undefined` for the entries of a list. */
  readonly text: string | undefined;
}

export interface LogReader {
  /**
   * Reads the next line, without its line break. Yields the entries known so far: usually one, sometimes none or many.
   */
  read(line: string): Iterable<ReadEntry>;
  /** Yields the remaining entries. */
  end(): Iterable<ReadEntry>;
  /** The form of the log, as far as it was read. */
  readonly report: LogReport;
  /** Adds a form that only the bytes show, such as `gzip`. */
  addForm(form: string): void;
}

/**
 * Creates a reader. Buffers lines only while they may be one JSON value, and entries of a second socket until those of
 * the first are read. Never throws.
 */
export function createLogReader(): LogReader {
  const tally = new LogTally();
  const reader = createPlainReader(tally);
  const order = createSocketOrder<ReadEntry>();
  return {
    report: tally,
    addForm: (form) => void tally.forms.add(form),
    read: (line) => order.push(reader.read(line)),
    *end() {
      // A document is already ordered.
      yield* order.push(reader.end());
      yield* order.end();
    },
  };
}

type LocatedValue = Omit<ScannedValue, 'isRepaired'>;

function documentForm(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return 'log' in (value as object) ? 'a HAR file' : 'an object with a list';
}

function createPlainReader(tally: LogTally): Pick<LogReader, 'read' | 'end'> {
  const scanner = createValueScanner();
  const unwrapper = createLineUnwrapper((form) => tally.forms.add(form));
  let line = 0;
  /** Time of the current line, if only its wrapper has one. */
  let wrappedAt: number | undefined;

  function* entriesOf({ value, text, line: at, prefix }: LocatedValue, isLong = false): Generator<ReadEntry> {
    // A nested wrapper is not unwrapped: a hostile log could nest without limit.
    const inner = wrappedAt === undefined ? unwrapper.unwrap(value) : undefined;
    if (inner !== undefined) {
      wrappedAt = Date.parse(inner.time);
      for (const each of inner.lines) yield* readLine(each, at, `Docker: ${each}`);
      wrappedAt = undefined;
      return;
    }
    const entry = prefix === '' ? readLogValue(value, at) : readPrefixedValue(prefix, value, at);
    const document = entry.kind === 'foreign' || entry.kind === 'damaged' ? readLogDocument(value) : undefined;
    if (document) {
      tally.forms.add(documentForm(value));
      for (const each of document) yield countEntry(each, undefined);
      return;
    }
    if (isLong) tally.forms.add('JSON over several lines');
    yield countEntry(entry, prefix === '' ? text : `${prefix}${text}`);
  }

  function countEntry(uncounted: RecordingEntry, text: string | undefined): ReadEntry {
    const isTimed = uncounted.kind !== 'event' || uncounted.time !== undefined || !Number.isFinite(wrappedAt);
    const entry = isTimed ? uncounted : { ...uncounted, time: wrappedAt as number };
    tally.count(entry);
    return { entry, text };
  }

  function* readScanned(pieces: readonly Scanned[], isAlone: boolean): Generator<ReadEntry> {
    if (pieces.length > 1) tally.forms.add('several values on a line');
    for (const each of pieces) {
      if ('isBroken' in each) {
        const { line: at, text, isBroken } = each;
        const kind = isBroken ? ('damaged' as const) : ('foreign' as const);
        yield countEntry({ line: at, kind, message: isBroken ? 'not JSON' : 'words, no JSON' }, text);
        continue;
      }
      if (each.isRepaired) tally.forms.add('JSON with trailing commas');
      if (each.prefix !== '') tally.forms.add('JSON after words');
      yield* entriesOf(each, !isAlone);
    }
  }

  /** `originalText` replaces a line that was in a wrapper, so that it is not mistaken for a line of its own. */
  function* readLine(text: string, at: number, originalText = text, mayBeQuoted = true): Generator<ReadEntry> {
    if (!scanner.isOpen) {
      if (text.trim() === '') return;
      const parsed = parseLine(text);
      if (parsed.ok) return yield* entriesOf({ value: parsed.value, text: originalText, line: at, prefix: '' });
      const python = mayBeQuoted ? unwrapper.unquote(text) : undefined;
      if (python !== undefined) return yield* readLine(python, at, python, false);
    }
    const wasOpen = scanner.isOpen;
    yield* readScanned(scanner.scanLine(text, at), !wasOpen);
  }

  return {
    read(text) {
      line += 1;
      if (text.trim() !== '') tally.lines += 1;
      return readLine(text, line);
    },
    *end() {
      for (const text of unwrapper.end()) yield* readLine(text, line);
      yield* readScanned(scanner.end(), true);
    },
  };
}
