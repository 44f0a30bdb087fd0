// What a connection to an MCP server leaves behind, against a server made with the official SDK.

import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, expect, it } from 'vitest';
import { connectMcp } from './mcp-client.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server whose list has so many pages of one tool. `asked` is called for each page. */
async function pages(count: number, onRequest: (page: number) => void): Promise<string> {
  const http = createServer(async (request, response) => {
    const server = new Server({ name: 'pages', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const page = Number(params?.cursor ?? 0);
      onRequest(page);
      const tools = [{ name: `tool_${page}`, inputSchema: { type: 'object' as const } }];
      return page + 1 < count ? { tools, nextCursor: String(page + 1) } : { tools };
    });
    server.setRequestHandler(CallToolRequestSchema, () => ({ content: [{ type: 'text', text: 'Done.' }] }));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true } as never);
    await server.connect(transport as never);
    await transport.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  stops.push(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

it('[MC21] keeps at most one listener on a signal, through 16 pages and 16 calls, and none afterwards', async () => {
  const stop = new AbortController();
  const connecting = new AbortController();
  const seen: number[] = [];
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  const url = await pages(16, () => void seen.push(listeners()));
  const limits = { connectMs: 10_000, answerMs: 10_000, bodyBytes: 1e6, streamBytes: 1e6 };
  const rules = { privateNetworks: true, plainHttp: true };
  const client = await connectMcp({ url, rules, headers: {}, dialect: 'streamable', ...limits }, connecting.signal);
  stops.push(client.close);
  expect(getEventListeners(connecting.signal, 'abort')).toEqual([]);
  expect(await client.list(stop.signal)).toHaveLength(16);
  expect(seen).toEqual(Array(16).fill(1));
  for (let count = 0; count < 16; count += 1)
    expect(await client.call('tool_0', {}, stop.signal)).toEqual({ output: 'Done.' });
  expect(listeners()).toBe(0);
});
