// Starts a Realtime server inside a test: on a free port, with a scenario or an engine, with the events of both sides and
// assertions. Independent of the test runner.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ClientEvent, ColloquyError, type ServerEvent } from '@colloquy/protocol';
import { type ClientStep, outlineOf, type Scenario, type SpokenTurn } from '@colloquy/session';
import { createServer } from '../create-server.ts';
import { parrot } from '../engines/parrot.ts';
import { readScenario } from '../engines/read-scenario.ts';
import { type ScriptedEngine, scripted } from '../engines/scripted.ts';
import type { ServerOptions } from '../options.ts';
import { assertCalled, callsIn, type TestCall } from './calls.ts';
import { EventWaits } from './event-waits.ts';
import { type PlayOptions, playClient } from './play-client.ts';
import { type SayOptions, testSpeech } from './speech.ts';
import { spokenTurns } from './spoken-turns.ts';

/** Options of a server, with free ports as the default, and a scenario. */
export interface TestServerOptions extends ServerOptions {
  /** The scenario as data, as YAML or JSON text, or as the path of a file. */
  scenario?: Scenario | string;
  /** Turns that are found at these positions of a client's audio, whatever it holds. Serves one session. */
  spoken?: readonly SpokenTurn[];
}

/** For a server without keys, which takes any. */
const TEST_KEY = 'sk-test';

/** The events of one type. */
type EventOf<E extends { type: string }, T extends string> = Extract<E, { type: T }>;

