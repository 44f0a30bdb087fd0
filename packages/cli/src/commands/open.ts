// `colloquy open`: opens the console with a log: a file, or a session or recording of a running server.

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';
import { ask } from '../ask.ts';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { canOpenPage, openPage } from '../open-page.ts';
import { colouredHelp } from '../palette.ts';
import { printableLine } from '../printable.ts';
import { keyFor } from '../reach.ts';
import { DEFAULT_SERVER, serverAddress } from '../server-lists.ts';

const HELP = `Usage: colloquy open FILE|NAME|URL [options]
       colloquy open --demo

Opens the console with a log, and prints its address.

  FILE  a recording, or a log of another program. This command serves it, on this machine only and at an address that
        cannot be guessed, until Ctrl-C. Every format of 'colloquy inspect' works; the file is not copied.
  NAME  a recording or a live session of the server, as 'colloquy list' prints it
  URL   the console of a server, http://host:port

Options:
  --demo          the demo session: a recorded conversation with an interruption, a tool, a slow turn and an error
  --server <URL>  the server that has NAME (${DEFAULT_SERVER})
  --ca <file>     trust this certificate authority (PEM), for https:// to 'colloquy serve --tls'
  -h, --help      this text

Environment:
  COLLOQUY_API_KEY    the key for the server; the page asks for it again

Examples:
  colloquy open session.jsonl
  colloquy open 20260101T000000Z-sess_BT16AeGHfbm17TYBzx2Dh --server http://127.0.0.1:8787
`;

const RECORDING = /^\d{8}T\d{6}Z-\w{1,80}$/;
const SESSION = /^sess_[\w-]{1,64}$/;

async function run(args: string[]): Promise<number> {
  const options = {
    demo: { type: 'boolean' },
    server: { type: 'string' },
    ca: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = readArguments('open', args, options, 1);
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const [log] = positionals;
  if (values.demo && log !== undefined) throw misused('--demo takes no FILE, NAME or URL');
  if (values.demo) return serveConsole(new Map(), '#/demo');
  if (log === undefined) throw misused("which log? see 'colloquy open --help'");
  if (/^https?:\/\//.test(log)) return openServer(serverAddress(log), '', values.ca);
  const kind = SESSION.test(log) ? 'session' : RECORDING.test(log) ? 'recording' : undefined;
  if (kind && !isFile(log))
    return openServer(serverAddress(values.server ?? DEFAULT_SERVER), `#/${kind}/${log}`, values.ca);
  if (!isFile(log)) throw new ColloquyError('not_found', `${printableLine(log)} is not a file`);
  for (const name of ['server', 'ca'] as const)
    if (values[name] !== undefined) throw misused(`--${name} is for a server; a FILE is served by this command`);
  return serveFile(log);
}

/** Opens a page of a running server. */
async function openServer(server: URL, place: string, caFile: string | undefined): Promise<number> {
  const { body } = await ask(new URL('/api/status', server), { key: keyFor(server, process.env), caFile });
  if (typeof body !== 'object' || body === null)
    throw new ColloquyError('upstream_error', `${server.origin}: it is not a Colloquy server`);
  await show(`${server.origin}/${place}`);
  return EXIT.done;
}

function serveFile(file: string): Promise<number> {
  const shortName = basename(file)
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 60);
  const name = `${shortName}-${randomBytes(16).toString('hex')}`;
  return serveConsole(new Map([[name, resolve(file)]]), `#/recording/${encodeURIComponent(name)}`);
}

/** Serves the console and these files until a signal. */
async function serveConsole(openFiles: ReadonlyMap<string, string>, place: string): Promise<number> {
  const { createServer, parrot } = await import('@colloquy/server');
  const server = createServer({ port: 0, engine: parrot(), detector: false, openFiles });
  const { url } = await server.listen();
  const signal = new Promise<void>((end) => {
    process.once('SIGINT', () => end());
    process.once('SIGTERM', () => end());
  });
  await show(`${url}/${place}`);
  if (process.stderr.isTTY) process.stderr.write('Ctrl-C ends\n');
  await signal;
  await server.close({ graceMs: 0 });
  return EXIT.done;
}

async function show(address: string): Promise<void> {
  process.stdout.write(`${address}\n`);
  const { platform, env, stdout } = process;
  if (canOpenPage({ platform, env, isTerminal: stdout.isTTY })) await openPage(address);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // Absent or not readable.
    return false;
  }
}

export const open: Command = { help: HELP, run };
