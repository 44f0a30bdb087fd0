import { describe, expect, it } from 'vitest';
import { PlayedCounter } from '../transports/webrtc/played-counter.ts';
import { PlayedParts } from './played-parts.ts';

const part = (response: string, item: string) => ({ response_id: response, item_id: item, content_index: 0 });
const counts = (parts: PlayedParts, total: number) =>
  parts.playedAt(total).map(({ item_id, playedBytes, sentBytes }) => `${item_id} ${playedBytes}/${sentBytes}`);

describe('PlayedParts', () => {
  it('divides what was played among the parts in order', () => {
    const parts = new PlayedParts();
    parts.add(part('r', 'a'), 100);
    parts.add(part('r', 'a'), 50);
    parts.add(part('r', 'b'), 30);
    expect(counts(parts, 0)).toEqual(['a 0/150', 'b 0/30']);
    expect(counts(parts, 120)).toEqual(['a 120/150', 'b 0/30']);
    expect(counts(parts, 160)).toEqual(['a 150/150', 'b 10/30']);
  });

  it('forgets the parts of a response that has drained', () => {
    const parts = new PlayedParts();
    parts.add(part('r', 'a'), 100);
    parts.add(part('s', 'b'), 80);
    parts.drain('r');
    expect(counts(parts, 130)).toEqual(['b 30/80']);
    expect(parts.sentBytes).toBe(180);
  });

  it('counts from 0 after a clear', () => {
    const parts = new PlayedParts();
    parts.add(part('r', 'a'), 100);
    parts.clear();
    parts.add(part('s', 'b'), 80);
    expect(counts(parts, 20)).toEqual(['b 20/80']);
  });
});

describe('PlayedCounter', () => {
  it('counts nothing for an epoch that has not begun, nor for one that is over', () => {
    const reader = new PlayedCounter();
    const writer = new PlayedCounter(reader.buffer);
    writer.add(960);
    expect([reader.read(0), reader.read(1)]).toEqual([960, 0]);
    writer.begin(1);
    writer.add(480);
    expect([reader.read(0), reader.read(1)]).toEqual([0, 480]);
  });
});
