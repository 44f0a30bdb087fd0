// REST as clients in use speak it: their recorded requests, header by header, and openai-node's own methods, unmodified. Their
// calls are understood as such: without WebRTC all of them are answered 501, with it by what is in them.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { runClient } from '@support/child.ts';
import { sinceNow } from '@support/lifetime.ts';
import { type Serving, serving } from '@support/serving.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Recorded {
  client: string;
  request: string;
  headers: [string, string][];
  body: string;
  answer: { status: number; body?: Record<string, unknown> };
}

const FIXTURE = join(import.meta.dirname, '../data/fixtures/rest-requests.json');
const { requests } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { requests: Recorded[] };
const KEY = 'sk-test';
const UNAVAILABLE = { status: 501, code: 'webrtc_unavailable', type: 'server_error' };

const isOfCalls = ({ request: line }: Recorded) => /\/realtime\/calls(?:\/|$)/.test(line);
const titled = (wanted: (each: Recorded) => boolean) =>
  requests.filter(wanted).map((each) => [`${each.request} of ${each.client}`, each] as const);

describe('recorded requests', () => {
  let server: Serving;
  let secret = '';
  beforeAll(async () => {
    server = await serving({ keys: [KEY], webrtc: false });
    const answer = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    secret = ((await answer.json()) as { value: string }).value;
  });
  afterAll(async () => expect(await server.stop()).toEqual([]));

  /** Sends a request as it was recorded: its headers in their order and spelling, its body byte for byte. */
  function send({ request: line, headers, body }: Recorded) {
    const [method, path] = line.split(' ');
    const sent = headers.flatMap(([name, value]) => [
      name,
      value
        .replace(/ek_\w+/, secret)
        .replace('<page origin>', server.url)
        .replace('<boundary>', 'recorded'),
    ]);
    const bytes = Buffer.from(body.replaceAll('<boundary>', 'recorded'));
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const { host } = new URL(server.url);
      const length = bytes.length > 0 ? ['content-length', String(bytes.length)] : [];
      const outgoing = request(server.url + path, {
        method,
        headers: ['host', host, ...sent, ...length],
        agent: false,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        let read = '';
        response.setEncoding('utf8').on('data', (text) => {
          read += text;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: read }));
      });
      outgoing.end(bytes);
    });
  }

  it('hold every route that carries a session', () => {
    expect(requests).toHaveLength(8);
    expect(requests.filter(isOfCalls)).toHaveLength(6);
  });

  it.each(titled((each) => !isOfCalls(each)))('[RT1, RT19] %s is answered as it was', async (_, each) => {
    const isFresh = sinceNow();
    const { status, body } = await send(each);
    expect(status).toBe(each.answer.status);
    const answer = JSON.parse(body) as { value: string; expires_at: number; session: Record<string, unknown> };
    expect(answer.value).toMatch(/^ek_/);
    const request = JSON.parse(each.body) as { session: object; expires_after: { seconds: number } };
    isFresh(answer.expires_at, request.expires_after.seconds);
    expect(answer.session).toMatchObject({ ...request.session, object: 'realtime.session' });
    expect(answer.session.id).toMatch(/^sess_/);
  });

  it.each(titled(isOfCalls))('[RT9, RT19] %s is let in, and told 501', async (_, each) => {
    const { status, body } = await send(each);
    const { code, type } = UNAVAILABLE;
    expect([status, JSON.parse(body)]).toMatchObject([501, { error: { code, type, param: null } }]);
  });
});

describe('openai-node over REST', () => {
  it('[RT1, RT2, RT5, RT8, RT10, RT11, RT12, RT19] has each of its methods answered as it expects', async () => {
    const server = await serving({ keys: [KEY] });
    const input = { baseURL: `${server.url}/v1`, apiKey: KEY };
    const { code, report, stderr } = await runClient<Record<string, object>>('openai-calls.mjs', input);
    expect(code, stderr).toBe(0);
    const refused = (what: string, param: string) => ({
      ...{ status: 400, code: what, type: 'invalid_request_error', param },
    });
    const unknownCall = { status: 404, code: 'call_id_not_found', type: 'invalid_request_error', param: '' };
    expect(report).toEqual({
      'clientSecrets.create': { secret: 'ek_', object: 'realtime.session' },
      'clientSecrets.create, without a session': { secret: 'ek_', object: 'realtime.session' },
      'clientSecrets.create, out of bounds': refused('integer_below_min_value', 'expires_after.seconds'),
      'translations.clientSecrets.create': { secret: 'ek_', object: 'translation' },
      'translations.clientSecrets.create, without a model': refused('missing_required_parameter', 'session.model'),
      'beta.sessions.create': { secret: 'ek_', object: 'realtime.session' },
      'beta.transcriptionSessions.create': { secret: 'ek_', object: 'realtime.transcription_session' },
      'calls.create, without an offer': refused('invalid_value', 'sdp'),
      'calls.accept': unknownCall,
      'calls.hangup': unknownCall,
      'calls.reject': unknownCall,
      'calls.refer': unknownCall,
    });
    expect(await server.stop()).toEqual([]);
  });

  it('[RT5, TL1, TL4, TL7, TL9] mints a secret for a translation, and drains the session it opens', async () => {
    const server = await serving({ keys: [KEY], tls: true });
    const { tlsUrl, caFile = '' } = server;
    const input = { baseURL: `${tlsUrl}/v1`, apiKey: KEY, ca: caFile, ms: 2300 };
    const trusting = { env: { NODE_EXTRA_CA_CERTS: caFile } };
    const { code, report, stderr } = await runClient<object>('openai-translation.mjs', input, trusting);
    expect(code, stderr).toBe(0);
    const audio = {
      input: { transcription: { model: 'whisper-1' }, noise_reduction: null },
      output: { language: 'es' },
    };
    expect(report).toEqual({
      ...{ prefix: 'ek_', minted: audio, created: audio },
      said: { input: '1 2 3', output: 'es:1 es:2 es:3', bytes: 12 * 9600 },
      ...{ first: 'session.created', last: 'session.closed', errors: [] },
    });
    expect(await server.stop()).toEqual([]);
  });
});
