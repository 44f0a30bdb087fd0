// An upstream that sends much and brings nothing forward, under a clock that the test turns on.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { begun, CREATED, done, type Event, relay, spoken } from '@support/relay-pair.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// The turns of the event loop stay: each end gives one to the others between two frames.
beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
);
afterEach(() => void vi.useRealTimers());

const SECOND = 1000;
const delta = spoken('r1').at(-1) as object;
const failure = (event: Event) => event.response as unknown as { id: string; status: string; status_details: object };

type Relay = ReturnType<typeof relay>;

/** Resolves when the relay has read what its upstream sent, and the client what came of it. */
async function flushed({ far }: Relay): Promise<void> {
  while (far.bufferedBytes > 0) await nextTurn();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

/** What the client is sent while the upstream sends one event a second, for so many seconds. */
async function every(second: object, seconds: number, both: Relay): Promise<Event[]> {
  const { say, next } = both;
  const seen: Event[] = [];
  let isOver = false;
  void (async () => {
    for (let event = await next(); event !== undefined && !isOver; event = await next()) seen.push(event);
  })();
  for (let count = 0; count < seconds; count += 1) {
    say(second);
    await flushed(both);
    await vi.advanceTimersByTimeAsync(SECOND);
    await flushed(both);
  }
  isOver = true;
  return seen;
}

const endedResponses = (events: readonly Event[]) => events.filter(({ type }) => type === 'response.done').map(failure);

describe('budgets of a relayed response', () => {
  it.each([
    ['heartbeats in JSON', { type: 'keepalive' }],
    ['unknown events of the response', { type: 'response.heartbeat', response_id: 'r1' }],
    ['empty deltas', { ...delta, delta: '' }],
    ['rate limits', { type: 'rate_limits.updated', rate_limits: [] }],
  ])('[RL7] ends a response after 30 s of %s', async (_, heartbeat) => {
    const both = relay();
    both.say(CREATED, ...spoken('r1'));
    expect(endedResponses(await every(heartbeat, 29, both))).toEqual([]);
    expect(endedResponses(await every(heartbeat, 2, both))).toMatchObject([
      { id: 'r1', status: 'failed', status_details: { error: { code: 'upstream_timeout' } } },
    ]);
    expect(await both.forwarded()).toMatchObject({ type: 'response.cancel', response_id: 'r1' });
  });

  it('[RL7] answers a request with its event_id when only heartbeats follow', async () => {
    const both = relay();
    both.say(CREATED);
    both.send({ type: 'response.create', event_id: 'ask_1' });
    await both.forwarded();
    const events = await every({ type: 'keepalive' }, 31, both);
    expect(events.filter(({ type }) => type === 'error')).toMatchObject([
      { error: { code: 'upstream_timeout', event_id: 'ask_1' } },
    ]);
  });

  it('[RL7] does not end a response that makes progress', async () => {
    const both = relay();
    both.say(CREATED, ...spoken('r1'));
    expect(endedResponses(await every(delta, 120, both))).toEqual([]);
  });

  it('[RL12] ends a response after 10 min in total and continues with the next', async () => {
    const both = relay();
    both.say(CREATED, ...spoken('r1'));
    expect(endedResponses(await every(delta, 599, both))).toEqual([]);
    expect(endedResponses(await every(delta, 2, both))).toMatchObject([
      { id: 'r1', status: 'failed', status_details: { error: { code: 'upstream_timeout' } } },
    ]);
    both.say(begun('r2'), done('r2'));
    expect(endedResponses(await every({ type: 'keepalive' }, 1, both))).toMatchObject([
      { id: 'r2', status: 'completed' },
    ]);
  });

  it.each([
    ['unknown events', { type: 'keepalive' }],
    [
      'errors',
      { type: 'error', error: { type: 'server_error', code: 'x', message: 'm', param: null, event_id: null } },
    ],
  ])('[RL13] ends a session when the upstream sends only %s', async (_, heartbeat) => {
    const both = relay();
    const events = await every(heartbeat, 31, both);
    expect(events.at(-1)).toMatchObject({ error: { code: 'upstream_timeout' } });
    expect((await both.client.closed).code).toBe(1011);
  });

  it('[RL13] ends a session when only heartbeats answer its configuration', async () => {
    const both = relay({ opening: { session: { type: 'realtime', instructions: 'Be brief.' } } });
    both.say(CREATED);
    await every({ type: 'keepalive' }, 31, both);
    expect((await both.client.closed).code).toBe(1011);
  });
});

describe('malformed frames of an upstream', () => {
  it('[RL5] reports the first frame at once and 20,000 more as a count', async () => {
    const logged: { count: number }[] = [];
    const log = { warn: (fields: object) => void logged.push(fields as { count: number }) };
    const both = relay({}, { log: log as never });
    both.say(CREATED);
    for (let count = 0; count < 20_001; count += 1) both.far.send('{');
    const events = await every({ type: 'keepalive' }, 11, both);
    const errors = events.filter(({ type }) => type === 'error');
    expect(errors).toMatchObject([
      { error: { code: 'upstream_error', message: 'The upstream sent a frame that is no event. It was left out.' } },
      {
        error: {
          code: 'upstream_error',
          message: 'The upstream sent 20000 frames that are no events. They were left out.',
        },
      },
    ]);
    expect(logged.map(({ count }) => count)).toEqual([1, 20_000]);
  });

  it('[RL5] reports the remaining count before the close', async () => {
    const both = relay();
    for (let count = 0; count < 4; count += 1) both.far.send('{');
    both.far.close(1000, 'bye');
    const messages = (await both.rest()).map(({ error }) => (error as { message: string }).message);
    expect(messages).toContain('The upstream sent 3 frames that are no events. They were left out.');
  });
});
