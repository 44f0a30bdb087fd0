// One session's MCP servers: asked for their tools, called, watched for changes. Driven by the session's effects, answers with
// its `tools` inputs. Who may be asked is `mcp-access.ts`, how, `mcp-client.ts`.

import {
  type ClientEvent,
  type McpCallError,
  REDACTED,
  type RealtimeMcpTool,
  type RealtimeTool,
  readFrame,
} from '@colloquy/protocol';
import type { Effect, ListedTool, ToolsEvent } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Resolve } from './egress.ts';
import type { McpAccess, McpCredentials, McpTarget } from './mcp-access.ts';
import { callError, connectMcp, type McpClient } from './mcp-client.ts';

export interface SessionToolsOptions {
  readonly access: McpAccess;
  /** The session hears this. Never within a call of ours. */
  readonly hear: (event: ToolsEvent) => void;
  readonly limits: Limits;
  readonly log: Log;
  /** The session's id, for the log. */
  readonly session: string;
  /** Resolves with whether everything heard so far is kept where it should be. A call is made only after that [MC15]. */
  readonly kept?: (() => Promise<boolean>) | undefined;
  /** @default the system's */
  readonly resolve?: Resolve | undefined;
}

type Calling = Extract<Effect, { do: 'call_tool' }>;

/** Calls follow the session's effects of the same names. */
export interface SessionTools {
  /**
   * A client's event is about to take effect, or the configuration a session begins with: what it tells MCP servers in confidence
   * is noted. What comes back is called once it has, with whether it was taken; if not, the note is thrown away.
   */
  note(source: ClientEvent | readonly RealtimeTool[]): (isTaken: boolean) => void;
  list(item_id: string, tool: RealtimeMcpTool): void;
  call(effect: Calling): void;
  abort(item_id: string): void;
  /** Ends everything. Nothing is heard afterwards. */
  close(): void;
}

/** A server that was asked, under the id of its listing. Connected to when it is needed. */
interface Served {
  readonly tool: RealtimeMcpTool;
  target: McpTarget;
  /** What the client had told it when the target was made. */
  credentials: McpCredentials;
  client: Promise<McpClient> | undefined;
  /** How many are using it. */
  users: number;
}

/** Listings, and credentials, that are remembered at most: more than a session has listings of. */
const MOST_KNOWN = 512;

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > MOST_KNOWN) for (const oldest of map.keys()) return void map.delete(oldest);
}

