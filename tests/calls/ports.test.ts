// The UDP ports of calls: the media thread and its library, with every port of the range in use.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { checkWebRtc, createServer } from '@colloquy/server';
import { buildBefore } from '@support/build-before.ts';
import { KEY, post, start, stopAll } from '@support/dial.ts';
import { OFFERS } from '@support/sdp-offers.mjs';
import { afterEach, expect, it } from 'vitest';

buildBefore('packages');

const held: Socket[] = [];
const release = () => {
  for (const socket of held.splice(0)) socket.close();
};
afterEach(async () => {
  release();
  await stopAll();
});

async function hold(port: number): Promise<number> {
  const socket = createSocket({ type: 'udp6', ipv6Only: false });
  socket.bind(port, '::');
  await once(socket, 'listening');
  held.push(socket);
  return socket.address().port;
}

/** Two ports side by side that nobody else can take. */
async function holdTwo(): Promise<[number, number]> {
  for (;;) {
    const first = await hold(0);
    const second = await hold(first + 1).catch(() => undefined);
    if (second !== undefined) return [first, second];
    release();
  }
}

it('[LM17] with none free a call is refused with 503, and taken when one is', async () => {
  const ports = await holdTwo();
  const { url, logged } = await start({ keys: [KEY], webrtc: { ports } });
  const headers = { 'content-type': 'application/sdp', authorization: `Bearer ${KEY}` };
  const call = () => post(`${url}/v1/realtime/calls?model=m`, OFFERS.chromium, headers);
  const refused = await call();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.json()).toMatchObject({
    error: { code: 'overloaded', message: expect.stringMatching(/UDP port.*--webrtc-ports/) },
  });
  expect(logged.join('')).toContain('"setting":"ports"');
  expect(await checkWebRtc({ ports })).toMatchObject([{ ok: false, problem: 'no_port' }]);
  release();
  expect((await call()).status).toBe(201);
});

it.each([[[42_100, 42_100]], [[42_101, 42_100]], [[0, 10]], [[1, 65_536]]])(
  '[LM17] a range %j is refused at once',
  (ports) => {
    expect(() => createServer({ webrtc: { ports: ports as [number, number] } })).toThrow(
      /webrtc\.ports: two ports from 1 to 65535, the lower one first/,
    );
  },
);
