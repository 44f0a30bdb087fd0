// Credentials go to the server they were given for and nowhere else; what is data stays data, whatever it is called.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { McpConfig } from '@colloquy/server';
import { replay } from '@colloquy/session';
import { type Chat, chatting } from '@support/chat.ts';
import { BOOKS, type Library, startLibrary, type Tool } from '@support/library.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterEach, describe, expect, it } from 'vitest';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const TOKEN = 'token-CANARY-of-the-client';

async function library(tools?: Tool[]): Promise<Library> {
  const books = await startLibrary(tools);
  open.push(books.kill);
  return books;
}

/** A session with two libraries, everything it writes down, and everything it logs. */
async function reader(config: McpConfig, more: Parameters<typeof chatting>[1] = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-mcp-'));
  const logged: string[] = [];
  const logTo = { write: (line: string) => void logged.push(line) };
  const session = await chatting(config, { recordings: { folder }, logLevel: 'debug', logTo, ...more });
  open.push(async () => rmSync(folder, { recursive: true }), session.close);
  /** What was recorded, once the session is over. */
  const read = async (namesIn: (folder: string) => string[]) => {
    await session.close();
    open.pop();
    return namesIn(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  };
  return {
    session,
    logged,
    /** Everything that was written: the recording and its summary. */
    recorded: () => read((folder) => readdirSync(folder)),
    recording: () => read(recordedFiles),
  };
}

const of = (...servers: Library[]): McpConfig => ({
  servers: servers.map(({ url }, n) => ({ label: n === 0 ? 'books' : 'films', url, allow_private: true })),
  allow_unapproved: true,
});

const tool = (server_label: string, more: object = {}) => ({
  type: 'mcp',
  server_label,
  require_approval: 'never',
  ...more,
});
const use = ({ send }: Chat, ...tools: object[]) =>
  send({ type: 'session.update', session: { type: 'realtime', tools } });

describe('credentials', () => {
  it('[SE29, RD4] are shown to their server alone: not to another, not to the client, the log or the recording', async () => {
    const [books, films] = [await library(), await library()];
    const { session, logged, recorded } = await reader(of(books, films));
    use(session, tool('books', { authorization: TOKEN, headers: { 'x-secret': `${TOKEN}-header` } }), tool('films'));
    await session.next('mcp_list_tools.completed');
    await session.next('mcp_list_tools.completed');
    session.say('call find {"title":"Atlas"}');
    expect((await session.outcome()).error?.message ?? '').not.toContain('CANARY');
    await session.next('response.done');
    expect(books.headers.length).toBeGreaterThan(2);
    for (const headers of books.headers) {
      expect(headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-secret': `${TOKEN}-header` });
    }
    expect(JSON.stringify(films.headers)).not.toContain('CANARY');
    expect(JSON.stringify(session.events)).not.toContain('CANARY');
    expect(logged.join('')).not.toContain('CANARY');
    expect(await recorded()).not.toContain('CANARY');
  });

  it('[SE29] come back from no server, in a tool, a result or an error', async () => {
    const echo = ({ how }: Record<string, unknown>) => {
      const text = JSON.stringify(books.headers.at(-1)) + TOKEN.split('').join('\u200b');
      return how === 'error' ? { isError: true, content: [{ type: 'text', text }] } : text;
    };
    const books = await library([
      { name: 'echo', run: echo },
      { name: 'leak', description: `Uses ${TOKEN}.` },
    ]);
    const { session, recorded } = await reader(of(books));
    use(session, tool('books', { authorization: TOKEN }));
    const { item } = await session.next('conversation.item.done');
    expect(item.tools.map(({ name }: Tool) => name)).toEqual(['echo']);
    session.say('call echo {}');
    expect((await session.outcome()).output).toContain('[REDACTED]');
    session.say('call echo {"how":"error"}');
    expect((await session.outcome()).error.message).toContain('[REDACTED]');
    expect(JSON.stringify(session.events)).not.toContain(TOKEN);
    expect(await recorded()).not.toContain(TOKEN);
  });

  it('[SE29] come back in no spelling: without their scheme, or within JSON', async () => {
    const key = 'a "quoted" \\ key-CANARY';
    const books = await library([
      {
        name: 'echo',
        run: () => ({
          content: [
            { type: 'text', text: `${books.headers.at(-1)?.authorization}`.replace('Token ', '') },
            { type: 'image', data: '', mimeType: `${books.headers.at(-1)?.['x-key']}` },
          ],
        }),
      },
    ]);
    const { session } = await reader(of(books));
    use(session, tool('books', { authorization: `Token ${key}`, headers: { 'x-key': key } }));
    await session.next('mcp_list_tools.completed');
    session.say('call echo {}');
    expect((await session.outcome()).output).toMatch(/REDACTED.*REDACTED/);
    expect(JSON.stringify(session.events)).not.toContain('CANARY');
  });

  it('[MC3, SE29] may be replaced by newer ones without listing again; those of a refused update are not taken', async () => {
    const books = await library();
    const { session } = await reader(of(books));
    use(session, tool('books', { authorization: 'first-token' }));
    await session.next('mcp_list_tools.completed');
    session.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        tools: [tool('books', { authorization: 'refused-token' })],
        audio: { output: { speed: 99 } },
      },
    });
    await session.next('error');
    use(session, tool('books', { authorization: 'second-token' }));
    await session.next('session.updated');
    await session.next('session.updated');
    session.say('call find {"title":"Atlas"}');
    await session.outcome();
    const output = books.headers.map(({ authorization }) => authorization);
    expect(output[0]).toBe('Bearer first-token');
    expect(output.at(-1)).toBe('Bearer second-token');
    expect(output).not.toContain('Bearer refused-token');
    expect(session.events.filter(({ type }) => type === 'mcp_list_tools.in_progress')).toHaveLength(1);
  });

  it('an operator’s are replaced by a client’s, never joined to them', async () => {
    const books = await library();
    const config: McpConfig = {
      servers: [{ label: 'books', url: books.url, allow_private: true, authorization_env: 'KEY' }],
      allow_unapproved: true,
    };
    const env = { KEY: 'key-of-the-operator' };
    const { session } = await reader(config, { env });
    use(session, tool('books'));
    await session.next('mcp_list_tools.completed');
    expect(books.headers.at(-1)?.authorization).toBe('Bearer key-of-the-operator');
    use(session, tool('books', { headers: { 'x-user': 'ann' }, allowed_tools: ['find'] }));
    await session.next('mcp_list_tools.completed');
    expect(books.headers.at(-1)).toMatchObject({ 'x-user': 'ann' });
    expect(books.headers.at(-1)?.authorization).toBeUndefined();
  });
});

