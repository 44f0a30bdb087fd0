import type { ServerEvent } from '@colloquy/protocol';
import { waitUntil } from '@support/wait-until.ts';
import { expect, it } from 'vitest';
import type { SessionRequest } from '../auth/session-request.ts';
import type { ServerOptions } from '../options.ts';
import { createParts } from '../server-parts.ts';
import { createServices } from '../services.ts';
import { memoryPair } from '../transports/memory.ts';

const REALTIME: SessionRequest = { kind: 'realtime', model: 'm', config: undefined, isLocked: false };
const TRANSLATION: SessionRequest = { kind: 'translation', model: 't', config: undefined, isLocked: false };

/** A session that a server opens over a transport that is no socket. */
function open(sessionRequest: SessionRequest, options: ServerOptions = {}, resumes = false) {
  const { registry, openSession } = createParts(options, createServices(), 'localhost').sessions;
  const [client, server] = memoryPair();
  const request = { sessionRequest, isBeta: false, resumes, protocol: 'memory' };
  const session = openSession(request, { principal: 'someone', secret: undefined }, server);
  return { registry, client, session };
}

it.each([
  ['a session with a conversation', REALTIME],
  ['a translation', TRANSLATION],
])('opens %s over any transport and registers it until it ends', async (_, sessionRequest) => {
  const { registry, client, session } = open(sessionRequest);
  expect(registry.find(session.id)?.session).toBe(session);
  for await (const frame of client.frames) {
    expect((JSON.parse(String(frame)) as ServerEvent).type).toBe('session.created');
    break;
  }
  client.close(1000, '');
  await session.ended;
  expect(registry.list()).toEqual([]);
});

it.each([
  [1001, false],
  [1012, true],
])('[ER46] drains with %i', async (code, resumes) => {
  const { client, session } = open(REALTIME, {}, resumes);
  session.drain();
  expect((await client.closed).code).toBe(code);
});

it('writes to one sink per session from the first line', async () => {
  const sessionIds: string[] = [];
  const lines: string[] = [];
  const sink = {
    begin: ({ id }: { id: string }) => void sessionIds.push(id),
    write: ({ from }: { from: string }) => void lines.push(from),
  };
  const { client, session } = open(REALTIME, { sinks: [() => sink] });
  await waitUntil('its first event', () => lines.includes('server'));
  client.close(1000, '');
  await session.ended;
  expect(sessionIds).toEqual([session.id]);
  expect(lines).toEqual(['host', 'server', 'host']);
});
