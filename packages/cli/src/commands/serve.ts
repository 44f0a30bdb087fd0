// `colloquy serve`: settings in, a running server out, and a clean end on a signal.

import type { Listening, Server, ServerOptions } from '@colloquy/server';
import { type Command, EXIT, EXIT_CODES_HELP, readArguments } from '../command.ts';
import { readKeys, readSettings, SETTING_FLAGS, SETTINGS_HELP, type Settings } from '../config.ts';

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

const HELP = `Usage: colloquy serve [options]

Serves the Realtime API at /v1/realtime and a page about itself at /. Says on stdout where, once it is ready:

  colloquy listening on http://127.0.0.1:8787

SIGTERM or Ctrl-C lets running answers finish, then ends; a second one ends at once.

Options (defaults in brackets); a flag wins over the environment, that over the file:
${SETTINGS_HELP}  --config <file>        a JSON object of these settings, e.g. {"port": 9000, "tls": true}
  ${''.padEnd(22)} env COLLOQUY_CONFIG
  -h, --help             this text

Environment:
  COLLOQUY_API_KEYS      the keys clients must show, with commas between; never an option, so that no
                         other process reads them. Without keys only this machine may connect.

${EXIT_CODES_HELP}`;

function optionsOf(settings: Settings, keys: readonly string[]): ServerOptions {
  const { port, host, tls, beta, origins, hosts } = settings;
  const { 'tls-port': tlsPort, 'data-dir': dataDir, 'log-level': logLevel = 'warn' } = settings;
  return {
    keys,
    logLevel,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(tls !== undefined && { tls }),
    ...(beta && { beta: 'serve' as const }),
    ...(tlsPort !== undefined && { tlsPort }),
    ...(dataDir !== undefined && { dataDir }),
    ...(origins !== undefined && { origins }),
    ...(hosts !== undefined && { hosts }),
  };
}

function announce({ url, tlsUrl, caFile }: Listening): void {
  process.stdout.write(`colloquy listening on ${url}\n`);
  if (tlsUrl !== undefined) process.stdout.write(`colloquy listening on ${tlsUrl}\n`);
  if (caFile !== undefined) process.stdout.write(`certificate authority: ${caFile}\n`);
}

/** Resolves once a first signal has come and all that was running has ended; a second one ends the process there and then. */
function untilToldToEnd(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    let isAsked = false;
    const hear = (signal: keyof typeof SIGNAL_NUMBERS) => {
      if (isAsked) process.exit(128 + SIGNAL_NUMBERS[signal]);
      isAsked = true;
      process.stderr.write('colloquy draining; a second signal ends at once\n');
      server.close().then(resolve, reject);
    };
    process.on('SIGINT', hear);
    process.on('SIGTERM', hear);
  });
}

async function run(args: string[]): Promise<number> {
  const { values } = readArguments(
    'serve',
    args,
    { ...SETTING_FLAGS, config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    0,
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.done;
  }
  const { env } = process;
  const settings = readSettings(values, env, values.config ?? (env.COLLOQUY_CONFIG || undefined));
  const options = optionsOf(settings, readKeys(env));
  // Loaded only now: the help, and other commands, do without it.
  const { createServer, parrot } = await import('@colloquy/server');
  const server = createServer({ ...options, engine: parrot({ pace: settings.pace ?? 0 }) });
  announce(await server.listen());
  await untilToldToEnd(server);
  return EXIT.done;
}

export const serve: Command = { summary: 'serve the Realtime API, on http://127.0.0.1:8787', help: HELP, run };
