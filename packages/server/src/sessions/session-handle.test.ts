// A session with several transports, over memory: who receives what, and whose end is whose.

import type { ServerEvent } from '@colloquy/protocol';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { parrot } from '../engines/parrot.ts';
import { type MemoryTransport, memoryPair } from '../transports/memory.ts';
import { type HostOptions, hostSession } from './host-session.ts';
import type { SessionHandle } from './session-handle.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** The far end of a transport: what it sends, and every event it has received. */
function peer(transport: MemoryTransport) {
  const events: ServerEvent[] = [];
  void (async () => {
    for await (const frame of transport.frames) events.push(JSON.parse(String(frame)) as ServerEvent);
  })();
  return {
    transport,
    events,
    send: (event: object) => transport.send(JSON.stringify(event)),
    errors: () => events.flatMap((event) => (event.type === 'error' ? [event.error.event_id] : [])),
    async until(type: ServerEvent['type'], count = 1): Promise<void> {
      await waitUntil(`${count} ${type}`, () => events.filter((event) => event.type === type).length >= count);
    },
  };
}

function host(options: Partial<HostOptions> = {}) {
  const [far, near] = memoryPair();
  const session = hostSession(near, { engine: parrot(), ...options });
  stops.push(() => {
    far.close(1000, '');
    return session.ended;
  });
  return { session, client: peer(far) };
}

function attach(session: SessionHandle, role: 'sideband' | 'observer') {
  const [far, near] = memoryPair();
  session.attach(near, role);
  return peer(far);
}

const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const ANSWER = { type: 'response.create', response: { output_modalities: ['text'] } };
const withoutErrors = (events: readonly ServerEvent[]) => events.filter(({ type }) => type !== 'error');

describe('SessionHandle.attach', () => {
  it.each(['sideband', 'observer'] as const)('[OR19] sends the same total order to a %s', async (role) => {
    const { session, client } = host();
    await client.until('session.created');
    const second = attach(session, role);
    client.send(say('one'));
    if (role === 'sideband') second.send(say('two'));
    client.send(ANSWER);
    await client.until('rate_limits.updated');
    await second.until('rate_limits.updated');
    const [created, ...others] = client.events;
    expect(created?.type).toBe('session.created');
    expect(others.length).toBeGreaterThan(8);
    expect(second.events).toEqual(others);
  });

  it('[OR19] applies events of a sideband like those of the client', async () => {
    const { session, client } = host();
    const sideband = attach(session, 'sideband');
    sideband.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
    await client.until('session.updated');
    expect(session.state.config.instructions).toBe('Be brief.');
  });

  it('[WR13] sends a transport only the errors that answer its own events', async () => {
    const { session, client } = host();
    await client.until('session.created');
    const sideband = attach(session, 'sideband');
    const observer = attach(session, 'observer');
    client.send({ type: 'conversation.item.delete', event_id: 'of_client', item_id: 'none' });
    sideband.send({ type: 'conversation.item.delete', event_id: 'of_sideband', item_id: 'none' });
    sideband.send({ type: 'nothing.known', event_id: 'undecoded' });
    sideband.transport.send('{');
    sideband.transport.send(new Uint8Array([1]));
    await sideband.until('error', 4);
    client.send({ type: 'input_audio_buffer.clear' });
    for (const each of [client, sideband, observer]) await each.until('input_audio_buffer.cleared');
    expect(client.errors()).toEqual(['of_client']);
    expect(sideband.errors()).toEqual(['of_sideband', 'undecoded', null, null]);
    expect(observer.errors()).toEqual([]);
    expect(withoutErrors(sideband.events)).toEqual(withoutErrors(client.events).slice(1));
  });

  it('[WR13, OR19] sends the error that ends the session to all transports', async () => {
    const { session, client } = host({ opening: { limits: { max_duration_ms: 30 } } });
    const sideband = attach(session, 'sideband');
    await client.until('error');
    await sideband.until('error');
    expect(sideband.events.at(-1)).toEqual(client.events.at(-1));
    expect((await sideband.transport.closed).code).toBe(1000);
  });

  it('[WR14] keeps the session open when an attached transport closes', async () => {
    const { session, client } = host();
    const sideband = attach(session, 'sideband');
    sideband.transport.close(1000, '');
    client.send(say('one'));
    client.send(ANSWER);
    await client.until('response.done');
    expect(client.transport.isOpen).toBe(true);
  });

  it.each([
    ['its client closes', (_: SessionHandle, client: MemoryTransport) => client.close(1000, '')],
    ['it is drained', (session: SessionHandle) => session.drain()],
    ['it is closed', (session: SessionHandle) => session.close(1008, 'Enough.')],
  ])('[WR14] closes attached transports 1000 when %s', async (_, end) => {
    const { session, client } = host();
    const others = [attach(session, 'sideband'), attach(session, 'observer')];
    end(session, client.transport);
    await session.ended;
    for (const { transport } of others) expect((await transport.closed).code).toBe(1000);
    const attached = attach(session, 'sideband');
    expect((await attached.transport.closed).code).toBe(1000);
  });

  it('closes an observer 1008 when it sends, and ignores its event', async () => {
    const { session, client } = host();
    const observer = attach(session, 'observer');
    observer.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
    expect((await observer.transport.closed).code).toBe(1008);
    client.send({ type: 'input_audio_buffer.clear' });
    await client.until('input_audio_buffer.cleared');
    expect(session.state.config.instructions).not.toBe('Be brief.');
  });

  it('[LM9] closes an attached transport 1013 when too much is unread, and serves the client', async () => {
    const { session, client } = host({ services: { limits: { watchBytes: 1000 } } });
    const [far, near] = memoryPair(); // nobody reads the far end
    session.attach(near, 'sideband');
    for (let count = 0; count < 5; count += 1) client.send(say(`${count} ${'x'.repeat(400)}`));
    client.send(ANSWER);
    await client.until('response.done');
    expect((await far.closed).code).toBe(1013);
  });

  it('[OR19] handles frames of all transports in order while audio is processed', async () => {
    const { session, client } = host();
    const sideband = attach(session, 'sideband');
    const audio = Buffer.alloc(4800).toString('base64');
    for (let count = 0; count < 5; count += 1) {
      client.send({ type: 'input_audio_buffer.append', audio });
      sideband.send({ type: 'input_audio_buffer.append', audio });
    }
    client.send({ type: 'input_audio_buffer.commit' });
    await client.until('conversation.item.done');
    await sideband.until('conversation.item.done');
    expect(sideband.events).toEqual(client.events.slice(1));
  });
});
