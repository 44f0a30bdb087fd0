// `colloquy tail`: prints the events of a live session, redacted.

import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { type Connection, connect, realtimeUrl } from '../connect.ts';
import { LEVEL_FLAG, LEVEL_HELP, readLevel } from '../level.ts';
import { watchLive } from '../live-session.ts';
import { colouredHelp } from '../palette.ts';
import { printableLine } from '../printable.ts';
import { keyFor } from '../reach.ts';
import { eventPrinter, linePrinter, type Printer } from '../tail-printer.ts';

const SERVER = 'http://127.0.0.1:8787';
const INTERRUPTED = 130;
const NORMAL_CLOSURE = 1000;
/** How long a closing server may take to say so, in milliseconds. */
const CLOSING_MS = 2000;

const HELP = `Usage: colloquy tail [URL] [options]

Prints the events of a live session as they occur, one per line, until the session or the server ends. It sends nothing.

With http://host:port of 'colloquy serve' it observes a live session: that of --session, otherwise the newest, otherwise the
next one from its beginning. It prints the conversation so far (=), then the events of the client (>) and the server (<).
The session does not notice.

With ws://… or wss://…, or the address of a Realtime endpoint, it opens a session and prints every server event. To join a
call, if the server offers it, use ?call_id=<id>. To observe your own program with any server, record it with recordSocket of
@colloquy/session.

URL defaults to ${SERVER}

Options:
  --session <id>   the live session to observe; 'GET /api/sessions' and the console list them
  --json           print a recording, as 'colloquy inspect' reads it
${LEVEL_HELP}
  --ca <file>      trust this certificate authority (PEM), for https:// and wss:// to 'colloquy serve --tls'
  -h, --help       this text

Environment:
  COLLOQUY_API_KEY    the key for the server; on this machine the default is the first of COLLOQUY_API_KEYS

Examples:
  colloquy tail
  colloquy tail http://127.0.0.1:8787 --session sess_BT16AeGHfbm17TYBzx2Dh --json > session.jsonl
  colloquy tail 'wss://realtime.example/v1/realtime?model=x'
`;

/** Prints until either side ends; resolves with the exit code. */
function follow({ socket, listen }: Connection, { print, end }: Printer): Promise<number> {
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
        if (!isOver) print(frame, Date.now());
      },
      (code, reason) => {
        if (!isOver)
          process.stderr.write(`the server closed the connection (${code}${reason && ` ${printableLine(reason)}`})\n`);
        leave(code === NORMAL_CLOSURE ? EXIT.done : EXIT.failed);
      },
    );
  });
}

/** The server whose sessions are to be watched; `undefined` for the address of an endpoint. Throws `misused` for what is neither. */
function serverToWatch(text: string, session: string | undefined): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isServer = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '';
  if (isServer && (url.username !== '' || url.password !== '')) {
    throw misused('the URL must not contain credentials; set COLLOQUY_API_KEY');
  }
  if (!isServer && session !== undefined) throw misused('--session needs the address of a server, http://host:port');
  return isServer ? url : undefined;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'tail',
    args,
    {
      session: { type: 'string' },
      json: { type: 'boolean' },
      ...LEVEL_FLAG,
      ca: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const level = readLevel(values.level);
  const json = values.json === true;
  const { session, ca: caFile } = values;
  const address = positionals[0] ?? SERVER;
  const server = serverToWatch(address, session);
  if (server) {
    const key = keyFor(server, process.env);
    const onWait = () => void process.stderr.write(`no live session at ${server.origin}; waiting for one\n`);
    const connection = await watchLive(server, { key, caFile, level, session, onWait });
    tell(`observing ${session ?? 'the newest or next session'}; Ctrl-C exits`);
    return follow(connection, linePrinter(json, level));
  }
  const url = realtimeUrl(address);
  const connection = await connect(url, { key: keyFor(url, process.env), caFile });
  tell(`listening to ${url.origin}; Ctrl-C exits`);
  return follow(connection, eventPrinter(json, level));
}

/** Tells somebody who watches the terminal how things stand. */
function tell(message: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${message}\n`);
}

export const tail: Command = { help: HELP, run };
