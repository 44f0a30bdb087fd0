// `colloquy tail`: prints what a server sends, as it comes, redacted.

import { eventTypeOf, readFrame } from '@colloquy/protocol';
import { createRecordingWriter } from '@colloquy/session';
import { type Command, EXIT, EXIT_CODES_HELP, readArguments } from '../command.ts';
import { type Connection, connect, DEFAULT_URL, realtimeUrl } from '../connect.ts';
import { frameLine } from '../frame-line.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { escapeJson, printableLine } from '../printable.ts';
import { keyFor } from './talk.ts';

const INTERRUPTED = 130;
const NORMAL_CLOSURE = 1000;
/** How long a closing server may take to say so, in milliseconds. */
const CLOSING_MS = 2000;

const HELP = `Usage: colloquy tail [URL] [options]

Connects to a Realtime server and prints every event it sends, one on a line, until either side ends. It says nothing itself.

What is shown is a session of its own: a WebSocket to a Realtime server opens a new session and shows no other one, and no
server is known to let a program watch the sessions of others. A call in progress can be joined, where the server offers that:
give the URL with ?call_id=<id>. To watch your own program, record it with recordSocket of @colloquy/session, or have
'colloquy serve --data-dir <folder>' write recordings and read those.

URL defaults to ${DEFAULT_URL}

Options:
  --json        print a recording, as 'colloquy inspect' reads it
${LEVEL_HELP}
  --ca <file>   trust this certificate authority (PEM), for wss:// to 'colloquy serve --tls'
  -h, --help    this text

Environment:
  COLLOQUY_API_KEY    the key to show the server; on this machine the first of COLLOQUY_API_KEYS stands in for it

${EXIT_CODES_HELP}`;

/** Takes each frame with the milliseconds since 1970 at which it came, and its end. */
interface Printer {
  readonly take: (frame: string, time: number) => void;
  readonly end: () => void;
}

function printerOf(json: boolean, level: ReturnType<typeof readLevel>): Printer {
  const { stdout, stderr } = process;
  if (json) {
    const writer = createRecordingWriter({ onLine: (line) => void stdout.write(`${escapeJson(line)}\n`), level });
    return { take: (frame, time) => writer.write('server', frame, time), end: () => writer.end() };
  }
  let began: number | undefined;
  return {
    take(frame, time) {
      began ??= time;
      const read = readFrame(frame, false);
      const event = read.ok && eventTypeOf(read.value) !== undefined ? (read.value as { type: string }) : undefined;
      if (event) stdout.write(`${frameLine({ from: 'server', event }, time - began, level)}\n`);
      else stderr.write(`a frame of ${frame.length} characters is no event\n`);
    },
    end() {},
  };
}

/** Prints until either side ends; resolves with the exit code. */
function follow({ socket, listen }: Connection, { take, end }: Printer): Promise<number> {
  return new Promise((resolve) => {
    let isOver = false;
    const leave = (code: number) => {
      if (isOver) return;
      isOver = true;
      process.off('SIGINT', interrupt);
      end();
      // A server that does not answer the close must not keep us.
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
      socket.close(NORMAL_CLOSURE, '');
      resolve(code);
    };
    const interrupt = () => leave(INTERRUPTED);
    process.on('SIGINT', interrupt);
    listen(
      (frame) => {
        if (!isOver) take(frame, Date.now());
      },
      (code, reason) => {
        if (!isOver)
          process.stderr.write(`the server closed the connection (${code}${reason && ` ${printableLine(reason)}`})\n`);
        leave(code === NORMAL_CLOSURE ? EXIT.done : EXIT.failed);
      },
    );
  });
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'tail',
    args,
    {
      json: { type: 'boolean' },
      ...LEVEL_FLAG,
      ca: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  const level = readLevel(values.level);
  const url = realtimeUrl(positionals[0] ?? DEFAULT_URL);
  const connection = await connect(url, { key: keyFor(url, process.env), caFile: values.ca });
  if (process.stderr.isTTY) process.stderr.write(`listening to ${url.origin}; Ctrl-C ends\n`);
  return follow(connection, printerOf(values.json === true, level));
}

export const tail: Command = { summary: 'print what a server sends, as it comes', help: HELP, run };
