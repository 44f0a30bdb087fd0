// `colloquy redact`: writes a log without what must not be passed on. What is secret is decided by `redact.ts` of
// @colloquy/protocol.

import { type RedactionLevel, readFrame, redact as redactValue } from '@colloquy/protocol';
import { type RecordingEntry, type RecordingHeader, recordingLine } from '@colloquy/session';
import { type Command, EXIT, EXIT_CODES_HELP, misused, readArguments } from '../command.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { escapeJson, printableLine } from '../printable.ts';

const HELP = `Usage: colloquy redact <file> [options]

Writes a recording, or a log of events that others wrote, without what must not be passed on: credentials, audio and images,
and words if asked to. Each hidden value reads [REDACTED]; ids, names and times stay. '-' is standard input.

A line that cannot be read is left out, since it may hold anything; in a recording, a line in its place says so.

Options:
${LEVEL_HELP}
  -o, --output <file>  where to write it; otherwise to standard output
  -h, --help           this text

${EXIT_CODES_HELP}`;

/** So many lines that were left out are named; more are only counted. */
const MOST_NAMED = 5;

const HIDDEN = { key: ['key'], media: ['key', 'media'], content: ['key', 'media', 'words'] } as const;

/** What is hidden afterwards: what was before, and what this level hides. */
function redactHeader(header: RecordingHeader, level: RedactionLevel): RecordingHeader {
  const hidden = HIDDEN.content.filter(
    (kind) => header.hidden.includes(kind) || HIDDEN[level].some((each) => each === kind),
  );
  return { ...redactValue(header, { level }), hidden };
}

/** Frames may stand in a log as text inside a value: they are opened, redacted and closed again. */
function redactTexts(value: unknown, level: RedactionLevel, depth: number): unknown {
  if (depth > MOST_NESTED) return value;
  if (typeof value === 'string') return redactText(value, level, depth);
  if (Array.isArray(value)) return value.map((each) => redactTexts(each, level, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, redactTexts(field, level, depth + 1)]));
}

const MOST_NESTED = 64;

function redactText(text: string, level: RedactionLevel, depth: number): string {
  if (!/^\s*[{[]/.test(text.slice(0, 64))) return text;
  const read = readFrame(text, false);
  if (!read.ok) return text;
  const redacted = JSON.stringify(redactForeign(read.value, level, depth + 1));
  // Text that holds nothing secret stays as it was written, blanks included.
  return redacted === JSON.stringify(read.value) ? text : redacted;
}

const redactForeign = (value: unknown, level: RedactionLevel, depth: number): unknown =>
  redactValue(redactTexts(value, level, depth), { level });

/** A line without its secrets; `undefined` when it cannot be told what they are. */
function redactEntry(entry: RecordingEntry, text: string | undefined, level: RedactionLevel): string | undefined {
  switch (entry.kind) {
    case 'header':
      return JSON.stringify(redactHeader(entry.header, level));
    case 'input':
      return recordingLine(entry.input, level);
    case 'frame':
      return recordingLine(entry.frame, level);
    case 'snapshot':
      return recordingLine(entry.snapshot, level);
    case 'event':
    case 'foreign': {
      if (text === undefined)
        return entry.kind === 'event' ? JSON.stringify(redactForeign(entry.event, level, 0)) : undefined;
      const read = readFrame(text, false);
      if (read.ok) return JSON.stringify(redactForeign(read.value, level, 0));
      // `< {…}`: the words before the event go, the event stays.
      if (entry.kind !== 'event') return undefined;
      const { time, from, event } = entry;
      return JSON.stringify({ time, from, event: redactForeign(event, level, 0) });
    }
    case 'damaged':
      return undefined;
  }
}

/** As above; nothing is written of what is not as its kind should be. */
function redactSafely(entry: RecordingEntry, text: string | undefined, level: RedactionLevel): string | undefined {
  try {
    return redactEntry(entry, text, level);
  } catch {
    // Only a snapshot whose state was tampered with; what was thrown may quote it.
    return undefined;
  }
}

interface LeftOut {
  /** The first few. */
  readonly lines: readonly number[];
  readonly count: number;
}

async function redactFile(file: string, output: string | undefined, level: RedactionLevel): Promise<LeftOut> {
  const out = openOutput(output, file);
  const lines: number[] = [];
  let count = 0;
  let isRecording = false;
  let at = 0;
  for await (const { entry, text } of readLogFile(file)) {
    isRecording ||= entry.kind === 'header';
    if (entry.kind === 'input') at = entry.input.at;
    else if (entry.kind === 'frame') at = entry.frame.at;
    const line = redactSafely(entry, text, level);
    if (line !== undefined) await out.write(`${escapeJson(line)}\n`);
    else {
      count += 1;
      if (lines.length < MOST_NAMED) lines.push(entry.line);
      if (isRecording) await out.write(`${JSON.stringify({ at, from: 'gap', lines: 1 })}\n`);
    }
  }
  await out.end();
  return { lines, count };
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'redact',
    args,
    { ...LEVEL_FLAG, output: { type: 'string', short: 'o' }, help: { type: 'boolean', short: 'h' } },
    1,
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  const [file] = positionals;
  if (file === undefined) throw misused("which file? see 'colloquy redact --help'");
  const { lines, count } = await redactFile(file, values.output, readLevel(values.level));
  if (count === 0) return EXIT.done;
  const named = `line ${lines.join(', ')}${count > lines.length ? ` and ${count - lines.length} more` : ''}`;
  process.stderr.write(`colloquy redact: ${printableLine(file)}: left out what cannot be read: ${named}\n`);
  return EXIT.failed;
}

export const redact: Command = { summary: 'write a log without credentials, audio, images or words', help: HELP, run };
