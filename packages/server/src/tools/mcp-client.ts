// One connection to one MCP server, over the official client: what it offers, and what becomes of a call. The only file that
// knows that client. Which server, with whose credentials, is `mcp-access.ts`; when it is asked, `session-tools.ts`.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { McpCallError } from '@colloquy/protocol';
import type { ListedTool } from '@colloquy/session';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult, ListToolsResult } from '@modelcontextprotocol/sdk/types.js';
import { definitionHash } from './definition-hash.ts';
import { EgressError } from './egress.ts';
import { FetchFault, type GuardedFetch, type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts';
import { outputText } from './tool-output.ts';
import { isWellFormedJson, wellFormed } from './unicode.ts';

/** How an MCP server is spoken to: as it is said today, as it was said before, or whichever it answers to. */
export type McpDialect = 'streamable' | 'sse' | 'auto';

export interface McpClientOptions extends Omit<GuardedFetchOptions, 'onEnd'> {
  /** @default 'auto' */
  readonly dialect?: McpDialect | undefined;
  /** Milliseconds for one answer. */
  readonly answerMs: number;
  /** The server says that its tools are others now. */
  readonly onChange?: () => void;
}

/** What came of a call: its result as text, or why there is none. */
export type CallOutcome = { readonly output: string } | { readonly error: McpCallError };

export interface McpClient {
  /** Whether it can still be asked. */
  readonly isOpen: boolean;
  /** Everything the server offers. Rejects with an `McpFault`, an `EgressError` or a `FetchFault`. */
  list(signal: AbortSignal): Promise<ListedTool[]>;
  /** Calls a tool, once. Never rejects: where nobody knows what became of it, the outcome says so [MC15]. */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<CallOutcome>;
  close(): void;
}

/** The server answered, but not in a way that can be used. Its own words are not in the message, but for a protocol error's. */
export class McpFault extends Error {
  override readonly name = 'McpFault';
  /** Of a JSON-RPC error; `undefined` for what is no answer at all. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

const CLIENT = { name: 'colloquy', version: '0.1.0' };
/** Pages of a list that are asked for; the tools on them are bounded by the session [MC17]. */
const MOST_PAGES = 16;
const MOST_TOOLS = 1000;
/** Milliseconds an answer may still be on its way through the client after its last byte has come. */
const PARSING_MS = 100;

/** A request whose answer is waited for. */
interface Ask {
  /** No answer will come any more. */
  lost(why: FetchFault): void;
  /** Requests made for it so far: shaking hands takes two, and the end of the first answer is not the end. */
  requests: number;
}

const UNKNOWN = 'The connection was lost while the call was running; whether it took effect is not known.';

/** Connects and shakes hands. Rejects with an `EgressError`, a `FetchFault` or an `McpFault`; nothing stays open then. */
export async function connectMcp(options: McpClientOptions, signal: AbortSignal): Promise<McpClient> {
  const { dialect = 'auto' } = options;
  if (dialect !== 'auto') return open(options, dialect, signal);
  try {
    return await open(options, 'streamable', signal);
  } catch (error) {
    // A server of the old kind has nothing at this address to post to.
    const isOld = error instanceof FetchFault && (error.status === 404 || error.status === 405 || error.status === 400);
    if (!isOld) throw error;
    return open(options, 'sse', signal).catch((second) => {
      throw second instanceof FetchFault && second.kind === 'status' ? error : second;
    });
  }
}

async function open(options: McpClientOptions, dialect: 'streamable' | 'sse', signal: AbortSignal): Promise<McpClient> {
  const asks = new Set<Ask>();
  /** Which request a fetch is made for. */
  const asking = new AsyncLocalStorage<Ask>();
  let isOpen = true;

  const guarded: GuardedFetch = guardedFetch({
    ...options,
    onEnd({ method, canResume, fault = new FetchFault('lost') }) {
      const ask = asking.getStore();
      // The stream on which all answers of an old server come.
      const isAnswers = dialect === 'sse' && method === 'GET';
      if (isAnswers) isOpen = false;
      const lost = isAnswers
        ? [...asks]
        : dialect === 'streamable' && method === 'POST' && ask && (fault.kind !== 'lost' || !canResume)
          ? [ask]
          : [];
      if (lost.length === 0) return;
      const made = ask?.requests;
      setTimeout(() => {
        for (const each of lost) if (isAnswers || each.requests === made) each.lost(fault);
      }, PARSING_MS);
    },
  });
  /** What became of the latest request: not every error of the official client says so. */
  let latest: unknown;
  const fetch: GuardedFetch['fetch'] = (url, init) => {
    latest = undefined;
    const ask = asking.getStore();
    if (ask) ask.requests += 1;
    return guarded.fetch(url, init).catch((error) => {
      latest = error;
      throw error;
    });
  };
  const [{ Client }, types, transport] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
    transportOf(options.url, dialect, fetch),
  ]);
  const client = new Client(CLIENT, { capabilities: {} });
  client.onerror = () => {}; // whoever waits for an answer is told
  client.onclose = () => {
    isOpen = false;
  };
  if (options.onChange) {
    const { onChange } = options;
    client.setNotificationHandler(types.ToolListChangedNotificationSchema, () => onChange());
  }

  function close(): void {
    isOpen = false;
    void client.close().catch(() => {}); // it is being given up
    guarded.close();
  }

  /** Waits for one answer, which may be given up by `stop`. Rejects in words of ours. */
  async function answer<T>(stop: AbortSignal, work: (request: RequestOptions) => Promise<T>): Promise<T> {
    // The official client never takes its listener off: it gets a signal that lasts as long as the request.
    const request = new AbortController();
    const abort = () => request.abort(stop.reason);
    if (stop.aborted) abort();
    stop.addEventListener('abort', abort, { once: true });
    const timing = { signal: request.signal, timeout: options.answerMs };
    let ask: Ask | undefined;
    const lost = new Promise<never>((_, reject) => {
      ask = { lost: reject, requests: 0 };
    });
    asks.add(ask as Ask);
    try {
      return await Promise.race([asking.run(ask as Ask, () => work(timing)), lost]);
    } catch (error) {
      throw inOurWords(error, latest, types.McpError);
    } finally {
      asks.delete(ask as Ask);
      stop.removeEventListener('abort', abort);
    }
  }

  try {
    await answer(signal, (timing) => client.connect(transport, timing));
  } catch (error) {
    close();
    throw error;
  }

  return {
    get isOpen() {
      return isOpen;
    },
    async list(stop) {
      const tools: ListToolsResult['tools'] = [];
      let cursor: string | undefined;
      let length = 0;
      for (let page = 0; page < MOST_PAGES && tools.length <= MOST_TOOLS; page++) {
        const request = { method: 'tools/list' as const, params: cursor === undefined ? {} : { cursor } };
        const result = await answer(stop, (timing) => client.request(request, types.ListToolsResultSchema, timing));
        length += JSON.stringify(result.tools).length;
        if (length > options.bodyBytes) throw new FetchFault('too_large');
        tools.push(...result.tools);
        cursor = result.nextCursor;
        if (cursor === undefined) break;
      }
      return tools.filter(isWellFormedJson).map(listed);
    },
    async call(name, args, stop) {
      const request = { method: 'tools/call' as const, params: { name, arguments: args } };
      try {
        const result = await answer(stop, (timing) => client.request(request, types.CallToolResultSchema, timing));
        return outcomeOf(result);
      } catch (error) {
        if (error instanceof FetchFault && error.kind === 'lost') isOpen = false;
        return { error: callError(error) };
      }
    },
    close,
  };
}

