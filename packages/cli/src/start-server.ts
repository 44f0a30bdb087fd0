// Starts a server from the settings of `colloquy serve`: reads what they name, opens the engines, listens.

import type { Listening, Server, ServerOptions } from '@colloquy/server';
import { misused } from './command.ts';
import type { Settings } from './config.ts';
import { asksForEngines, type Engines, enginePlans, openEngines } from './engines.ts';
import { printable } from './printable.ts';
import { recordingsFolder } from './recordings-folder.ts';
import { readTextFile } from './text-file.ts';

/** A listening server and its engines. */
export interface StartedServer {
  readonly server: Server;
  readonly listening: Listening;
  /** `undefined` for a relay. */
  readonly engines: Engines | undefined;
}

/** What to record. Throws `misused` for audio without a place to keep it. */
function recordingsOf(settings: Settings): ServerOptions['recordings'] {
  const { 'data-dir': dataDir, 'record-audio': audio = false } = settings;
  if (dataDir !== undefined) return { folder: recordingsFolder(dataDir), audio };
  if (audio) throw misused('--record-audio requires --data-dir');
  return undefined;
}

/** Where sessions are relayed to, if anywhere. Throws `misused` beside an engine, which would never be asked. */
function upstreamOf(settings: Settings, key: string | undefined): ServerOptions['upstream'] {
  const { upstream: url, 'upstream-auth': auth } = settings;
  if (url === undefined) return undefined;
  if (asksForEngines(settings)) throw misused('--upstream replaces --engine, its endpoints and scenarios');
  if (settings.mcp !== undefined) throw misused('--upstream calls MCP servers itself; --mcp is for hosted sessions');
  return { url, ...(key && { key }), ...(auth && { auth }) };
}

function webRtcOf(settings: Settings): Exclude<ServerOptions['webrtc'], undefined> {
  const { webrtc, 'webrtc-addresses': addresses, 'webrtc-ports': ports } = settings;
  if (webrtc === false) return false;
  return { ...(webrtc && { isWarm: true }), ...(addresses && { addresses }), ...(ports && { ports }) };
}

/** The options of a server with these settings. Throws `misused` for settings that exclude each other. */
export function serverOptions(
  settings: Settings,
  keys: readonly string[],
  upstreamKey: string | undefined,
): ServerOptions {
  const { port, host, tls, beta, detector, origins, hosts, models, watch } = settings;
  const recordings = recordingsOf(settings);
  const upstream = upstreamOf(settings, upstreamKey);
  const { 'tls-port': tlsPort, 'data-dir': dataDir, 'log-level': logLevel = 'warn' } = settings;
  return {
    keys,
    logLevel,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(tls !== undefined && { tls }),
    ...(beta && { beta: 'serve' as const }),
    ...(detector !== undefined && { detector }),
    webrtc: webRtcOf(settings),
    ...(watch !== undefined && { watch }),
    ...(tlsPort !== undefined && { tlsPort }),
    ...(dataDir !== undefined && { dataDir }),
    ...(recordings && { recordings }),
    ...(upstream && { upstream }),
    ...(models !== undefined && { models }),
    ...(origins !== undefined && { origins }),
    ...(hosts !== undefined && { hosts }),
  };
}

type McpParts = Pick<typeof import('@colloquy/server'), 'mcpAccess' | 'readMcpConfig'>;

/** Which MCP servers may be asked. Throws `misused` for a file that cannot be read, and what names the field of one that is wrong. */
function mcpOf(
  { mcp: file }: Settings,
  env: NodeJS.ProcessEnv,
  { mcpAccess, readMcpConfig }: McpParts,
): ServerOptions['mcp'] {
  return file === undefined ? undefined : mcpAccess(readMcpConfig(readTextFile(file), file), env);
}

/**
 * Runs `use` with a listening server, then ends the engines. `use` closes the server. Missing parts of an engine are reported on
 * stderr. Resolves with the scenario differences of the scripted engine, one text each.
 */
export async function withServer(
  settings: Settings,
  options: ServerOptions,
  env: NodeJS.ProcessEnv,
  use: (started: StartedServer) => Promise<void>,
): Promise<string[]> {
  const plans = options.upstream ? [] : enginePlans(settings);
  // Loaded only now: the help, and other commands, do without it.
  const { createServer, ...parts } = await import('@colloquy/server');
  const engines = options.upstream ? undefined : await openEngines(plans, env, parts, settings.detector);
  for (const sentence of engines?.missing ?? []) process.stderr.write(`colloquy: ${printable(sentence)}\n`);
  try {
    const mcp = options.upstream ? undefined : mcpOf(settings, env, parts);
    const answering = engines && { engines: engines.offered, speech: engines.speech };
    const server = createServer({ ...options, ...answering, ...(mcp && { mcp }) });
    await use({ server, listening: await server.listen(), engines });
  } finally {
    // Also of a server that could not listen: processes of models would keep this one from ending.
    await engines?.close();
  }
  return engines?.unplayed() ?? [];
}
