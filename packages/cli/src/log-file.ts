// Reads a log from a file or standard input entry by entry, in bounded memory. Entries: `log-reader.ts` of @colloquy/session.

import { ColloquyError } from '@colloquy/protocol';
import { createLogReader, describeForms, describeUnread, type LogReport, type ReadEntry } from '@colloquy/session';
import { fileErrorText } from './file-error.ts';
import { printableLine } from './printable.ts';
import { progressOf } from './progress.ts';
import { textLines } from './text-lines.ts';

/**
 * Reads the entries of a log; `-` is standard input. Says on a terminal how far it is, and at the end on stderr what the log was read as,
 * if that is not one object on each line, and what was not understood, unless `onReport` takes that. Rejects with `not_found` in one line
 * for what cannot be opened or read.
 */
export async function* readLogFile(
  file: string,
  onReport = (report: LogReport) => printReport(file, report),
): AsyncGenerator<ReadEntry, void> {
  const reader = createLogReader();
  try {
    const progress = progressOf(file);
    try {
      const lines = textLines(file, { onBytes: progress.addBytes, onForm: reader.addForm });
      for await (const text of lines) yield* reader.read(text);
      yield* reader.end();
    } finally {
      progress.end();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  onReport(reader.report);
}

function printReport(file: string, report: LogReport): void {
  printForms(file, report);
  const unread = describeUnread(report);
  if (unread !== undefined) process.stderr.write(`${printableLine(`${file}: ${unread}`)}\n`);
}

/** Says on stderr what a log was read as, if that is worth a word. */
export function printForms(file: string, report: LogReport): void {
  const forms = describeForms(report);
  if (forms !== undefined) process.stderr.write(`${printableLine(`${file}: ${forms}`)}\n`);
}

/** What the file system said, in one line; anything else as it is. */
function unreadable(file: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  return new ColloquyError('not_found', `${printableLine(file)} cannot be read: ${fileErrorText(error)}`);
}
