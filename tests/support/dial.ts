// A server on a free port and clients of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerEvent } from '@colloquy/protocol';
import { createServer, type Listening, type Server, type ServerOptions } from '@colloquy/server';
import { WebSocket } from 'ws';
import { AsyncQueue } from '../../packages/server/src/async-queue.ts';

export const stops: (() => Promise<unknown> | unknown)[] = [];
/** Ends what a test began, in reverse. */
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** A folder that is gone when the test is. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function start(options: ServerOptions = {}): Promise<Listening & { server: Server; logged: string[] }> {
  const logged: string[] = [];
  const logTo = { write: (line: string) => void logged.push(line) };
  const server = createServer({ port: 0, tlsPort: 0, logLevel: 'debug', logTo, ...options });
  const where = await server.listen();
  stops.push(() => server.close({ graceMs: 0 }));
  return { ...where, server, logged };
}

/** A connection, what comes over it, and how it ends. */
export function dial(
  url: string,
  options: ConstructorParameters<typeof WebSocket>[2] = {},
  query = '?model=gpt-realtime',
  path = '/v1/realtime',
) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}${query}`, options);
  const events = new AsyncQueue<ServerEvent>();
  socket.on('message', (data) => events.push(JSON.parse(String(data))));
  socket.on('close', () => events.end());
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]));
  });
  const refused = new Promise<{ status: number; retryAfter: string | undefined }>((resolve) => {
    socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
      request.destroy();
      resolve({ status: statusCode, retryAfter: headers['retry-after'] });
    });
  });
  socket.on('error', () => {});
  stops.push(() => socket.terminate());
  const send = (...text: object[]) => {
    for (const event of text) socket.send(JSON.stringify(event));
  };
  async function next<T extends ServerEvent['type']>(type: T): Promise<Extract<ServerEvent, { type: T }>> {
    for await (const event of events) if (event.type === type) return event as Extract<ServerEvent, { type: T }>;
    throw new Error(`the connection ended before ${type}`);
  }
  return { socket, send, next, closed, refused };
}

export const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
export const TEXT = { type: 'response.create', response: { output_modalities: ['text'] } };
export const KEY = 'sk-server-key';
export const withKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
export const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
export const mint = async (url: string, body: unknown, key = KEY) => {
  const answer = await post(`${url}/v1/realtime/client_secrets`, body, { authorization: `Bearer ${key}` });
  return { status: answer.status, body: (await answer.json()) as never };
};
export const pcm = (ms: number) => Buffer.alloc(48 * ms).toString('base64');