describe('servers that clients bring', () => {
  it('[MC16] are not dialled: the listing fails, the update stands, and the reason is in the recording and the log', async () => {
    const books = await library();
    for (const [config, reason] of [
      [{}, 'servers that clients bring are not dialled here'],
      [{ client_servers: 'public' }, 'only https addresses are dialled'],
    ] as [McpConfig, string][]) {
      const { session, logged, recorded } = await reader(config);
      use(session, tool('books', { server_url: books.url }));
      expect((await session.next('session.updated')).session.tools).toHaveLength(1);
      await session.next('mcp_list_tools.in_progress');
      await session.next('mcp_list_tools.failed');
      expect((await session.next('conversation.item.done')).item.tools).toEqual([]);
      session.say('hello');
      expect((await session.next('response.done')).response.status).toBe('completed');
      expect(logged.join('')).toContain(reason);
      expect(await recorded()).toContain(`"type":"list_failed"`);
      expect(await recorded()).toContain(reason);
    }
    expect(books.headers).toEqual([]);
  });
});

describe('names and output are data', () => {
  const HOSTILE = '\u001b]0;owned\u0007\u001b[2J<img src=x onerror=alert(1)>\u202e';

  it('[MC20] a tool may be called __proto__, and say what it likes', async () => {
    const books = await library([
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((name) => ({ name, run: () => HOSTILE })),
      { name: '' },
      {
        name: 'find',
        description: HOSTILE,
        inputSchema: JSON.parse('{"type":"object","__proto__":{"polluted":true}}'),
      },
    ]);
    const { session, logged, recorded } = await reader(of(books));
    use(session, tool('books'));
    const { item } = await session.next('conversation.item.done');
    expect(item.tools.map(({ name }: Tool) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'find',
    ]);
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      session.say(`call ${name} {"constructor":{"polluted":true},"__proto__":{"polluted":true}}`);
      expect(await session.outcome()).toMatchObject({ name, output: HOSTILE });
      await session.next('response.done');
    }
    expect(books.ledger.map(({ args }) => args.constructor)).toEqual(Array(4).fill({ polluted: true }));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(logged.join('')).not.toContain('owned');
    for (const line of (await recorded()).trimEnd().split('\n'))
      expect(line).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
  });

  it('halves of characters end here, in results and errors; a tool that is described with one is not offered', async () => {
    const half = 'half \ud83d of a character';
    const books = await library([
      {
        name: 'say',
        run: ({ how }) => (how === 'text' ? half : { isError: true, content: [{ type: 'text', text: half }] }),
      },
      { name: 'cut', run: () => ({ isError: true, content: [{ type: 'text', text: `${'x'.repeat(511)}😀` }] }) },
      { name: 'half', description: half },
      { name: 'deep', inputSchema: { type: 'object', properties: { [half]: {} } } },
    ]);
    const { session, recording } = await reader(of(books));
    use(session, tool('books'));
    const { item } = await session.next('conversation.item.done');
    expect(item.tools.map(({ name }: Tool) => name)).toEqual(['say', 'cut']);
    session.say('call say {"how":"text"} call say {} call cut {}');
    expect(await session.outcome()).toMatchObject({ output: 'half \ufffd of a character' });
    expect(await session.outcome()).toMatchObject({ error: { message: 'half \ufffd of a character' } });
    expect(await session.outcome()).toMatchObject({ error: { message: 'x'.repeat(511) } });
    const lines = (await recording()).trimEnd().split('\n');
    expect(lines.join('')).not.toMatch(/\\ud8/);
    expect(await replay(lines)).toMatchObject({ ok: true, unread: [] });
  });

  it('[MC17] a schema of any size is carried or the listing fails; the session lives', async () => {
    const properties = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`p${n}`, { type: 'string' }]));
    const books = await library([{ ...(BOOKS[0] as Tool), inputSchema: { type: 'object', properties } }]);
    const { session } = await reader(of(books));
    use(session, tool('books'));
    await session.next('mcp_list_tools.completed');
    books.tools = [{ ...(BOOKS[0] as Tool), description: 'x'.repeat(3_000_000) }];
    use(session, tool('books', { allowed_tools: ['find'] }));
    await session.next('mcp_list_tools.failed');
    session.say('hello');
    expect((await session.next('response.done')).response.status).toBe('completed');
  });
});
