// A server whose stores answer late, as those that several nodes share do: what races then must come out as with fast ones.

import { connect } from 'node:net';
import { memoryAdmissionStore, memorySecretStore, type ServerOptions } from '@colloquy/server';
import { dial, KEY, mint, start, stopAll, stops, withKey } from '@support/dial.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterEach, describe, expect, it } from 'vitest';

const running: { fast(): void }[] = [];
afterEach(async () => {
  for (const stores of running.splice(0)) stores.fast(); // a server that closes waits for who waits
  await stopAll();
});

/** Stores of which each call waits until `answer` is called; `calls` names those that wait. */
function slowStores() {
  const waiting: { name: string; go: () => void }[] = [];
  let isSlow = false;
  const slowed = <S extends object>(store: S): S =>
    new Proxy(store, {
      get: (target, name: string & keyof S) => {
        const call = target[name] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if (isSlow) await new Promise<void>((go) => waiting.push({ name, go }));
          return call.apply(target, args);
        };
      },
    });
  const options: ServerOptions = {
    keys: [KEY],
    secretStore: slowed(memorySecretStore({ maxSecrets: 100 })),
    admissionStore: slowed(memoryAdmissionStore(() => 0)),
  };
  const stores = {
    options,
    slow: () => void (isSlow = true),
    fast() {
      isSlow = false;
      for (const { go } of waiting.splice(0).reverse()) go();
    },
    /** Answers the waiting calls of one method, the latest first. */
    answer(name: string) {
      const its = waiting.filter((each) => each.name === name);
      for (const each of its.reverse()) {
        waiting.splice(waiting.indexOf(each), 1);
        each.go();
      }
    },
    count: (name: string) => waiting.filter((each) => each.name === name).length,
  };
  running.push(stores);
  return stores;
}

const outcome = ({ next, refused }: ReturnType<typeof dial>) =>
  Promise.race([next('session.created').then(() => 101), refused.then(({ status }) => status)]);

describe('a server with slow stores', () => {
  it('[AU22] lets one of eight connections open with a single-use secret', async () => {
    const stores = slowStores();
    const { url } = await start({ ...stores.options, clientSecrets: { singleUse: true } });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    stores.slow();
    const racing = Array.from({ length: 8 }, () => dial(url, withKey(value)));
    for (const name of ['find', 'reserve', 'takeToken', 'spend']) {
      await waitUntil(`eight calls of ${name}`, () => stores.count(name) === 8);
      stores.answer(name);
    }
    const statuses = await Promise.all(racing.map(outcome));
    expect(statuses.toSorted()).toEqual([101, ...Array(7).fill(401)]);
  });

  it('[LM7] opens no more sessions than a key may have, and gives places back', async () => {
    const stores = slowStores();
    const { url } = await start({ ...stores.options, limits: { sessionsPerKey: 2 } });
    stores.slow();
    const racing = Array.from({ length: 5 }, () => dial(url, withKey(KEY)));
    await waitUntil('five reservations', () => stores.count('reserve') === 5);
    stores.fast();
    expect((await Promise.all(racing.map(outcome))).toSorted()).toEqual([101, 101, 429, 429, 429]);
    for (const { socket } of racing) socket.terminate();
    await waitUntil('a place', async () => (await outcome(dial(url, withKey(KEY)))) === 101);
  });

  it('[AU22, LM7] a client that leaves meanwhile neither spends its secret nor keeps its place', async () => {
    const stores = slowStores();
    const limits = { sessionsPerKey: 1 };
    const { url, logged } = await start({ ...stores.options, limits, clientSecrets: { singleUse: true } });
    const { value } = (await mint(url, { session: { type: 'realtime' } })).body as { value: string };
    stores.slow();
    const leaving = dial(url, withKey(value));
    await waitUntil('its secret to be looked up', () => stores.count('find') === 1);
    stores.answer('find');
    await waitUntil('its place', () => stores.count('reserve') === 1);
    leaving.socket.terminate();
    await leaving.closed;
    await fetch(`${url}/healthz`); // the server reads the departure before this
    const before = logged.length;
    stores.fast();
    await waitUntil('the departure to be noticed', () => logged.length > before);
    expect(await outcome(dial(url, withKey(value)))).toBe(101);
  });

  it('[AU28] loses nothing of what a client sends while it waits', async () => {
    const stores = slowStores();
    const { port } = await start(stores.options);
    stores.slow();
    const socket = connect(port, '127.0.0.1');
    stops.push(() => socket.destroy());
    const event = '{"type":"nonsense","event_id":"first"}';
    const later = '{"type":"nonsense","event_id":"later"}';
    const frame = (text: string) =>
      Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
    const handshake = [
      'GET /v1/realtime?model=m HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${KEY}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n');
    let received = '';
    socket.on('data', (data) => (received += data.toString('latin1')));
    socket.write(Buffer.concat([Buffer.from(handshake), frame(event)]));
    await waitUntil('a place to be asked for', () => stores.count('reserve') === 1);
    socket.write(frame(later));
    stores.answer('reserve');
    await waitUntil('the rate to be asked for', () => stores.count('takeToken') === 1);
    stores.fast();
    await waitUntil('both answers', () => received.includes('"first"') && received.includes('"later"'));
    expect(received.indexOf('"first"')).toBeLessThan(received.indexOf('"later"'));
  });

  it('[RT13] answers 500 when a store fails, and serves the next client', async () => {
    let isBroken = true;
    const store = memoryAdmissionStore(() => 0);
    const { url } = await start({
      keys: [KEY],
      admissionStore: {
        ...store,
        takeToken: (...args) => (isBroken ? Promise.reject(new Error('sk-secret')) : store.takeToken(...args)),
      },
      limits: { sessionsPerKey: 1 },
    });
    expect(await outcome(dial(url, withKey(KEY)))).toBe(500);
    isBroken = false;
    expect(await outcome(dial(url, withKey(KEY)))).toBe(101);
  });
});
