// What the media thread does with datagrams of strangers: it answers no STUN that is not made with the call's password [WR16].

import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { readOffer } from '@colloquy/protocol';
import { buildBefore } from '@support/build-before.ts';
import { CALL_SETTINGS } from '@support/media-plane.ts';
import { OFFERS } from '@support/sdp-offers.mjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bindingRequest } from '../../packages/server/src/transports/webrtc/stun.ts';
import {
  openThreadMediaPlane,
  type ThreadMediaPlane,
} from '../../packages/server/src/transports/webrtc/thread-media-plane.ts';

const SUCCESS = 0x0101;

let plane: ThreadMediaPlane;
let socket: Socket;
buildBefore('packages');
beforeAll(async () => {
  plane = openThreadMediaPlane({ settings: CALL_SETTINGS, onError: () => {}, onSkip: () => {} });
  expect(await plane.ready).toBe(true);
  socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, resolve));
});
afterAll(async () => {
  socket.close();
  await plane.close();
});

/** An address of a call, and its credentials, from the answer. */
async function openCall() {
  const offer = readOffer(OFFERS.chromium);
  if (!offer.ok) throw new Error(offer.issue.message);
  const { answer, audio: media } = await plane.open(offer.value);
  const attributeOf = (name: string) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(answer)?.[1]?.trim() as string;
  const candidates = [...answer.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/gm)];
  const [, address, port] = candidates.find(([, host]) => isIPv4(host as string)) ?? [];
  return {
    answer,
    media,
    address: address as string,
    port: Number(port),
    ufrag: attributeOf('ice-ufrag'),
    pwd: attributeOf('ice-pwd'),
  };
}

it('[WR16] answers a binding request made with the password of the call, and no other', async () => {
  const { answer, media, address, port, ufrag, pwd } = await openCall();
  expect(answer).toContain('a=ice-lite');
  const answers: Buffer[] = [];
  socket.on('message', (message) => answers.push(message));
  const genuine = bindingRequest({ ufrag, pwd });
  const forged = [
    bindingRequest({ ufrag, pwd: 'another password, as long' }),
    bindingRequest({ ufrag: 'other', pwd }),
    bindingRequest({ ufrag, pwd }).subarray(0, -24),
    Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
    Buffer.from([0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3]),
    randomBytes(1200),
  ];
  for (const datagram of [...forged, genuine]) socket.send(datagram, port, address);
  await expect.poll(() => answers.length).toBe(1);
  expect(answers[0]?.readUInt16BE(0)).toBe(SUCCESS);
  expect(answers[0]?.subarray(8, 20)).toEqual(genuine.subarray(8, 20));
  media.close();
  await media.ended;
});
