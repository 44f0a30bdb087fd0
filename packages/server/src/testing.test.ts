import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer, type TestServer, type TestServerOptions } from './testing.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0).reverse()) await stop();
});

async function started(options: TestServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  open.push(server.close);
  return server;
}

async function connected(server: TestServer, ...events: object[]): Promise<WebSocket> {
  const socket = new WebSocket(server.realtimeURL);
  open.push(() => socket.terminate());
  await once(socket, 'open');
  for (const event of events) socket.send(JSON.stringify(event));
  return socket;
}

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const answer = { type: 'response.create', response: { output_modalities: ['text'] } };
const hello = { scenario: 1, turns: [{ when: { text: 'hello' }, reply: [{ say: 'Hi there.' }] }] };

describe('startServer', () => {
  it('plays a scenario to a client and shows what both sides said', async () => {
    const server = await started({ scenario: hello });
    await connected(server, say('hello'), answer);
    const { response } = await server.waitFor('response.done');
    expect(response.output).toMatchObject([{ content: [{ type: 'output_text', text: 'Hi there.' }] }]);
    expect(server.received().map(({ type }) => type)).toEqual(['conversation.item.create', 'response.create']);
    expect(server.received('response.create')).toHaveLength(1);
    expect(server.sent('response.output_text.delta').map(({ delta }) => delta)).toEqual(['Hi', ' there.']);
    server.assertComplete();
  });

  it('fails the response no turn answers, and says so in assertComplete', async () => {
    const server = await started({ scenario: hello });
    await connected(server, say('goodbye'), answer);
    expect((await server.waitFor('response.done')).response.status).toBe('failed');
    expect(() => server.assertComplete()).toThrow(/text: goodbye\n {2}- turns\[0\]: text: hello/);
  });

  it('names client events the server refused', async () => {
    const server = await started({});
    await connected(server, { type: 'conversation.item.delete', item_id: 'gone' });
    await server.waitFor('error');
    expect(() => server.assertComplete()).toThrow(/refused 1 client events:\n {2}item_delete_invalid_item_id/);
  });

  it('loses the connection when the scenario drops it', async () => {
    const server = await started({ scenario: { scenario: 1, turns: [{ reply: [{ say: 'Go' }, { fail: 'drop' }] }] } });
    const socket = await connected(server, say('x'), answer);
    const [code] = await once(socket, 'close');
    expect(code).toBe(1006);
  });

  it('[RS33] fails the response whose stream is cut, and the next one works', async () => {
    const cut = {
      scenario: 1,
      turns: [{ reply: [{ say: 'Go' }, { fail: 'cut' as const }] }, { reply: [{ say: 'Fine.' }] }],
    };
    const server = await started({ scenario: cut });
    const socket = await connected(server, say('x'), answer);
    expect((await server.waitFor('response.done')).response.status).toBe('failed');
    socket.send(JSON.stringify(answer));
    await expect.poll(() => server.sent('response.done').at(-1)?.response.status).toBe('completed');
  });

  it('keeps tests apart: each server has its own port, turns and events', async () => {
    const [one, two] = await Promise.all([started({ scenario: hello }), started({ scenario: hello })]);
    await connected(one, say('hello'), answer);
    await one.waitFor('response.done');
    one.assertComplete();
    expect(one.url).not.toBe(two.url);
    expect(two.received()).toEqual([]);
    expect(() => two.assertComplete()).toThrow(/answered 0 of 1/);
  });

  it('reads a scenario from a file, and names the file when it is wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'colloquy-'));
    open.push(() => rm(folder, { recursive: true }));
    const [good, bad] = [join(folder, 'good.yaml'), join(folder, 'bad.yaml')];
    await writeFile(good, 'scenario: 1\nturns: [{ reply: [{ say: Hello. }] }]\n');
    await writeFile(bad, 'scenario: 1\nturns: [{ reply: {} }]\n');
    const server = await started({ scenario: good });
    await connected(server, answer);
    await server.waitFor('response.done');
    await expect(startServer({ scenario: bad })).rejects.toThrow(/bad\.yaml: .*turns\[0\]\.reply/);
    await expect(startServer({ scenario: join(folder, 'gone.yaml') })).rejects.toThrow(/gone\.yaml: ENOENT/);
  });

  it('waitFor says what came last when the time is over', async () => {
    const server = await started({});
    await connected(server);
    await server.waitFor('session.created');
    await expect(server.waitFor('response.done', { timeoutMs: 20 })).rejects.toThrow(
      "no 'response.done' within 20 ms; the latest event sent was 'session.created'",
    );
  });
});
