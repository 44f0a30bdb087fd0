// A client of a real server with MCP tools, which the parrot calls on command.

import { once } from 'node:events';
import type { ServerEvent } from '@colloquy/protocol';
import { createServer, type McpConfig, mcpAccess, readMcpConfig, type ServerOptions } from '@colloquy/server';
import { WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
export type Told = { type: ServerEvent['type'] } & Record<string, any>;

export interface Chat {
  readonly events: readonly Told[];
  send(event: object): void;
  /** The next event of this type that has not been waited for yet. */
  next(type: ServerEvent['type']): Promise<Told>;
  /** Gives the session the one MCP tool of the label `books`, with these fields besides. */
  configure(tool?: object): void;
  /** Says this to the parrot, and waits for the request for approval that comes of it. */
  ask(text: string): Promise<{ id: string; arguments: string }>;
  say(text: string): void;
  answer(approval_request_id: string, approve: boolean): void;
  /** The next call that has an end, as an item. */
  outcome(): Promise<Told>;
  close(): Promise<void>;
}

/** Starts a server with this configuration of MCP servers, and connects to it. */
export async function chatting(
  config: McpConfig,
  { env = {}, ...options }: Omit<ServerOptions, 'mcp'> & { env?: Record<string, string> } = {},
): Promise<Chat> {
  const server = createServer({ port: 0, mcp: mcpAccess(readMcpConfig(config), env), ...options });
  const { url } = await server.listen();
  const chat = await chatWith(url);
  return {
    ...chat,
    async close() {
      await chat.close();
      await server.close({ graceMs: 0 });
    },
  };
}

/** Connects to a server that is there. */
export async function chatWith(url: string): Promise<Chat> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`);
  const events: Told[] = [];
  const taken = new Set<Told>();
  let wake = () => {};
  socket.on('message', (frame) => {
    events.push(JSON.parse(String(frame)));
    wake();
  });
  await once(socket, 'open');

  const send = (event: object) => socket.send(JSON.stringify(event));
  async function first(fits: (event: Told) => boolean): Promise<Told> {
    for (;;) {
      const match = events.find((event) => !taken.has(event) && fits(event));
      if (match) {
        taken.add(match);
        return match;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  const say = (text: string) => {
    const content = [{ type: 'input_text', text }];
    send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    send({ type: 'response.create', response: { output_modalities: ['text'] } });
  };
  return {
    events,
    send,
    say,
    next: (type) => first((event) => event.type === type),
    configure(tool = {}) {
      const tools = [{ type: 'mcp', server_label: 'books', ...tool }];
      send({ type: 'session.update', session: { type: 'realtime', tools } });
    },
    async ask(text) {
      say(text);
      const { item } = await first(
        ({ type, item }) => type === 'response.output_item.done' && item.type === 'mcp_approval_request',
      );
      return item;
    },
    answer: (approval_request_id, approve) =>
      send({ type: 'conversation.item.create', item: { type: 'mcp_approval_response', approval_request_id, approve } }),
    outcome: async () =>
      (await first(({ type, item }) => type === 'conversation.item.done' && item.type === 'mcp_call')).item,
    close: async () => socket.terminate(),
  };
}
