// MCP servers of one session: lists and calls their tools, and follows changes. Runs the session's effects and emits
// `tools` inputs. Access: `mcp-access.ts`; connection: `mcp-client.ts`.

import { setTimeout as pause } from 'node:timers/promises';
import { type ClientEvent, type RealtimeMcpTool, type RealtimeTool, readFrame } from '@colloquy/protocol';
import type { Effect, ListedTool, ToolsEvent } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Log } from '../log.ts';
import { ClientCredentials, sameCredentials } from './client-credentials.ts';
import type { Resolve } from './egress.ts';
import { NOT_MADE_PREFIX, notMadeError, redactError, redactSecrets, withoutSecrets } from './hide-secrets.ts';
import type { McpAccess, McpCredentials, McpTarget } from './mcp-access.ts';
import { callError, connectMcp, isStale, type McpClient } from './mcp-client.ts';
import { type McpLink, mcpLink } from './mcp-link.ts';
import { remember } from './remember.ts';

export interface SessionToolsOptions {
  readonly access: McpAccess;
  /** Receives the results. Never called synchronously from a method of `SessionTools`. */
  readonly emit: (event: ToolsEvent) => void;
  readonly limits: Limits;
  readonly log: Log;
  /** The session's id, for the log. */
  readonly session: string;
  /** Resolves with whether everything so far is written to the recording. A call is made only after that [MC15]. */
  readonly flushed?: (() => Promise<boolean>) | undefined;
  /** @default the system's */
  readonly resolve?: Resolve | undefined;
}

type CallEffect = Extract<Effect, { do: 'call_tool' }>;

/** The methods correspond to the session's effects. */
export interface SessionTools {
  /**
   * Stores the credentials in an event or an initial configuration before the session applies it. Call the result with
   * whether it was accepted; if not, the change is rolled back.
   */
  note(source: ClientEvent | readonly RealtimeTool[]): (isAccepted: boolean) => void;
  list(item_id: string, tool: RealtimeMcpTool): void;
  call(effect: CallEffect): void;
  abort(item_id: string): void;
  /** Cancels everything. Nothing is emitted afterwards. */
  close(): void;
}

/** A server with a listing, by the id of the listing. */
interface ListedServer {
  readonly tool: RealtimeMcpTool;
  target: McpTarget;
  /** The client's credentials when `target` was made. */
  credentials: McpCredentials;
  readonly link: McpLink;
  /** Names and hashes of the tools that the session knows. */
  reportedTools: string;
  /** The server has reported a change, and its tools have not been listed since. */
  hasChanged: boolean;
  isRelisting: boolean;
  /** Milliseconds to wait before the next listing; doubles each time. */
  relistMs: number;
}

/** Milliseconds between two listings of a server that reports changes. */
const RELIST_MS = { first: 1000, max: 60_000 };

export function sessionTools(options: SessionToolsOptions): SessionTools {
  return new Tools(options);
}

class Tools implements SessionTools {
  readonly #options: SessionToolsOptions;

  readonly #credentials = new ClientCredentials();

  readonly #servers = new Map<string, ListedServer>();

  readonly #running = new Map<string, AbortController>();

  readonly #closed = new AbortController();

  constructor(options: SessionToolsOptions) {
    this.#options = options;
  }

  note(source: ClientEvent | readonly RealtimeTool[]): (isTaken: boolean) => void {
    return this.#credentials.note(source);
  }

  list(item_id: string, tool: RealtimeMcpTool): void {
    void this.#run(item_id, (signal) => this.#list(item_id, tool, signal));
  }

  call(effect: CallEffect): void {
    void this.#run(effect.item_id, (signal) => this.#call(effect, signal));
  }

  abort(item_id: string): void {
    this.#running.get(item_id)?.abort();
  }

  close(): void {
    this.#closed.abort();
    for (const abort of this.#running.values()) abort.abort();
    for (const { link } of this.#servers.values()) link.close();
    this.#servers.clear();
    this.#credentials.clear();
  }

  #emit(event: ToolsEvent): void {
    if (!this.#closed.signal.aborted) this.#options.emit(event);
  }

  /** Runs work that an item's id can abort. Emits the result asynchronously, never within an effect. */
  async #run(item_id: string, go: (signal: AbortSignal) => Promise<ToolsEvent | undefined>): Promise<void> {
    const abort = new AbortController();
    this.#running.set(item_id, abort);
    await Promise.resolve();
    const event = await go(abort.signal);
    this.#running.delete(item_id);
    if (event && !abort.signal.aborted) this.#emit(event);
  }

  #connect(listing_id: string, { target }: ListedServer, signal: AbortSignal): Promise<McpClient> {
    this.#makeRoom();
    const { url, rules, dialect, headers } = target;
    const {
      mcpConnectMs: connectMs,
      mcpAnswerMs: answerMs,
      mcpBodyBytes: bodyBytes,
      mcpStreamBytes: streamBytes,
    } = this.#options.limits;
    const onChange = () => void this.#listAgain(listing_id);
    const { resolve } = this.#options;
    return connectMcp(
      { url, rules, dialect, headers, connectMs, answerMs, bodyBytes, streamBytes, resolve, onChange },
      signal,
    );
  }

