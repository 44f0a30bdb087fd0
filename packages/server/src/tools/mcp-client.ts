// One connection to an MCP server over the official client: lists tools and calls them. Uses that client alone with
// `mcp-transport.ts`. Access and credentials: `mcp-access.ts`; when to connect: `session-tools.ts`.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { McpCallError } from '@colloquy/protocol';
import type { ListedTool } from '@colloquy/session';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult, ListToolsResult } from '@modelcontextprotocol/sdk/types.js';
import { definitionHash } from './definition-hash.ts';
import { EgressError } from './egress.ts';
import { FetchFault, type GuardedFetch, type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts';
import { openMcpTransport } from './mcp-transport.ts';
import { outputText } from './tool-output.ts';
import { isWellFormedJson, wellFormed } from './unicode.ts';

/** MCP transport: streamable HTTP, the older server-sent events, or whichever the server supports. */
export type McpDialect = 'streamable' | 'sse' | 'auto';

export interface McpClientOptions extends Omit<GuardedFetchOptions, 'onEnd'> {
  /** @default 'auto' */
  readonly dialect?: McpDialect | undefined;
  /** Milliseconds to wait for one answer. */
  readonly answerMs: number;
  /** Called when the server reports that its list of tools has changed. */
  readonly onChange?: () => void;
}

/** Result of a call: its output as text, or an error. */
export type CallOutcome = { readonly output: string } | { readonly error: McpCallError };

export interface McpClient {
  /** True while the connection can be used. */
  readonly isOpen: boolean;
  /** Lists all tools. Rejects with an `McpFault`, an `EgressError` or a `FetchFault`. */
  list(signal: AbortSignal): Promise<ListedTool[]>;
  /** Calls a tool, once. Never rejects; if the result is unknown, the error says so [MC15]. */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<CallOutcome>;
  close(): void;
}

/** An answer that cannot be used. The message contains the server's text only for a protocol error. */
class McpFault extends Error {
  override readonly name = 'McpFault';
  /** Code of a JSON-RPC error; `undefined` if the answer could not be parsed. */
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

const CLIENT = { name: 'colloquy', version: '0.1.0' };
/** Pages of a tool list to request; the session bounds the number of tools [MC17]. */
const MAX_PAGES = 16;
const MAX_TOOLS = 1000;
/** Milliseconds for the client to parse an answer after its last byte has arrived. */
const PARSE_GRACE_MS = 100;

/** A request waiting for its answer. */
interface PendingRequest {
  /** Fails the request: its answer can no longer arrive. */
  lost(why: FetchFault): void;
  /** Number of HTTP requests sent for it. The handshake takes two, so the end of the first response is not the end. */
  requests: number;
}

const UNKNOWN_OUTCOME = 'The connection was lost while the call was running; whether it took effect is not known.';

/**
 * Connects and completes the handshake. Rejects with an `EgressError`, a `FetchFault` or an `McpFault`, with everything
 * closed.
 */
export async function connectMcp(options: McpClientOptions, signal: AbortSignal): Promise<McpClient> {
  const { dialect = 'auto' } = options;
  if (dialect !== 'auto') return open(options, dialect, signal);
  try {
    return await open(options, 'streamable', signal);
  } catch (error) {
    // A server with the older transport rejects a POST to this URL.
    const isOld = error instanceof FetchFault && (error.status === 404 || error.status === 405 || error.status === 400);
    if (!isOld) throw error;
    return open(options, 'sse', signal).catch((second) => {
      throw second instanceof FetchFault && second.kind === 'status' ? error : second;
    });
  }
}

async function open(options: McpClientOptions, dialect: 'streamable' | 'sse', signal: AbortSignal): Promise<McpClient> {
  const pending = new Set<PendingRequest>();
  /** The MCP request that an HTTP request belongs to. */
  const currentRequest = new AsyncLocalStorage<PendingRequest>();
  let isOpen = true;

  const guarded: GuardedFetch = guardedFetch({
    ...options,
    onEnd({ method, canResume, fault = new FetchFault('lost') }) {
      const pendingRequest = currentRequest.getStore();
      // The stream that carries all answers of the older transport.
      const isAnswers = dialect === 'sse' && method === 'GET';
      if (isAnswers) isOpen = false;
      const lost = isAnswers
        ? [...pending]
        : dialect === 'streamable' && method === 'POST' && pendingRequest && (fault.kind !== 'lost' || !canResume)
          ? [pendingRequest]
          : [];
      if (lost.length === 0) return;
      const made = pendingRequest?.requests;
      setTimeout(() => {
        for (const each of lost) if (isAnswers || each.requests === made) each.lost(fault);
      }, PARSE_GRACE_MS);
    },
  });
  /** Error of the latest HTTP request: the official client does not always pass it on. */
  let latestError: unknown;
  const fetch: GuardedFetch['fetch'] = (url, init) => {
    latestError = undefined;
    const pendingRequest = currentRequest.getStore();
    if (pendingRequest) pendingRequest.requests += 1;
    return guarded.fetch(url, init).catch((error) => {
      latestError = error;
      throw error;
    });
  };
  const [{ Client }, types, transport] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/types.js'),
    openMcpTransport(options.url, dialect, fetch),
  ]);
  const client = new Client(CLIENT, { capabilities: {} });
  client.onerror = () => {}; // the waiting request gets the error
  client.onclose = () => {
    isOpen = false;
  };
  if (options.onChange) {
    const { onChange } = options;
    client.setNotificationHandler(types.ToolListChangedNotificationSchema, () => onChange());
  }

  function close(): void {
    isOpen = false;
    void client.close().catch(() => {}); // the connection is discarded anyway
    guarded.close();
  }

  /** Sends a request and waits for its answer; `stop` cancels it. Rejects with our own errors. */
  async function sendRequest<T>(stop: AbortSignal, work: (request: RequestOptions) => Promise<T>): Promise<T> {
    // The official client never removes its abort listener, so give it a signal that lives as long as the request.
    const request = new AbortController();
    const abort = () => request.abort(stop.reason);
    if (stop.aborted) abort();
    stop.addEventListener('abort', abort, { once: true });
    const timing = { signal: request.signal, timeout: options.answerMs };
    let pendingRequest: PendingRequest | undefined;
    const lost = new Promise<never>((_, reject) => {
      pendingRequest = { lost: reject, requests: 0 };
    });
    pending.add(pendingRequest as PendingRequest);
    try {
      return await Promise.race([currentRequest.run(pendingRequest as PendingRequest, () => work(timing)), lost]);
    } catch (error) {
      throw normalizeError(error, latestError, types.McpError);
    } finally {
      pending.delete(pendingRequest as PendingRequest);
      stop.removeEventListener('abort', abort);
    }
  }

  try {
    await sendRequest(signal, (timing) => client.connect(transport, timing));
  } catch (error) {
    close();
    throw error;
  }

  return {
    get isOpen() {
      return isOpen;
    },
    list: (stop) =>
      listAllTools(options.bodyBytes, (cursor) => {
        const request = { method: 'tools/list' as const, params: cursor === undefined ? {} : { cursor } };
        return sendRequest(stop, (timing) => client.request(request, types.ListToolsResultSchema, timing));
      }),
    async call(name, args, stop) {
      const request = { method: 'tools/call' as const, params: { name, arguments: args } };
      try {
        const result = await sendRequest(stop, (timing) => client.request(request, types.CallToolResultSchema, timing));
        return outcomeOf(result);
      } catch (error) {
        if (error instanceof FetchFault && error.kind === 'lost') isOpen = false;
        return { error: callError(error) };
      }
    },
    close,
  };
}

