// `colloquy serve`: reads the settings, starts the server, and ends it cleanly on a signal.

import type { Listening, Server, ServerOptions } from '@colloquy/server';
import { bannerText } from '../banner.ts';
import { type Command, EXIT, readArguments } from '../command.ts';
import { readKeys, readSettings, SETTING_FLAGS } from '../config.ts';
import type { Engines } from '../engines.ts';
import { canOpenPage, openPage } from '../open-page.ts';
import { colouredHelp, paletteFor } from '../palette.ts';
import { printable } from '../printable.ts';
import { SETTINGS_HELP } from '../settings-help.ts';
import { serverOptions, withServer } from '../start-server.ts';
import { version } from '../version.ts';

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

const HELP = `Usage: colloquy serve [options]

Serves the Realtime API at /v1/realtime and the console at /. Prints the address on stdout when it is ready:

  colloquy listening on http://127.0.0.1:8787

On a terminal a summary follows: the engine, the console, the settings for an SDK.

SIGTERM or Ctrl-C finishes running responses, then exits; a second signal exits at once. SIGHUP is ignored.

With --data-dir every session is recorded in <folder>/recordings, for 'colloquy replay'. A folder in use by another
server is refused. With --engine scripted, a strict scenario that is not complete is reported on stderr at the end, with
exit code 1.

'colloquy' without a command runs 'colloquy serve --open'.

Options (defaults in parentheses). A flag overrides the environment, which overrides the file:
${SETTINGS_HELP}
Environment:
  COLLOQUY_API_KEYS      the keys of clients, comma-separated; not an option, because other processes can
                         read options. Without keys only this machine can connect.
  COLLOQUY_UPSTREAM_KEY  the key for the upstream; keys of clients are never sent to it
  COLLOQUY_THINK_KEY, COLLOQUY_TRANSCRIBE_KEY, COLLOQUY_SPEAK_KEY
                         the keys for these endpoints, unless key-env or key-file is set
`;

/** The lines other programs read. */
function announce({ url, tlsUrl, caFile }: Listening): void {
  process.stdout.write(`colloquy listening on ${url}\n`);
  if (tlsUrl !== undefined) process.stdout.write(`colloquy listening on ${tlsUrl}\n`);
  if (caFile !== undefined) process.stdout.write(`certificate authority: ${caFile}\n`);
}

/** On a terminal, the lines for people. */
function introduce(listening: Listening, { upstream, keys = [] }: ServerOptions, engines: Engines | undefined): void {
  if (!process.stdout.isTTY) return;
  const facts = {
    ...listening,
    version: version(),
    engines: engines?.abilities ?? [],
    upstream: upstream && new URL(upstream.url).host,
    needsKey: keys.length > 0,
  };
  process.stdout.write(bannerText(facts, paletteFor(process.stdout)));
}

/** Opens the console where somebody can see it. */
async function openConsole(url: string): Promise<void> {
  const { platform, env, stdout } = process;
  if (!canOpenPage({ platform, env, isTerminal: stdout.isTTY })) return;
  if (!(await openPage(url))) process.stderr.write(`colloquy: no browser could be started; open ${url}\n`);
}

/** A terminal that closes, or a supervisor that means "read your settings again", ends nothing: settings are read once, at the start. */
function goOnAtHangup(): void {
  process.on('SIGHUP', () => process.stderr.write('colloquy goes on after SIGHUP; SIGTERM ends it\n'));
  process.stderr.on('error', () => {}); // the terminal may be gone
}

/** Resolves once a first signal has come and all that was running has ended; a second one ends the process there and then. */
function untilToldToEnd(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    let isAsked = false;
    const onSignal = (signal: keyof typeof SIGNAL_NUMBERS) => {
      if (isAsked) process.exit(128 + SIGNAL_NUMBERS[signal]);
      isAsked = true;
      process.stderr.write('colloquy draining; a second signal ends at once\n');
      server.close().then(resolve, reject);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

async function run(args: string[]): Promise<number> {
  const { values } = readArguments(
    'serve',
    args,
    {
      ...SETTING_FLAGS,
      open: { type: 'boolean' },
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    0,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const { env } = process;
  const settings = readSettings(values, env, values.config ?? (env.COLLOQUY_CONFIG || undefined));
  const options = serverOptions(settings, readKeys(env), env.COLLOQUY_UPSTREAM_KEY);
  const unplayed = await withServer(settings, options, env, async ({ server, listening, engines }) => {
    goOnAtHangup();
    announce(listening);
    introduce(listening, options, engines);
    if (values.open) void openConsole(listening.url);
    await untilToldToEnd(server);
  });
  for (const text of unplayed) process.stderr.write(`${printable(text)}\n`);
  return unplayed.length === 0 ? EXIT.done : EXIT.failed;
}

export const serve: Command = { help: HELP, run };
