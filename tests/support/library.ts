// An MCP server for tests, made with the official SDK over real HTTP: a library that finds and lends books. It keeps a ledger of
// its
// calls and misbehaves on command.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';

/** A tool as the server defines it, and what it does. */
export interface Tool {
  name: string;
  description?: string;
  inputSchema?: Record<string, unknown>;
  annotations?: Record<string, unknown>;
  /** What it returns; a text stands for a result of one text. */
  run?: (args: Record<string, unknown>) => unknown;
}

/** What goes wrong with the next requests of a kind, until it is set back. */
export interface Faults {
  /** The connection is cut after a call has taken effect, before its answer. */
  dropCallReply?: boolean;
  /** The connection is cut instead of an answer to any request for the list. */
  dropList?: boolean;
  /** A call is refused with a JSON-RPC error. */
  refuseCall?: boolean;
  /** A call never ends. */
  stallCall?: boolean;
  /** Every request is answered so many milliseconds late, as by a server far away. */
  lateMs?: number;
  /** Every request is answered with this status. */
  status?: number;
  /** Every request is answered with a redirect to this address. */
  redirect?: string;
  /** A call's answer is this text instead of JSON-RPC. */
  garbage?: string;
}

export interface Library {
  /** By streamable HTTP. */
  readonly url: string;
  /** By server-sent events, the older way. */
  readonly sseUrl: string;
  /** Every call that took effect, in order. */
  readonly ledger: { name: string; args: Record<string, unknown> }[];
  /** The headers of every request, in order. */
  readonly headers: IncomingMessage['headers'][];
  faults: Faults;
  tools: Tool[];
  /** How often it was asked for its tools. */
  readonly lists: number;
  /** Connections that are open. */
  readonly connected: number;
  /** Ends every session by streamable HTTP, as a server does that starts anew. */
  forget(): void;
  /** Says to everyone connected that the tools have changed. */
  announce(): Promise<void>;
  /** Resolves when a call has begun. */
  begun(): Promise<void>;
  /** Ends the process as far as anyone can tell: every connection is cut, none is accepted. */
  kill(): Promise<void>;
}

const OBJECT = { type: 'object', properties: { title: { type: 'string' } } };

/** What the library offers to begin with. */
export const BOOKS: Tool[] = [
  {
    name: 'find',
    description: 'Finds a book.',
    inputSchema: OBJECT,
    annotations: { readOnlyHint: true },
    run: ({ title }) => `${title} is on shelf 3.`,
  },
  {
    name: 'lend',
    description: 'Lends a book.',
    inputSchema: OBJECT,
    run: ({ title }) => `${title} is yours until Friday.`,
  },
];

/** Starts one on a free port of this machine. */
export async function startLibrary(tools: Tool[] = BOOKS): Promise<Library> {
  const ledger: Library['ledger'] = [];
  const headers: Library['headers'] = [];
  const servers = new Set<Server>();
  const streams = new Map<string, StreamableHTTPServerTransport>();
  const events = new Map<string, SSEServerTransport>();
  const sockets = new Set<Socket>();
  let beginCall = () => {};
  let count = 0;
  let lists = 0;

  function serverFor(cut: () => void): Server {
    const server = new Server({ name: 'library', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    server.setRequestHandler(ListToolsRequestSchema, () => {
      lists += 1;
      if (library.faults.dropList) cut();
      return {
        tools: library.tools.map(({ run: _, inputSchema = { type: 'object' }, ...tool }) => ({ ...tool, inputSchema })),
      } as never;
    });
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }) => {
      const tool = library.tools.find((each) => each.name === name);
      if (library.faults.refuseCall) throw new McpError(-32_602, 'the library is closed');
      if (!tool) throw new McpError(-32_602, `no tool is called ${name}`);
      ledger.push({ name, args });
      beginCall();
      if (library.faults.stallCall) await new Promise(() => {});
      if (library.faults.dropCallReply) {
        cut();
        await new Promise(() => {});
      }
      const result = tool.run?.(args) ?? 'Done.';
      return (typeof result === 'string' ? { content: [{ type: 'text', text: result }] } : result) as never;
    });
    servers.add(server);
    server.onclose = () => servers.delete(server);
    return server;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    headers.push(request.headers);
    const url = new URL(request.url ?? '/', 'http://library');
    const { faults } = library;
    if (faults.lateMs) await pause(faults.lateMs);
    if (faults.status) return void response.writeHead(faults.status).end('the words of the library');
    if (faults.redirect) return void response.writeHead(307, { location: faults.redirect }).end();
    if (url.pathname === '/sse' && request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      events.set(transport.sessionId, transport);
      return serverFor(() => response.destroy()).connect(transport);
    }
    if (url.pathname === '/messages') {
      const transport = events.get(url.searchParams.get('sessionId') ?? '');
      return transport ? transport.handlePostMessage(request, response) : void response.writeHead(404).end();
    }
    if (url.pathname !== '/mcp') return void response.writeHead(404).end();
    const known = request.headers['mcp-session-id'];
    if (typeof known === 'string') {
      const transport = streams.get(known);
      if (!transport) return void response.writeHead(404).end();
      if (faults.garbage !== undefined && request.method === 'POST') {
        request.resume();
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(faults.garbage);
      }
      return transport.handleRequest(request, response);
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `library-${++count}`,
      onsessioninitialized: (id) => void streams.set(id, transport),
    });
    await serverFor(() => cutAll()).connect(transport as never);
    return transport.handleRequest(request, response);
  }

  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const http = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const library: Library = {
    url: `http://127.0.0.1:${port}/mcp`,
    sseUrl: `http://127.0.0.1:${port}/sse`,
    ...{ ledger, headers, tools, faults: {} },
    get lists() {
      return lists;
    },
    get connected() {
      return sockets.size;
    },
    forget: () => streams.clear(),
    async announce() {
      await Promise.all([...servers].map((server) => server.sendToolListChanged()));
    },
    begun: () =>
      new Promise((resolve) => {
        beginCall = resolve;
      }),
    async kill() {
      const closed = once(http, 'close');
      http.close();
      cutAll();
      await closed;
    },
  };
  return library;
}
