import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { CallCodec } from './codec.ts';
import { MediaCall, type MediaThread } from './media-call.ts';
import { MediaLink } from './media-link.ts';
import { opusDurationMs } from './opus.ts';
import type { Peer, PeerListener } from './peer.ts';
import { PlayedCounter } from './played-counter.ts';

const ANSWER = { ufrag: 'u', pwd: 'p', fingerprint: 'sha-256 AA', candidates: [], ssrc: 1 };
const OFFER = { sdp: 'v=0', codec: { name: 'opus', payloadType: 111 }, hasChannel: true } as const;
const SETTINGS = {
  maxMessageBytes: 1000,
  connectMs: 30_000,
  silenceMs: 30_000,
  messages: { perSecond: 10, burst: 10 },
};
const PART = { response_id: 'resp_1', item_id: 'item_1', content_index: 0 };
const FRAME_BYTES = 960;

/** A codec whose payload is the first byte of the PCM. */
const codec: CallCodec = {
  unitsPerMs: 48,
  durationMs: opusDurationMs,
  encode: (pcm) => Uint8Array.of(pcm?.[0] ?? 0xff),
  decode: () => new Uint8Array(FRAME_BYTES).fill(7),
  adapt: () => {},
  close: () => {},
};

/** A call over a peer that the test plays; both ends of its port are in this thread, and the test sets the time. */
async function openCall() {
  const sent: string[] = [];
  const packets: number[] = [];
  let listener!: PeerListener;
  let time = 0;
  const peer = {
    lastSeenAt: 0,
    bufferedBytes: 0,
    answer: async () => ANSWER,
    send: (text: string) => text.length < 100 && sent.push(text) > 0,
    sendRtp: (payload: Uint8Array) => void packets.push(payload[0] as number),
    close: async () => {},
  } satisfies Peer;
  const thread: MediaThread = {
    clock: () => time,
    activeClock: () => time,
    startsAt: 0,
    openPeer: (events) => {
      listener = events;
      return peer;
    },
    openCodec: async () => codec,
    onClosed: () => {},
  };
  const { port1, port2 } = new MessageChannel();
  const counter = new PlayedCounter();
  const media = new MediaLink(port1, counter, () => {});
  const call = new MediaCall(thread, {
    do: 'open',
    port: port2,
    offer: OFFER,
    settings: SETTINGS,
    played: counter.buffer,
  });
  expect(await media.answer).toEqual(ANSWER);
  return {
    media,
    listener,
    peer,
    sent,
    packets,
    /** Lets the call run up to a time, in ticks of 20 ms. */
    run(until: number) {
      for (; time <= until; time += 20) call.tick(time);
    },
    /** Opens the channel. */
    async connect() {
      listener.onOpen();
      await media.opened;
    },
  };
}

/** Resolves when the call has handled what was posted to it before: a text that the peer gets. */
async function handled({ media, sent }: Awaited<ReturnType<typeof openCall>>): Promise<void> {
  const count = sent.length;
  media.send('{}');
  while (sent.length === count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a call in the media thread', () => {
  it('[WR17] ends when its channel is not open after 30 s', async () => {
    const { media, run } = await openCall();
    run(30_000);
    run(30_020);
    expect(await media.ended).toBe('not_connected');
  });

  it('[WR17] ends when its peer has been silent for 30 s, and not before', async () => {
    const call = await openCall();
    await call.connect();
    call.run(20_000);
    call.peer.lastSeenAt = 20_000;
    call.run(50_000);
    await handled(call);
    call.run(50_020);
    expect(await call.media.ended).toBe('silent');
  });

  it('reports the first and the last frame of a response, and counts what it plays', async () => {
    const call = await openCall();
    await call.connect();
    call.media.play(PART, new Uint8Array(2.5 * FRAME_BYTES).fill(5));
    await handled(call);
    expect(call.media.played()).toMatchObject([{ ...PART, sentBytes: 2400, playedBytes: 960 }]);
    call.run(20);
    expect([call.media.unplayedBytes, call.packets]).toEqual([480, [5, 5]]);
    call.media.end(PART.response_id);
    await handled(call);
    call.run(40);
    const reports: unknown[] = [];
    for await (const report of call.media.playback) if (reports.push(report) === 2) break;
    expect(reports).toEqual([
      { did: 'start', response_id: 'resp_1' },
      { did: 'drain', response_id: 'resp_1' },
    ]);
    expect([call.media.unplayedBytes, call.media.played()]).toEqual([0, []]);
  });

  it('plays nothing before the connection is up', async () => {
    const call = await openCall();
    call.media.play(PART, new Uint8Array(FRAME_BYTES));
    await handled(call);
    call.run(100);
    expect(call.packets).toEqual([]);
    await call.connect();
    call.run(120);
    expect(call.packets).toEqual([0]);
  });

  it('drops on clear what is not on the wire, and counts the next response from 0', async () => {
    const call = await openCall();
    await call.connect();
    call.media.play(PART, new Uint8Array(10 * FRAME_BYTES).fill(5));
    await handled(call);
    call.media.clear();
    call.media.play({ ...PART, response_id: 'resp_2' }, new Uint8Array(FRAME_BYTES).fill(6));
    expect(call.media.played()).toMatchObject([{ response_id: 'resp_2', playedBytes: 0 }]);
    await handled(call);
    call.run(20);
    expect(call.packets).toEqual([5, 6]);
    expect(call.media.played()).toMatchObject([{ response_id: 'resp_2', playedBytes: 960 }]);
  });

  it('gives the microphone in pieces of 40 ms', async () => {
    const call = await openCall();
    for (let sequence = 0; sequence < 4; sequence++) {
      call.listener.onRtp({ ssrc: 1, sequence, timestamp: 960 * sequence, payload: Uint8Array.of(0xf8) });
    }
    const sizes: number[] = [];
    for await (const pcm of call.media.input) if (sizes.push(pcm.length) === 2) break;
    expect(sizes).toEqual([2 * FRAME_BYTES, 2 * FRAME_BYTES]);
  });

  it('knows how many bytes of text have not left', async () => {
    const call = await openCall();
    await call.connect();
    call.peer.bufferedBytes = 30;
    call.media.send('x'.repeat(50));
    expect(call.media.bufferedBytes).toBe(50);
    await handled(call);
    call.run(20);
    while (call.media.bufferedBytes === 52) await new Promise((resolve) => setImmediate(resolve));
    expect(call.media.bufferedBytes).toBe(30);
  });

  it('goes on when a text is larger than the client accepts', async () => {
    const call = await openCall();
    await call.connect();
    call.media.send('x'.repeat(100));
    await handled(call);
    expect(call.sent).toEqual(['{}']);
  });

  it('ends when the client sends too many messages', async () => {
    const call = await openCall();
    await call.connect();
    for (let count = 0; count < 20; count++) call.listener.onMessage(`${count}`);
    const messages: unknown[] = [];
    for await (const message of call.media.messages) messages.push(message);
    expect(messages).toHaveLength(10);
    expect(await call.media.ended).toBe('flood');
  });

  it('ends on both sides when either closes it', async () => {
    const [first, second] = [await openCall(), await openCall()];
    first.media.close();
    second.listener.onEnd('channel_closed');
    expect([await first.media.ended, await second.media.ended]).toEqual(['closed', 'channel_closed']);
  });
});