/** Reads page after page, up to `MAX_PAGES` and `MAX_TOOLS`. Rejects with `too_large` past `maxBytes` in all. */
async function listAllTools(
  maxBytes: number,
  readPage: (cursor: string | undefined) => Promise<ListToolsResult>,
): Promise<ListedTool[]> {
  const tools: ListToolsResult['tools'] = [];
  let cursor: string | undefined;
  let length = 0;
  for (let page = 0; page < MAX_PAGES && tools.length <= MAX_TOOLS; page++) {
    const result = await readPage(cursor);
    length += JSON.stringify(result.tools).length;
    if (length > maxBytes) throw new FetchFault('too_large');
    tools.push(...result.tools);
    cursor = result.nextCursor;
    if (cursor === undefined) break;
  }
  return tools.filter(isWellFormedJson).map(toListedTool);
}

/** Converts a tool to wire names. `hash` covers the whole definition [MC11]. */
function toListedTool(tool: ListToolsResult['tools'][number]): ListedTool {
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

/** Converts a failure to the error of an item: not made, rejected by the server, or unknown [MC14, MC15]. */
export function callError(error: unknown): McpCallError {
  const fault = (message: string): McpCallError => ({ type: 'tool_execution_error', message });
  if (error instanceof EgressError) return fault(`The call was not made: ${error.message}.`);
  if (error instanceof McpFault) {
    const { code, message } = error;
    if (code !== undefined) return { type: 'protocol_error', code, message };
    return fault(`${message.slice(0, -1)}; whether the call took effect is not known.`);
  }
  if (!(error instanceof FetchFault)) return fault(UNKNOWN_OUTCOME);
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
      return fault(UNKNOWN_OUTCOME);
  }
}

/** True if a new connection may help: the server has dropped our session, or the connection broke. */
export const isStale = (error: unknown): boolean =>
  error instanceof FetchFault &&
  (error.kind === 'lost' || error.kind === 'unreachable' || error.status === 400 || error.status === 404);

type McpErrorClass = typeof import('@modelcontextprotocol/sdk/types.js').McpError;
/** JSON-RPC codes that the official client itself uses: connection closed, answer timed out. */
const CONNECTION_CLOSED = -32_000;
const REQUEST_TIMEOUT = -32_001;

/** Replaces errors of the official client: they may quote the answer. */
function normalizeError(error: unknown, latest: unknown, McpError: McpErrorClass): unknown {
  for (const known of [error, latest]) {
    if (known instanceof EgressError || known instanceof FetchFault || known instanceof McpFault) return known;
  }
  if (!(error instanceof McpError)) return new McpFault('The MCP server gave an answer that cannot be read.');
  const { code, message } = error as { code: number; message: string };
  if (code === CONNECTION_CLOSED || code === REQUEST_TIMEOUT) return new FetchFault('lost');
  return new McpFault(wellFormed(message.replace(/^(?:MCP error -?\d+: )+/, '')), code);
}
