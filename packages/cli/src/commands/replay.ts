// `colloquy replay`: runs recordings again and says whether each gives the same bytes. How is `replay.ts` of @colloquy/session.

import { createReplayer, describeDifference, type Replay, readRecordingLine } from '@colloquy/session';
import { type Command, EXIT, EXIT_CODES_HELP, misused, readArguments } from '../command.ts';
import { printable, printableLine } from '../printable.ts';
import { progressOf } from '../progress.ts';
import { textLines } from '../text-lines.ts';

const HELP = `Usage: colloquy replay <file>... [options]

Runs recordings again, as 'colloquy serve --data-dir' writes them, and compares what the session sends with what was
recorded, byte for byte. Says for each file that it is the same, or where it differs first: the line, the place in it and
both values, without words, audio, images and keys.

Options:
  --json      one JSON object for each file, on a line
  -h, --help  this text

${EXIT_CODES_HELP}`;

/** Lines that cannot be read and are still named; more are only counted. */
const MOST_NAMED = 100;
/** Of which so many are printed, unless it is JSON. */
const MOST_PRINTED = 5;
/** Longest line of output, in characters: a file that was tampered with may hold names of any length. */
const LONGEST = 400;
interface Outcome extends Replay {
  /** How many lines could not be read. */
  readonly unreadable: number;
}

/** Replays one file. Rejects with the file system's error. */
async function replayFile(file: string): Promise<Outcome> {
  const replayer = createReplayer();
  const progress = progressOf(file);
  let line = 0;
  let unreadable = 0;
  try {
    for await (const text of textLines(file, progress.take)) {
      line += 1;
      if (text.trim() === '') continue;
      const entry = readRecordingLine(text, line);
      const isRead = entry.kind !== 'damaged' && entry.kind !== 'foreign' && entry.kind !== 'event';
      if (!isRead) unreadable += 1;
      if (isRead || unreadable <= MOST_NAMED) replayer.take(entry);
    }
  } finally {
    progress.end();
  }
  return { ...replayer.end(), unreadable };
}

const isClosed = ({ state }: Replay) => state?.phase === 'closed';

function asJson(file: string, outcome: Outcome): string {
  const { ok, inputs, frames, snapshots, unreadable, unread, difference } = outcome;
  const counts = { inputs, frames, snapshots, unreadable };
  return JSON.stringify({ file, ok, closed: isClosed(outcome), ...counts, unread, difference: difference ?? null });
}

function asText(file: string, outcome: Outcome): string {
  const { ok, inputs, frames, unreadable, unread, difference } = outcome;
  const rows: string[] = [];
  if (ok) {
    const end = isClosed(outcome) ? '' : '; it ends before the session does';
    rows.push(`${file}: the same, byte for byte (${inputs} inputs, ${frames} frames)${end}`);
  } else rows.push(`${file}: not the same (${inputs} inputs and ${frames} frames taken)`);
  for (const { line, message } of unread.slice(0, MOST_PRINTED)) rows.push(`  line ${line} cannot be read: ${message}`);
  if (unreadable > MOST_PRINTED) rows.push(`  and ${unreadable - MOST_PRINTED} more lines that cannot be read`);
  if (difference)
    rows.push(
      ...describeDifference(difference)
        .split('\n')
        .map((row) => `  ${row}`),
    );
  return rows.map((row) => printable(row).slice(0, LONGEST)).join('\n');
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'replay',
    args,
    { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    Number.POSITIVE_INFINITY,
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  if (positionals.length === 0) throw misused("which file? see 'colloquy replay --help'");
  let code: number = EXIT.done;
  for (const file of positionals) {
    try {
      const outcome = await replayFile(file);
      if (!outcome.ok) code = EXIT.failed;
      process.stdout.write(`${values.json ? asJson(file, outcome) : asText(file, outcome)}\n`);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code;
      if (reason === undefined) throw error;
      code = EXIT.failed;
      const message = `cannot be read: ${reason}`;
      if (values.json) process.stdout.write(`${JSON.stringify({ file, ok: false, error: message })}\n`);
      else process.stderr.write(`colloquy replay: ${printableLine(file)} ${message}\n`);
    }
  }
  return code;
}

export const replay: Command = { summary: 'run recordings again and compare, byte for byte', help: HELP, run };
