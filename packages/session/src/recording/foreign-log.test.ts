// Logs of other tools: event, sender and time are found in every envelope.

import { describe, expect, it } from 'vitest';
import { loggedFrame, readLogDocument, readLogLine } from './foreign-log.ts';

const done = { type: 'response.done', event_id: 'event_1', response: {} };
const text = JSON.stringify(done);
const create = { type: 'response.create' };
const read = (line: string | object) => readLogLine(typeof line === 'string' ? line : JSON.stringify(line), 7);

describe('readLogLine', () => {
  it.each<[string, string | object, number | null]>([
    ['a bare event', done, null],
    ['a bare event with a time', { ...done, timestamp: '2026-01-01T00:00:00.250Z' }, 1767225600250],
    ['a console: time, source, event', { time: '2026-01-01T00:00:00Z', source: 'server', event: done }, 1767225600000],
    ['text in an envelope', { direction: 'receive', timestamp: 1767225600, data: text }, 1767225600000],
    ['a message of a HAR file', { type: 'receive', time: 1767225600.5, opcode: 1, data: text }, 1767225600500],
    ['a structured logger', { level: 30, time: 1767225600123, msg: { dir: 'in', frame: text } }, 1767225600123],
    ['microseconds', { ts: 1767225600123000, payload: done }, 1767225600123],
    ['a time that counts from the start', { t: 250, message: text }, 250],
    ['an event whose side is called from', { from: 'server', event: done }, null],
    ['what wscat and talk --events print', `< ${text}`, null],
    ['a line of a text log', `2026-01-01T00:00:00.5Z INFO recv: ${text}`, 1767225600500],
    ['server-sent events', `data: ${text}`, null],
  ])('reads %s', (_name, line, time) => {
    expect(loggedFrame(read(line))).toEqual({ line: 7, from: 'server', time, event: expect.objectContaining(done) });
  });

  it('uses the event type to find the sender, and the envelope when the type is unknown', () => {
    expect(loggedFrame(read({ direction: 'in', event: create }))?.from).toBe('client');
    expect(loggedFrame(read({ direction: 'out', event: { type: 'session.invented' } }))?.from).toBe('client');
    expect(loggedFrame(read({ direction: 'in', event: { type: 'session.invented' } }))?.from).toBe('server');
    expect(loggedFrame(read('> {"type":"session.invented"}'))?.from).toBe('client');
    expect(loggedFrame(read('< {"type":"session.invented"}'))?.from).toBe('server');
    expect(loggedFrame(read({ type: 'session.invented', event_id: 'event_1' }))?.from).toBe('server');
    expect(loggedFrame(read({ type: 'response.text.delta', event_id: 'event_1' }))?.from).toBe('server');
    expect(loggedFrame(read({ type: 'session.close' }))?.from).toBe('client');
  });

  it('recognizes lines of a recording', () => {
    const line = { at: 5, from: 'server', event: done };
    expect(read(line)).toEqual({ line: 7, kind: 'frame', frame: line });
    expect(read({ ...line, at: -1 }).kind).toBe('damaged');
    expect(read({ at: 5, from: 'clock' }).kind).toBe('input');
    expect(read({ at: 5, from: 'gap', lines: 3 }).kind).toBe('damaged');
  });

  it.each<[string, string | object, string]>([
    ['a line of another log', { level: 'info', msg: 'CANARY' }, 'foreign'],
    ['a logger that says type error', { type: 'error', level: 5, data: { type: 'error', message: 'CANARY' } }, 'event'],
    ['a name that is none', { event: { type: 'click' } }, 'foreign'],
    ['envelopes without end', { data: { data: { data: { data: { data: done } } } } }, 'foreign'],
    ['a list', [done], 'foreign'],
    ['words', 'CANARY', 'damaged'],
    ['words with a brace', 'CANARY {', 'damaged'],
    ['an event that was cut off', text.slice(0, 20), 'damaged'],
    ['nothing but braces', '{'.repeat(100_000), 'damaged'],
  ])('knows what is none: %s', (_name, line, kind) => {
    const entry = read(line);
    expect(entry.kind).toBe(kind);
    if (entry.kind === 'foreign' || entry.kind === 'damaged') expect(entry.message).not.toContain('CANARY');
  });
});

describe('readLogDocument', () => {
  const sides = (value: unknown) => [...(readLogDocument(value) ?? [])].map((entry) => loggedFrame(entry)?.from);

  it('reads lists, objects with a list, and the WebSocket messages of HAR files', () => {
    expect(sides([create, done])).toEqual(['client', 'server']);
    expect(sides({ version: 1, events: [create, done] })).toEqual(['client', 'server']);
    const messages = [
      { type: 'send', time: 1767225600, opcode: 1, data: JSON.stringify(create) },
      { type: 'receive', time: 1767225601, opcode: 1, data: text },
    ];
    const har = { log: { version: '1.2', entries: [{ request: {} }, { request: {}, _webSocketMessages: messages }] } };
    expect(sides(har)).toEqual(['client', 'server']);
    expect(readLogDocument({ a: 1 })).toBeUndefined();
    expect(readLogDocument(null)).toBeUndefined();
  });
});
