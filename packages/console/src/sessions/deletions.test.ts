// Deleting recordings with time to undo it.

import { describe, expect, it } from 'vitest';
import type { Answer } from '../sources/server-api.ts';
import { createDeletions } from './deletions.ts';

function setup(refused: Readonly<Record<string, number>> = {}) {
  const requests: string[] = [];
  const deletions = createDeletions({
    async deleteRecording(name, options): Promise<Answer<undefined>> {
      requests.push(options?.keepalive ? `${name} while leaving` : name);
      const status = refused[name];
      return status === undefined ? { ok: true, value: undefined } : { ok: false, status, message: `refused ${name}` };
    },
  });
  return { deletions, requests, hidden: () => [...deletions.hidden.value] };
}

describe('deletions', () => {
  it('[CO65] hide recordings at once and delete them later', async () => {
    const { deletions, requests, hidden } = setup();
    const deletion = deletions.start(['a', 'b']);
    expect([hidden(), requests]).toEqual([['a', 'b'], []]);
    expect(await deletion.commit()).toEqual([]);
    expect([hidden(), requests]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    await deletion.commit();
    deletion.undo();
    expect([hidden().length, requests.length]).toEqual([2, 2]);
  });

  it('[CO65] are undone until then', async () => {
    const { deletions, requests, hidden } = setup();
    const [one, other] = [deletions.start(['a']), deletions.start(['b'])];
    one.undo();
    expect(hidden()).toEqual(['b']);
    await one.commit();
    await other.commit();
    expect(requests).toEqual(['b']);
  });

  it('[CO65] are made when the page is left', () => {
    const { deletions, requests } = setup();
    deletions.start(['a']).undo();
    deletions.start(['b']);
    deletions.commitAll();
    deletions.commitAll();
    expect(requests).toEqual(['b while leaving']);
  });

  it('[CO65] show again what could not be deleted, and say why', async () => {
    const { deletions, hidden } = setup({ a: 409, b: 404 });
    expect(await deletions.start(['a', 'b', 'c']).commit()).toEqual([{ name: 'a', message: 'refused a' }]);
    expect(hidden()).toEqual(['b', 'c']);
  });
});
