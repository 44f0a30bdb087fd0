import { describe, expect, expectTypeOf, it } from 'vitest';
import { createMirror } from './mirror.ts';
import type { MirrorChange } from './mirror-state.ts';
import type { AbortSignalLike } from './mirror-subscribe.ts';

const added = (id: string, previous_item_id: string | null = null) => ({
  type: 'conversation.item.added',
  previous_item_id,
  item: { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
});
const delta = (item_id: string, delta: string) => ({
  type: 'response.output_text.delta',
  response_id: 'r',
  item_id,
  output_index: 0,
  content_index: 0,
  delta,
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('subscribe', () => {
  it('delivers each change after it was applied, typed by its name', () => {
    const mirror = createMirror();
    const changes: string[] = [];
    mirror.subscribe('item.placed', (change) => {
      expectTypeOf(change).toEqualTypeOf<Extract<MirrorChange, { type: 'item.placed' }>>();
      changes.push(`${change.item_id} after ${change.previous_item_id}, ${mirror.items().length} in all`);
    });
    mirror.subscribe('delta', ({ kind, delta }) => changes.push(`${kind} ${delta}`));
    mirror.apply(added('a'));
    mirror.apply(added('b', 'a'));
    mirror.apply({ type: 'response.created', response: { id: 'r' } });
    mirror.apply(delta('b', 'Hi'));
    expect(changes).toEqual(['a after null, 1 in all', 'b after a, 2 in all', 'text Hi']);
    // @ts-expect-error: there is no such change
    mirror.subscribe('item.exploded', () => {});
  });

  it('unsubscribes by its return value or by a signal', () => {
    const mirror = createMirror();
    const changes: string[] = [];
    const controller = new AbortController();
    expectTypeOf<AbortSignal>().toExtend<AbortSignalLike>();
    const end = mirror.subscribe('item.placed', () => changes.push('first'));
    mirror.subscribe('item.placed', () => changes.push('second'), { signal: controller.signal });
    mirror.subscribe('item.placed', () => changes.push('never'), { signal: AbortSignal.abort() });
    mirror.apply(added('a'));
    end();
    end();
    mirror.apply(added('b'));
    controller.abort();
    mirror.apply(added('c'));
    expect(changes).toEqual(['first', 'second', 'second']);
  });

  it('skips a listener that another one unsubscribed', () => {
    const mirror = createMirror();
    const changes: string[] = [];
    mirror.subscribe('item.placed', () => end());
    const end = mirror.subscribe('item.placed', () => changes.push('second'));
    mirror.apply(added('a'));
    expect(changes).toEqual([]);
  });

  it('delivers changes that a listener causes after the current ones', () => {
    const mirror = createMirror();
    const changes: string[] = [];
    mirror.subscribe('item.placed', ({ item_id }) => {
      if (item_id === 'a') mirror.apply(added('b', 'a'));
      changes.push(`first ${item_id}`);
    });
    mirror.subscribe('item.placed', ({ item_id }) => changes.push(`second ${item_id}`));
    mirror.apply(added('a'));
    expect(changes).toEqual(['first a', 'second a', 'first b', 'second b']);
  });

  it('[MI1] publishes a fault when a listener throws, and continues', async () => {
    const mirror = createMirror();
    const changes: unknown[] = [];
    const broken = new Error('my own bug');
    mirror.subscribe('item.placed', () => {
      throw broken;
    });
    mirror.subscribe('item.placed', async () => {
      throw broken;
    });
    mirror.subscribe('item.placed', () => changes.push('still told'));
    mirror.apply(added('a'));
    await settled();
    expect(changes).toEqual(['still told']);
    mirror.subscribe('fault', ({ error, during }) => {
      changes.push([error, during]);
      throw new Error('and again');
    });
    mirror.apply(added('b', 'a'));
    await settled();
    expect(changes).toEqual(['still told', 'still told', [broken, 'item.placed'], [broken, 'item.placed']]);
    expect(mirror.items()).toHaveLength(2);
  });
});

describe('changes', () => {
  it('yields every change from now on, until the reader leaves', async () => {
    const mirror = createMirror();
    mirror.apply(added('before'));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const change of mirror.changes()) {
        seen.push(change.type);
        if (change.type === 'session.changed') break;
      }
    })();
    await settled();
    mirror.apply(added('a', 'before'));
    await settled();
    mirror.apply({ type: 'session.created', session: {} });
    mirror.apply(added('b', 'a'));
    await reading;
    expect(seen).toEqual(['item.placed', 'session.changed']);
  });

  it('ends without throwing when its signal aborts, whether it is waiting or not', async () => {
    const mirror = createMirror();
    const controller = new AbortController();
    const waiting = mirror.changes({ signal: controller.signal });
    const first = waiting.next();
    controller.abort();
    expect(await first).toEqual({ value: undefined, done: true });
    expect(await waiting.next()).toEqual({ value: undefined, done: true });
    expect(await mirror.changes({ signal: controller.signal }).next()).toEqual({ value: undefined, done: true });
  });

  it('resolves several pending reads in order', async () => {
    const mirror = createMirror();
    const reader = mirror.changes();
    const both = Promise.all([reader.next(), reader.next()]);
    mirror.apply(added('a'));
    mirror.apply(added('b', 'a'));
    expect((await both).map(({ value }) => value)).toMatchObject([{ item_id: 'a' }, { item_id: 'b' }]);
  });

  it('yields a gap to a slow reader, and keeps all items in the mirror', async () => {
    const mirror = createMirror();
    const reader = mirror.changes();
    for (let i = 0; i < 25_000; i++) mirror.apply({ type: 'session.updated', session: { i } });
    const first = await reader.next();
    expect(first.value).toEqual({ type: 'gap', missed: 15_000 });
    let last: unknown;
    for (let i = 0; i < 10_000; i++) last = (await reader.next()).value;
    expect(last).toMatchObject({ session: { i: 24_999 } });
    await reader.return?.();
  });
});
