// `colloquy convert`: converts logs of other programs to recordings, and recordings to other forms. Scenarios and tests are
// made in `@colloquy/session`.

import { basename } from 'node:path';
import { ColloquyError, type RedactionLevel, redact } from '@colloquy/protocol';
import {
  createRecordingWriter,
  type LoggedFrame,
  loggedFrame,
  scenarioOfLog,
  scenarioText,
  type TestRunner,
  testText,
} from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { printForms, readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { colouredHelp } from '../palette.ts';
import { escapeJson, printableLine } from '../printable.ts';

const HELP = `Usage: colloquy convert <file> [options]

Converts a log of client and server events: a log of another program to a recording, or a recording to another form. It
reads what 'colloquy check' reads; '-' is standard input. A recording made from another server's log can be inspected,
mirrored and measured, but not replayed, because it lacks the server's internal inputs. What a scenario or test cannot carry
is named on stderr, with the line of the log.

Options:
  --to <form>          'recording' (the default); 'events', bare events as JSON lines; 'log', JSON lines with the keys
                       time (ISO 8601), source ('client' or 'server') and event; 'scenario', the answers as YAML for
                       'colloquy serve --scenario'; or 'test', a test that plays the session again and passes
  --runner <runner>    with --to test: 'node' (node:test, the default) or 'vitest'
  --pauses             with --to test: keep the pauses of the answers; a scenario has them always
${LEVEL_HELP}
  -o, --output <file>  output file (default: standard output)
  -h, --help           this text

Examples:
  colloquy convert events.jsonl -o session.jsonl
  colloquy convert session.jsonl --to log | less
  colloquy convert session.jsonl --to scenario -o session.scenario.yaml
  colloquy convert session.jsonl --to test --runner vitest -o session.test.mjs
`;

const EVENT_FORMS = ['recording', 'events', 'log'] as const;
const FORMS = [...EVENT_FORMS, 'scenario', 'test'] as const;
const RUNNERS = ['node', 'vitest'] as const;

/** Turns frames to lines. `write` takes a line without its break. */
interface Converter {
  writeEvent(frame: LoggedFrame, time: number): void;
  end(): void;
}

function converterTo(
  form: (typeof EVENT_FORMS)[number],
  level: RedactionLevel,
  write: (line: string) => void,
): Converter {
  if (form === 'recording') {
    const writer = createRecordingWriter({ onLine: write, level });
    return { writeEvent: ({ from, event }, time) => writer.write(from, event, time), end: () => writer.end() };
  }
  return {
    writeEvent({ from, event }, time) {
      const redacted = redact(event, { level });
      if (form === 'events') return write(JSON.stringify(redacted));
      write(JSON.stringify({ time: new Date(time).toISOString(), source: from, event: redacted }));
    },
    end() {},
  };
}

/** Furthest time from 1970 that a date can hold, in milliseconds. */
const LATEST = 8.64e15;

async function convertFile(
  file: string,
  form: (typeof EVENT_FORMS)[number],
  output: string | undefined,
  level: RedactionLevel,
) {
  const out = openOutput(output, file);
  let lines: string[] = [];
  const converter = converterTo(form, level, (line) => void lines.push(line));
  let startedAt = 0;
  let time = 0;
  let frames = 0;
  let others = 0;
  let damaged = 0;
  const flush = async () => {
    for (const line of lines) await out.write(`${escapeJson(line)}\n`);
    lines = [];
  };
  for await (const { entry } of readLogFile(file, (report) => printForms(file, report))) {
    if (entry.kind === 'header') startedAt = entry.header.started_at;
    const frame = loggedFrame(entry);
    if (!frame) {
      if (entry.kind === 'foreign') others += 1;
      else if (entry.kind === 'damaged') damaged += 1;
      continue;
    }
    frames += 1;
    // A frame without a time stands at that of the one before it.
    const since = entry.kind === 'event' ? 0 : startedAt;
    if (frame.time !== null) time = Math.max(-LATEST, Math.min(LATEST, since + frame.time));
    converter.writeEvent(frame, time);
    await flush();
  }
  converter.end();
  await flush();
  await out.end();
  return { frames, others, damaged };
}

interface ScenarioForm {
  readonly form: 'scenario' | 'test';
  readonly runner: TestRunner;
  readonly pauses: boolean;
  readonly level: RedactionLevel;
}

/** Writes a scenario or a test. The notes are lines for stderr. */
async function convertToScenario(file: string, { form, runner, ...options }: ScenarioForm, output: string | undefined) {
  const name = file === '-' ? 'log' : basename(file).replace(/\.[a-z]{1,5}(?:\.gz)?$/, '');
  const out = openOutput(output, file);
  const reader = scenarioOfLog({ name, ...options });
  const counts = { frames: 0, others: 0, damaged: 0 };
  for await (const { entry } of readLogFile(file, (report) => printForms(file, report))) {
    reader.read(entry);
    if (loggedFrame(entry)) counts.frames += 1;
    else if (entry.kind === 'foreign') counts.others += 1;
    else if (entry.kind === 'damaged') counts.damaged += 1;
  }
  const made = reader.end();
  const comments = [`Made of ${name} by 'colloquy convert --to scenario'.`];
  if (form === 'test' && made.client.every(({ send }) => send === undefined))
    throw new ColloquyError('not_found', `${printableLine(file)}: it has no client events, which a test needs`);
  if (form === 'test' && made.usesMcp)
    throw new ColloquyError(
      'not_found',
      `${printableLine(file)}: it has tools of MCP servers, which a test lacks; use --to scenario`,
    );
  await out.write(form === 'scenario' ? scenarioText(made.scenario, comments) : testText(made, name, runner));
  await out.end();
  return { ...counts, notes: made.notes };
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'convert',
    args,
    {
      to: { type: 'string' },
      runner: { type: 'string' },
      pauses: { type: 'boolean' },
      ...LEVEL_FLAG,
      output: { type: 'string', short: 'o' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const form = FORMS.find((each) => each === (values.to ?? 'recording'));
  if (!form) throw misused(`--to is one of ${FORMS.join(', ')}`);
  const runner = RUNNERS.find((each) => each === (values.runner ?? 'node'));
  if (!runner) throw misused(`--runner is one of ${RUNNERS.join(', ')}`);
  if (form !== 'test' && (values.runner !== undefined || values.pauses))
    throw misused('--runner and --pauses require --to test');
  const [file] = positionals;
  if (file === undefined) throw misused("which file? see 'colloquy convert --help'");
  const level = readLevel(values.level);
  const converted =
    form === 'scenario' || form === 'test'
      ? await convertToScenario(
          file,
          { form, runner, pauses: form === 'scenario' || values.pauses === true, level },
          values.output,
        )
      : { ...(await convertFile(file, form, values.output, level)), notes: [] };
  const { frames, others, damaged, notes } = converted;
  const say = (message: string) => process.stderr.write(`colloquy convert: ${printableLine(file)}: ${message}\n`);
  if (frames === 0) {
    say('it contains no events');
    return EXIT.failed;
  }
  for (const { line, message } of notes) say(`line ${line}: ${message}`);
  if (others > 0) say(`skipped ${others} lines that are not events`);
  if (damaged > 0) say(`skipped ${damaged} unreadable lines`);
  return damaged > 0 ? EXIT.failed : EXIT.done;
}

export const convert: Command = { help: HELP, run };
