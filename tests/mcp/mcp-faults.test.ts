// What becomes of calls when servers, connections and definitions fail: told as it is, and nothing done twice. The library's
// ledger says what took effect.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Line, McpConfig } from '@colloquy/server';
import { type Chat, chatting } from '@support/chat.ts';
import { BOOKS, type Library, startLibrary, type Tool } from '@support/library.ts';
import { afterEach, describe, expect, it } from 'vitest';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function library(tools?: Tool[]): Promise<Library> {
  const books = await startLibrary(tools);
  open.push(books.kill);
  return books;
}

/** A session that has listed the library's tools; every call runs unasked where `free`. */
async function reader(
  books: Library,
  { free = true, way = 'url' as 'url' | 'sseUrl', ...more }: Record<string, unknown> = {},
): Promise<Chat> {
  const config: McpConfig = {
    servers: [{ label: 'books', url: books[way as 'url'], allow_private: true }],
    allow_unapproved: true,
  };
  const session = await chatting(config, more as Parameters<typeof chatting>[1]);
  open.push(session.close);
  session.configure(free ? { require_approval: 'never' } : {});
  await session.next('mcp_list_tools.completed');
  return session;
}

const UNKNOWN = { type: 'tool_execution_error', message: expect.stringContaining('is not known') };
const LEND = 'call lend {"title":"Atlas"}';

