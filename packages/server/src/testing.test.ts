import type { AssertionError } from 'node:assert';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { WebSocket } from 'ws';
import { serverFixture, startServer, startServerFor, type TestServer, type TestServerOptions } from './testing.ts';

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
  it('plays a scenario to a client and lists the events of both sides', async () => {
    const server = await started({ scenario: hello });
    await connected(server, say('hello'), answer);
    const { response } = await server.waitFor('response.done');
    expect(response.output).toMatchObject([{ content: [{ type: 'output_text', text: 'Hi there.' }] }]);
    expect(server.received().map(({ type }) => type)).toEqual(['conversation.item.create', 'response.create']);
    expect(server.received('response.create')).toHaveLength(1);
    expect(server.sent('response.output_text.delta').map(({ delta }) => delta)).toEqual(['Hi', ' there.']);
    server.assertComplete();
  });

  it('fails a response that matches no turn, and reports it in assertComplete', async () => {
    const server = await started({ scenario: hello });
    await connected(server, say('goodbye'), answer);
    expect((await server.waitFor('response.done')).response.status).toBe('failed');
    expect(() => server.assertComplete()).toThrow(/text: goodbye\n {2}- turns\[0\]: text: hello/);
  });

  it('lists client events that the server refused', async () => {
    const server = await started({});
    await connected(server, { type: 'conversation.item.delete', item_id: 'gone' });
    await server.waitFor('error');
    expect(() => server.assertComplete()).toThrow(/refused 1 client events:\n {2}item_delete_invalid_item_id/);
  });

  it('drops the connection when the scenario says so', async () => {
    const server = await started({ scenario: { scenario: 1, turns: [{ reply: [{ say: 'Go' }, { fail: 'drop' }] }] } });
    const socket = await connected(server, say('x'), answer);
    const [code] = await once(socket, 'close');
    expect(code).toBe(1006);
  });

  it('[RS33] fails a response when its stream is cut, and answers the next one', async () => {
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

  it('gives each server its own port, turns and events', async () => {
    const [one, two] = await Promise.all([started({ scenario: hello }), started({ scenario: hello })]);
    await connected(one, say('hello'), answer);
    await one.waitFor('response.done');
    one.assertComplete();
    expect(one.url).not.toBe(two.url);
    expect(two.received()).toEqual([]);
    expect(() => two.assertComplete()).toThrow(/answered 0 of 1/);
  });

  it('reads a scenario from a file, and names the file when it is not valid', async () => {
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

  it('names the latest event when waitFor times out', async () => {
    const server = await started({});
    await connected(server);
    await server.waitFor('session.created');
    await expect(server.waitFor('response.done', { timeoutMs: 20 })).rejects.toThrow(
      "no 'response.done' within 20 ms; the latest event sent was 'session.created'",
    );
  });
});

const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const calling = {
  scenario: 1,
  turns: [{ reply: [{ call: 'get_weather', arguments: { city: 'Paris' } }] }, { reply: [{ say: 'Sunny.' }] }],
};
const offer = (...tools: object[]) => ({
  type: 'session.update',
  session: { type: 'realtime', output_modalities: ['text'], tools },
});
/** Never reached: what ends a wait is an event, not time. */
const NEVER = { timeoutMs: 100_000 };

describe('waitFor', () => {
  it('rejects at once with advice when the scenario calls a tool that is not offered', async () => {
    const server = await started({ scenario: calling });
    const waited = expect(server.waitFor('response.output_text.done', NEVER)).rejects;
    await connected(server, offer(), answer);
    await waited.toThrow(
      /^no 'response.output_text.done' will be sent: the response failed, invalid_tool_call\nscenario is not complete:\nturns\[0\]: The scenario calls get_weather; this session offers no tools\. Send it in session\.update\.\n/,
    );
    expect(() => server.assertComplete()).toThrow(/this session offers no tools/);
    // The failure is there already: nothing is waited for.
    await expect(server.waitFor('response.output_text.done', NEVER)).rejects.toThrow(/offers no tools/);
  });

  it('rejects at once with the request when no turn matches', async () => {
    const server = await started({ scenario: hello });
    const waited = expect(server.waitFor('response.output_text.done', NEVER)).rejects;
    await connected(server, say('goodbye'), answer);
    await waited.toThrow(/no turn answers turn 1\n {4}text: goodbye/);
  });

  it('ignores a failure that the scenario requests', async () => {
    const turns = [{ reply: [{ fail: 'error' as const }] }, { reply: [{ say: 'Better.' }] }];
    const server = await started({ scenario: { scenario: 1, turns } });
    const waited = server.waitFor('response.output_text.done', NEVER);
    const socket = await connected(server, answer);
    expect((await server.waitFor('response.done')).response.status).toBe('failed');
    socket.send(JSON.stringify(answer));
    expect((await waited).text).toBe('Better.');
    server.assertComplete();
  });

  it('ignores an earlier failure when a new response begins', async () => {
    let count = 0;
    const engine = {
      name: 'second',
      async *respond() {
        count += 1;
        if (count === 1) yield { type: 'failed' as const, error: { code: 'internal_error', message: 'no' } };
        yield { type: 'text.delta' as const, delta: 'Better.' };
        yield { type: 'done' as const };
      },
    };
    const server = await started({ engine });
    const socket = await connected(server, answer);
    await server.waitFor('response.done');
    await expect(server.waitFor('response.output_text.done', NEVER)).rejects.toThrow(/failed, internal_error/);
    socket.send(JSON.stringify(answer));
    await expect.poll(() => server.sent('response.created').length).toBe(2);
    expect((await server.waitFor('response.output_text.done', NEVER)).text).toBe('Better.');
  });
});

describe('assertCalled', () => {
  it('returns the call, or throws an AssertionError with a diff and every call', async () => {
    const server = await started({ scenario: calling });
    expect(() => server.assertCalled('get_weather')).toThrow('get_weather was not called. Nothing was called.');
    await connected(server, offer(weather), answer);
    await server.waitFor('response.done');
    expect(server.assertCalled('get_weather', { city: 'Paris' })).toEqual(server.calls()[0]);
    expect(server.assertCalled('get_weather').arguments).toEqual({ city: 'Paris' });
    const failed = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        const { code, message, actual, expected } = error as AssertionError;
        return { code, message, actual, expected };
      }
      return expect.unreachable();
    };
    expect(failed(() => server.assertCalled('get_weather', { city: 'Rome' }))).toEqual({
      code: 'ERR_ASSERTION',
      message: expect.stringContaining(
        'get_weather was called with other arguments than {"city":"Rome"}. Called were:\n  get_weather({"city":"Paris"})',
      ),
      actual: { city: 'Paris' },
      expected: { city: 'Rome' },
    });
    expect(failed(() => server.assertCalled('get_news'))).toEqual({
      code: 'ERR_ASSERTION',
      message: expect.stringContaining('get_news was not called. Called were:\n  get_weather({"city":"Paris"})'),
      actual: ['get_weather'],
      expected: ['get_news'],
    });
  });
});