  /**
   * Applies credentials that changed since the server was connected: a new identity needs a new connection. Returns the
   * reason if the server may no longer be called.
   */
  #refresh(server: ListedServer): string | undefined {
    const credentials = this.#credentials.of(server.tool);
    if (sameCredentials(credentials, server.credentials)) return undefined;
    const access = this.#options.access.find(server.tool, credentials);
    if (!access.ok) return access.reason;
    server.target = access.target;
    server.credentials = credentials;
    server.link.renew();
    return undefined;
  }

  /** Closes an idle connection if the limit is reached; it reopens on demand. */
  #makeRoom(): void {
    const connected = [...this.#servers.values()].filter(({ link }) => link.isConnected);
    if (connected.length >= this.#options.limits.mcpServers) connected.find(({ link }) => link.isIdle)?.link.renew();
  }

  /** Lists the tools again after the server reported a change, at most once per `relistMs`. */
  async #listAgain(listing_id: string): Promise<void> {
    const server = this.#servers.get(listing_id);
    if (!server) return;
    server.hasChanged = true;
    if (server.isRelisting) return;
    server.isRelisting = true;
    while (server.hasChanged && !this.#closed.signal.aborted) {
      server.hasChanged = false;
      const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(this.#options.limits.mcpAnswerMs)]);
      const tools = await server.link.use(signal, (client) => client.list(signal)).catch(() => undefined);
      if (tools) this.#report(listing_id, server, tools);
      await pause(server.relistMs, undefined, { ref: false, signal: this.#closed.signal }).catch(() => {}); // // the session is over
      server.relistMs = Math.min(2 * server.relistMs, RELIST_MS.max);
    }
    server.isRelisting = false;
  }

  /** Emits the tools of a server if they differ from those the session knows. */
  #report(item_id: string, server: ListedServer, tools: ListedTool[]): void {
    const current = JSON.stringify(tools.map(({ name, hash }) => [name, hash]));
    if (current === server.reportedTools) return;
    server.reportedTools = current;
    this.#emit({ type: 'listed', item_id, tools: withoutSecrets(tools, server.target) });
  }

  async #list(item_id: string, tool: RealtimeMcpTool, signal: AbortSignal): Promise<ToolsEvent | undefined> {
    const credentials = this.#credentials.of(tool);
    const access = this.#options.access.find(tool, credentials);
    const fail = (reason: string, logged = reason): ToolsEvent => {
      // A server the client may not call is the client's problem; a server that does not answer is the operator's.
      this.#options.log[access.ok ? 'warn' : 'info'](
        { session_id: this.#options.session, error: logged },
        'the tools of an MCP server are not offered',
      );
      return { type: 'list_failed', item_id, reason };
    };
    if (!access.ok) return fail(access.reason);
    const link = mcpLink((stop) => this.#connect(item_id, server, stop));
    const server: ListedServer = {
      ...{ tool, target: access.target, credentials, link },
      ...{ reportedTools: '', hasChanged: false, isRelisting: false, relistMs: RELIST_MS.first },
    };
    remember(this.#servers, item_id, server)?.link.close();
    try {
      const tools = await link.use(signal, (client) => client.list(signal));
      this.#report(item_id, server, tools);
      return undefined;
    } catch (error) {
      link.close();
      this.#servers.delete(item_id);
      const { type, message } = redactError(callError(error), server.target);
      // The server's own text is content, and content is never logged.
      return type === 'protocol_error'
        ? fail(message, 'the server refuses to list them')
        : fail(message.replace(NOT_MADE_PREFIX, ''));
    }
  }

  async #call(effect: CallEffect, signal: AbortSignal): Promise<ToolsEvent | undefined> {
    const { item_id, listing_id } = effect;
    const server = this.#servers.get(listing_id);
    if (!server) return callNotMade(item_id, 'its server is no longer known');
    if (this.#options.flushed && !(await this.#options.flushed()))
      return callNotMade(item_id, 'it could not be written down before');
    if (signal.aborted) return undefined;
    const denial = this.#refresh(server);
    if (denial !== undefined) return callNotMade(item_id, denial);
    try {
      for (;;) {
        const outcome = await server.link.use(signal, (client, isNew) =>
          this.#callOn(client, isNew, server, effect, signal),
        );
        if (outcome || signal.aborted) return outcome;
      }
    } catch (error) {
      return { type: 'call_failed', item_id, error: notMadeError(callError(error), server.target) };
    }
  }

  /**
   * Makes a call, if the server still has exactly the tool that was shown to the client [MC11]. Returns nothing,
   * without a call, if the server no longer knows this connection. Rejects, without a call, if the server cannot be
   * reached.
   */
  async #callOn(
    client: McpClient,
    isNew: boolean,
    server: ListedServer,
    { item_id, listing_id, name, hash, ...effect }: CallEffect,
    signal: AbortSignal,
  ): Promise<ToolsEvent | undefined> {
    const tools = await client.list(signal).catch((error) => {
      if (isNew || signal.aborted || !isStale(error)) throw error;
    });
    if (!tools) server.link.renew(client);
    if (!tools || signal.aborted) return undefined;
    if (tools.find((tool) => tool.name === name)?.hash !== hash) {
      this.#report(listing_id, server, tools);
      return callNotMade(item_id, 'the tool has changed since it was listed');
    }
    const parsed = readFrame(effect.arguments, true); // // the session serialized it, so it parses
    const outcome = await client.call(name, parsed.ok ? (parsed.value as Record<string, unknown>) : {}, signal);
    if ('output' in outcome) return { type: 'called', item_id, output: redactSecrets(outcome.output, server.target) };
    return { type: 'call_failed', item_id, error: redactError(outcome.error, server.target) };
  }
}

const callNotMade = (item_id: string, why: string): ToolsEvent => ({
  ...{ type: 'call_failed', item_id },
  error: { type: 'tool_execution_error', message: `The call was not made: ${why}.` },
});
