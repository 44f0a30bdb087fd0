// What answers dies in the very tick in which the client cancels, in either order: one `response.done`, nothing unhandled, no
// socket left open, and the session goes on.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerEvent } from '@colloquy/protocol';
import { dial, say, start, stopAll, stops, TEXT } from '@support/dial.ts';
import { chunk, sse } from '@support/fake-endpoints.ts';
import { fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import type { Engine } from '../../packages/server/src/engines/engine.ts';
import { hostSession } from '../../packages/server/src/sessions/host-session.ts';
import { openAiThinker } from '../../packages/server/src/speech/http/openai-think.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await stopAll();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const CANCEL = { type: 'response.cancel', event_id: 'cancel' };
const isDone = ({ type }: ServerEvent) => type === 'response.done';
const ORDERS = [
  ['the cancel first', (cancel: () => void, die: () => void) => [cancel, die]],
  ['the death first', (cancel: () => void, die: () => void) => [die, cancel]],
] as const;

/** So many turns of the microtask queue. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await undefined;
}

describe('an engine', () => {
  /** An engine that says half a sentence, and whose next piece is a rejection when it is told to die. */
  function mortal(): { engine: Engine; die: () => void } {
    let die = () => {};
    const death = new Promise<never>((_, reject) => {
      die = () => reject(new Error('the backend died'));
    });
    death.catch(() => {}); // whoever reads has it
    let isFirst = true;
    const engine: Engine = {
      name: 'mortal',
      async *respond() {
        yield { type: 'text.delta', delta: 'Half' };
        if (isFirst) {
          isFirst = false;
          await death;
        }
        yield { type: 'done' };
      },
    };
    return { engine, die: () => die() };
  }

  it.each(ORDERS)(
    '[RS2, RS23, RS33] ends its response once, %s, however many microtasks lie between',
    async (_, inOrder) => {
      for (let between = 0; between < 24; between += 1) {
        const [client, server] = memoryPair();
        const { engine, die } = mortal();
        const { ended } = hostSession(server, { engine });
        const events: ServerEvent[] = [];
        const reading = (async () => {
          for await (const frame of client.frames) events.push(JSON.parse(String(frame)) as ServerEvent);
        })();
        const send = (event: object) => client.send(JSON.stringify(event));
        send({ type: 'response.create', response: { output_modalities: ['text'] } });
        await waitUntil('half a sentence', () => events.some(({ type }) => type === 'response.output_text.delta'));
        const [first, second] = inOrder(() => send(CANCEL), die);
        first?.();
        await turns(between);
        second?.();
        await waitUntil('the end of the response', () => events.some(isDone));
        send({ type: 'response.create', event_id: 'next', response: { output_modalities: ['text'] } });
        await waitUntil('the next response', () => events.filter(isDone).length > 1);
        const ends = events.filter(isDone) as Extract<ServerEvent, { type: 'response.done' }>[];
        expect(ends.map(({ response }) => response.status)).toEqual([
          expect.stringMatching(/cancelled|failed/),
          'completed',
        ]);
        expect(new Set(ends.map(({ response }) => response.id)).size).toBe(2);
        client.close(1000, '');
        await Promise.all([ended, reading]);
      }
    },
  );
});

describe('an endpoint', () => {
  /** An endpoint that answers its first question by half, and the answers that are under way. */
  async function endpoint() {
    const answers: ServerResponse[] = [];
    const http = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const isFirst = answers.push(response) === 1;
      if (isFirst) response.write(sse(chunk({ content: 'Half' })));
      else response.end(sse(chunk({ content: 'Whole.' }), chunk({}, 'stop'), '[DONE]'));
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    stops.push(() => http.close());
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1/chat/completions`;
    const connections = () => new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
    return { url, answers, connections };
  }

  it.each(ORDERS)('[RS2, RS23, RS33] ends its response once and frees its socket, %s', async (_, inOrder) => {
    const { url, answers, connections } = await endpoint();
    const budget = { firstByteMs: 20_000, idleMs: 20_000, totalMs: 25_000, retries: 1, pauseMs: 1 };
    const base = { model: 'tiny', tools: true, images: true, maxTokensField: 'max_tokens' as const };
    const thinker = openAiThinker({
      endpoint: { stage: 'think', url, key: undefined, budget },
      api: 'chat',
      ...base,
    });
    const server = await start({ engine: cascade({ thinker }) });
    const client = dial(server.url);
    const ends: string[] = [];
    client.socket.on('message', (data) => {
      const event = JSON.parse(String(data)) as ServerEvent;
      if (event.type === 'response.done') ends.push(event.response.status ?? '');
    });
    await client.next('session.created');
    client.send(say('hi'), TEXT);
    await client.next('response.output_text.delta');
    for (const each of inOrder(
      () => client.send(CANCEL),
      () => answers[0]?.destroy(),
    )) {
      each();
    }
    await client.next('response.done');
    client.send(TEXT);
    await client.next('response.done');
    expect(ends).toEqual([expect.stringMatching(/cancelled|failed/), 'completed']);
    client.socket.close();
    await server.server.close({ graceMs: 0 });
    await waitUntil('the sockets of the endpoint to be free', async () => (await connections()) <= 1);
    expect(answers[0]?.destroyed).toBe(true);
  });
});

describe('an upstream', () => {
  it.each(ORDERS)('[RL6] ends its response once, then the session, and frees both sockets, %s', async (_, inOrder) => {
    const fake = await fakeUpstream();
    const { url, server } = await start({ upstream: { url: fake.url } });
    const client = dial(url);
    const seen: string[] = [];
    client.socket.on('message', (data) => void seen.push((JSON.parse(String(data)) as ServerEvent).type));
    await client.next('session.created');
    const far = await nextOf(fake.connections);
    client.send(TEXT);
    await nextOf(far.frames);
    const response = { object: 'realtime.response', id: 'resp_1', status: 'in_progress', output: [] };
    far.say({ type: 'response.created', event_id: 'e', response });
    await client.next('response.created');
    const closed = once(far.socket, 'close');
    for (const each of inOrder(
      () => client.send(CANCEL),
      () => far.socket.terminate(),
    )) {
      each();
    }
    expect((await client.closed)[0]).toBe(1011);
    await closed;
    expect(seen.filter((type) => type === 'response.done')).toHaveLength(1);
    const { sessions } = (await (await fetch(`${url}/api/sessions`)).json()) as { sessions: unknown[] };
    expect(sessions).toEqual([]);
    await server.close({ graceMs: 0 });
  });
});
