// Reading a log from a file or from standard input, entry by entry, in memory that does not grow with it. What the entries are is
// `log-reader.ts` of @colloquy/session.

import { ColloquyError } from '@colloquy/protocol';
import { createLogReader, type ReadEntry } from '@colloquy/session';
import { printableLine } from './printable.ts';
import { progressOf } from './progress.ts';
import { textLines } from './text-lines.ts';

/**
 * Reads the entries of a log; `-` is standard input. Says on a terminal how far it is. Rejects with `not_found` in one line for what
 * cannot be opened or read.
 */
export async function* readLogFile(file: string): AsyncGenerator<ReadEntry, void> {
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

async function* entriesOf(lines: AsyncIterable<string>): AsyncGenerator<ReadEntry, void> {
  const reader = createLogReader();
  for await (const text of lines) yield* reader.take(text);
  yield* reader.end();
}
