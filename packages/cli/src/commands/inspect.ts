// `colloquy inspect`: an overview of a log, or its events line by line. The overview is collected in `overview.ts`.

import { type RedactionLevel, redact } from '@colloquy/protocol';
import { loggedFrame } from '@colloquy/session';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { frameLine } from '../frame-line.ts';
import { type LocalLog, localLog, newestOfServer } from '../last-recording.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { readLogFile } from '../log-file.ts';
import { openOutput } from '../output.ts';
import { gather } from '../overview.ts';
import { overviewText } from '../overview-text.ts';
import { colouredHelp, paletteFor } from '../palette.ts';
import { printableJson } from '../printable.ts';
import { newestRecording } from '../recordings-folder.ts';
import { DEFAULT_SERVER, serverAddress } from '../server-lists.ts';

const HELP = `Usage: colloquy inspect <file> [options]
       colloquy inspect --last [--data-dir <folder> | --server <URL>] [options]

Shows a recording, or a log of another program: session, conversation with items and parts, latency of responses, errors
and protocol violations. '-' is standard input. A log with several sessions has one block for each: a session.created with
a new id starts a session, and so does another socket.

Options:
  --last       the newest recording of the server at ${DEFAULT_SERVER}
  --data-dir <folder>
               with --last: the newest recording in this folder; no server is needed
  --server <URL>
               with --last: the newest recording of this server
  --ca <file>  trust this certificate authority (PEM), for https:// to 'colloquy serve --tls'
  --events     one line per event: time, '<' from the server or '>' from the client, event
${LEVEL_HELP}
  --json       one JSON object: file, session, recording, duration_ms, frames, lines, types, items, responses, totals,
               errors, violations, counts, session_count, and sessions with the same fields; with --events one object per
               event: line, at, from, event
  -h, --help   this text

Examples:
  colloquy inspect session.jsonl
  colloquy inspect --last --events
  colloquy inspect har-of-my-browser.har --events | grep error
  colloquy inspect - --json < session.jsonl
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'inspect',
    args,
    {
      last: { type: 'boolean' },
      'data-dir': { type: 'string' },
      server: { type: 'string' },
      ca: { type: 'string' },
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
  const log = await openLog(positionals[0], values);
  try {
    return await inspectLog(log, values, level);
  } finally {
    log.remove();
  }
}

/** Prints a log. */
async function inspectLog(
  { file, name }: LocalLog,
  values: { events?: boolean | undefined; json?: boolean | undefined },
  level: RedactionLevel,
): Promise<number> {
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
    const gathering = gather(name, level);
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

interface LastFlags {
  last?: boolean | undefined;
  'data-dir'?: string | undefined;
  server?: string | undefined;
  ca?: string | undefined;
}

/** The file that is named, or the newest recording. Throws `misused` for both and for neither. */
async function openLog(file: string | undefined, flags: LastFlags): Promise<LocalLog> {
  const { last, 'data-dir': dataDir, server, ca: caFile } = flags;
  if (!last && [dataDir, server, caFile].some((flag) => flag !== undefined))
    throw misused('--data-dir, --server and --ca require --last');
  if (last && file !== undefined) throw misused('give a file or --last, not both');
  if (dataDir !== undefined && server !== undefined) throw misused('give --data-dir or --server, not both');
  if (dataDir !== undefined) return localLog(await newestRecording(dataDir));
  if (last) return newestOfServer(serverAddress(server ?? DEFAULT_SERVER), caFile);
  if (file === undefined) throw misused("which file? see 'colloquy inspect --help'");
  return localLog(file);
}

export const inspect: Command = { help: HELP, run };
