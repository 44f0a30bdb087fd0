import { describe, expect, it } from 'vitest';
import { createResponseQueue } from './response-queue.ts';

const created = (id: string, conversation_id: string | null = 'conv') => ({
  type: 'response.created',
  response: { id, conversation_id },
});
const done = (id?: string) => ({ type: 'response.done', response: { id } });
const error = (event_id: string | null) => ({ type: 'error', error: { event_id } });
const request = (event_id: string) => ({ event_id });

describe('createResponseQueue', () => {
  it('[RS5] sends one request at a time, in order', () => {
    const queue = createResponseQueue();
    expect(queue.current).toBeNull();
    expect(queue.ask(request('a'))).toEqual(request('a'));
    expect([queue.ask(request('b')), queue.ask(request('c')), queue.next()]).toEqual([undefined, undefined, undefined]);
    expect(queue.observe(created('r1'))).toBeNull();
    expect(queue.current).toEqual({ event_id: 'a', response_id: 'r1', isCancelled: false });
    expect(queue.observe(done('r1'))).toBe('done');
    expect(queue.next()).toEqual(request('b'));
    expect(queue.observe(created('r2'))).toBeNull();
    expect(queue.observe(done('r2'))).toBe('done');
    expect([queue.next(), queue.current?.event_id]).toEqual([request('c'), 'c']);
  });

  it('[RS5] waits for a response that the server started', () => {
    const queue = createResponseQueue();
    queue.observe(created('r1'));
    expect(queue.current).toEqual({ event_id: null, response_id: 'r1', isCancelled: false });
    expect(queue.ask(request('a'))).toBeUndefined();
    expect(queue.observe(done('r1'))).toBe('done');
    expect(queue.next()).toEqual(request('a'));
  });

  it('[OB1, OB2] ignores out-of-band responses and others than the current one', () => {
    const queue = createResponseQueue();
    queue.observe(created('aside', null));
    expect(queue.current).toBeNull();
    queue.ask(request('a'));
    for (const event of [created('aside', null), created('r1'), created('r2'), done('r2'), done('aside')])
      expect(queue.observe(event)).toBeNull();
    expect(queue.current?.response_id).toBe('r1');
  });

  it('[ER2, RS33] ends when its own request is refused, not when a running response reports an error', () => {
    const queue = createResponseQueue();
    queue.ask(request('a'));
    expect([queue.observe(error(null)), queue.observe(error('other'))]).toEqual([null, null]);
    expect(queue.observe(error('a'))).toBe('refused');
    queue.ask(request('b'));
    queue.observe(created('r1'));
    expect([queue.observe(error('b')), queue.observe(done('r1'))]).toEqual([null, 'done']);
  });

  it('[RS24] cancels the current response once, by its id if it is known', () => {
    const queue = createResponseQueue();
    expect(queue.cancel()).toBeUndefined();
    queue.ask(request('a'));
    expect([queue.cancel(), queue.cancel()]).toEqual([{ type: 'response.cancel' }, undefined]);
    queue.observe(created('r1'));
    expect(queue.current).toEqual({ event_id: 'a', response_id: 'r1', isCancelled: true });
    queue.observe(done('r1'));
    queue.observe(created('r2'));
    expect(queue.cancel()).toEqual({ type: 'response.cancel', response_id: 'r2' });
  });

  it('[RS30] ends when there was nothing to cancel', () => {
    const queue = createResponseQueue();
    const inactive = { type: 'error', error: { code: 'response_cancel_not_active', event_id: null } };
    queue.ask(request('a'));
    expect(queue.observe(inactive)).toBeNull();
    queue.cancel();
    expect(queue.observe(inactive)).toBe('refused');
  });

  it('drops waiting requests when cleared, and keeps the current response', () => {
    const queue = createResponseQueue();
    queue.ask(request('a'));
    queue.ask(request('b'));
    queue.clear();
    queue.observe(created('r1'));
    expect([queue.observe(done('r1')), queue.next()]).toEqual(['done', undefined]);
  });

  it.each([
    {},
    { response: null },
    { response: [] },
    { response: { id: 7 } },
    { error: 'x' },
    { error: { event_id: 7 } },
  ])('goes on after events of an odd shape: %j', (fields) => {
    const queue = createResponseQueue();
    queue.ask(request('a'));
    for (const type of ['response.created', 'response.done', 'error', 'constructor'])
      expect(queue.observe({ type, ...fields })).toBeNull();
    expect(queue.current?.event_id).toBe('a');
  });
});
