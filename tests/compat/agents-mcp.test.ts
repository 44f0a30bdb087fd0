// @openai/agents-realtime 0.20.0, unmodified, with tools of a real MCP server and its own flow of approvals; the script is
// `clients/agents-mcp.mjs`.

import { createServer, mcpAccess, parrot } from '@colloquy/server';
import { runClient } from '@support/child.ts';
import { startLibrary } from '@support/library.ts';
import { expect, it } from 'vitest';

interface Report {
  tools: string[];
  approvals: string[];
  completed: { name: string; output: string }[];
  answer: string;
  denied: unknown;
  close: string;
  errors: string[];
  error_events: number;
}

it('[MC2, MC7, MC8, MC10, MC12, MC13, MC18, MC19, MC20] lists tools, approves a call, denies another, without one error', async () => {
  const library = await startLibrary();
  const mcp = mcpAccess({ servers: [{ label: 'books', url: library.url, allow_private: true }] }, {});
  const server = createServer({ port: 0, engine: parrot(), mcp });
  const { url } = await server.listen();
  const input = {
    apiKey: 'sk-test',
    url: `${url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`,
    serverUrl: library.url,
  };
  const { code, report, stderr } = await runClient<Report>('agents-mcp.mjs', input);
  await server.close({ graceMs: 0 });
  await library.kill();
  expect(code, stderr).toBe(0);
  expect(report).toMatchObject({
    tools: ['find', 'lend'],
    approvals: ['{"title":"Atlas"}', '{"title":"Bible"}'],
    // It tells of every call that has an end, a denied one too.
    completed: [
      { name: 'lend', output: 'Atlas is yours until Friday.' },
      { name: 'lend', output: null },
    ],
    answer: 'You said: call lend {"title":"Atlas"} Atlas is yours until Friday.',
    denied: { type: 'tool_execution_error' },
    close: 'disconnected',
    errors: [],
    error_events: 0,
  });
  expect(library.ledger).toEqual([{ name: 'lend', args: { title: 'Atlas' } }]);
});
