// Sessions whose tools are those of a real MCP server, over real HTTP.

import { type Chat, chatting } from '@support/chat.ts';
import { type Library, startLibrary } from '@support/library.ts';
import { afterEach, describe, expect, it } from 'vitest';

const open: { kill?(): Promise<void>; close?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await (each.close?.() ?? each.kill?.());
});

async function library(): Promise<Library> {
  const started = await startLibrary();
  open.push(started);
  return started;
}

async function chat(...args: Parameters<typeof chatting>): Promise<Chat> {
  const started = await chatting(...args);
  open.push(started);
  return started;
}

it('[MC22] a label alone that no configuration has is refused by name, with those that are configured', async () => {
  const { send, next } = await chat({ servers: [{ label: 'books', url: 'https://books.example/mcp' }] });
  const tools = [{ type: 'mcp', server_label: 'bocks' }];
  send({ type: 'session.update', event_id: 'e', session: { type: 'realtime', tools } });
  expect((await next('error')).error).toMatchObject({
    code: 'invalid_value',
    param: 'session.tools[0].server_label',
    message: expect.stringMatching(/'bocks'.*'books'/),
    event_id: 'e',
  });
});

describe.each(['url', 'sseUrl'] as const)('a server reached by its %s', (way) => {
  it('[MC1, MC2, MC4, MC20] lists its tools', async () => {
    const books = await library();
    const { configure, next } = await chat({ servers: [{ label: 'books', url: books[way], allow_private: true }] });
    configure({ allowed_tools: { read_only: true } });
    await next('mcp_list_tools.in_progress');
    await next('mcp_list_tools.completed');
    const { item } = await next('conversation.item.done');
    expect(item).toMatchObject({
      type: 'mcp_list_tools',
      server_label: 'books',
      tools: [
        {
          name: 'find',
          description: 'Finds a book.',
          annotations: { readOnlyHint: true },
          input_schema: { type: 'object' },
        },
      ],
    });
  });

  it('[MC5, MC7, MC10, MC12] is called once it is approved', async () => {
    const books = await library();
    const session = await chat({ servers: [{ label: 'books', url: books[way], allow_private: true }] });
    session.configure();
    await session.next('mcp_list_tools.completed');
    const request = await session.ask('call lend {"title":"Atlas"}');
    expect(books.ledger).toEqual([]);
    session.answer(request.id, true);
    const call = await session.outcome();
    expect(call).toMatchObject({
      name: 'lend',
      output: 'Atlas is yours until Friday.',
      error: null,
      approval_request_id: request.id,
    });
    expect(books.ledger).toEqual([{ name: 'lend', args: { title: 'Atlas' } }]);
  });
});