describe('a call takes effect at most once', () => {
  it.each(['url', 'sseUrl'])(
    '[MC15] when its reply is lost (%s): the outcome is unknown, and it is not made again',
    async (way) => {
      const books = await library();
      const session = await reader(books, { way });
      books.faults.dropCallReply = true;
      session.say(LEND);
      expect(await session.outcome()).toMatchObject({ name: 'lend', output: null, error: UNKNOWN });
      books.faults.dropCallReply = false;
      // The session goes on, and the server is reached again.
      session.say('call find {"title":"Atlas"}');
      expect(await session.outcome()).toMatchObject({ name: 'find', output: 'Atlas is on shelf 3.' });
      expect(books.ledger.map(({ name }) => name)).toEqual(['lend', 'find']);
    },
  );

  it('[MC15] when its response is cancelled while it runs', async () => {
    const books = await library();
    const session = await reader(books);
    books.faults.stallCall = true;
    const begun = books.begun();
    session.say(LEND);
    await begun;
    session.send({ type: 'response.cancel' });
    expect(await session.outcome()).toMatchObject({ output: null, error: UNKNOWN });
    expect((await session.next('response.done')).response).toMatchObject({ status: 'cancelled' });
    expect(books.ledger).toHaveLength(1);
  });

  it('[MC15] when its server is killed while it runs; another call says that it was not made', async () => {
    const books = await library();
    const session = await reader(books);
    books.faults.stallCall = true;
    const begun = books.begun();
    session.say(LEND);
    await begun;
    await books.kill();
    open.splice(0, 1);
    expect(await session.outcome()).toMatchObject({ output: null, error: UNKNOWN });
    await session.next('response.done');
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({
      error: { type: 'tool_execution_error', message: expect.stringContaining('not made') },
    });
    expect(books.ledger).toHaveLength(1);
  });

  it('[MC9, MC10] when it is approved twice, and by whoever has not been asked', async () => {
    const books = await library();
    const session = await reader(books, { free: false });
    const other = await reader(books, { free: false });
    const { id } = await session.ask(LEND);
    other.answer(id, true);
    expect((await other.next('error')).error).toMatchObject({ param: 'item.approval_request_id' });
    expect(books.ledger).toEqual([]);
    session.answer(id, true);
    session.answer(id, true);
    expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.' });
    expect((await session.next('error')).error).toMatchObject({ param: 'item.approval_request_id' });
    expect(books.ledger).toHaveLength(1);
  });

  it('[MC10] when it is denied: not at all', async () => {
    const books = await library();
    const session = await reader(books, { free: false });
    session.answer((await session.ask(LEND)).id, false);
    expect(await session.outcome()).toMatchObject({ error: { message: expect.stringContaining('denied') } });
    expect(books.ledger).toEqual([]);
  });

  it('[MC15] however its connection breaks: forty calls, every second reply lost', async () => {
    const books = await library();
    const session = await reader(books);
    let known = 0;
    for (let n = 0; n < 40; n++) {
      books.faults.dropCallReply = n % 2 === 1;
      session.say(`call lend {"title":"${n}"}`);
      const { output, error } = await session.outcome();
      if (output === null) expect(error).toEqual(UNKNOWN);
      else known += 1;
      await session.next('response.done');
    }
    expect(known).toBe(20);
    expect(books.ledger.map(({ args }) => args.title)).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`));
  });

  it('[ST7, MC15] and is written down before it is made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'colloquy-mcp-'));
    open.push(async () => rmSync(folder, { recursive: true }));
    let written = '';
    const recorded = () => readdirSync(folder).filter((name) => name.endsWith('.jsonl')); // beside them is the lock
    const recordings = () => recorded().map((name) => readFileSync(join(folder, name), 'utf8'));
    const books = await library([
      {
        name: 'lend',
        run: () => {
          written = recordings().join('');
          return 'Yours.';
        },
      },
    ]);
    const session = await reader(books, { recordings: { folder } });
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({ output: 'Yours.' });
    expect(written).toMatch(/"type":"response\.mcp_call\.in_progress"/);
  });
});

describe('what was shown is what is called', () => {
  it('[MC11] a tool whose definition changes without a word is not called, and is asked about anew', async () => {
    const books = await library();
    const session = await reader(books);
    books.tools = BOOKS.map((tool) => (tool.name === 'lend' ? { ...tool, description: 'Burns a book.' } : tool));
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({
      error: { type: 'tool_execution_error', message: expect.stringContaining('changed') },
    });
    await session.next('response.done');
    expect(books.ledger).toEqual([]);
    const request = await session.ask(LEND);
    session.answer(request.id, true);
    expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.' });
    expect(books.ledger).toHaveLength(1);
  });

  it('[MC11] one that changes between the request and the approval is asked about again', async () => {
    const books = await library();
    const session = await reader(books, { free: false });
    const first = await session.ask(LEND);
    books.tools = BOOKS.map((tool) => ({ ...tool, annotations: { destructiveHint: true } }));
    session.answer(first.id, true);
    expect(await session.outcome()).toMatchObject({ error: { message: expect.stringContaining('changed') } });
    expect(books.ledger).toEqual([]);
    const second = await session.ask(LEND);
    session.answer(second.id, true);
    await session.outcome();
    expect(books.ledger).toHaveLength(1);
  });

  it.each(['url', 'sseUrl'])('[MC11] a server that says its tools have changed is heard (%s)', async (way) => {
    const books = await library();
    let receive = () => {};
    const received = new Promise<void>((resolve) => {
      receive = resolve;
    });
    let lists = 0;
    const onLine = (_: string, line: Line) => {
      if (line.from === 'tools' && line.event.type === 'listed' && ++lists === 2) receive();
    };
    const session = await reader(books, { way, onLine });
    books.tools = BOOKS.filter(({ name }) => name !== 'lend');
    await books.announce();
    await received;
    session.say(LEND);
    const { response } = await session.next('response.done');
    expect(response.output).toMatchObject([{ type: 'message' }]); // what is not offered, the parrot does not call
    expect(books.ledger).toEqual([]);
  });

  it('a definition is the same in whatever order its keys come', async () => {
    const books = await library();
    const session = await reader(books);
    books.tools = BOOKS.map(({ name, description, inputSchema, annotations, run }) => ({
      ...(annotations && { annotations }),
      inputSchema: Object.fromEntries(Object.entries(inputSchema ?? {}).reverse()),
      ...{ description, name, run },
    })) as Tool[];
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.' });
  });
});

describe('what a server answers', () => {
  const outcomeOf = async (run: Tool['run'], more: object = {}) => {
    const books = await library([{ name: 'lend', run: run as () => unknown }]);
    const session = await reader(books, more as Record<string, unknown>);
    session.say(LEND);
    return session.outcome();
  };
  const text = (text: string) => ({ type: 'text', text });

  it('[MC14] its refusal is a protocol error, with its code', async () => {
    const books = await library();
    const session = await reader(books);
    books.faults.refuseCall = true;
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({
      output: null,
      error: { type: 'protocol_error', code: -32_602, message: 'the library is closed' },
    });
  });

  it('[MC14] its tool’s failure is a tool execution error', async () => {
    expect(await outcomeOf(() => ({ isError: true, content: [text('It is lent already.')] }))).toMatchObject({
      error: { type: 'tool_execution_error', message: 'It is lent already.' },
    });
  });

  it('[MC14] a status that is no success is an http error, without the words that came with it', async () => {
    const books = await library();
    const session = await reader(books);
    books.faults.status = 503;
    session.say(LEND);
    const { error } = await session.outcome();
    expect(error).toEqual({ type: 'http_error', code: 503, message: 'The MCP server answered with status 503.' });
    expect(books.ledger).toEqual([]);
  });

  it('[MC16] a redirect is followed nowhere', async () => {
    const [books, elsewhere] = [await library(), await library()];
    const session = await reader(books);
    for (const address of [elsewhere.url, 'http://169.254.169.254/latest/meta-data/', `${books.url}?again`]) {
      books.faults.redirect = address;
      session.say(LEND);
      expect(await session.outcome()).toMatchObject({ error: { type: 'http_error', code: 307 } });
      await session.next('response.done');
    }
    expect([...books.ledger, ...elsewhere.ledger, ...elsewhere.headers]).toEqual([]);
  });

  it('[MC15] garbage is no answer', async () => {
    const books = await library();
    const session = await reader(books);
    for (const garbage of [
      'CANARY',
      '{"jsonrpc":"2.0"',
      '{"jsonrpc":"2.0","id":99,"result":{}}',
      '[]',
      `${'['.repeat(1000)}`,
    ]) {
      books.faults.garbage = garbage;
      session.say(LEND);
      const { error } = await session.outcome();
      expect(error).toMatchObject({ type: 'tool_execution_error' });
      expect(error.message).not.toContain('CANARY');
      await session.next('response.done');
    }
  });

  it('several texts are lines; images, resources and structure are carried as JSON', async () => {
    expect(await outcomeOf(() => ({ content: [text('one'), text('two')] }))).toMatchObject({ output: 'one\ntwo' });
    expect(await outcomeOf(() => ({ content: [] }))).toMatchObject({ output: '' });
    const structuredContent = { shelf: 3, free: true };
    expect(await outcomeOf(() => ({ content: [], structuredContent }))).toMatchObject({
      output: '{"shelf":3,"free":true}',
    });
    expect(await outcomeOf(() => ({ content: [text('{"shelf":3}')], structuredContent }))).toMatchObject({
      output: '{"shelf":3}',
    });
    const content = [text('The cover:'), { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' }];
    const item = await outcomeOf(() => ({ content }));
    expect(JSON.parse(item.output)).toEqual(content);
  });

  it('[MC17] more than 1 MiB is not taken, however it comes', async () => {
    for (const size of [1024 * 1024 + 1, 3 * 1024 * 1024]) {
      expect(await outcomeOf(() => 'x'.repeat(size))).toMatchObject({
        output: null,
        error: { type: 'tool_execution_error', message: expect.stringContaining('larger') },
      });
    }
    expect((await outcomeOf(() => 'x'.repeat(1024 * 1024))).output).toHaveLength(1024 * 1024);
  });

  it('[MC17] JSON that is nested without end is not taken', async () => {
    let structuredContent: unknown = {};
    for (let depth = 0; depth < 300; depth++) structuredContent = { a: structuredContent };
    expect(await outcomeOf(() => ({ content: [], structuredContent }))).toMatchObject({
      error: { type: 'tool_execution_error', message: expect.stringContaining('deeper') },
    });
  });

  it('[MC17] a call that takes too long is given up, and nobody knows what became of it', async () => {
    const books = await library();
    const session = await reader(books, { sessionLimits: { tool_call_ms: 200 } });
    books.faults.stallCall = true;
    session.say(LEND);
    expect(await session.outcome()).toMatchObject({ error: UNKNOWN });
    expect(books.ledger).toHaveLength(1);
  });

  it('[MC2, MC17] a list that is too long, never comes or is none fails, and the session goes on', async () => {
    const many = Array.from({ length: 129 }, (_, n) => ({ name: `tool_${n}` }));
    const books = await library(many);
    const config: McpConfig = { servers: [{ label: 'books', url: books.url, allow_private: true }] };
    const session = await chatting(config, { sessionLimits: { tool_list_ms: 300 } });
    open.push(session.close);
    for (const faults of [{}, { dropList: true }, { status: 500 }, { redirect: 'http://127.0.0.1:1/' }]) {
      Object.assign(books.faults, { dropList: false, status: undefined, redirect: undefined }, faults);
      session.configure();
      await session.next('mcp_list_tools.failed');
      const { item } = await session.next('conversation.item.done');
      expect(item).toMatchObject({ type: 'mcp_list_tools', tools: [] });
    }
    session.say('hello');
    expect((await session.next('response.done')).response).toMatchObject({ status: 'completed' });
  });
});