/** A running server of one test. */
export interface TestServer {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  /** `http://127.0.0.1:49152/v1` for SDKs. */
  readonly baseURL: string;
  /** `ws://127.0.0.1:49152/v1/realtime?model=gpt-realtime` */
  readonly realtimeURL: string;
  /** With `tls: true`: `https://127.0.0.1:49153/v1`, and the file of the certificate authority. */
  readonly tlsBaseURL: string | undefined;
  readonly caFile: string | undefined;
  /** Client events of all sessions so far, in the order they were applied; optionally of one type. */
  received(): ClientEvent[];
  received<T extends ClientEvent['type']>(type: T): EventOf<ClientEvent, T>[];
  /** Server events of all sessions so far, in order; optionally of one type. */
  sent(): ServerEvent[];
  sent<T extends ServerEvent['type']>(type: T): EventOf<ServerEvent, T>[];
  /**
   * Environment of a child process that connects to this server: `spawn(…, { env: { ...process.env, ...server.env } })`. Contains
   * `OPENAI_BASE_URL`, `OPENAI_API_KEY` (the first of `keys`); with `tls: true` an `https` URL and `NODE_EXTRA_CA_CERTS`.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Resolves with the first event of this type, past or future. Rejects with the text of `assertComplete()` as soon as a response
   * fails without a `fail` step of the scenario, and after `timeoutMs`. @default timeoutMs 4000
   */
  waitFor<T extends ServerEvent['type']>(type: T, options?: { timeoutMs?: number }): Promise<EventOf<ServerEvent, T>>;
  /**
   * Feeds a WAV file (path or bytes; 16-bit, any rate) to a session like audio of its client: in appends of 100 ms, which `received`
   * includes, with silence before and after, and waits for the answer to each turn. Resolves with the ids of the user items when the
   * last turn has ended; with none if turn detection is off. The same file gives the same events. Rejects with `not_found` without an
   * open session, with `invalid_value` if the file is not a WAV file or contains no speech.
   */
  say(wav: string | Uint8Array, options?: SayOptions): Promise<string[]>;
  /**
   * Takes the steps of a client, such as those of a recording, in a session of its own. Rejects with `upstream_timeout` that
   * names the step if the server does not send what it waits for.
   */
  play(steps: readonly ClientStep[], options?: PlayOptions): Promise<void>;
  /** What was said and called so far, in order: see `outlineOf` of @colloquy/session. */
  outline(): string[];
  /** Finished function and MCP tool calls so far, with parsed arguments. */
  calls(): TestCall[];
  /**
   * Returns the first call with this name and, if given, these arguments (deep equality). Throws an `AssertionError` with a diff and
   * the list of all calls.
   */
  assertCalled(name: string, ...expected: [expected?: unknown]): TestCall;
  /**
   * Throws `ColloquyError` if a response matched no turn of the scenario or called a tool that is not offered, if a turn of a strict
   * scenario was not used, or if the server refused a client event. The message lists each.
   */
  assertComplete(): void;
  /** Ends all sessions and closes the port. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for one test.
 *
 * Rejects with `invalid_configuration` if the scenario is not valid (the message names the field) or options contradict each other.
 *
 * @example
 * import { startServer } from '@colloquy/server/testing';
 *
 * const server = await startServer({ scenario: { scenario: 1, turns: [{ reply: [{ say: 'Hello.' }] }] } });
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { scenario, spoken, ...rest } = options;
  const scriptedEngine = scenario === undefined ? undefined : scripted(await load(scenario));
  const engine = scriptedEngine ?? rest.engine ?? (rest.engines ? undefined : parrot());
  const clientEvents: ClientEvent[] = [];
  const checkComplete = () =>
    assertComplete(scriptedEngine, ofType(serverEvents, 'error') as EventOf<ServerEvent, 'error'>[]);
  const waits = new EventWaits((event) => unexpectedFailure(event, scriptedEngine, checkComplete));
  const serverEvents = waits.events;
  const speech = testSpeech();
  const byClock = spoken && spokenTurns(spoken);
  const server = createServer({
    port: 0,
    tlsPort: 0,
    ...rest,
    ...(engine && { engine }),
    speech: { ...rest.speech, transcriber: rest.speech?.transcriber ?? speech.transcriber, ...byClock },
    onSession(session) {
      speech.onSession(session);
      rest.onSession?.(session);
    },
    onLine(sessionId, line) {
      speech.onLine(sessionId, line);
      if (line.from === 'client') clientEvents.push(line.event);
      if (line.from === 'server') waits.handleEvent(line.event);
      rest.onLine?.(sessionId, line);
    },
  });
  const { url, tlsUrl, caFile } = await server.listen();
  const ofType = <E extends { type: string }>(events: readonly E[], type?: string) =>
    events.filter((event) => type === undefined || event.type === type);

  const realtimeURL = `${url.replace(/^http/, 'ws')}/v1/realtime?model=gpt-realtime`;
  const close = () => server.close({ graceMs: 0 });
  return {
    url,
    baseURL: `${url}/v1`,
    realtimeURL,
    tlsBaseURL: tlsUrl === undefined ? undefined : `${tlsUrl}/v1`,
    caFile,
    received: (type?: string) => ofType(clientEvents, type) as never,
    sent: (type?: string) => ofType(serverEvents, type) as never,
    env: {
      OPENAI_BASE_URL: tlsUrl === undefined ? `${url}/v1` : `${tlsUrl}/v1`,
      OPENAI_API_KEY: rest.keys?.[0] ?? TEST_KEY,
      ...(caFile !== undefined && { NODE_EXTRA_CA_CERTS: caFile }),
    },
    waitFor: (type, { timeoutMs } = {}) => waits.first(type, timeoutMs) as never,
    say: speech.say,
    play: (steps, played) => playClient(realtimeURL, rest.keys?.[0] ?? TEST_KEY, steps, played),
    outline: () => outlineOf(serverEvents),
    calls: () => callsIn(serverEvents),
    assertCalled: (...wanted) => assertCalled(callsIn(serverEvents), ...wanted),
    assertComplete: checkComplete,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function load(scenario: Scenario | string): Promise<Scenario> {
  if (typeof scenario !== 'string' || scenario.includes('\n') || scenario.trimStart().startsWith('{')) {
    return readScenario(scenario);
  }
  const text = await readFile(scenario, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `cannot read the scenario ${basename(scenario)}: ${cause.code ?? 'unknown reason'}`;
    throw new ColloquyError('invalid_configuration', message, { cause });
  });
  return readScenario(text, basename(scenario));
}

function assertComplete(scriptedEngine: ScriptedEngine | undefined, errors: EventOf<ServerEvent, 'error'>[]): void {
  scriptedEngine?.assertComplete();
  const refusals = errors.filter(({ error }) => error.type === 'invalid_request_error');
  if (refusals.length === 0) return;
  const lines = refusals.map(({ error }) => `  ${error.code ?? 'refused'} ${error.param ?? ''}: ${error.message}`);
  throw new ColloquyError('invalid_value', `the server refused ${refusals.length} client events:\n${lines.join('\n')}`);
}

/** Why a response failed unexpectedly, with all problems so far; `undefined` for any other event. */
function unexpectedFailure(
  event: ServerEvent,
  scriptedEngine: ScriptedEngine | undefined,
  complete: () => void,
): string | undefined {
  if (event.type !== 'response.done' || event.response.status !== 'failed') return undefined;
  if (scriptedEngine?.failsOnPurpose(event.response.id ?? '')) return undefined;
  const error = event.response.status_details?.error;
  const reason = `the response failed, ${error?.code ?? 'without a code'}`;
  try {
    complete();
    return reason;
  } catch (incomplete) {
    return `${reason}\n${(incomplete as Error).message}`;
  }
}
