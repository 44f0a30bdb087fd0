// `colloquy serve --mcp`: servers named in a file, what is wrong with such a file, and a call that its process does not survive.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatWith } from '@support/chat.ts';
import { run, type Served, serve } from '@support/colloquy.ts';
import { startLibrary } from '@support/library.ts';
import { CONTROLS } from '@support/logs.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'colloquy-mcp-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of running.splice(0).reverse()) await end();
});

let files = 0;
function fileOf(text: string): string {
  const file = join(folder, `${++files}.yaml`);
  writeFileSync(file, text);
  return file;
}

async function started(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const served = await serve(['--engine', 'parrot', ...args], env);
  running.push(() => {
    served.child.kill('SIGKILL');
    return served.ended;
  });
  return served;
}

describe('colloquy serve --mcp', () => {
  it('[MC10, SE29] lets sessions use the servers of the file, with their keys from the environment', async () => {
    const books = await startLibrary();
    running.push(books.kill);
    const file = fileOf(
      `servers: [{ label: books, url: '${books.url}', allow_private: true, authorization_env: BOOKS_KEY }]`,
    );
    const { url, stdout, stderr } = await started([], { COLLOQUY_MCP: file, BOOKS_KEY: 'key-CANARY' });
    const session = await chatWith(url);
    running.push(session.close);
    session.configure();
    await session.next('mcp_list_tools.completed');
    session.answer((await session.ask('call lend {"title":"Atlas"}')).id, true);
    expect(await session.outcome()).toMatchObject({ output: 'Atlas is yours until Friday.' });
    expect(books.headers.at(-1)?.authorization).toBe('Bearer key-CANARY');
    expect(JSON.stringify(session.events) + stdout() + stderr()).not.toContain('CANARY');
  });

  it('[MC15] a call outlives no process: killed while it runs, it is not made again, and the recording says how far it came', async () => {
    const books = await startLibrary();
    running.push(books.kill);
    const file = fileOf(`
allow_unapproved: true
servers: [{ label: books, url: '${books.url}', allow_private: true }]
`);
    const dataDir = join(folder, 'data');
    const args = ['--mcp', file, '--data-dir', dataDir];
    const first = await started(args);
    const session = await chatWith(first.url);
    running.push(session.close);
    session.configure({ require_approval: 'never' });
    await session.next('mcp_list_tools.completed');
    books.faults.stallCall = true;
    const begun = books.begun();
    session.say('call lend {"title":"Atlas"}');
    await begun;
    first.child.kill('SIGKILL');
    await first.ended;
    books.faults.stallCall = false;

    const second = await started(args);
    const again = await chatWith(second.url);
    running.push(again.close);
    again.configure({ require_approval: 'never' });
    await again.next('mcp_list_tools.completed');
    expect(books.ledger).toEqual([{ name: 'lend', args: { title: 'Atlas' } }]);

    const recordings = join(dataDir, 'recordings');
    const name = recordedFiles(recordings).find((each) =>
      readFileSync(join(recordings, each), 'utf8').includes('Atlas'),
    );
    const text = readFileSync(join(recordings, name ?? ''), 'utf8');
    expect(text).toContain('"type":"response.mcp_call.in_progress"');
    expect(text).not.toMatch(/"type":"response\.mcp_call\.(completed|failed)"/);
    const output = await run(['inspect', join(recordings, name ?? '')]);
    expect(output.stdout).toMatch(/mcp_call .*lend/);
  });

  it.each([
    ['servers: [{ label: b, url: http://127.0.0.1/mcp }]', "set 'allow_private'"],
    ['servers: [{ label: b, url: https://b.example/mcp, authorization: sk-CANARY }]', "'authorization_env'"],
    ['servers: [{ label: b, url: https://b.example/mcp, authorization_env: KEY }]', 'KEY holds no header'],
  ])('says what is wrong with %j', async (text, message) => {
    const env = { KEY: 'a\u0007CANARY' };
    const { code, stderr } = await run(['serve', '--port', '0', '--mcp', fileOf(text)], { env });
    expect([code, stderr.trimEnd().split('\n')]).toEqual([2, [expect.stringContaining(message)]]);
    expect(stderr).not.toMatch(/CANARY|\u0007/);
  });

  it('is misused without a file that can be read, and beside --upstream', async () => {
    const missing = await run(['serve', '--mcp', join(folder, 'none.yaml')]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('none.yaml')]);
    const relayed = await run(['serve', '--mcp', fileOf('{}'), '--upstream', 'wss://x.example/v1/realtime']);
    expect([relayed.code, relayed.stderr]).toEqual([2, expect.stringContaining('--mcp')]);
    const { stdout } = await run(['serve', '--help']);
    expect(stdout).toMatch(/--mcp .*docs\/mcp\.md/);
  });
});

it('what MCP servers say is shown without its controls: inspect, its events, check', async () => {
  const text = '\u001b]0;owned\u0007\u009b2J\u202e\r<img src=x onerror=alert(1)>';
  const call = { id: 'mcp_1', type: 'mcp_call', server_label: 'books', arguments: text, approval_request_id: null };
  const items = [
    {
      id: 'mcpl_1',
      type: 'mcp_list_tools',
      server_label: 'books',
      tools: [{ name: text, description: text, input_schema: {} }],
    },
    { id: 'mcpr_1', type: 'mcp_approval_request', server_label: 'books', name: text, arguments: text },
    { ...call, name: text, output: text, error: null },
    { ...call, id: 'mcp_2', name: text, output: null, error: { type: 'protocol_error', code: 1, message: text } },
  ];
  const lines = items.flatMap((item, n) =>
    ['conversation.item.added', 'conversation.item.done'].map((type) =>
      JSON.stringify({ type, event_id: `${type}_${n}`, previous_item_id: items[n - 1]?.id ?? null, item }),
    ),
  );
  const file = join(folder, 'hostile.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  for (const args of [['inspect'], ['inspect', '--events'], ['inspect', '--json'], ['check']]) {
    const { stdout, stderr } = await run([...args, file]);
    if (args[0] === 'inspect') expect(stdout).toContain('onerror');
    expect(stdout + stderr).not.toMatch(CONTROLS);
  }
});