describe('env', () => {
  it('contains URL and key, and with TLS the certificate authority', async () => {
    const plain = await started({ keys: ['sk-mine'] });
    expect(plain.env).toEqual({ OPENAI_BASE_URL: plain.baseURL, OPENAI_API_KEY: 'sk-mine' });
    const folder = await mkdtemp(join(tmpdir(), 'colloquy-'));
    open.push(() => rm(folder, { recursive: true }));
    const secure = await started({ tls: true, dataDir: folder });
    expect(secure.env).toEqual({
      OPENAI_BASE_URL: secure.tlsBaseURL,
      OPENAI_API_KEY: 'sk-test',
      NODE_EXTRA_CA_CERTS: secure.caFile,
    });
  });
});

describe('fixtures', () => {
  const ports: string[] = [];
  const withServer = test.extend<{ server: TestServer }>({ server: serverFixture({ scenario: hello }) });
  for (const count of [1, 2]) {
    withServer(`vitest: each test has a server of its own (${count})`, async ({ server }) => {
      await connected(server, say('hello'), answer);
      expect((await server.waitFor('response.output_text.done')).text).toBe('Hi there.');
      expect(ports).not.toContain(server.url);
      ports.push(server.url);
    });
  }
  it('closes the servers after their tests in vitest', async () => {
    expect(ports).toHaveLength(2);
    for (const url of ports) await expect(fetch(url)).rejects.toThrow();
  });

  it.each([
    ['fails a test with unused turns', true, /answered 0 of 1/],
    ['adds no failure to a failed test', false, undefined],
  ])('%s in node:test, and closes the server', async (_, passed, message) => {
    const after: (() => Promise<void>)[] = [];
    const server = await startServerFor({ after: (fn) => void after.push(fn), passed }, { scenario: hello });
    const afterTest = after[0]?.() ?? Promise.reject();
    if (message) await expect(afterTest).rejects.toThrow(message);
    else await afterTest;
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
