// An MCP server in a process of its own, for `mcp.bench.mjs`: one tool, streamable HTTP. Says its URL once it listens.

import { createServer } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const tools = Array.from({ length: 20 }, (_, n) => ({
  name: n === 0 ? 'find' : `tool_${n}`,
  description: 'Finds a book by its title, and says on which shelf it stands.',
  inputSchema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
}));
const streams = new Map();
let count = 0;

const http = createServer(async (request, response) => {
  const known = streams.get(request.headers['mcp-session-id']);
  if (known) return known.handleRequest(request, response);
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => `s${++count}`,
    onsessioninitialized: (id) => streams.set(id, transport),
  });
  const server = new Server({ name: 'library', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
  server.setRequestHandler(CallToolRequestSchema, () => ({ content: [{ type: 'text', text: 'On shelf 3.' }] }));
  await server.connect(transport);
  await transport.handleRequest(request, response);
});
http.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${http.address().port}/mcp` }));
process.on('disconnect', () => process.exit());
