import { countWork } from '@support/count-work.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTable, tableDelete, tableGet, tableSet } from './hash-table.ts';
import {
  emptyItems,
  getItem,
  type ItemTable,
  idsFromTail,
  idsInOrder,
  insertItem,
  removeItem,
  replaceItem,
  type StoredItem,
} from './item-table.ts';
import { NO_TOKENS } from './usage.ts';

const stored = (id: string, size = 1): StoredItem => ({
  item: { type: 'message', role: 'user', id, content: [] },
  audio: null,
  format: null,
  tokens: NO_TOKENS,
  size,
  response_id: null,
});
const add = (table: ItemTable, id: string, after: string | null) => insertItem(table, id, stored(id), after);
const ids = (table: ItemTable) => [...idsInOrder(table)];

describe('a hash table', () => {
  it('keeps prototype names as data', () => {
    let table = emptyTable<number>(0);
    expect(tableGet(table, '__proto__')).toBeUndefined();
    expect(tableGet(table, 'constructor')).toBeUndefined();
    table = tableSet(tableSet(table, '__proto__', 1), 'constructor', 2);
    expect([tableGet(table, '__proto__'), tableGet(table, 'constructor'), tableGet(table, 'toString')]).toEqual([
      1,
      2,
      undefined,
    ]);
    expect(tableGet(JSON.parse(JSON.stringify(table)), '__proto__')).toBe(1);
  });

  it('agrees with a Map over random changes, and is immutable', () => {
    const change = fc.tuple(fc.constantFrom('set', 'delete'), fc.string({ maxLength: 3 }), fc.integer());
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.integer(), (changes, salt) => {
        let table = emptyTable<number>(salt);
        const model = new Map<string, number>();
        for (const [what, id, value] of changes) {
          const before = JSON.stringify(table);
          const next = what === 'set' ? tableSet(table, id, value) : tableDelete(table, id);
          expect(JSON.stringify(table)).toBe(before);
          table = next;
          if (what === 'set') model.set(id, value);
          else model.delete(id);
        }
        for (const [, id] of changes) expect(tableGet(table, id)).toBe(model.get(id));
      }),
      { numRuns: 300 },
    );
  });
});

describe('an item table', () => {
  it('[CV4, CV5, CV8] inserts first, last and in the middle', () => {
    let table = add(add(emptyItems(1), 'a', null), 'b', 'a');
    table = add(table, 'c', 'a');
    expect(ids(table)).toEqual(['a', 'c', 'b']);
    expect(ids(add(table, 'd', null))).toEqual(['d', 'a', 'c', 'b']);
    expect([...idsFromTail(table)]).toEqual(['b', 'c', 'a']);
    expect([table.head, table.tail, table.count]).toEqual(['a', 'b', 3]);
  });

  it('counts sizes', () => {
    let table = add(add(emptyItems(1), 'a', null), 'b', 'a');
    table = replaceItem(table, 'a', stored('a', 10));
    expect(table.size).toBe(11);
    expect(removeItem(table, 'a').size).toBe(1);
  });

  it('[CV25] agrees with an array over random changes', () => {
    const change = fc.record({ remove: fc.boolean(), where: fc.nat(), id: fc.nat({ max: 40 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        let table = emptyItems(5);
        const model: string[] = [];
        for (const { remove, where, id: number } of changes) {
          const id = `i${number}`;
          const at = model.indexOf(id);
          if (at >= 0 && remove) {
            table = removeItem(table, id);
            model.splice(at, 1);
          } else if (at < 0) {
            const place = where % (model.length + 1);
            table = add(table, id, place === 0 ? null : model[place - 1]!);
            model.splice(place, 0, id);
          }
        }
        expect(ids(table)).toEqual(model);
        expect([...idsFromTail(table)]).toEqual([...model].reverse());
        expect([table.head, table.tail, table.count]).toEqual([model[0] ?? null, model.at(-1) ?? null, model.length]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes constant time per change at 10 and at 10000 items', () => {
    const filled = (count: number) => {
      let table = emptyItems(9);
      for (let i = 0; i < count; i++) table = add(table, `item_${i}`, table.tail);
      return table;
    };
    const cost = (table: ItemTable) =>
      countWork(() => {
        for (let i = 0; i < 200; i++) {
          const middle = `item_${(i * 7) % table.count}`;
          removeItem(add(table, `new_${i}`, middle), `new_${i}`);
          getItem(table, middle);
        }
      });
    const [small, large] = [filled(10), filled(10_000)];
    // A scan of 10000 items would cost hundreds of times as much.
    expect(cost(large) / cost(small)).toBeLessThan(8);
  });
});