async function transportOf(
  address: string,
  dialect: 'streamable' | 'sse',
  fetch: GuardedFetch['fetch'],
): Promise<Transport> {
  const url = new URL(address);
  if (dialect === 'sse') {
    const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
    return new SSEClientTransport(url, { fetch });
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  // Its optional members are typed without `undefined`, those of `Transport` with it.
  return new StreamableHTTPClientTransport(url, { fetch }) as Transport;
}

/** A tool in the words of the wire, with the fields that describe it; `hash` stands for all the server said of it [MC11]. */
function listed(tool: ListToolsResult['tools'][number]): ListedTool {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  return {
    name,
    ...(title !== undefined && { title }),
    description: description ?? '',
    input_schema: inputSchema,
    ...(outputSchema !== undefined && { output_schema: outputSchema }),
    annotations: annotations ?? null,
    hash: definitionHash(tool),
  };
}

function outcomeOf(result: CallToolResult): CallOutcome {
  const text = wellFormed(outputText(result));
  if (!result.isError) return { output: text };
  return { error: { type: 'tool_execution_error', message: text || 'The tool failed.' } };
}

/** What an item says of a call that failed: not made, refused by the server, or nobody knows [MC14, MC15]. */
export function callError(error: unknown): McpCallError {
  const fault = (message: string): McpCallError => ({ type: 'tool_execution_error', message });
  if (error instanceof EgressError) return fault(`The call was not made: ${error.message}.`);
  if (error instanceof McpFault) {
    const { code, message } = error;
    if (code !== undefined) return { type: 'protocol_error', code, message };
    return fault(`${message.slice(0, -1)}; whether the call took effect is not known.`);
  }
  if (!(error instanceof FetchFault)) return fault(UNKNOWN);
  switch (error.kind) {
    case 'status':
      return {
        type: 'http_error',
        code: error.status ?? 0,
        message: `The MCP server answered with status ${error.status}.`,
      };
    case 'unreachable':
      return fault('The call was not made: the MCP server cannot be reached.');
    case 'elsewhere':
      return fault('The call was not made: it would have gone to another server.');
    case 'too_large':
      return fault('The result is larger than this server takes.');
    case 'too_deep':
      return fault('The result is nested deeper than this server takes.');
    case 'lost':
      return fault(UNKNOWN);
  }
}

/** Whether a server may answer what failed so once it is connected to anew: it has forgotten us, or the connection has broken. */
export const isStale = (error: unknown): boolean =>
  error instanceof FetchFault &&
  (error.kind === 'lost' || error.kind === 'unreachable' || error.status === 400 || error.status === 404);

type McpErrorClass = typeof import('@modelcontextprotocol/sdk/types.js').McpError;
/** What the official client says itself, in the codes of a server: that a connection closed, that an answer is late. */
const CONNECTION_CLOSED = -32_000;
const REQUEST_TIMEOUT = -32_001;

/** What the official client throws may quote the answer, or be no error of the server at all. */
function inOurWords(error: unknown, latest: unknown, McpError: McpErrorClass): unknown {
  for (const known of [error, latest]) {
    if (known instanceof EgressError || known instanceof FetchFault || known instanceof McpFault) return known;
  }
  if (!(error instanceof McpError)) return new McpFault('The MCP server gave an answer that cannot be read.');
  const { code, message } = error as { code: number; message: string };
  if (code === CONNECTION_CLOSED || code === REQUEST_TIMEOUT) return new FetchFault('lost');
  return new McpFault(wellFormed(message.replace(/^(?:MCP error -?\d+: )+/, '')), code);
}
