// `colloquy redact`: copies a log without secrets. Lines are redacted by `redact-log.ts` of @colloquy/session.

import type { RedactionLevel } from '@colloquy/protocol';
import { leftOutLine, redactLogEntry } from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { printForms, readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { colouredHelp } from '../palette.ts';
import { escapeJson, printableLine } from '../printable.ts';

const HELP = `Usage: colloquy redact <file> [options]

Writes a copy of a recording or log without credentials, audio and images, and without text at level 'content'. A hidden
value becomes [REDACTED]; ids, names and times stay. '-' is standard input.

Unreadable lines are removed, because they may contain secrets. A recording has a 'gap' line in their place.

Options:
${LEVEL_HELP}
  -o, --output <file>  output file (default: standard output)
  -h, --help           this text

Examples:
  colloquy redact session.jsonl --level content -o session.shared.jsonl
`;

/** So many lines that were left out are named; more are only counted. */
const MAX_LINES_NAMED = 5;

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
  for await (const { entry, text } of readLogFile(file, (report) => printForms(file, report))) {
    isRecording ||= entry.kind === 'header';
    if (entry.kind === 'input') at = entry.input.at;
    else if (entry.kind === 'frame') at = entry.frame.at;
    const line = redactLogEntry(entry, text, level);
    if (line !== undefined) await out.write(`${escapeJson(line)}\n`);
    else {
      count += 1;
      if (lines.length < MAX_LINES_NAMED) lines.push(entry.line);
      if (isRecording) await out.write(`${leftOutLine(at)}\n`);
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
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const [file] = positionals;
  if (file === undefined) throw misused("which file? see 'colloquy redact --help'");
  const { lines, count } = await redactFile(file, values.output, readLevel(values.level));
  if (count === 0) return EXIT.done;
  const named = `line ${lines.join(', ')}${count > lines.length ? ` and ${count - lines.length} more` : ''}`;
  process.stderr.write(`colloquy redact: ${printableLine(file)}: removed unreadable lines: ${named}\n`);
  return EXIT.failed;
}

export const redact: Command = { help: HELP, run };
