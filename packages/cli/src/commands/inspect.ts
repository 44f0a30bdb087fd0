// `colloquy inspect`: an overview of a log, or its events line by line. The overview is collected in `overview.ts`.

import { redact } from '@colloquy/protocol';
import { loggedFrame } from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { frameLine } from '../frame-line.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { gather } from '../overview.ts';
import { overviewText } from '../overview-text.ts';
import { colouredHelp, paletteFor } from '../palette.ts';
import { printableJson } from '../printable.ts';

const HELP = `Usage: colloquy inspect <file> [options]

Shows a recording, or a log of another program: session, conversation with items and parts, latency of responses, errors
and protocol violations. '-' is standard input. A log with several sessions has one block for each: a session.created with
a new id starts a session, and so does another socket.

Options:
  --events     one line per event: time, '<' from the server or '>' from the client, event
${LEVEL_HELP}
  --json       one JSON object: file, session, recording, duration_ms, frames, lines, types, items, responses, totals,
               errors, violations, counts, session_count, and sessions with the same fields; with --events one object per
               event: line, at, from, event
  -h, --help   this text

Examples:
  colloquy inspect session.jsonl
  colloquy inspect har-of-my-browser.har --events | grep error
  colloquy inspect - --json < session.jsonl
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'inspect',
    args,
    {
      events: { type: 'boolean' },
      ...LEVEL_FLAG,
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const level = readLevel(values.level);
  const [file] = positionals;
  if (file === undefined) throw misused("which file? see 'colloquy inspect --help'");
  const out = openOutput(undefined, '');
  let frames = 0;
  if (values.events) {
    let began: number | null = null;
    for await (const { entry } of readLogFile(file)) {
      const frame = loggedFrame(entry);
      if (!frame) continue;
      frames += 1;
      const { line, from, event, time } = frame;
      began ??= time;
      const at = time === null || began === null ? null : time - began;
      const output = values.json
        ? printableJson({ line, at, from, event: redact(event, { level }) })
        : frameLine(frame, at, level);
      await out.write(`${output}\n`);
    }
  } else {
    const gathering = gather(file, level);
    for await (const read of readLogFile(file)) gathering.addEntry(read);
    const overview = gathering.overview();
    frames = overview.frames.client + overview.frames.server;
    await out.write(values.json ? `${printableJson(overview)}\n` : overviewText(overview, paletteFor(process.stdout)));
  }
  await out.end();
  if (frames > 0) return EXIT.done;
  process.stderr.write('colloquy inspect: it contains no events\n');
  return EXIT.failed;
}

export const inspect: Command = { help: HELP, run };
