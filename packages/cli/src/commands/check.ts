// `colloquy check`: reports protocol violations in logs. The rules are in `conformance.ts` of @colloquy/session.

import { ColloquyError } from '@colloquy/protocol';
import {
  createConformance,
  createSessionBlocks,
  describeUnread,
  type LoggedViolation,
  type LogReport,
  loggedFrame,
  RULES,
} from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { printForms, readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { colouredHelp, type Palette, paletteFor } from '../palette.ts';
import { printable, printableJson, printableLine } from '../printable.ts';

const HELP = `Usage: colloquy check <file>... [options]

Checks logs of client and server events for protocol violations: recordings, and logs of other programs, as JSON lines of
bare events or of events with a side and a time, lists, HAR files, or output of wscat. '-' is standard input. Each
violation is one line: file, line, rule, side and message, without text, audio and keys.

Each session of a log is checked separately: a session.created with a new id starts a session, and so does another socket.
A log may begin in the middle of a session. Redacted values count as valid. Lines that are not events are counted.
Unreadable lines are violations; the first 5 are printed. A log may be gzip, UTF-16, printed over several lines, or have
text before each event; stderr shows the detected form.

Options:
  --from <side>  only violations of the 'client' or the 'server'
  --beta         events of a beta connection, with fewer checks; detected if event names show it
  --rules        list the rules
  --json         one JSON object for each file, on a line: file, ok, frames, other_lines, read_as, summary, violations (the first 1000,
                 each with line, from, event_type, rule, message), counts (of all, by rule), session_count, sessions (the
                 first 1000, each with id, frames, number of violations)
  -h, --help     this text

Examples:
  colloquy check *.jsonl --from server && echo 'no violations'
  colloquy check session.jsonl --json
  colloquy check --rules
`;

/** So many violations of a file are told in JSON; all of them are counted. */
const MAX_LISTED = 1000;
/** So many sessions of a file are printed. */
const MAX_SESSIONS_SHOWN = 50;
/** So many lines of a file that cannot be read are printed. */
const MAX_UNREAD = 5;
/** Longest line of output, in characters. */
const MAX_LINE_CHARS = 400;

interface Checked {
  readonly frames: number;
  /** Lines that are no events of any kind. */
  readonly other_lines: number;
  /** Forms of the log other than one object on each line. */
  readonly read_as: readonly string[];
  /** What the file is, where it contains no events. */
  readonly summary: string | null;
  /** How many lines that cannot be read are not printed. */
  readonly unread_more: number;
  readonly violations: readonly LoggedViolation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly session_count: number;
  readonly sessions: readonly CheckedSession[];
}

interface CheckedSession {
  readonly id: string | null;
  readonly frames: number;
  /** How many. */
  readonly violations: number;
}

interface CheckOptions {
  readonly beta: boolean;
  readonly from: string | undefined;
  /** Hears of each violation at once. */
  readonly onViolation: (violation: LoggedViolation) => Promise<void> | undefined;
}

async function checkFile(file: string, { beta, from, onViolation }: CheckOptions): Promise<Checked> {
  const conformance = createConformance(beta ? { beta } : {});
  const violations: LoggedViolation[] = [];
  const counts = new Map<string, number>();
  const blocks = createSessionBlocks();
  const sessions: { id: string | null; frames: number; violations: number }[] = [];
  let session_count = 0;
  let current = { id: null as string | null, frames: 0, violations: 0 };
  let frames = 0;
  let other_lines = 0;
  let report: LogReport | undefined;
  const unread = createUnreadLines(onViolation);
  const onReport = (read: LogReport) => {
    report = read;
    printForms(file, read);
  };
  for await (const { entry } of readLogFile(file, onReport)) {
    const frame = loggedFrame(entry);
    if (frame) {
      const { index, id } = blocks.of(frame);
      session_count = Math.max(session_count, index + 1);
      current = sessions[index] ?? (index === 0 ? current : { id, frames: 0, violations: 0 });
      if (index < MAX_LISTED) sessions[index] = current;
      current.id = id;
      current.frames += 1;
      frames += 1;
    } else if (entry.kind === 'foreign') other_lines += 1;
    for (const violation of conformance.observe(entry)) {
      if (from !== undefined && violation.from !== null && violation.from !== from) continue;
      current.violations += 1;
      counts.set(violation.rule, (counts.get(violation.rule) ?? 0) + 1);
      if (violations.length < MAX_LISTED) violations.push(violation);
      await (entry.kind === 'damaged' ? unread.put(violation, frames > 0) : onViolation(violation));
    }
  }
  if (frames > 0) await unread.end();
  return {
    ...{ frames, other_lines },
    read_as: [...(report?.forms ?? [])],
    summary: frames === 0 && report ? (describeUnread(report) ?? null) : null,
    unread_more: frames > 0 ? unread.more : 0,
    ...{ violations, counts: Object.fromEntries([...counts].sort()), session_count, sessions },
  };
}

/** Lines that cannot be read: the first few are told once there is an event in the log at all. */
function createUnreadLines(onViolation: CheckOptions['onViolation']) {
  let waiting: LoggedViolation[] = [];
  let count = 0;
  const flush = async () => {
    const due = waiting;
    waiting = [];
    for (const each of due) await onViolation(each);
  };
  return {
    put(violation: LoggedViolation, isLog: boolean): Promise<void> | undefined {
      count += 1;
      if (count <= MAX_UNREAD) waiting.push(violation);
      return isLog ? flush() : undefined;
    },
    end: flush,
    get more() {
      return Math.max(0, count - MAX_UNREAD);
    },
  };
}

function asLine(file: string, violation: LoggedViolation, { bad, quiet }: Palette): string {
  const { line, rule, from, event_type, message } = violation;
  const who = [from, event_type].filter((each) => each !== null).join(' ');
  const place = printableLine(`${file}:${line}:`).slice(0, MAX_LINE_CHARS);
  const text = printableLine(`${who}${who && ': '}${message}`).slice(0, MAX_LINE_CHARS);
  return `${quiet(place)} ${bad(`[${rule}]`)} ${text}\n`;
}

function summaryOf(file: string, checked: Checked, palette: Palette): string {
  const { frames, other_lines, counts, session_count: count, sessions } = checked;
  const broken = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const others = other_lines > 0 ? `; ${other_lines} lines are not events` : '';
  const name = printableLine(file);
  if (frames === 0) {
    const why = checked.summary === null ? others : `; ${checked.summary}`;
    return `${name}: ${palette.bad('no events')}${printable(why)}\n`;
  }
  const among = count > 1 ? ` of ${count} sessions` : '';
  const rows = [`${name}: ${resultOf(broken, palette)} in ${frames} events${among}${others}\n`];
  if (count > 1) {
    for (const { id, frames, violations } of sessions.slice(0, MAX_SESSIONS_SHOWN))
      rows.push(
        `  session ${printableLine(id ?? 'without an id').slice(0, 128)}: ${resultOf(violations, palette)} in ${frames} events\n`,
      );
    if (count > MAX_SESSIONS_SHOWN) rows.push(`  and ${count - MAX_SESSIONS_SHOWN} more sessions\n`);
  }
  if (checked.unread_more > 0) rows.push(`  and ${checked.unread_more} more lines that cannot be read\n`);
  return rows.join('');
}

const resultOf = (violations: number, { good, bad }: Palette) =>
  violations === 0 ? good('no violations') : bad(`${violations} ${violations === 1 ? 'violation' : 'violations'}`);

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'check',
    args,
    {
      from: { type: 'string' },
      beta: { type: 'boolean' },
      rules: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    Number.POSITIVE_INFINITY,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  if (values.rules) {
    const rows = Object.entries(RULES).map(([id, text]) => `${id.padEnd(6)}${text}\n`);
    process.stdout.write(values.json ? `${printableJson(RULES)}\n` : rows.join(''));
    return EXIT.done;
  }
  const { from, beta = false, json = false } = values;
  if (from !== undefined && from !== 'client' && from !== 'server') throw misused("--from is 'client' or 'server'");
  if (positionals.length === 0) throw misused("which file? see 'colloquy check --help'");
  const out = openOutput(undefined, '');
  const palette = paletteFor(process.stdout);
  let code: number = EXIT.done;
  for (const file of positionals) {
    const onViolation = (violation: LoggedViolation) =>
      json ? undefined : out.write(asLine(file, violation, palette));
    try {
      const checked = await checkFile(file, { beta, from, onViolation });
      const ok = checked.frames > 0 && checked.violations.length === 0;
      if (!ok) code = EXIT.failed;
      const { unread_more: _, ...report } = checked;
      await out.write(json ? `${printableJson({ file, ok, ...report })}\n` : summaryOf(file, checked, palette));
    } catch (error) {
      if (!ColloquyError.is(error)) throw error;
      code = EXIT.failed;
      const { message } = error as ColloquyError;
      if (json) await out.write(`${printableJson({ file, ok: false, error: message })}\n`);
      else process.stderr.write(`colloquy check: ${message}\n`);
    }
  }
  await out.end();
  return code;
}

export const check: Command = { help: HELP, run };
