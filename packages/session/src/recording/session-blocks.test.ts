// Logs of several sessions: on consecutive sockets, on several at once, and resumed.

import { describe, expect, it } from 'vitest';
import { createStopwatch } from '../analysis/timings.ts';
import { createConformance } from '../conformance/conformance.ts';
import { readLogDocument, readLogLine } from './foreign-log.ts';
import { createLogReader } from './log-reader.ts';
import type { RecordingEntry } from './recording.ts';
import { createSessionBlocks } from './session-blocks.ts';

const created = (id?: string) => ({ type: 'session.created', event_id: 'e', session: { ...(id && { id }) } });
const event = (type: string, fields: object = {}) => ({ type, event_id: 'e', ...fields });
const server = (value: { type: string }, socket?: string) =>
  ({ from: 'server', event: value, ...(socket && { socket }) }) as const;
const client = (type: string, socket?: string) =>
  ({ from: 'client', event: { type }, ...(socket && { socket }) }) as const;

describe('createSessionBlocks', () => {
  const blocksOf = (frames: readonly Parameters<ReturnType<typeof createSessionBlocks>['of']>[0][]) => {
    const blocks = createSessionBlocks();
    return frames.map((frame) => blocks.of(frame).index);
  };

  it('[MI15] begins a block when session.created has another id', () => {
    const frames = [client('session.update'), server(created('a')), server(event('x.y')), server(created('b'))];
    expect(blocksOf([...frames, client('response.create')])).toEqual([0, 0, 0, 1, 1]);
  });

  it('[MI13, MI15] keeps the block when session.created has the same id or none, and resumes a known one', () => {
    const ids = ['a', 'a', undefined, 'b', 'a', 'b'];
    expect(blocksOf(ids.map((id) => server(created(id))))).toEqual([0, 0, 0, 1, 0, 1]);
  });

  it('[MI15] separates sockets, and recognizes a socket that is named by its session', () => {
    expect(
      blocksOf([
        ...[server(created('a'), '1'), server(created('b'), '2')],
        ...[server(event('x.y'), '1'), client('response.create', '2')],
        ...[server(created('a'), '3'), server(event('x.y'), 'b')],
      ]),
    ).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('[MI15] stores the latest thousand sessions', () => {
    const blocks = createSessionBlocks();
    for (let i = 0; i < 3000; i++) expect(blocks.of(server(created(`s${i}`))).index).toBe(i);
    expect(blocks.of(server(created('s2500'))).index).toBe(2500);
    expect(blocks.of(server(created('s0'))).index).toBe(3000);
  });
});

describe('logs of several sockets', () => {
  const idsOf = (entries: Iterable<RecordingEntry>) =>
    Array.from(entries, (entry) => (entry.kind === 'event' ? (entry.event as { id?: string }).id : entry.kind));
  const named = (id: string) => event('response.done', { id, response: {} });
  const message = (id: string, time: number) => ({ type: 'receive', time, data: JSON.stringify(named(id)) });

  it('[MI16] orders a HAR file by socket, then by time', () => {
    const entries = [
      { _webSocketMessages: [message('c', 1767225603), message('d', 1767225604)] },
      { request: {} },
      { _webSocketMessages: [message('b', 1767225602), message('a', 1767225601), message('e', 1767225605)] },
    ];
    const read = [...(readLogDocument({ log: { entries } }) ?? [])];
    expect(idsOf(read)).toEqual(['a', 'b', 'e', 'c', 'd']);
    expect(read.map((entry) => entry.kind === 'event' && entry.socket)).toEqual(['1', '1', '1', '0', '0']);
    expect(read.map(({ line }) => line)).toEqual([4, 3, 5, 1, 2]);
  });

  it.each(['socket', 'connection_id', 'wsId', 'session_id'])(
    '[MI16] puts a list socket by socket when events name their %s',
    (name) => {
      const list = [
        { [name]: 7, t: 30, event: named('c') },
        { [name]: 8, t: 20, event: named('b') },
        { [name]: 7, t: 10, event: named('a') },
        { [name]: 8, t: 40, event: named('d') },
      ];
      expect(idsOf(readLogDocument(list) ?? [])).toEqual(['a', 'c', 'b', 'd']);
    },
  );

  it('[MI16] keeps the order of a list when its events have no times', () => {
    expect(idsOf(readLogDocument(['a', 'b', 'c'].map(named)) ?? [])).toEqual(['a', 'b', 'c']);
  });

  it('[MI16] yields lines of the first socket at once, and those of others afterwards', () => {
    const reader = createLogReader();
    const line = (socket: string, id: string, t: number) => JSON.stringify({ socket, t, event: named(id) });
    const idsIn = (text: string) => idsOf(Array.from(reader.read(text), ({ entry }) => entry));
    expect(idsIn(line('1', 'a', 1))).toEqual(['a']);
    expect(idsIn(line('3', 'x', 9))).toEqual([]);
    expect(idsIn(line('2', 'c', 3))).toEqual([]);
    expect(idsIn(line('2', 'b', 2))).toEqual([]);
    expect(idsIn(line('1', 'd', 4))).toEqual(['d']);
    expect(idsIn('{"level":"info"}')).toEqual(['foreign']);
    expect(idsOf(Array.from(reader.end(), ({ entry }) => entry))).toEqual(['b', 'c', 'x']);
  });

  it('does not read event ids or long values as socket names', () => {
    for (const value of ['x'.repeat(129), 1.5, null, {}, ''])
      expect(readLogLine(JSON.stringify({ socket: value, event: named('a') }), 1)).not.toHaveProperty('socket');
  });
});

describe('a log of two sessions', () => {
  const entry = (value: object, line: number) => readLogLine(JSON.stringify(value), line);
  const item = (id: string, previous: string | null) =>
    event('conversation.item.added', {
      previous_item_id: previous,
      item: { id, type: 'message', role: 'user', content: [] },
    });

  it('[MI15] reports no violation for a valid second session', () => {
    const conformance = createConformance();
    const events = [created('sess_a'), item('x', null), created('sess_b'), item('x', null)];
    const rules = events.flatMap((each, index) => conformance.observe(entry(each, index + 1))).map(({ rule }) => rule);
    expect(rules).not.toContain('OR1');
    expect(rules).not.toContain('E16');
    expect(conformance.observe(entry(created('sess_b'), 9)).map(({ rule }) => rule)).toContain('OR1');
  });

  it('[MI15] times a response from the request of its own session', () => {
    const stopwatch = createStopwatch();
    const frames = [
      server(created('a')),
      client('response.create'),
      server({ ...created('b'), session: { id: 'b', model: 'two' } } as never),
      server(event('response.created', { response: { id: 'r' } }) as never),
      server(event('response.done', { response: { id: 'r', status: 'completed' } }) as never),
    ];
    const timings = frames.map((frame, index) => stopwatch.observe({ ...frame, line: index + 1, time: index * 100 }));
    expect(timings.at(-1)).toMatchObject({ id: 'r', asked_at: 300, total_ms: 100, model: 'two' });
    expect(stopwatch.unfinished()).toEqual([]);
  });
});
