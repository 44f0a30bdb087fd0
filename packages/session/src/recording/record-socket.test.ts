// Recording a socket: `ws` at either end, the socket of an SDK, and errors. In a browser: tests/browser.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ColloquyError } from '@colloquy/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createMirror } from '../mirror/mirror.ts';
import { type RecordableSocket, type RecordSocketOptions, recordSocket } from './record-socket.ts';
import { readRecordingLine } from './recording.ts';

const created = JSON.stringify({ type: 'session.created', event_id: 'event_1', session: { id: 'sess_theirs' } });
const item = {
  id: 'u',
  type: 'message',
  role: 'user',
  status: 'completed',
  content: [{ type: 'input_text', text: 'WORDS' }],
};
const added = JSON.stringify({ type: 'conversation.item.added', event_id: 'event_2', previous_item_id: null, item });
const append = JSON.stringify({ type: 'input_audio_buffer.append', audio: 'SECRETAA' });

describe('recordSocket', () => {
  let server: WebSocketServer;
  let near: WebSocket;
  let far: WebSocket;
  let lines: string[];

  beforeEach(async () => {
    lines = [];
    server = new WebSocketServer({ port: 0 });
    await once(server, 'listening');
    near = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'open')])) as [[WebSocket], unknown];
  });
  afterEach(() => {
    near.terminate();
    server.close();
  });

  let now = 1000;
  const start = (socket: RecordableSocket, options: Partial<RecordSocketOptions> = {}) => {
    now = 1000;
    return recordSocket(socket, { onLine: (line) => lines.push(line), now: () => (now += 10), ...options });
  };
  const kinds = () => lines.map((line, index) => readRecordingLine(line, index + 1).kind);
  const nextMessage = async (socket: WebSocket) => String((await once(socket, 'message'))[0]);

  it('writes redacted events as a recording that a mirror can read', async () => {
    const recording = start(near);
    far.send(created);
    await nextMessage(near);
    near.send(append);
    expect(await nextMessage(far)).toBe(append);
    far.send(added);
    await nextMessage(near);
    recording.stop();

    expect(kinds()).toEqual(['header', 'frame', 'input', 'frame']);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      session: 'sess_theirs',
      started_at: 1010,
      seed: null,
      hidden: ['key', 'media'],
    });
    expect(JSON.parse(lines[2]!)).toEqual({
      at: 10,
      from: 'client',
      event: { type: 'input_audio_buffer.append', audio: '[REDACTED]' },
      audio_bytes: [6],
    });
    expect(lines.join()).not.toContain('SECRET');
    expect(lines.join()).toContain('WORDS');
    const mirror = createMirror();
    for (const line of lines) {
      const entry = readRecordingLine(line, 1);
      if (entry.kind === 'frame') mirror.apply(entry.frame.event);
    }
    expect(mirror.items()).toEqual([item]);
    expect(recording.missed).toBe(0);
  });

  it('redacts text too, or keys only, as configured', async () => {
    start(near, { redact: 'content' });
    const others: string[] = [];
    recordSocket(near, { onLine: (line) => others.push(line), redact: 'key' });
    far.send(created);
    await nextMessage(near);
    near.send(append);
    far.send(added);
    await nextMessage(near);
    expect(lines.join()).not.toMatch(/WORDS|SECRET/);
    expect(others.join()).toMatch(/SECRETAA.*WORDS/);
  });

  it('records the sender when the socket is on the server', async () => {
    start(far, { side: 'server' });
    far.send(created);
    near.send('{"type":"response.create"}');
    await nextMessage(far);
    expect(lines.slice(1).map((line) => JSON.parse(line).from)).toEqual(['server', 'client']);
  });

  it('writes lines from before the session id after the header', async () => {
    start(near);
    near.send('{"type":"response.create"}');
    expect(lines).toEqual([]);
    far.send(created);
    await nextMessage(near);
    expect(kinds()).toEqual(['header', 'input', 'frame']);
  });

  it('writes all lines when the socket closes, and stops', async () => {
    const recording = start(near);
    near.send('not JSON');
    far.close();
    await once(near, 'close');
    expect(lines.map((line) => JSON.parse(line).from ?? 'header')).toEqual(['header', 'wire']);
    expect(lines.join()).not.toContain('not JSON');
    recording.stop();
    expect(lines).toHaveLength(2);
  });

  it('reads bytes as text, and counts frames that are no events', async () => {
    const recording = start(near);
    far.send(Buffer.from(created));
    await nextMessage(near);
    far.send(Buffer.from([0xff, 0]));
    await nextMessage(near);
    far.send('CANARY');
    await nextMessage(near);
    expect(kinds()).toEqual(['header', 'frame']);
    expect(recording.missed).toBe(2);
  });

  it('restores the socket when stopped', async () => {
    const recording = start(near);
    expect(Object.hasOwn(near, 'send')).toBe(true);
    recording.stop();
    expect(Object.hasOwn(near, 'send')).toBe(false);
    expect(near.listenerCount('message')).toBe(0);
    near.send(append);
    expect(await nextMessage(far)).toBe(append);
    expect(lines).toEqual([]);
  });

  it('does not throw when lines cannot be stored', async () => {
    const recording = start(near, {
      onLine() {
        throw new Error('the disk is full');
      },
    });
    far.send(created);
    await nextMessage(near);
    near.send(append);
    expect(await nextMessage(far)).toBe(append);
    expect(recording.missed).toBe(2);
  });

  it('finds the socket inside an SDK object, and refuses other values', () => {
    const recording = start({ socket: near });
    near.send('{"type":"response.cancel"}');
    recording.stop();
    expect(kinds()).toEqual(['header', 'input']);
    for (const none of [{}, null, { socket: {} }, { send() {} }, Object.freeze({ ...fixed })]) {
      const attempt = () => start(none as never);
      expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_configuration' }));
      expect(attempt).toThrow(ColloquyError as never);
    }
  });

  const fixed = { send() {}, addEventListener() {}, removeEventListener() {} };
});
