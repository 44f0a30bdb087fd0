// One session's MCP servers: asked for their tools, called, watched for changes. Driven by the session's effects, answers with
// its `tools` inputs. Who may be asked is `mcp-access.ts`, how, `mcp-client.ts`.

import { setTimeout as pause } from 'node:timers/promises';
import { type ClientEvent, type RealtimeMcpTool, type RealtimeTool, readFrame } from '@colloquy/protocol';
import type { Effect, ListedTool, ToolsEvent } from '@colloquy/session';
import type { Limits } from '../limits.ts';
import type { Log } from '../log.ts';
import { ClientCredentials, sameCredentials } from './client-credentials.ts';
import type { Resolve } from './egress.ts';
import { hidden, NOT_MADE, notMade, shownError, withoutSecrets } from './hide-secrets.ts';
import type { McpAccess, McpCredentials, McpTarget } from './mcp-access.ts';
import { callError, connectMcp, isStale, type McpClient } from './mcp-client.ts';
import { type McpLink, mcpLink } from './mcp-link.ts';
import { remember } from './remember.ts';

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

/** A server that was asked, under the id of its listing. */
interface Served {
  readonly tool: RealtimeMcpTool;
  target: McpTarget;
  /** What the client had told it when the target was made. */
  credentials: McpCredentials;
  readonly link: McpLink;
  /** Names and definitions of its tools, as the session has heard of them last. */
  heard: string;
  /** The server has said that its tools are others, and has not been asked since. */
  hasChanged: boolean;
  isAskedAgain: boolean;
  /** Milliseconds before it is asked again because it said so; each time twice as many. */
  relistMs: number;
}

/** Milliseconds from one change of a server's tools to the next that is looked at. */
const RELIST_MS = { first: 1000, longest: 60_000 };

export function sessionTools(options: SessionToolsOptions): SessionTools {
  return new Tools(options);
}

class Tools implements SessionTools {
  readonly #options: SessionToolsOptions;

  readonly #credentials = new ClientCredentials();

  readonly #served = new Map<string, Served>();

  readonly #works = new Map<string, AbortController>();

  readonly #gone = new AbortController();

  constructor(options: SessionToolsOptions) {
    this.#options = options;
  }

  note(source: ClientEvent | readonly RealtimeTool[]): (isTaken: boolean) => void {
    return this.#credentials.note(source);
  }

  list(item_id: string, tool: RealtimeMcpTool): void {
    void this.#work(item_id, (signal) => this.#list(item_id, tool, signal));
  }

  call(effect: Calling): void {
    void this.#work(effect.item_id, (signal) => this.#call(effect, signal));
  }

  abort(item_id: string): void {
    this.#works.get(item_id)?.abort();
  }

  close(): void {
    this.#gone.abort();
    for (const abort of this.#works.values()) abort.abort();
    for (const { link } of this.#served.values()) link.close();
    this.#served.clear();
    this.#credentials.clear();
  }

  #hear(event: ToolsEvent): void {
    if (!this.#gone.signal.aborted) this.#options.hear(event);
  }

  /** One piece of work that may be aborted under an item's id; the client hears of it in a later turn, never within an effect. */
  async #work(item_id: string, go: (signal: AbortSignal) => Promise<ToolsEvent | undefined>): Promise<void> {
    const abort = new AbortController();
    this.#works.set(item_id, abort);
    await Promise.resolve();
    const event = await go(abort.signal);
    this.#works.delete(item_id);
    if (event && !abort.signal.aborted) this.#hear(event);
  }

  #connect(listing_id: string, { target }: Served, signal: AbortSignal): Promise<McpClient> {
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
   * Takes what the client has told the server since it was connected to: another identity is another connection. Answers why the
   * server may no longer be asked, where it may not.
   */
  #refresh(own: Served): string | undefined {
    const credentials = this.#credentials.of(own.tool);
    if (sameCredentials(credentials, own.credentials)) return undefined;
    const found = this.#options.access.find(own.tool, credentials);
    if (!found.ok) return found.reason;
    own.target = found.target;
    own.credentials = credentials;
    own.link.renew();
    return undefined;
  }

