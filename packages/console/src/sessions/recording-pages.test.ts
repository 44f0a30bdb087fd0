// Pages of recordings.

import type { RecordingList, RecordingSummary } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../sources/server-api.ts';
import { createRecordingPages } from './recording-pages.ts';

const recording = (name: string): RecordingSummary => ({
  ...{ name, session: name, type: 'realtime', model: 'm', engine: 'e', started_at: 1, bytes: 1, hidden: [] },
  ...{ running: false, summary: null },
});

/** A server with recordings of these names, two of them on a page; `-` stands for one that a filter leaves out. */
function serverOf(...names: string[]) {
  const requests: (string | undefined)[] = [];
  let error: string | undefined;
  return {
    requests,
    names,
    fail: (message: string | undefined) => (error = message),
    async ask(before?: string): Promise<Answer<RecordingList>> {
      requests.push(before);
      if (error !== undefined) return { ok: false, status: 503, message: error };
      const from = before === undefined ? 0 : names.indexOf(before) + 1;
      const page = names.slice(from, from + 2);
      const next = from + 2 < names.length ? (page.at(-1) ?? null) : null;
      const recordings = page.filter((name) => !name.startsWith('-')).map(recording);
      return { ok: true, value: { recordings, next, pending: 0 } };
    },
  };
}
const namesOf = (pages: ReturnType<typeof createRecordingPages>) =>
  pages.state.value.recordings.map(({ name }) => name).join(' ');

describe('pages of recordings', () => {
  it('[CO64] are read one after the other, to the last', async () => {
    const server = serverOf('e', 'd', 'c', 'b', 'a');
    const pages = createRecordingPages(server.ask);
    expect(pages.state.value).toMatchObject({ isLoading: true, recordings: [] });
    await pages.refresh();
    expect([namesOf(pages), pages.state.value.hasMore]).toEqual(['e d', true]);
    await pages.more();
    await pages.more();
    expect([namesOf(pages), pages.state.value.hasMore]).toEqual(['e d c b a', false]);
    await pages.more();
    expect(server.requests).toEqual([undefined, 'd', 'b']);
  });

  it('[CO64] keep what was read when the first is read again', async () => {
    const server = serverOf('d', 'c', 'b', 'a');
    const pages = createRecordingPages(server.ask);
    await pages.refresh();
    await pages.more();
    server.names.splice(0, 2, 'f', 'c');
    await pages.refresh();
    expect(namesOf(pages)).toBe('f c b a');
    server.names.splice(1, 3);
    await pages.refresh();
    expect([namesOf(pages), pages.state.value.hasMore]).toEqual(['f', false]);
  });

  it('[CO64] go on to one that is not empty, as with a filter', async () => {
    const pages = createRecordingPages(serverOf('-f', '-e', '-d', '-c', 'b', 'a').ask);
    await pages.refresh();
    expect(namesOf(pages)).toBe('b a');
  });

  it('[CO64] keep what was read when the server fails, and say why', async () => {
    const server = serverOf('c', 'b', 'a');
    const pages = createRecordingPages(server.ask);
    await pages.refresh();
    server.fail('Too many requests.');
    await Promise.all([pages.more(), pages.more()]);
    expect(pages.state.value).toMatchObject({ error: 'Too many requests.', isLoading: false });
    server.fail(undefined);
    await pages.more();
    expect([namesOf(pages), pages.state.value.error, server.requests.length]).toEqual(['c b a', undefined, 3]);
  });
});
