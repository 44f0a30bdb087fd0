import { readOffer, type SdpOffer } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { OFFERS } from '../../../../../tests/support/sdp-offers.mjs';
import { openThreadMediaPlane } from './thread-media-plane.ts';

/** A thread that answers each offer, and exits when a client's text says so. */
const THREAD = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const answer = { ufrag: 'ufrag', pwd: 'p'.repeat(22), fingerprint: 'sha-256 AA', candidates: [], ssrc: 1 };
    parentPort.on('message', ({ port }) => {
      port.on('message', (message) => {
        if (message.text === 'exit') process.exit(1);
        port.postMessage({ did: 'end', reason: 'closed' });
        port.close();
      });
      port.postMessage({ did: 'answer', answer });
    });
    parentPort.postMessage({ did: 'ready' });
  `)}`,
);

const SETTINGS = { maxMessageBytes: 1000, connectMs: 1, silenceMs: 1, messages: { perSecond: 1, burst: 1 } };

function offer(): SdpOffer {
  const read = readOffer(OFFERS.chromium);
  if (!read.ok) throw new Error(read.issue.message);
  return read.value;
}

describe('the media thread', () => {
  it('ends its calls when it ends, and is started again for the next, at most once a second', async () => {
    let time = 0;
    const plane = openThreadMediaPlane({
      settings: SETTINGS,
      onError: () => {},
      onSkip: () => {},
      clock: () => time,
      thread: THREAD,
    });
    expect(await plane.ready).toBe(true);
    const [first, second] = [await plane.open(offer()), await plane.open(offer())];
    expect(first.answer).toContain('a=ice-ufrag:ufrag');
    first.audio.send('exit');
    expect([await first.audio.ended, await second.audio.ended]).toEqual(['thread_failed', 'thread_failed']);
    expect(first.transport.isOpen).toBe(false);

    time = 999;
    const refusal = () => plane.open(offer()).then(String, ({ message }) => message);
    await expect.poll(refusal).toBe('the media thread has failed');
    time = 1000;
    const third = await plane.open(offer());
    expect(third.transport.isOpen).toBe(true);
    await plane.close();
    expect(await third.audio.ended).toBe('closed');
    await expect(plane.open(offer())).rejects.toThrow('closed');
  });

  it('cannot be used when its module cannot be loaded, and ends nothing else', async () => {
    const errors: string[] = [];
    const thread = new URL(`data:text/javascript,import 'no-such-package'`);
    const plane = openThreadMediaPlane({
      settings: SETTINGS,
      onError: (message) => errors.push(message),
      onSkip: () => {},
      thread,
    });
    expect(await plane.ready).toBe(false);
    expect(errors).toHaveLength(1);
    await plane.close();
  });
});