  /** Lets go of a connection that nobody is using; it is made anew when it is needed. */
  #makeRoom(): void {
    const connected = [...this.#served.values()].filter(({ link }) => link.isConnected);
    if (connected.length >= this.#options.limits.mcpServers) connected.find(({ link }) => link.isIdle)?.link.renew();
  }

  /** A server has said that its tools are others now. However often it says so, it is asked by and by. */
  async #listAgain(listing_id: string): Promise<void> {
    const own = this.#served.get(listing_id);
    if (!own) return;
    own.hasChanged = true;
    if (own.isAskedAgain) return;
    own.isAskedAgain = true;
    while (own.hasChanged && !this.#gone.signal.aborted) {
      own.hasChanged = false;
      const signal = AbortSignal.any([this.#gone.signal, AbortSignal.timeout(this.#options.limits.mcpAnswerMs)]);
      const tools = await own.link.use(signal, (client) => client.list(signal)).catch(() => undefined);
      if (tools) this.#report(listing_id, own, tools);
      await pause(own.relistMs, undefined, { ref: false, signal: this.#gone.signal }).catch(() => {}); // the session is over
      own.relistMs = Math.min(2 * own.relistMs, RELIST_MS.longest);
    }
    own.isAskedAgain = false;
  }

  /** The session hears what a server offers, unless it has heard just that. */
  #report(item_id: string, own: Served, tools: ListedTool[]): void {
    const heard = JSON.stringify(tools.map(({ name, hash }) => [name, hash]));
    if (heard === own.heard) return;
    own.heard = heard;
    this.#hear({ type: 'listed', item_id, tools: withoutSecrets(tools, own.target) });
  }

  async #list(item_id: string, tool: RealtimeMcpTool, signal: AbortSignal): Promise<ToolsEvent | undefined> {
    const credentials = this.#credentials.of(tool);
    const found = this.#options.access.find(tool, credentials);
    const fail = (reason: string, logged = reason): ToolsEvent => {
      // Whom a client may not ask is the client's business; a server that may be asked and does not answer, the operator's.
      this.#options.log[found.ok ? 'warn' : 'info'](
        { session_id: this.#options.session, error: logged },
        'the tools of an MCP server are not offered',
      );
      return { type: 'list_failed', item_id, reason };
    };
    if (!found.ok) return fail(found.reason);
    const link = mcpLink((stop) => this.#connect(item_id, own, stop));
    const own: Served = {
      ...{ tool, target: found.target, credentials, link },
      ...{ heard: '', hasChanged: false, isAskedAgain: false, relistMs: RELIST_MS.first },
    };
    remember(this.#served, item_id, own)?.link.close();
    try {
      const tools = await link.use(signal, (client) => client.list(signal));
      this.#report(item_id, own, tools);
      return undefined;
    } catch (error) {
      link.close();
      this.#served.delete(item_id);
      const { type, message } = shownError(callError(error), own.target);
      // What a server says of itself is content, and no content is logged.
      return type === 'protocol_error'
        ? fail(message, 'the server refuses to list them')
        : fail(message.replace(NOT_MADE, ''));
    }
  }

  async #call(effect: Calling, signal: AbortSignal): Promise<ToolsEvent | undefined> {
    const { item_id, listing_id } = effect;
    const known = this.#served.get(listing_id);
    if (!known) return unmade(item_id, 'its server is no longer known');
    if (this.#options.kept && !(await this.#options.kept()))
      return unmade(item_id, 'it could not be written down before');
    if (signal.aborted) return undefined;
    const refused = this.#refresh(known);
    if (refused !== undefined) return unmade(item_id, refused);
    try {
      for (;;) {
        const outcome = await known.link.use(signal, (client, isNew) =>
          this.#callOn(client, isNew, known, effect, signal),
        );
        if (outcome || signal.aborted) return outcome;
      }
    } catch (error) {
      return { type: 'call_failed', item_id, error: notMade(callError(error), known.target) };
    }
  }

  /**
   * Makes a call, if the server still has the tool that was shown to the client: that is what is called, or nothing is [MC11].
   * Answers nothing, and has called nothing, when this connection is one the server no longer knows. Rejects when it cannot be
   * asked, the call not made.
   */
  async #callOn(
    client: McpClient,
    isNew: boolean,
    known: Served,
    { item_id, listing_id, name, hash, ...effect }: Calling,
    signal: AbortSignal,
  ): Promise<ToolsEvent | undefined> {
    const tools = await client.list(signal).catch((error) => {
      if (isNew || signal.aborted || !isStale(error)) throw error;
    });
    if (!tools) known.link.renew(client);
    if (!tools || signal.aborted) return undefined;
    if (tools.find((tool) => tool.name === name)?.hash !== hash) {
      this.#report(listing_id, known, tools);
      return unmade(item_id, 'the tool has changed since it was listed');
    }
    const read = readFrame(effect.arguments, true); // the session has printed it, so it can be read
    const outcome = await client.call(name, read.ok ? (read.value as Record<string, unknown>) : {}, signal);
    if ('output' in outcome) return { type: 'called', item_id, output: hidden(outcome.output, known.target) };
    return { type: 'call_failed', item_id, error: shownError(outcome.error, known.target) };
  }
}

const unmade = (item_id: string, why: string): ToolsEvent => ({
  ...{ type: 'call_failed', item_id },
  error: { type: 'tool_execution_error', message: `The call was not made: ${why}.` },
});
