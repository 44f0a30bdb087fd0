// `colloquy watch`: runs a command against a recording server of its own. The environment: `watched-environment.ts`.

import { existsSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Listening, ServerOptions } from '@colloquy/server';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { readKeys, readSettings, SETTING_FLAGS, type Settings } from '../config.ts';
import { canOpenPage, openPage } from '../open-page.ts';
import { colouredHelp } from '../palette.ts';
import { printable, printableLine } from '../printable.ts';
import { recordingsFolder } from '../recordings-folder.ts';
import { runCommand } from '../run-command.ts';
import { serverOptions, withServer } from '../start-server.ts';
import { summaryLine } from '../summary-line.ts';
import { watchedEnvironment } from '../watched-environment.ts';

const HELP = `Usage: colloquy watch [options] -- <command> [arguments]

Runs a program that uses the Realtime API against a server of its own, and shows and records its sessions. The program
needs no change. The address of the live view is printed on stderr. When the program ends, the server ends too: the
recordings are listed, and the exit code is the program's.

The server listens with TLS on a free port of this machine. It answers with an engine, or relays with --upstream. The
program gets these variables:

  OPENAI_BASE_URL      https://127.0.0.1:<port>/v1: openai-node, openai-python, LiveKit
  OPENAI_API_KEY       a key, if it has none
  NODE_EXTRA_CA_CERTS  the certificate authority, for Node
  SSL_CERT_FILE, REQUESTS_CA_BUNDLE
                       the authorities of the system and ours, for Python
  NODE_OPTIONS         requests of Node 20 and newer to https://api.openai.com/v1/realtime go to this server too, for SDKs
                       with this address built in, such as the Agents SDK
  COLLOQUY_WATCH_URL   https://127.0.0.1:<port>, for programs that take an address, such as Pipecat (base_url) and the
                       Agents SDK for Python (url)

Ctrl-C and SIGTERM reach the program.

Options:
  --open                 open the live view in the browser if started from a terminal
  --data-dir <folder>    keep the recordings here (a new folder in ~/.colloquy/watch)
  --record-audio         also record audio and images
  --upstream <url>       relay to this Realtime server, wss://…/v1/realtime, instead of an engine
  --engine <names>       the engine (offline)
  --config <file>        a JSON object of settings
  -h, --help             this text

Every other option of 'colloquy serve' works too, except --port, --host, --tls, --tls-port and --origins.

Environment:
  COLLOQUY_UPSTREAM_KEY  the key for the upstream; for api.openai.com the default is OPENAI_API_KEY
  COLLOQUY_API_KEYS      keys that clients must send; OPENAI_API_KEY of the program is accepted too

Examples:
  colloquy watch -- node agent.js
  colloquy watch --open --engine parrot -- npm test
  colloquy watch --upstream 'wss://api.openai.com/v1/realtime' -- python agent.py
`;

/** Settings that the command sets itself. */
const OWN_SETTINGS = ['port', 'host', 'tls', 'tls-port', 'origins'] as const;
/** Sessions that are listed at the end. */
const MAX_REPORTED = 200;
const OPENAI_HOST = 'api.openai.com';

async function run(args: string[]): Promise<number> {
  const end = args.indexOf('--');
  const command = end < 0 ? [] : args.slice(end + 1);
  const { values } = readArguments('watch', end < 0 ? args : args.slice(0, end), watchFlags(), 0);
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  if (command.length === 0) throw misused("which command? Give it after '--': colloquy watch -- node agent.js");
  const { env } = process;
  const settings = readSettings(values, env, values.config ?? (env.COLLOQUY_CONFIG || undefined));
  const dataDir = settings['data-dir'] ?? newDataDir();
  const ownSettings = { ...settings, ...{ port: 0, host: 'localhost', tls: true, 'tls-port': 0, origins: [] } };
  const keys = readKeys(env);
  // Without `dataDir`: the certificate outlives the run.
  const { dataDir: _, ...rest } = serverOptions(
    { ...ownSettings, 'data-dir': dataDir },
    acceptedKeys(keys, env),
    upstreamKey(settings, env),
  );
  const ownDataDir = settings['data-dir'];
  const options: ServerOptions = { ...rest, ...(ownDataDir !== undefined && { dataDir: ownDataDir }) };
  const folder = recordingsFolder(dataDir);
  const earlier = new Set(existsSync(folder) ? readdirSync(folder) : []);
  let code: number = EXIT.failed;
  const unplayed = await withServer(ownSettings, options, env, async ({ server, listening }) => {
    try {
      const page = `${listening.url}/#/home`;
      process.stderr.write(`colloquy watch: live view at ${page}\n`);
      if (values.open) void openLiveView(page);
      code = await runWatched(command, listening, keys[0]);
    } finally {
      await server.close({ graceMs: 0 });
      await report(dataDir, earlier);
    }
  });
  for (const text of unplayed) process.stderr.write(`${printable(text)}\n`);
  return code === EXIT.done && unplayed.length > 0 ? EXIT.failed : code;
}

function watchFlags() {
  const flags = { ...SETTING_FLAGS } as Partial<typeof SETTING_FLAGS>;
  for (const name of OWN_SETTINGS) delete flags[name];
  return {
    ...flags,
    open: { type: 'boolean' },
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
}

/** A folder of this run: a second run at the same time must not share it. */
function newDataDir(): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return join(homedir(), '.colloquy', 'watch', `${time}-${process.pid}`);
}

/** The program's own key is accepted if any key is required. */
function acceptedKeys(keys: readonly string[], { OPENAI_API_KEY: own }: NodeJS.ProcessEnv): readonly string[] {
  return keys.length > 0 && own ? [...keys, own] : keys;
}

/** The program's key is the user's own, so it may go where the program itself would have sent it. */
function upstreamKey({ upstream }: Settings, env: NodeJS.ProcessEnv): string | undefined {
  if (env.COLLOQUY_UPSTREAM_KEY || upstream === undefined) return env.COLLOQUY_UPSTREAM_KEY;
  return URL.canParse(upstream) && new URL(upstream).hostname === OPENAI_HOST ? env.OPENAI_API_KEY : undefined;
}

async function runWatched(command: string[], { tlsUrl, caFile }: Listening, key: string | undefined): Promise<number> {
  if (tlsUrl === undefined || caFile === undefined) throw new TypeError('the server listens without TLS');
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-'));
  try {
    return await runCommand(command, watchedEnvironment(process.env, { tlsUrl, caFile, key }, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openLiveView(page: string): Promise<void> {
  const { platform, env, stderr } = process;
  if (canOpenPage({ platform, env, isTerminal: stderr.isTTY })) await openPage(page);
}

/** Says where the recordings are, and what is in each of this run. `earlier` has the files of other runs. */
async function report(dataDir: string, earlier: ReadonlySet<string>): Promise<void> {
  const folder = recordingsFolder(dataDir);
  const { readRecordings } = await import('@colloquy/server');
  const { recordings } = await readRecordings(folder, { q: undefined, has: [], limit: MAX_REPORTED });
  const own = recordings.filter(({ name }) => !earlier.has(`${name}.jsonl`)).reverse();
  if (own.length === 0) {
    process.stderr.write('colloquy watch: no sessions\n');
    removeEmpty(folder, dataDir);
    return;
  }
  const rows = own.map((each) => `  ${summaryLine(each)}\n`);
  process.stderr.write(`colloquy watch: recordings in ${printableLine(folder)}\n${rows.join('')}`);
}

/** Removes these folders if nothing is in them. */
function removeEmpty(...folders: string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // Something is in it, or it does not exist.
  }
}

export const watch: Command = { help: HELP, run };
