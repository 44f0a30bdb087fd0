import { describe, expect, it } from 'vitest';
import { type AudioPiece, RtpIn, type RtpPacketIn } from './rtp-in.ts';

/** Each payload is its packet's number, in packets of 20 ms. */
const packet = (index: number, changes: Partial<RtpPacketIn> = {}): RtpPacketIn => ({
  ssrc: 7,
  sequence: (65_530 + index) & 0xffff,
  timestamp: (4_294_960_000 + 960 * index) >>> 0,
  payload: Uint8Array.of(index),
  ...changes,
});

const label = (piece: AudioPiece) =>
  piece.make === 'decode'
    ? `${piece.payload[0]}`
    : piece.make === 'recover'
      ? `${piece.make} ${piece.ms} from ${piece.payload[0]}`
      : `${piece.make} ${piece.ms}`;

const labels = (pieces: AudioPiece[]) => pieces.map(label);

function open() {
  const input = new RtpIn({ unitsPerMs: 48, durationMs: (payload) => (payload.length === 0 ? 0 : 20) });
  return {
    input,
    push: (index: number, now = 20 * index, changes = {}) => labels(input.push(packet(index, changes), now)),
    tick: (now: number) => labels(input.tick(now)),
  };
}

/** A stream that has delivered packets 0 to `count - 1` in time. */
function running(count: number) {
  const stream = open();
  for (let index = 0; index < count; index++) stream.push(index);
  return stream;
}

describe('RtpIn', () => {
  it('delivers packets in order at once, across the wrap of sequence and timestamp', () => {
    const { push } = open();
    expect(Array.from({ length: 20 }, (_, index) => push(index)).flat()).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index}`),
    );
  });

  it('delivers reordered packets in order when the gap fills', () => {
    const { push, input } = running(5);
    expect(push(6)).toEqual([]);
    expect(push(7)).toEqual([]);
    expect(push(5, 142)).toEqual(['5', '6', '7']);
    expect(input.lost).toBe(0);
  });

  it('recovers one lost packet from the next when three later packets wait', () => {
    const { push, input } = running(5);
    expect([push(6), push(7), push(8)]).toEqual([[], [], ['recover 20 from 6', '6', '7', '8']]);
    expect(input.lost).toBe(1);
  });

  it('repairs a gap after 60 ms if fewer packets wait', () => {
    const { push, tick } = running(5);
    push(6, 120);
    expect(tick(179)).toEqual([]);
    expect(tick(180)).toEqual(['recover 20 from 6', '6']);
  });

  it('conceals up to 60 ms, then makes silence, then recovers the last lost packet', () => {
    const { push, tick } = running(5);
    push(12, 240);
    expect(tick(300)).toEqual(['conceal 60', 'silence 60', 'recover 20 from 12', '12']);
  });

  it('repairs each of two gaps', () => {
    const { push, tick } = running(5);
    push(6, 120);
    push(8, 140);
    expect(tick(180)).toEqual(['recover 20 from 6', '6', 'recover 20 from 8', '8']);
  });

  it('drops late and repeated packets', () => {
    const { push, input } = running(5);
    expect([push(3, 100), push(4, 100)]).toEqual([[], []]);
    push(6, 120);
    expect(push(6, 121)).toEqual([]);
    expect(input.drops.late).toBe(3);
  });

  it('makes silence of the length of a timestamp jump without lost packets', () => {
    const { push } = running(5);
    expect(push(5, 180, { timestamp: packet(9).timestamp })).toEqual(['silence 80', '5']);
  });

  it('takes a jump of more than a second as a new time base', () => {
    const { push } = running(5);
    expect(push(5, 100, { timestamp: packet(500).timestamp })).toEqual(['5']);
  });

  it('[WR21] makes silence in real time when RTP stops, and follows the jump when it returns', () => {
    const { push, tick } = running(5);
    expect([tick(160), tick(180), tick(200), tick(220), tick(287)].flat()).toEqual([
      'silence 20',
      'silence 20',
      'silence 60',
    ]);
    // From the end of packet 4 at 100 ms to packet 15 at 300 ms are 200 ms, of which 100 have been made.
    expect(push(5, 300, { timestamp: packet(15).timestamp })).toEqual(['silence 100', '5']);
    expect(push(6, 320, { timestamp: packet(16).timestamp })).toEqual(['6']);
  });

  it('[WR21] never lets the clock run twice when delayed packets arrive in a burst', () => {
    const { push, tick, input } = running(5);
    expect(tick(260)).toEqual(['silence 80']);
    // Packets 5 to 13 were held back by the network; 80 ms of them have been replaced.
    const burst = Array.from({ length: 9 }, (_, index) => push(5 + index, 270)).flat();
    expect(burst).toEqual(['5', '10', '11', '12', '13']);
    expect(input.drops.overdue).toBe(4);
  });

  it('drops nothing when a muted sender returns without a jump', () => {
    const { push, tick, input } = running(5);
    tick(10_080);
    const returned = Array.from({ length: 4 }, (_, index) => push(5 + index, 10_100 + 20 * index)).flat();
    expect(returned).toEqual(['5', '6', '7', '8']);
    expect(input.drops.overdue).toBe(0);
  });

  it('follows a new SSRC after 200 ms of quiet, and not before', () => {
    const { push, input } = running(5);
    const other = { ssrc: 9, sequence: 100, timestamp: 5 };
    expect(push(50, 200, other)).toEqual([]);
    expect(input.drops.foreign).toBe(1);
    expect(push(50, 280, other)).toEqual(['50']);
    expect(push(51, 300, { ssrc: 9, sequence: 101, timestamp: 965 })).toEqual(['51']);
  });

  it('follows a restart of the sequence numbers', () => {
    const { push } = running(5);
    expect(push(5, 100, { sequence: 30_000, timestamp: 1 })).toEqual(['5']);
    expect(push(6, 120, { sequence: 30_001, timestamp: 961 })).toEqual(['6']);
  });

  it('drops packets that are invalid or too large', () => {
    const { push, input } = running(1);
    push(1, 20, { payload: new Uint8Array() });
    push(1, 20, { payload: new Uint8Array(1501) });
    expect(input.drops.invalid).toBe(2);
    expect(push(1)).toEqual(['1']);
  });

  it('drops more than 4000 packets in a second', () => {
    const { push, input } = open();
    for (let index = 0; index < 5000; index++) push(index, 10);
    expect(input.drops.flood).toBe(1000);
    expect(push(4000, 1010)).toEqual(['160']);
  });

  it('makes nothing before the first packet', () => {
    expect(open().tick(5000)).toEqual([]);
  });
});