export function sessionTools(options: SessionToolsOptions): SessionTools {
  const { access, limits, log, session: session_id } = options;
  /** What a client told each server, by label and address. */
  const told = new Map<string, McpCredentials>();
  const served = new Map<string, Served>();
  const works = new Map<string, AbortController>();
  let isClosed = false;

  const hear = (event: ToolsEvent) => {
    if (!isClosed) options.hear(event);
  };

  /** One piece of work that may be aborted under an item's id; the client hears of it in a later turn, never within an effect. */
  async function work(item_id: string, go: (signal: AbortSignal) => Promise<ToolsEvent[]>): Promise<void> {
    const abort = new AbortController();
    works.set(item_id, abort);
    await Promise.resolve();
    const events = await go(abort.signal);
    works.delete(item_id);
    if (!abort.signal.aborted) for (const event of events) hear(event);
  }

  /** The connection to a server: the one there is, or a new one. */
  async function clientOf(listing_id: string, own: Served, signal: AbortSignal): Promise<McpClient> {
    const open = await own.client?.catch(() => undefined);
    if (open?.isOpen) return open;
    own.client = undefined;
    makeRoom();
    const { url, rules, dialect, headers } = own.target;
    const {
      mcpConnectMs: connectMs,
      mcpAnswerMs: answerMs,
      mcpBodyBytes: bodyBytes,
      mcpStreamBytes: streamBytes,
    } = limits;
    const connecting = connectMcp(
      {
        ...{ url, rules, dialect, headers, connectMs, answerMs, bodyBytes, streamBytes, resolve: options.resolve },
        onChange: () => void listAgain(listing_id),
      },
      signal,
    );
    own.client = connecting;
    const connected = await connecting;
    if (isClosed) connected.close();
    return connected;
  }

  /**
   * Takes what the client has told the server since it was connected to: another identity is another connection. Answers why the
   * server may no longer be asked, where it may not.
   */
  function refresh(own: Served): string | undefined {
    const credentials = told.get(nameOf(own.tool)) ?? NONE;
    if (sameCredentials(credentials, own.credentials)) return undefined;
    const found = access.find(own.tool, credentials);
    if (!found.ok) return found.reason;
    own.target = found.target;
    own.credentials = credentials;
    disconnect(own);
    return undefined;
  }

  /** Lets go of a connection that nobody is using; it is made anew when it is needed. */
  function makeRoom(): void {
    const open = [...served.values()].filter(({ client }) => client);
    const idle = open.length < limits.mcpServers ? undefined : open.find(({ users }) => users === 0);
    if (idle) disconnect(idle);
  }

  function disconnect(own: Served): void {
    void own.client?.then((open) => open.close()).catch(() => {}); // it never came to be open
    own.client = undefined;
  }

  /** A server has said that its tools are others now. */
  async function listAgain(listing_id: string): Promise<void> {
    const known = served.get(listing_id);
    const client = await known?.client?.catch(() => undefined);
    if (!known || !client?.isOpen) return;
    const tools = await client.list(AbortSignal.timeout(limits.mcpAnswerMs)).catch(() => undefined);
    if (tools) hear({ type: 'listed', item_id: listing_id, tools: withoutSecrets(tools, known.target) });
  }

  async function list(item_id: string, tool: RealtimeMcpTool, signal: AbortSignal): Promise<ToolsEvent[]> {
    const credentials = told.get(nameOf(tool)) ?? NONE;
    const found = access.find(tool, credentials);
    const fail = (reason: string): ToolsEvent[] => {
      log.warn({ session_id, error: reason }, 'the tools of an MCP server are not offered');
      return [{ type: 'list_failed', item_id, reason }];
    };
    if (!found.ok) return fail(found.reason);
    const own: Served = { tool, target: found.target, credentials, client: undefined, users: 1 };
    remember(served, item_id, own);
    try {
      const client = await clientOf(item_id, own, signal);
      const tools = await client.list(signal);
      return [{ type: 'listed', item_id, tools: withoutSecrets(tools, own.target) }];
    } catch (error) {
      disconnect(own);
      served.delete(item_id);
      return fail(hidden(callError(error).message.replace(/^The call was not made: /, ''), own.target));
    } finally {
      own.users -= 1;
    }
  }

  async function call(effect: Calling, signal: AbortSignal): Promise<ToolsEvent[]> {
    const { item_id, listing_id } = effect;
    const known = served.get(listing_id);
    if (!known) return unmade(item_id, 'its server is no longer known');
    if (options.kept && !(await options.kept())) return unmade(item_id, 'it could not be written down before');
    if (signal.aborted) return [];
    const refused = refresh(known);
    if (refused !== undefined) return unmade(item_id, refused);
    known.users += 1;
    try {
      return await callOn(known, effect, signal);
    } finally {
      known.users -= 1;
    }
  }

  async function callOn(
    known: Served,
    { item_id, listing_id, name, hash, ...effect }: Calling,
    signal: AbortSignal,
  ): Promise<ToolsEvent[]> {
    let client: McpClient;
    let tools: ListedTool[];
    try {
      client = await clientOf(listing_id, known, signal);
      tools = await client.list(signal);
    } catch (error) {
      return [{ type: 'call_failed', item_id, error: notMade(callError(error), known.target) }];
    }
    if (signal.aborted) return [];
    // What was shown to the client is what is called, or nothing is [MC11].
    if (tools.find((tool) => tool.name === name)?.hash !== hash) {
      const changed = { type: 'listed', item_id: listing_id, tools: withoutSecrets(tools, known.target) } as const;
      return [changed, ...unmade(item_id, 'the tool has changed since it was listed')];
    }
    const read = readFrame(effect.arguments, true); // the session has printed it, so it can be read
    const outcome = await client.call(name, read.ok ? (read.value as Record<string, unknown>) : {}, signal);
    if ('output' in outcome) return [{ type: 'called', item_id, output: hidden(outcome.output, known.target) }];
    const { error } = outcome;
    return [{ type: 'call_failed', item_id, error: { ...error, message: hidden(error.message, known.target) } }];
  }

  return {
    note(source) {
      const given = new Map<string, McpCredentials>();
      for (const tool of toolsIn(source)) {
        if (tool.type !== 'mcp') continue;
        const { authorization, headers } = tool;
        if (authorization !== undefined || headers)
          given.set(nameOf(tool), { authorization, headers: headers ?? undefined });
      }
      const before = new Map([...given.keys()].map((name) => [name, told.get(name)]));
      for (const [name, credentials] of given) remember(told, name, credentials);
      return (isTaken) => {
        if (isTaken) return;
        for (const [name, credentials] of before) credentials ? told.set(name, credentials) : told.delete(name);
      };
    },
    list: (item_id, tool) => void work(item_id, (signal) => list(item_id, tool, signal)),
    call: (effect) => void work(effect.item_id, (signal) => call(effect, signal)),
    abort: (item_id) => works.get(item_id)?.abort(),
    close() {
      isClosed = true;
      for (const abort of works.values()) abort.abort();
      for (const own of served.values()) disconnect(own);
      served.clear();
      told.clear();
    },
  };
}

const unmade = (item_id: string, why: string): ToolsEvent[] => [
  { type: 'call_failed', item_id, error: { type: 'tool_execution_error', message: `The call was not made: ${why}.` } },
];

const NONE: McpCredentials = {};

const sameCredentials = (one: McpCredentials, other: McpCredentials): boolean =>
  JSON.stringify([one.authorization, one.headers]) === JSON.stringify([other.authorization, other.headers]);

/** One server, as a client means it. */
const nameOf = ({ server_label, server_url = '' }: RealtimeMcpTool): string => `${server_label} ${server_url}`;

function toolsIn(source: ClientEvent | readonly RealtimeTool[]): readonly RealtimeTool[] {
  if (!('type' in source)) return source;
  if (source.type === 'session.update') return ('tools' in source.session && source.session.tools) || [];
  return (source.type === 'response.create' && source.response?.tools) || [];
}

/** What a server was shown does not come back to whoever talks to it, whatever the server does. */
const hidden = (text: string, { secrets }: McpTarget): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);

function withoutSecrets(tools: ListedTool[], target: McpTarget): ListedTool[] {
  const isClean = (tool: ListedTool) => !target.secrets.some((secret) => JSON.stringify(tool).includes(secret));
  return tools.filter(isClean);
}

/** Why a call was not made, when its server could not be asked whether the tool is still the same. */
function notMade(error: McpCallError, target: McpTarget): McpCallError {
  const message = hidden(error.message, target);
  if (error.type !== 'tool_execution_error' || message.startsWith('The call was not made'))
    return { ...error, message };
  return { type: error.type, message: 'The call was not made: its server gave no answer that can be used.' };
}
