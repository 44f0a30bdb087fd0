import { describe, expect, it } from 'vitest';
import type { PlaybackReport } from '../../calls/call-audio.ts';
import { type RtpFrame, RtpOut } from './rtp-out.ts';

/** Frames of 4 bytes and 960 units on a grid that starts at 1000 ms. */
const open = () => new RtpOut({ frameBytes: 4, unitsPerFrame: 960, startsAt: 1000 });

const bytes = (...values: number[]) => Uint8Array.from(values);

const label = (each: RtpFrame | PlaybackReport) => {
  if ('did' in each) return `${each.did} ${each.response_id}`;
  const content = each.pcm ? [...each.pcm].join('') : 'silence';
  return `${each.timestamp / 960} ${content}${each.marker ? ' marker' : ''}`;
};

const due = (out: RtpOut, now: number) => out.due(now).map(label);

describe('RtpOut', () => {
  it('sends frame n at 20 n with a timestamp from n, and a marker on the first', () => {
    const out = open();
    expect(due(out, 1100)).toEqual([]);
    out.play('a', bytes(1, 1, 1, 1, 2, 2));
    out.play('a', bytes(2, 2, 3, 3, 3, 3));
    expect(out.dueAt).toBe(1100);
    expect(due(out, 1109)).toEqual(['start a', '5 1111 marker']);
    expect(out.dueAt).toBe(1120);
    expect(due(out, 1119)).toEqual([]);
    expect(due(out, 1120)).toEqual(['6 2222']);
    expect(due(out, 1141)).toEqual(['7 3333']);
  });

  it('sends what is due after a short delay at once, without a marker', () => {
    const out = open();
    out.play('a', new Uint8Array(400));
    due(out, 1000);
    expect(due(out, 1200)).toHaveLength(10);
    expect(out.due(1220)[0]).toMatchObject({ marker: false, timestamp: 11 * 960 });
  });

  it('skips ahead after a stall of more than 200 ms and plays nothing of the skipped time', () => {
    const out = open();
    out.play('a', new Uint8Array(400));
    due(out, 1000);
    expect(due(out, 1240)).toEqual(['12 0000 marker']);
    expect(out.queuedBytes).toBe(392);
  });

  it('pads the last frame of a response and counts only its own bytes', () => {
    const out = open();
    out.play('a', bytes(1, 1, 1, 1, 2));
    out.end('a');
    const frames = [...out.due(1000), ...out.due(1020)];
    expect(frames.map(label)).toEqual(['start a', '0 1111 marker', '1 2000', 'drain a']);
    expect(frames.map((each) => ('did' in each ? 0 : each.playedBytes))).toEqual([0, 4, 1, 0]);
  });

  it('sends silence for the rest of a late frame, and keeps what it has of it', () => {
    const out = open();
    out.play('a', bytes(1, 1, 1, 1, 2));
    due(out, 1000);
    expect(due(out, 1020)).toEqual(['1 silence']);
    out.play('a', bytes(2, 2, 2));
    expect(due(out, 1040)).toEqual(['2 2222']);
  });

  it('[WR20] sends silence for 300 ms after a response, then nothing', () => {
    const out = open();
    out.play('a', bytes(1, 1, 1, 1));
    out.end('a');
    expect(due(out, 1000)).toEqual(['start a', '0 1111 marker', 'drain a']);
    const later = Array.from({ length: 20 }, (_, index) => due(out, 1020 + 20 * index));
    expect(later.flat()).toEqual(Array.from({ length: 15 }, (_, index) => `${index + 1} silence`));
    expect(out.dueAt).toBeUndefined();
  });

  it('[WR20] runs the timestamps on through a pause and marks the next packet', () => {
    const out = open();
    out.play('a', bytes(1, 1, 1, 1));
    out.end('a');
    for (let now = 1000; now < 2000; now += 20) out.due(now);
    out.play('b', bytes(2, 2, 2, 2, 3, 3, 3, 3));
    expect(due(out, 3001)).toEqual(['start b', '100 2222 marker']);
    expect(due(out, 3020)).toEqual(['101 3333']);
  });

  it('[WR20] drops what is not sent on clear, sends 300 ms of silence without a marker, and reports nothing', () => {
    const out = open();
    out.play('a', new Uint8Array(400));
    out.end('a');
    due(out, 1000);
    out.clear();
    expect(out.queuedBytes).toBe(0);
    const after = Array.from({ length: 20 }, (_, index) => due(out, 1020 + 20 * index)).flat();
    expect(after).toEqual(Array.from({ length: 15 }, (_, index) => `${index + 1} silence`));
  });

  it('plays the next response from its beginning after a clear', () => {
    const out = open();
    out.play('a', new Uint8Array(400));
    due(out, 1000);
    out.clear();
    out.play('b', bytes(5, 5, 5, 5));
    expect(due(out, 1020)).toEqual(['start b', '1 5555']);
  });

  it('sends nothing when cleared before anything has been sent', () => {
    const out = open();
    out.play('a', new Uint8Array(4));
    out.clear();
    expect(out.dueAt).toBeUndefined();
    expect(due(out, 1000)).toEqual([]);
  });

  it('plays responses one after the other without a pause between', () => {
    const out = open();
    out.play('a', bytes(1, 1, 1, 1));
    out.end('a');
    out.play('b', bytes(2, 2, 2, 2));
    expect(due(out, 1020)).toEqual(['start a', '1 1111 marker', 'drain a']);
    expect(due(out, 1040)).toEqual(['start b', '2 2222']);
  });

  it('reports a response without audio as drained and not as started', () => {
    const out = open();
    out.end('a');
    expect(out.dueAt).toBeDefined();
    expect(due(out, 1000)).toEqual(['drain a']);
    expect(out.dueAt).toBeUndefined();
  });

  it('keeps the timestamp within 32 bits', () => {
    const out = new RtpOut({ frameBytes: 4, unitsPerFrame: 960, startsAt: 0 });
    out.play('a', new Uint8Array(4));
    const [, frame] = out.due(20 * 4_473_925);
    expect(frame).toMatchObject({ timestamp: (960 * 4_473_925) % 2 ** 32 });
  });
});
