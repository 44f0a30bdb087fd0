// What a client may not do on its data channel, and strangers on its port, over the real media thread: another call lives on.

import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readOffer } from '@colloquy/protocol';
import { buildBefore } from '@support/build-before.ts';
import { CALL_SETTINGS } from '@support/media-plane.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import type { CallMedia } from '../../packages/server/src/transports/webrtc/media-link.ts';
import {
  openThreadMediaPlane,
  type ThreadMediaPlane,
} from '../../packages/server/src/transports/webrtc/thread-media-plane.ts';

const MAX_MESSAGE_BYTES = 16_384;
const BURST = 50;
const SETTINGS = {
  ...CALL_SETTINGS,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  messages: { perSecond: 1, burst: BURST },
};
const OPUS = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 };

interface Client {
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  readonly media: CallMedia;
  readonly answer: string;
}

let plane: ThreadMediaPlane;
let other: Client;
const clients: Client[] = [];
buildBefore('packages');
beforeAll(async () => {
  plane = openThreadMediaPlane({ settings: SETTINGS, onError: () => {}, onSkip: () => {} });
  expect(await plane.ready).toBe(true);
  other = await call();
});
afterAll(async () => {
  await plane.close();
  for (const { connection } of clients) await connection.close();
});

/** A call whose data channel is open, of a client that does not respect the limit of the answer. */
async function call(): Promise<Client> {
  const connection = new RTCPeerConnection({
    iceServers: [],
    bundlePolicy: 'max-bundle',
    headerExtensions: {},
    codecs: { audio: [new RTCRtpCodecParameters(OPUS)], video: [] },
  });
  connection.addTrack(new MediaStreamTrack({ kind: 'audio' }));
  const channel = connection.createDataChannel('oai-events');
  const opened = new Promise<void>((resolve) => {
    channel.stateChange.subscribe((state) => state === 'open' && resolve());
  });
  await connection.setLocalDescription(await connection.createOffer());
  const offer = readOffer(connection.localDescription?.sdp ?? '');
  if (!offer.ok) throw new Error(offer.issue.message);
  const { answer, audio: media } = await plane.open(offer.value);
  const sdp = answer.replace(/^a=max-message-size:.*$/gm, `a=max-message-size:${4 * MAX_MESSAGE_BYTES}`);
  await connection.setRemoteDescription({ type: 'answer', sdp });
  await Promise.all([opened, media.opened]);
  const client = { connection, channel, media, answer };
  clients.push(client);
  return client;
}

/** The next message of a call, as the server gets it. */
async function nextMessage({ media }: Client): Promise<string | Uint8Array> {
  for await (const message of media.messages) return message;
  throw new Error(`the call has ended: ${await media.ended}`);
}

async function expectAlive(client: Client): Promise<void> {
  client.channel.send('still here');
  expect(await nextMessage(client)).toBe('still here');
}

it('[LM6] ends the call of a client that sends too many messages, and no other', async () => {
  const { channel, media } = await call();
  for (let n = 0; n < 2 * BURST; n += 1) channel.send('{}');
  expect(await media.ended).toBe('flood');
  await expectAlive(other);
});

it('[LM1] ends the call of a client whose message is larger than the answer allows, and no other', async () => {
  const { channel, media } = await call();
  channel.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
  expect(await media.ended).toBe('message_too_large');
  await expectAlive(other);
});

it('[WR2] ignores further channels of a client, and what is sent on them', async () => {
  const client = await call();
  const further = Array.from({ length: 100 }, (_, n) => client.connection.createDataChannel(`further-${n}`));
  for (const channel of further) {
    channel.stateChange.subscribe((state) => state === 'open' && channel.send('not for you'));
  }
  await expect.poll(() => further.every(({ readyState }) => readyState === 'open'), { timeout: 15_000 }).toBe(true);
  await expectAlive(client);
  await expectAlive(other);
});

it('[WR16] answers a stranger on the port of a call nothing, and the call lives on', async () => {
  const [, address = '', port] = /^a=candidate:\S+ 1 udp \d+ (\d+\.\S+) (\d+) typ host/m.exec(other.answer) ?? [];
  const stranger = createSocket('udp4');
  stranger.bind(0);
  await once(stranger, 'listening');
  const answers: Buffer[] = [];
  stranger.on('message', (message) => answers.push(message));
  // A handshake, an alert, a record of data, RTP.
  for (const first of [22, 21, 23, 0x80]) {
    for (const bytes of [1, 13, 100, 1200]) {
      const junk = Buffer.concat([Buffer.from([first, 254, 253, 0, 1]), randomBytes(bytes)]);
      stranger.send(junk, Number(port), address);
    }
  }
  await expectAlive(other);
  await expectAlive(other);
  expect(answers).toEqual([]);
  stranger.close();
});
