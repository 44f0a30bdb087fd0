// Programs that connect to this server, by client library.

export const CLIENTS = { openai: 'openai-node', agents: 'Agents SDK', python: 'Python', curl: 'curl' } as const;
export type Client = keyof typeof CLIENTS;

export interface ServerAddress {
  /** `http://127.0.0.1:8787`, the origin of this page. */
  readonly origin: string;
  readonly model: string;
  readonly needsKey: boolean;
}

/** The code for a client. Official: the addresses of docs/clients.md. */
export function snippetOf(client: Client, { origin, model, needsKey }: ServerAddress): string {
  const key = needsKey ? 'YOUR_KEY' : 'sk-test';
  const { host, protocol } = new URL(origin);
  const isSecure = protocol === 'https:';
  const socket = `${isSecure ? 'wss' : 'ws'}://${host}/v1`;
  switch (client) {
    case 'openai':
      return [
        ...(isSecure ? [] : ["import net from 'node:net';"]),
        "import OpenAI from 'openai';",
        "import { OpenAIRealtimeWS } from 'openai/realtime/ws';",
        '',
        'const client = new OpenAI({',
        `  apiKey: '${key}',`,
        `  baseURL: '${origin}/v1',`,
        '});',
        ...(isSecure
          ? [`const rt = new OpenAIRealtimeWS({ model: '${model}' }, client);`]
          : [
              '// This client dials wss: only; here the socket is plain.',
              'const createConnection = ({ host, port }) =>',
              '  net.connect({ host, port });',
              'const rt = new OpenAIRealtimeWS(',
              `  { model: '${model}', options: { createConnection } },`,
              '  client,',
              ');',
            ]),
        "rt.on('error', console.error);",
        "rt.on('event', ({ type }) => console.log(type));",
      ].join('\n');
    case 'agents':
      return [
        "import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';",
        '',
        "const agent = new RealtimeAgent({ name: 'Assistant' });",
        'const session = new RealtimeSession(agent, {',
        "  transport: 'websocket',",
        '});',
        'await session.connect({',
        `  apiKey: '${key}',`,
        `  url: '${socket}/realtime?model=${model}',`,
        '});',
        "session.sendMessage('Hello');",
      ].join('\n');
    case 'python':
      return [
        'from openai import AsyncOpenAI',
        '',
        'client = AsyncOpenAI(',
        `    api_key="${key}",`,
        `    base_url="${origin}/v1",`,
        `    websocket_base_url="${socket}",`,
        ')',
        `async with client.realtime.connect(model="${model}") as connection:`,
        '    async for event in connection:',
        '        print(event.type)',
      ].join('\n');
    default:
      return [
        '# An ephemeral key for a browser',
        `curl ${origin}/v1/realtime/client_secrets \\`,
        `  -H "Authorization: Bearer ${key}" \\`,
        '  -H "Content-Type: application/json" \\',
        `  -d '{"session": {"type": "realtime", "model": "${model}"}}'`,
      ].join('\n');
  }
}
