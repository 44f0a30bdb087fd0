// Openings recorded from real clients, replayed header by header: who is let in, with which subprotocol, what their first
// frames bring, and that every way of leaving is fine.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRaw } from '@support/raw-socket.ts';
import { type Serving, serving } from '@support/serving.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Recorded {
  client: string;
  package: string;
  version: string;
  wire: 'ga' | 'beta';
  request: { target: string; headers: [string, string][] };
  answer: { status: number; select_subprotocol: string | null };
  first_events: Record<string, unknown>[];
  close: { code: number };
}

const FIXTURE = join(import.meta.dirname, '../data/fixtures/handshakes.json');
const { clients } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { clients: Recorded[] };
const KEY = 'sk-test';
const NO_CODE = 1005;
const NO_CLOSE = 1006;

/** A sideband needs a call to attach to, which only WebRTC makes. */
const isSideband = ({ request }: Recorded) => request.target.includes('call_id=');
const ga = clients.filter((each) => each.wire === 'ga' && !isSideband(each));
const titled = ga.map((each) => ({ title: `${each.client} of ${each.package} ${each.version}`, each }));

/** What was random in the recording. */
const filled = (text: string) => text.replace(/<12 characters>/g, '0a1b2c3d-4e5').replace(/<id>/g, '0a1b2c3d-4e5');

describe('openings of GA clients', () => {
  let server: Serving;
  let secret = '';
  beforeAll(async () => {
    server = await serving({ keys: [KEY] });
    const response = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    secret = ((await response.json()) as { value: string }).value;
  });
  afterAll(async () => expect(await server.stop()).toEqual([]));

  /** The recorded headers; the dummy client secrets become one of ours. */
  const headersOf = ({ request }: Recorded) =>
    request.headers.map(([name, value]) => [name, value.replace(/ek_\w+/, secret)] as const);

  it('the recording holds the clients we know of', () => expect(ga.length).toBeGreaterThanOrEqual(9));

  it.each(titled)('[AU7, AU8, AU14, AU15, AU21] $title is let in', async ({ each }) => {
    const opened = await openRaw(server.url, each.request.target, headersOf(each));
    expect(opened.status).toBe(each.answer.status);
    expect(opened.headers['sec-websocket-protocol'] ?? null).toBe(each.answer.select_subprotocol);
    expect(opened.headers['sec-websocket-extensions']).toBeUndefined();
    expect((await opened.next()).type).toBe('session.created');
    opened.destroy();
  });

  it.each(titled)(
    '[AU19, ER40, SE12] the first frames of $title bring what it waits for, and no error',
    async ({ each }) => {
      const opened = await openRaw(server.url, each.request.target, headersOf(each));
      for (const event of each.first_events) opened.send(filled(JSON.stringify(event)));
      const wanted = (type: string) => each.first_events.filter((event) => event.type === type).length;
      const missing = new Map([
        ['session.created', 1],
        ['session.updated', wanted('session.update')],
        ['conversation.item.done', wanted('conversation.item.create')],
        ['response.done', wanted('response.create')],
      ]);
      const seen: string[] = [];
      while ([...missing.values()].some((count) => count > 0)) {
        const event = await opened.next();
        seen.push(event.type);
        expect(event.type, JSON.stringify(event)).not.toBe('error');
        missing.set(event.type, (missing.get(event.type) ?? 0) - 1);
      }
      expect(seen[0]).toBe('session.created');

      if (each.close.code === NO_CLOSE) return opened.destroy();
      const code = each.close.code === NO_CODE ? undefined : each.close.code;
      expect(await opened.close(code)).toBe(code);
    },
  );

  it.each(titled)(
    '[AU10] $title is turned away with 401 before the upgrade when its key is wrong',
    async ({ each }) => {
      const headers = headersOf(each).map(([name, value]) => {
        return [name, value.replace(/sk-test|ek_[\w-]+/, 'sk-wrong')] as const;
      });
      const { status, body } = await openRaw(server.url, each.request.target, headers);
      expect(status).toBe(401);
      expect(JSON.parse(body).error).toMatchObject({ code: 'invalid_api_key', type: 'invalid_request_error' });
      expect(body).not.toContain('sk-wrong');
    },
  );

  it.each(clients.filter(isSideband))('[WR14] $client: a call that is not there is 404', async (each) => {
    const { status, body } = await openRaw(server.url, each.request.target, headersOf(each));
    expect(status).toBe(404);
    expect(JSON.parse(body).error).toMatchObject({ code: 'call_id_not_found' });
  });
});
