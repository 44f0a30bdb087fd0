import { countWork } from '@support/count-work.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createOrder,
  idsOf,
  type Order,
  placeItem,
  placeProvisional,
  previousOf,
  removePlace,
} from './mirror-order.ts';

const ids = (order: Order) => [...idsOf(order)];

/** Places items one after another: `'b>a'` stands for b after a, `'b'` for b first, `'b>'` for b last. */
function placed(...announcements: string[]): Order {
  const order = createOrder();
  for (const announcement of announcements) {
    const [id = '', previous] = announcement.split('>');
    placeItem(order, id, previous === undefined ? null : previous === '' ? undefined : previous);
  }
  return order;
}

describe('placeItem', () => {
  it('[MI2] places first for null, and after a known id', () => {
    expect(ids(placed('a', 'b>a', 'c>b', 'x>a', 'y'))).toEqual(['y', 'a', 'x', 'b', 'c']);
  });

  it('[MI2] places last for an unknown id until that item arrives', () => {
    expect(ids(placed('a', 'c>b'))).toEqual(['a', 'c']);
    expect(ids(placed('a', 'c>b', 'b>a', 'd>c'))).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(placed('z>y', 'a', 'b>a', 'y'))).toEqual(['y', 'z', 'a', 'b']);
  });

  it('[MI2] moves the items that follow a waiting item with it', () => {
    expect(ids(placed('d>c', 'c>b', 'b>a', 'x>d', 'a'))).toEqual(['a', 'b', 'c', 'd', 'x']);
    expect(ids(placed('d>c', 'b>a', 'c>b', 'a'))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('[CV7] places last when the predecessor is absent', () => {
    expect(ids(placed('a', 'b>', 'c>'))).toEqual(['a', 'b', 'c']);
  });

  it('[MI1] leaves items in place when their order is circular', () => {
    expect(ids(placed('a', 'x>x', 'b>a'))).toEqual(['a', 'b', 'x']);
    expect(ids(placed('a>b', 'b>a', 'c>b', 'z'))).toEqual(['z', 'a', 'b', 'c']);
    expect(ids(placed('a>c', 'b>a', 'c>b', 'd>'))).toEqual(['a', 'b', 'c', 'd']);
    const order = createOrder();
    expect(placeItem(order, 'x', 'x')).toBe('circle');
  });

  it('keeps the place of a placed item and returns kept', () => {
    const order = placed('a', 'b>a');
    expect(placeItem(order, 'a', 'b')).toBe('kept');
    expect(ids(order)).toEqual(['a', 'b']);
  });

  it('replaces a provisional place', () => {
    const order = placed('a', 'b>a');
    placeProvisional(order, 'g');
    placeItem(order, 'h', 'g');
    expect(ids(order)).toEqual(['a', 'b', 'g', 'h']);
    expect(placeItem(order, 'g', 'a')).toBe('moved');
    expect(ids(order)).toEqual(['a', 'g', 'h', 'b']);
    expect(placeItem(order, 'g', 'b')).toBe('kept');
  });

  it('replaces a provisional place by one that waits, is first, or follows itself', () => {
    for (const [previous, expected] of [
      ['later', ['a', 'later', 'g']],
      [null, ['g', 'a', 'later']],
      ['g', ['a', 'g', 'later']],
    ] as const) {
      const order = placed('a');
      placeProvisional(order, 'g');
      placeItem(order, 'g', previous);
      placeItem(order, 'later', 'a');
      expect(ids(order), String(previous)).toEqual(previous === 'g' ? ['a', 'later', 'g'] : expected);
    }
  });
});

describe('removePlace', () => {
  it('[CV25] links the neighbours of a removed item', () => {
    const order = placed('a', 'b>a', 'c>b');
    removePlace(order, 'b');
    expect(ids(order)).toEqual(['a', 'c']);
    expect(previousOf(order, 'c')).toBe('a');
    removePlace(order, 'a');
    expect(previousOf(order, 'c')).toBe(null);
    removePlace(order, 'gone');
  });

  it('drops what a removed item waited for', () => {
    const order = placed('a', 'x>p', 'y>p');
    removePlace(order, 'x');
    expect(order.awaiting.get('p')?.size).toBe(1);
    removePlace(order, 'y');
    expect(order.awaiting.size).toBe(0);
    placeItem(order, 'p', 'a');
    expect(ids(order)).toEqual(['a', 'p']);
  });
});

describe('random sequences', () => {
  const id = fc.constantFrom(...'abcdefghij');
  const change = fc.record({
    what: fc.constantFrom('place', 'place', 'place', 'place', 'last', 'guess', 'remove'),
    id,
    previous: fc.option(id, { nil: null }),
  });

  it('agrees with a simple model over random sequences', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const order = createOrder();
        const naive = new NaiveOrder();
        for (const { what, id, previous } of changes) {
          if (what === 'remove') removePlace(order, id);
          else if (what === 'guess') placeProvisional(order, id);
          else placeItem(order, id, what === 'last' ? undefined : previous);
          naive.apply(what, id, previous);
          expect(ids(order)).toEqual(naive.ids());
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('[MI2] restores the order of an append-only conversation from shuffled announcements', () => {
    const shuffled = fc.integer({ min: 1, max: 30 }).chain((n) =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n },
      ),
    );
    fc.assert(
      fc.property(shuffled, (arrival) => {
        const order = createOrder();
        for (const i of arrival) placeItem(order, String(i), i === 0 ? null : String(i - 1));
        expect(ids(order)).toEqual(arrival.map((_, i) => String(i)));
      }),
    );
  });
});

/** Logarithmic work each; a scan of the order would be tens of thousands. */
const MAX_BLOCKS_PER_ITEM = 1000;

it('[MI1] places 100,000 items at any position in constant time each', {
  tags: 'long',
}, () => {
  const n = 100_000;
  const blocks = countWork(() => {
    const backwards = createOrder();
    for (let i = n; i > 0; i--) placeItem(backwards, String(i), String(i - 1));
    placeItem(backwards, '0', null);
    expect(ids(backwards).slice(0, 3)).toEqual(['0', '1', '2']);
    const front = createOrder();
    for (let i = 0; i < n; i++) placeItem(front, String(i), i % 2 ? null : 'x');
    placeItem(front, 'x', null);
    expect(ids(front)).toHaveLength(n + 1);
    for (let i = 0; i < n; i++) removePlace(front, String(i));
    expect(ids(front)).toEqual(['x']);
  });
  expect(blocks).toBeLessThan(MAX_BLOCKS_PER_ITEM * n);
});

/** Runs as lists; the first starts at the beginning. */
class NaiveOrder {
  runs: { ids: string[]; awaits?: string | undefined; since?: number; guess?: boolean }[] = [{ ids: [] }];
  clock = 0;

  ids = () => this.runs.flatMap((run) => run.ids);
  runOf = (id: string) => this.runs.find((run) => run.ids.includes(id));

  apply(what: string, id: string, previous: string | null): void {
    const run = this.runOf(id);
    if (what === 'remove') {
      if (!run) return;
      if (run !== this.runs[0] && run.ids[0] === id) run.guess = false;
      run.ids = run.ids.filter((each) => each !== id);
      this.runs = this.runs.filter((each, i) => i === 0 || each.ids.length > 0);
    } else if (what === 'last') {
      if (run) {
        if (run.ids[0] === id) run.guess = false;
      } else this.arrive(id, () => (this.runs.at(-1) as (typeof this.runs)[0]).ids.push(id));
    } else if (what === 'guess') {
      if (!run) this.arrive(id, () => this.runs.push({ ids: [id], guess: true }));
    } else if (run) {
      if (!run.guess || run.ids[0] !== id) return;
      run.guess = false;
      if (previous !== null && !this.runOf(previous)) [run.awaits, run.since] = [previous, this.clock++];
      else if (previous === null || this.runOf(previous) !== run) this.join(run, previous);
    } else if (previous === null) this.arrive(id, () => this.runs[0]?.ids.unshift(id));
    else if (this.runOf(previous)) {
      this.arrive(id, () => {
        const target = this.runOf(previous)?.ids as string[];
        target.splice(target.indexOf(previous) + 1, 0, id);
      });
    } else this.arrive(id, () => this.runs.push({ ids: [id], awaits: previous, since: this.clock++ }));
  }

  arrive(id: string, put: () => unknown): void {
    put();
    const waiting = this.runs.filter((each) => each.awaits === id).sort((a, b) => Number(a.since) - Number(b.since));
    for (const run of waiting) {
      run.awaits = undefined;
      if (!run.ids.includes(id)) this.join(run, id);
    }
  }

  join(run: (typeof this.runs)[0], previous: string | null): void {
    this.runs = this.runs.filter((each) => each !== run);
    const target = previous === null ? this.runs[0] : this.runOf(previous);
    target?.ids.splice(previous === null ? 0 : target.ids.indexOf(previous) + 1, 0, ...run.ids);
  }
}
