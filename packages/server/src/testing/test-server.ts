// A Realtime server inside a test, in one line: a free port, a scenario or an engine, what clients sent, and whether it all
// happened. Works under vitest, node:test, jest, or none.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ClientEvent, ColloquyError, type ServerEvent } from '@colloquy/protocol';
import { createServer } from '../create-server.ts';
import { parrot } from '../engines/parrot.ts';
import { readScenario, type Scenario } from '../engines/scenario.ts';
import { type ScriptedEngine, scripted } from '../engines/scripted.ts';
import type { ServerOptions } from '../options.ts';
import { assertCalled, callsIn, type TestCall } from './calls.ts';
import { EventWaits } from './event-waits.ts';
import { type SayOptions, testSpeech } from './speech.ts';

/** What a test server is to be. Everything a server takes, but the port is a free one unless said otherwise. */
export interface TestServerOptions extends ServerOptions {
  /** What to answer: a scenario as data, its YAML or JSON text, or the path of a file. */
  scenario?: Scenario | string;
}

/** Which events to show. */
type EventOf<E extends { type: string }, T extends string> = Extract<E, { type: T }>;

/** A running server of one test. */
export interface TestServer {
  /** `http://127.0.0.1:49152` */
  readonly url: string;
  /** `http://127.0.0.1:49152/v1`, as SDKs want it. */
  readonly baseURL: string;
  /** `ws://127.0.0.1:49152/v1/realtime?model=gpt-realtime` */
  readonly realtimeURL: string;
  /** `https://127.0.0.1:49153/v1` and the file of its certificate authority, with `tls: true`. */
  readonly tlsBaseURL: string | undefined;
  readonly caFile: string | undefined;
  /** Client events so far, in the order they took effect, of all sessions; or those of one type. */
  received(): ClientEvent[];
  received<T extends ClientEvent['type']>(type: T): EventOf<ClientEvent, T>[];
  /** Server events so far, likewise. */
  sent(): ServerEvent[];
  sent<T extends ServerEvent['type']>(type: T): EventOf<ServerEvent, T>[];
  /**
   * What a child process needs to find this server, for `spawn(…, { env: { ...process.env, ...server.env } })`: `OPENAI_BASE_URL`,
   * `OPENAI_API_KEY` (the first of `keys`), with `tls: true` an `https` address and `NODE_EXTRA_CA_CERTS`.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Resolves with the first event of this type sent from now on or already. Rejects at once, with the text of `assertComplete()`,
   * when a response fails that no `fail` step of the scenario let fail; else after `timeoutMs`. @default timeoutMs 4000
   */
  waitFor<T extends ServerEvent['type']>(type: T, options?: { timeoutMs?: number }): Promise<EventOf<ServerEvent, T>>;
  /**
   * Says a WAV file (16-bit, any rate; its path or its bytes) to a session, as if its client's microphone had picked it up: in
   * appends of 100 ms, which `received` shows, with silence before and after, no faster than turns are answered. Resolves with the
   * ids of the user items it became once the last turn is closed; with none where turn detection is off. The same file gives the
   * same events. Rejects with `not_found` without an open session, `invalid_value` for no WAV file and for one without speech.
   */
  say(wav: string | Uint8Array, options?: SayOptions): Promise<string[]>;
  /** Finished calls so far, of functions and of tools of MCP servers, with parsed arguments. */
  calls(): TestCall[];
  /**
   * Returns the first call of this name, with these arguments if any are given (all of them, compared in depth). Throws an
   * `AssertionError` that shows the difference, and every call there was.
   */
  assertCalled(name: string, ...expected: [expected?: unknown]): TestCall;
  /**
   * Throws `ColloquyError` when a response found no turn of the scenario or called what is not offered, when a turn of a strict scenario was never asked for,
   * or when the server refused a client event. The message shows each.
   */
  assertComplete(): void;
  /** Ends every session and frees the port. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for one test.
 *
 * Rejects with `invalid_configuration` when the scenario is none (the message names the field) or the options contradict
 * each other.
 *
 * @example
 * import { startServer } from '@colloquy/server/testing';
 *
 * const server = await startServer({ scenario: { scenario: 1, turns: [{ reply: [{ say: 'Hello.' }] }] } });
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { scenario, ...rest } = options;
  const play = scenario === undefined ? undefined : scripted(await load(scenario));
  const engine = play ?? rest.engine ?? (rest.engines ? undefined : parrot());
  const clientEvents: ClientEvent[] = [];
  const checkComplete = () => assertComplete(play, ofType(serverEvents, 'error') as EventOf<ServerEvent, 'error'>[]);
  const waits = new EventWaits((event) => unexpectedFailure(event, play, checkComplete));
  const serverEvents = waits.events;
  const speech = testSpeech();
  const server = createServer({
    port: 0,
    tlsPort: 0,
    ...rest,
    ...(engine && { engine }),
    speech: { ...rest.speech, transcriber: rest.speech?.transcriber ?? speech.transcriber },
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

  const close = () => server.close({ graceMs: 0 });
  return {
    url,
    baseURL: `${url}/v1`,
    realtimeURL: `${url.replace(/^http/, 'ws')}/v1/realtime?model=gpt-realtime`,
    tlsBaseURL: tlsUrl === undefined ? undefined : `${tlsUrl}/v1`,
    caFile,
    received: (type?: string) => ofType(clientEvents, type) as never,
    sent: (type?: string) => ofType(serverEvents, type) as never,
    env: {
      OPENAI_BASE_URL: tlsUrl === undefined ? `${url}/v1` : `${tlsUrl}/v1`,
      OPENAI_API_KEY: rest.keys?.[0] ?? 'sk-test',
      ...(caFile !== undefined && { NODE_EXTRA_CA_CERTS: caFile }),
    },
    waitFor: (type, { timeoutMs } = {}) => waits.first(type, timeoutMs) as never,
    say: speech.say,
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

function assertComplete(play: ScriptedEngine | undefined, errors: EventOf<ServerEvent, 'error'>[]): void {
  play?.assertComplete();
  const refusals = errors.filter(({ error }) => error.type === 'invalid_request_error');
  if (refusals.length === 0) return;
  const lines = refusals.map(({ error }) => `  ${error.code ?? 'refused'} ${error.param ?? ''}: ${error.message}`);
  throw new ColloquyError('invalid_value', `the server refused ${refusals.length} client events:\n${lines.join('\n')}`);
}

/** Why a response failed that was not meant to, with all that is wrong so far; `undefined` for any other end. */
function unexpectedFailure(
  event: ServerEvent,
  play: ScriptedEngine | undefined,
  complete: () => void,
): string | undefined {
  if (event.type !== 'response.done' || event.response.status !== 'failed') return undefined;
  if (play?.failsOnPurpose(event.response.id ?? '')) return undefined;
  const error = event.response.status_details?.error;
  const reason = `the response failed, ${error?.code ?? 'without a code'}`;
  try {
    complete();
    return reason;
  } catch (incomplete) {
    return `${reason}\n${(incomplete as Error).message}`;
  }
}
