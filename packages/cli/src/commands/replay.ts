// `colloquy replay`: replays recordings and compares the bytes, or plays them to a live server (`play.ts`).

import { ColloquyError } from '@colloquy/protocol';
import { createReplayer, describeDifference, type Replay, readRecordingLine } from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { fileErrorText } from '../file-error.ts';
import { colouredHelp } from '../palette.ts';
import { play, playedText } from '../play.ts';
import { printable, printableJson, printableLine } from '../printable.ts';
import { progressOf } from '../progress.ts';
import { textLines } from '../text-lines.ts';

const HELP = `Usage: colloquy replay <file>... [options]
       colloquy replay <file>... --to <url> [options]

Replays recordings of 'colloquy serve --data-dir' and compares the events with the recorded ones, byte for byte. Prints for
each file that it is the same, or the first difference: line, path and both values, without text, audio, images and keys.

With --to it sends the client events of a log to a live Realtime server, each one after the server events that preceded it,
with the ids of that server. Then it prints the differences: '-' is only in the log, '+' only from the server. Events are
compared within the session and within each response by type, status and code; deltas count once. Hidden audio is replaced
by silence. Each session of a log is played over its own connection, in order.

Options:
  --to <url>       the server: ws://, wss://, or what 'colloquy serve' prints
  --words          also compare and print text and transcripts
  --realtime       keep the pauses of the log
  --patience <s>   timeout for an expected event, in seconds (10)
  --ca <file>      trust this certificate authority (PEM), for wss:// to 'colloquy serve --tls'
  --json           one JSON object for each file, on a line: file, ok, and details
  -h, --help       this text

Environment:
  COLLOQUY_API_KEY    the key for the server; on this machine the default is the first of COLLOQUY_API_KEYS

Examples:
  colloquy replay recordings/*.jsonl
  colloquy replay session.jsonl --to http://127.0.0.1:8787 --words
`;

/** Lines that cannot be read and are still named; more are only counted. */
const MAX_LINES_NAMED = 100;
/** Of which so many are printed, unless it is JSON. */
const MAX_LINES_PRINTED = 5;
/** Longest line of output, in characters: a file that was tampered with may hold names of any length. */
const MAX_LINE_CHARS = 400;
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
    for await (const text of textLines(file, { onBytes: progress.addBytes })) {
      line += 1;
      if (text.trim() === '') continue;
      const entry = readRecordingLine(text, line);
      const isRead = entry.kind !== 'damaged' && entry.kind !== 'foreign' && entry.kind !== 'event';
      if (!isRead) unreadable += 1;
      if (isRead || unreadable <= MAX_LINES_NAMED) replayer.apply(entry);
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
    const end = isClosed(outcome) ? '' : '; it ends before the end of the session';
    rows.push(`${file}: the same, byte for byte (${inputs} inputs, ${frames} frames)${end}`);
  } else rows.push(`${file}: different (after ${inputs} inputs and ${frames} events)`);
  for (const { line, message } of unread.slice(0, MAX_LINES_PRINTED))
    rows.push(`  line ${line} cannot be read: ${message}`);
  if (unreadable > MAX_LINES_PRINTED)
    rows.push(`  and ${unreadable - MAX_LINES_PRINTED} more lines that cannot be read`);
  if (difference)
    rows.push(
      ...describeDifference(difference)
        .split('\n')
        .map((row) => `  ${row}`),
    );
  return rows.map((row) => printable(row).slice(0, MAX_LINE_CHARS)).join('\n');
}

/** What a file comes to: the exit code, and what is printed of it. */
interface Told {
  readonly ok: boolean;
  readonly text: string;
}

async function tellReplay(file: string, json: boolean): Promise<Told> {
  const outcome = await replayFile(file);
  return { ok: outcome.ok, text: json ? asJson(file, outcome) : asText(file, outcome) };
}

/** Throws `misused` for patience that is no number. */
function playerOf(to: string, values: { words?: boolean; realtime?: boolean; patience?: string; ca?: string }) {
  const { words = false, realtime = false, patience = '10', ca: caFile } = values;
  if (!/^\d{1,4}(?:\.\d{1,3})?$/.test(patience)) throw misused('--patience must be a number of seconds');
  const options = { to, words, realtime, patienceMs: Number(patience) * 1000, caFile };
  return async (file: string, json: boolean): Promise<Told> => {
    const played = await play(file, options);
    const ok = played.ok && played.closed === null;
    const rows = () => playedText(file, played).map((row) => printableLine(row).slice(0, MAX_LINE_CHARS));
    return { ok, text: json ? printableJson({ file, ...played, ok }) : rows().join('\n') };
  };
}

/** What went wrong with one file, so that the next can be told of; throws what is no such thing. */
function faultOf(file: string, error: unknown): { readonly error: string; readonly text: string } {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || code === 'invalid_configuration') throw error;
  if (ColloquyError.is(error)) return { error: message, text: message };
  const reason = `cannot be read: ${fileErrorText(error)}`;
  return { error: reason, text: `${printableLine(file)} ${reason}` };
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'replay',
    args,
    {
      to: { type: 'string' },
      words: { type: 'boolean' },
      realtime: { type: 'boolean' },
      patience: { type: 'string' },
      ca: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    Number.POSITIVE_INFINITY,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  if (positionals.length === 0) throw misused("which file? see 'colloquy replay --help'");
  const { to, json = false, ...others } = values;
  if (to === undefined && Object.keys(others).length > 0) {
    throw misused('--words, --realtime, --patience and --ca require --to');
  }
  const tell = to === undefined ? tellReplay : playerOf(to, others);
  let code: number = EXIT.done;
  for (const file of positionals) {
    try {
      const { ok, text } = await tell(file, json);
      if (!ok) code = EXIT.failed;
      process.stdout.write(`${text}\n`);
    } catch (error) {
      const fault = faultOf(file, error);
      code = EXIT.failed;
      if (json) process.stdout.write(`${printableJson({ file, ok: false, error: fault.error })}\n`);
      else process.stderr.write(`colloquy replay: ${fault.text}\n`);
    }
  }
  return code;
}

export const replay: Command = { help: HELP, run };
