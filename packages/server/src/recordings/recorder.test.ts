import { readRecordingLine, type SessionOptions } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import type { Line } from '../sessions/line-sink.ts';
import { createRecorder } from './recorder.ts';
import type { RecordingFile, Store } from './store.ts';

const options: SessionOptions = { seed: [1, 2, 3, 4], model: 'm', started_at: 1_767_225_600_000 };
const tick = (at: number): Line => ({ at, from: 'clock' });

/** A store in memory whose every write waits for `pass`, or fails. */
function gatedStore(fault?: { on: 'create' | 'append' | 'sync'; code: string }) {
  const files = new Map<string, string>();
  /** What was there each time it was made safe. */
  const synced: string[] = [];
  let pass = () => {};
  const gate = new Promise<void>((resolve) => {
    pass = resolve;
  });
  const fail = (on: string) => {
    if (fault?.on === on) throw Object.assign(new Error('CANARY'), { code: fault.code });
  };
  const store: Pick<Store, 'create' | 'writeSummary'> = {
    async create(name): Promise<RecordingFile> {
      fail('create');
      files.set(name, '');
      return {
        async append(text) {
          await gate;
          fail('append');
          files.set(name, files.get(name) + text);
        },
        async sync() {
          fail('sync');
          synced.push(files.get(name) ?? '');
        },
        close: async () => {},
      };
    },
    writeSummary: async () => {},
  };
  return { store, files, synced, pass: () => pass() };
}

function recorderOf({ store }: { store: Pick<Store, 'create' | 'writeSummary'> }, roomBytes = 1_000_000) {
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  return { recorder: createRecorder({ store, audio: false, roomBytes, log }), logged };
}

const linesOf = (files: Map<string, string>) =>
  [...files.values()].flatMap((text) => text.split('\n').filter((line) => line !== ''));

describe('createRecorder', () => {
  it('[ST1] writes the header, then the lines in order, each once', async () => {
    const testStore = gatedStore();
    const { recorder } = recorderOf(testStore);
    const recording = recorder.begin('sess_a', options);
    for (let at = 0; at < 1000; at++) {
      recording.write(tick(at));
      if (at === 500) testStore.pass();
      if (at % 100 === 0) await new Promise(setImmediate);
    }
    recording.end();
    await recorder.flush(5000);
    const entries = linesOf(testStore.files).map((text, index) => readRecordingLine(text, index + 1));
    expect(entries[0]?.kind).toBe('header');
    expect(entries.slice(1).map((entry) => entry.kind === 'input' && entry.input.at)).toEqual([...Array(1000).keys()]);
  });

  it('[ST4, ST5] ends the recording with a gap line when the store stalls, without waiting', async () => {
    const testStore = gatedStore();
    const { recorder, logged } = recorderOf(testStore, 2000);
    const recording = recorder.begin('sess_a', options);
    for (let at = 0; at < 1000; at++) recording.write(tick(at));
    testStore.pass();
    await recorder.flush(100); // room again, but what follows no longer adds up
    recording.write(tick(1000));
    recording.end();
    await recorder.flush(5000);
    const lines = linesOf(testStore.files)
      .slice(1)
      .map((line) => JSON.parse(line));
    const last = lines.pop();
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.map(({ at }) => at)).toEqual([...lines.keys()]);
    expect(last).toEqual({ at: 1000, from: 'gap', lines: 1001 - lines.length });
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, session_id: 'sess_a' },
      { level: 40, session_id: 'sess_a', count: 1001 - lines.length },
    ]);
  });

  it('[ST4] limits unwritten bytes over all sessions, and frees them when written', async () => {
    const testStore = gatedStore();
    const { recorder, logged } = recorderOf(testStore, 2000);
    const [first, second] = [recorder.begin('sess_a', options), recorder.begin('sess_b', options)];
    for (let at = 0; at < 100; at++) first.write(tick(at));
    second.write(tick(0));
    first.end();
    second.end();
    testStore.pass();
    await recorder.flush(5000);
    expect(logged.filter((line) => line.includes('sess_b'))).toHaveLength(2);
    const third = recorder.begin('sess_c', options);
    third.write(tick(7));
    third.end();
    await recorder.flush(5000);
    expect(linesOf(testStore.files).at(-1)).toBe('{"at":7,"from":"clock"}');
  });

  it.each(['create', 'append'] as const)('[ST4] ends only the recording when the store fails to %s', async (on) => {
    const testStore = gatedStore({ on, code: 'ENOSPC' });
    const { recorder, logged } = recorderOf(testStore);
    const recording = recorder.begin('sess_a', options);
    testStore.pass();
    recording.write(tick(0));
    await new Promise(setImmediate);
    recording.write(tick(1));
    recording.end();
    await recorder.flush(5000);
    recording.write(tick(2));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('ENOSPC');
    expect(logged[0]).not.toContain('CANARY');
  });

  it('[ST7] reports lines as stored at once, not with the next lines', async () => {
    const testStore = gatedStore();
    const { recorder } = recorderOf(testStore);
    const recording = recorder.begin('sess_a', options);
    recording.write(tick(1));
    const first = recording.flushed();
    expect(await Promise.race([first, new Promise((resolve) => setImmediate(resolve, 'waiting'))])).toBe('waiting');
    testStore.pass();
    expect(await first).toBe(true);
    expect(testStore.synced.at(-1)).toMatch(/\{"at":1,"from":"clock"\}\n$/);
    expect(await recording.flushed()).toBe(true); // with nothing new to write
    recording.end();
    expect(await recording.flushed()).toBe(false);
  });

  it.each(['create', 'append', 'sync'] as const)(
    '[ST7] reports nothing as stored when the store fails to %s',
    async (on) => {
      const testStore = gatedStore({ on, code: 'EIO' });
      const { recorder } = recorderOf(testStore);
      const recording = recorder.begin('sess_a', options);
      testStore.pass();
      recording.write(tick(1));
      expect(await recording.flushed()).toBe(false);
      expect(await recording.flushed()).toBe(false);
    },
  );

  it('[ST7] reports nothing as stored after a missing line', async () => {
    const testStore = gatedStore();
    const { recorder } = recorderOf(testStore, 500);
    const recording = recorder.begin('sess_a', options);
    for (let at = 0; at < 100; at++) recording.write(tick(at));
    testStore.pass();
    expect(await recording.flushed()).toBe(false);
  });

  it('[ST2] names a recording by the time and an id of the server, never by text that could be a path', async () => {
    const testStore = gatedStore();
    const { recorder } = recorderOf(testStore);
    testStore.pass();
    for (const id of ['sess_0aZ', '../../etc/passwd', 'sess_x/../../y', 'con']) recorder.begin(id, options).end();
    await recorder.flush(5000);
    const [first, ...others] = [...testStore.files.keys()];
    expect(first).toBe('20260101T000000Z-sess_0aZ');
    for (const name of others) expect(name).toMatch(/^20260101T000000Z-[0-9a-f]{16}$/);
  });

  it('[ST6] resolves within the given time', async () => {
    const testStore = gatedStore();
    const { recorder } = recorderOf(testStore);
    recorder.begin('sess_a', options).end();
    await recorder.flush(20);
    expect(linesOf(testStore.files)).toEqual([]);
  });
});
