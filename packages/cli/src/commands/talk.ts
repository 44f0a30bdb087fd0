// `colloquy talk`: a conversation in the terminal, or line by line from a pipe.

import { createInterface } from 'node:readline';
import { type Command, EXIT, EXIT_CODES_HELP, readArguments } from '../command.ts';
import { type Connection, connect, DEFAULT_URL, realtimeUrl } from '../connect.ts';
import { printableLine } from '../printable.ts';
import { keyFor } from '../reach.ts';
import { createTalk } from '../talk.ts';

const INTERRUPTED = 130;
const NORMAL_CLOSURE = 1000;
/** How long a closing server may take to say so, in milliseconds. */
const CLOSING_MS = 2000;

const HELP = `Usage: colloquy talk [URL] [options]

Type a line and watch the answer come. Ctrl-C cancels an answer, Ctrl-D ends.
From a pipe, each line is one turn; it ends when all of them are answered.

URL defaults to ${DEFAULT_URL}

Options:
  --events      show every frame that comes (<) and goes (>), without its secrets, audio and images
  --ca <file>   trust this certificate authority (PEM), for wss:// to 'colloquy serve --tls'
  -h, --help    this text

Environment:
  COLLOQUY_API_KEY    the key to show the server; on this machine the first of COLLOQUY_API_KEYS stands in for it

${EXIT_CODES_HELP}`;

/** Talks until either side ends; resolves with the exit code. */
function converse({ socket, listen }: Connection, showFrames: boolean): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const lines = createInterface({
    input: stdin,
    ...(isTerminal && { output: stdout }),
    terminal: isTerminal,
    prompt: '> ',
  });
  let hasEnded = false;
  let isLeaving = false;
  let isWarned = false;

  return new Promise((resolve) => {
    const leave = (code: number) => {
      if (isLeaving) return;
      isLeaving = true;
      process.off('SIGINT', interrupt);
      lines.close();
      stdin.pause();
      // A server that does not answer the close must not keep us.
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
      socket.close(NORMAL_CLOSURE, '');
      resolve(code);
    };
    const result = () => (talk.failures > 0 ? EXIT.failed : EXIT.done);
    const rest = () => {
      if (hasEnded) leave(result());
      else if (isTerminal && !isLeaving) lines.prompt();
    };
    const interrupt = () => {
      if (talk.cancel()) return;
      if (isTerminal && !isWarned && !talk.isAnswering) {
        isWarned = true;
        stderr.write('\n(Ctrl-D ends, or Ctrl-C again)\n');
        lines.prompt();
      } else leave(INTERRUPTED);
    };
    const talk = createTalk({
      send: (frame) => socket.send(frame),
      write: (text) => void stdout.write(text),
      note: (line) => void stderr.write(`${line}\n`),
      showFrames,
      onIdle: rest,
    });

    listen(
      (frame) => talk.hear(frame),
      (code, reason) => {
        if (!isLeaving)
          stderr.write(`the server closed the connection (${code}${reason && ` ${printableLine(reason)}`})\n`);
        leave(EXIT.failed);
      },
    );
    lines.on('line', (line) => {
      isWarned = false;
      talk.say(line);
      if (!talk.isAnswering) rest();
    });
    lines.on('close', () => {
      hasEnded = true;
      if (isTerminal && !isLeaving) stdout.write('\n');
      // At a terminal Ctrl-D ends; in a pipe the end of input only means that no further turn comes.
      if (isTerminal || !talk.isAnswering) leave(result());
    });
    lines.on('SIGINT', interrupt);
    process.on('SIGINT', interrupt);
    if (isTerminal) rest();
  });
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'talk',
    args,
    { events: { type: 'boolean' }, ca: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    1,
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  const url = realtimeUrl(positionals[0] ?? DEFAULT_URL);
  const connection = await connect(url, { key: keyFor(url, process.env), caFile: values.ca });
  if (process.stdin.isTTY) process.stderr.write(`talking to ${url.origin}; Ctrl-C cancels an answer, Ctrl-D ends\n`);
  return converse(connection, values.events === true);
}

export const talk: Command = { summary: 'hold a conversation in the terminal', help: HELP, run };
