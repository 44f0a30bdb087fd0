// How a session holds its connections to MCP servers: made anew when a server has started anew, shared by calls that run at once,
// closed when nobody uses them, and not to be talked to death.

import { type Chat, chatting } from '@support/chat.ts';
import { BOOKS, type Library, startLibrary, type Tool } from '@support/library.ts';
import { afterEach, describe, expect, it } from 'vitest';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function reader(
  tools: Tool[] = BOOKS,
  { lateMs = 0, way = 'url' }: { lateMs?: number; way?: 'url' | 'sseUrl' } = {},
): Promise<{ books: Library; session: Chat }> {
  const books = await startLibrary(tools);
  open.push(books.kill);
  books.faults.lateMs = lateMs;
  const servers = [{ label: 'books', url: books[way], allow_private: true }];
  const session = await chatting({ servers, allow_unapproved: true });
  open.push(session.close);
  session.configure({ require_approval: 'never' });
  await session.next('mcp_list_tools.completed');
  return { books, session };
}

/** How many sessions clients have opened with the server. */
const opened = ({ headers }: Library) => headers.filter((each) => each['mcp-session-id'] === undefined).length;

describe('a server that starts anew', () => {
  it('[MC5] is connected to again, and the call is made, once', async () => {
    const { books, session } = await reader();
    books.forget();
    session.say('call lend {"title":"Atlas"}');
    expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.', error: null });
    expect(books.ledger).toHaveLength(1);
    expect(opened(books)).toBe(2);
  });
});

it.each(['url', 'sseUrl'] as const)('[MC2, MC5] a server far away (%s) is heard out', async (way) => {
  const { books, session } = await reader(BOOKS, { lateMs: 300, way });
  session.say('call lend {"title":"Atlas"}');
  expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.', error: null });
  expect(books.ledger).toHaveLength(1);
});

describe('calls that run at once', () => {
  const TWENTY = Array.from({ length: 20 }, (_, n) => `call lend {"title":"${n}"}`).join(' ');

  it('[MC5] share a connection, one that has to be made anew as well', async () => {
    const { books, session } = await reader();
    books.forget();
    session.say(TWENTY);
    for (let n = 0; n < 20; n++) expect(await session.outcome()).toMatchObject({ error: null });
    expect(books.ledger.map(({ args }) => args.title).sort()).toEqual(
      Array.from({ length: 20 }, (_, n) => `${n}`).sort(),
    );
    expect(opened(books)).toBe(2);
  });

  it('[SE29, MC15] go on undisturbed when the client names another key, which the next call is made with', async () => {
    const { books, session } = await reader([{ name: 'lend', run: () => answered }, { name: 'find' }]);
    let answer = (_: unknown) => {};
    const answered = new Promise((resolve) => {
      answer = resolve;
    });
    const begun = books.begun();
    session.say('call lend {}');
    await begun;
    session.configure({ require_approval: 'never', authorization: 'another-key' });
    await session.next('session.updated');
    await session.next('session.updated');
    session.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'call find {}' }] }],
      },
    });
    await session.next('response.mcp_call.completed');
    expect(books.headers.at(-1)).toMatchObject({ authorization: 'Bearer another-key' });
    answer({ content: [{ type: 'text', text: 'Yours.' }] });
    expect(await session.outcome()).toMatchObject({ name: 'lend', output: 'Yours.', error: null });
    expect(books.ledger.map(({ name }) => name)).toEqual(['lend', 'find']);
  });

  it('leave no connection open when the session is over', async () => {
    const { books, session } = await reader();
    session.say(TWENTY);
    for (let n = 0; n < 20; n++) await session.outcome();
    books.forget();
    session.say(TWENTY);
    for (let n = 0; n < 20; n++) await session.outcome();
    expect(books.connected).toBeGreaterThan(0);
    await session.close();
    open.pop();
    await expect.poll(() => books.connected).toBe(0);
  });
});

it('[MC11] a server that says without end that its tools have changed is asked for them twice', async () => {
  const { books, session } = await reader();
  const before = books.lists;
  for (let n = 0; n < 300; n++) {
    books.tools = [...BOOKS, { name: `new_${n}` }];
    await books.announce();
  }
  session.say('call find {"title":"Atlas"}');
  expect(await session.outcome()).toMatchObject({ output: 'Atlas is on shelf 3.' });
  // Once because it said so, once before the call.
  expect(books.lists - before).toBeLessThanOrEqual(3);
});
