// A Realtime server inside a test, in one line: a free port, a scenario or an engine, what clients sent, and whether it all
// happened. Works under vitest, node:test, jest, or none.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ClientEvent, ColloquyError, type ServerEvent } from '@colloquy/protocol';
import { createServer, type ServerOptions } from './create-server.ts';
import { parrot } from './engines/parrot.ts';
import { type ScriptedEngine, scripted } from './engines/scripted.ts';
import { readScenario, type Scenario } from './scenario.ts';

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
  /** Resolves with the first event of this type sent from now on or already; rejects after `timeoutMs`. @default timeoutMs 5000 */
  waitFor<T extends ServerEvent['type']>(type: T, options?: { timeoutMs?: number }): Promise<EventOf<ServerEvent, T>>;
  /**
   * Throws `ColloquyError` when a response found no turn of the scenario, when a turn of a strict scenario was never asked for,
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
 * const server = await startServer({ scenario: { scenario: 1, turns: [{ reply: [{ say: 'Hello.' }] }] } });
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { scenario, ...rest } = options;
  const play = scenario === undefined ? undefined : scripted(await load(scenario));
  const engine = play ?? rest.engine ?? (rest.engines ? undefined : parrot());
  const clientEvents: ClientEvent[] = [];
  const serverEvents: ServerEvent[] = [];
  const waiting = new Set<(event: ServerEvent) => void>();
  const server = createServer({
    port: 0,
    tlsPort: 0,
    ...rest,
    ...(engine && { engine }),
    onLine(sessionId, line) {
      if (line.from === 'client') clientEvents.push(line.event);
      if (line.from === 'server') {
        serverEvents.push(line.event);
        for (const tell of waiting) tell(line.event);
      }
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
    waitFor(type, { timeoutMs = 5000 } = {}) {
      const already = serverEvents.find((event) => event.type === type);
      if (already) return Promise.resolve(already as never);
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(hear);
        };
        const hear = (event: ServerEvent) => {
          if (event.type !== type) return;
          end();
          resolve(event as never);
        };
        const timer = setTimeout(() => {
          end();
          const last = serverEvents.at(-1)?.type ?? 'nothing';
          const message = `no '${type}' within ${timeoutMs} ms; the latest event sent was '${last}'`;
          reject(new ColloquyError('upstream_timeout', message));
        }, timeoutMs);
        waiting.add(hear);
      });
    },
    assertComplete: () => assertComplete(play, ofType(serverEvents, 'error') as EventOf<ServerEvent, 'error'>[]),
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
