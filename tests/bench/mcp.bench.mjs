// What a session adds to an MCP server: a listing and a call through the Realtime API beside the official MCP client alone, on the
// same server, alternating. `npm run bench -- mcp`

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createServer, mcpAccess, parrot } from '@colloquy/server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocket } from 'ws';
import { median, quantile } from './server-work.mjs';

const LISTINGS = 60;
const CALLS = 600;

const library = fork(fileURLToPath(new URL('mcp-library.mjs', import.meta.url)));
const { url } = await new Promise((resolve) => library.once('message', resolve));

const time = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** The official client: connects and lists. */
async function bare() {
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  await client.listTools();
  return client;
}

const mcp = mcpAccess({ servers: [{ label: 'books', url, allow_private: true }], allow_unapproved: true }, {});
const server = createServer({
  ...{ port: 0, engine: parrot(), mcp },
  limits: { eventsPerSecond: 1e6, eventsBurst: 1e6, opensPerSecond: 1e4, opensBurst: 1e4 },
});
const { url: address } = await server.listen();

/** A Realtime session, and a way to wait for its next event of a type. */
async function session() {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/v1/realtime?model=m`);
  const waiting = [];
  let hear = () => {};
  socket.on('message', (frame) => {
    waiting.push(JSON.parse(frame).type);
    hear();
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const until = async (type) => {
    for (;;) {
      while (waiting.length > 0) if (waiting.shift() === type) return;
      await new Promise((resolve) => {
        hear = resolve;
      });
    }
  };
  const send = (event) => socket.send(JSON.stringify(event));
  return { socket, until, send };
}

const TOOLS = [{ type: 'mcp', server_label: 'books', require_approval: 'never' }];
const LISTEN = { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], tools: TOOLS } };
const text = 'call find {"title":"Atlas"}';
const SAY = {
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
};

const listing = { bare: [], ours: [] };
for (let n = 0; n < LISTINGS; n++) {
  let client;
  listing.bare.push(await time(async () => (client = await bare())));
  await client.close();
  const { socket, until, send } = await session();
  listing.ours.push(
    await time(() => {
      send(LISTEN);
      return until('mcp_list_tools.completed');
    }),
  );
  socket.terminate();
}

const call = { bare: [], verified: [], ours: [] };
const client = await bare();
const { socket, until, send } = await session();
send(LISTEN);
await until('mcp_list_tools.completed');
const find = () => client.callTool({ name: 'find', arguments: { title: 'Atlas' } });
for (let n = 0; n < CALLS; n++) {
  call.bare.push(await time(find));
  call.verified.push(
    await time(async () => {
      await client.listTools();
      await find();
    }),
  );
  // Only what the call takes: the question is part of the conversation already.
  send(SAY);
  await until('conversation.item.done');
  call.ours.push(
    await time(() => {
      send({ type: 'response.create' });
      return until('response.mcp_call.completed');
    }),
  );
  await until('rate_limits.updated');
}

const row = (name, list, floor) =>
  `| ${name} | ${median(list).toFixed(2)} ms | ${quantile(list, 0.99).toFixed(2)} ms | ${(median(list) / median(floor)).toFixed(2)}× |`;
console.log('| work | p50 | p99 | beside the official client |\n| --- | --- | --- | --- |');
console.log(row('official client: connect, list 20 tools', listing.bare, listing.bare));
console.log(row('session.update → mcp_list_tools.completed', listing.ours, listing.bare));
console.log(row('official client: call', call.bare, call.bare));
console.log(row('official client: list, then call', call.verified, call.bare));
console.log(row('response.create → response.mcp_call.completed', call.ours, call.bare));

socket.terminate();
await client.close();
await server.close({ graceMs: 0 });
library.disconnect();
