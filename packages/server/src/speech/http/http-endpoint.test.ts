// The stage as such: what it sends, its budget, its retries, what its errors say. What answers mean is tested beside the
// `openai-*` files.

import {
  type Answer,
  cut,
  dropped,
  fakeEndpoints,
  heartbeats,
  mute,
  redirected,
  saying,
  silent,
  slowly,
  stalling,
  status,
  well,
} from '@support/fake-endpoints.ts';
import { waitUntil } from '@support/wait-until.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BUDGET, type EndpointBudget } from './endpoint-deadline.ts';
import { type EndpointFault, faultOf } from './endpoint-fault.ts';
import { type EndpointResponse, exchange } from './http-endpoint.ts';

const fake = await withEndpoints();

/** Long enough for an answer that comes, on any machine; a test of a timeout states its own. */
const PATIENT: EndpointBudget = { firstByteMs: 20_000, idleMs: 20_000, totalMs: 60_000, retries: 2, pauseMs: 20 };

/** Pieces of text, every one of them data. */
async function* deltas(reply: EndpointResponse): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of reply.bytes) {
    const text = decoder.decode(bytes, { stream: true });
    if (!/^(: still here\n\n)+$/.test(text)) reply.progress();
    yield text;
  }
}

interface Asking {
  budget?: Partial<EndpointBudget>;
  signal?: AbortSignal;
  url?: string;
  key?: string;
  read?: (reply: EndpointResponse) => AsyncIterable<string>;
}

async function ask({ budget, signal, url, key, read = deltas }: Asking = {}): Promise<string[]> {
  const endpoint = {
    stage: 'think' as const,
    url: url ?? `${fake.url}/chat/completions`,
    key,
    budget: { ...PATIENT, ...budget },
  };
  const question = () => ({ body: '{}', contentType: 'application/json', accept: 'text/event-stream' });
  const received: string[] = [];
  for await (const piece of exchange(endpoint, question, read, signal ?? new AbortController().signal))
    received.push(piece);
  return received;
}

const failure = (asking: Asking): Promise<{ fault: EndpointFault | undefined; message: string; code: string }> =>
  ask(asking).then(
    () => expect.unreachable('it did not fail'),
    (error) => ({ fault: faultOf(error), message: error.message, code: error.code }),
  );

describe('exchange', () => {
  it('[AU27] sends the configured key and accepts nothing but the answer', async () => {
    await ask({ key: 'sk-configured' });
    expect(fake.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-configured',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
    });
    await ask();
    expect(fake.requests[1]?.headers).not.toHaveProperty('authorization');
  });

  it.each<[string, Answer, EndpointFault]>([
    ['no answer', silent, { fault: 'timeout', waitedFor: 'first_data', ms: 100 }],
    ['headers and nothing else', mute, { fault: 'timeout', waitedFor: 'first_data', ms: 100 }],
    ['a beginning and nothing else', stalling, { fault: 'timeout', waitedFor: 'data', ms: 200 }],
  ])('gives up on %s, once, and hangs up', async (_, answer, fault) => {
    const waitedFor = fault.fault === 'timeout' && fault.waitedFor;
    fake.next('think', answer);
    const failed = await failure({ budget: { firstByteMs: waitedFor === 'data' ? 20_000 : 100, idleMs: 200 } });
    expect(failed).toMatchObject({ code: 'upstream_timeout', fault });
    await fake.hungUp('think');
    expect(fake.requests).toHaveLength(1);
  });

  it('does not count heartbeats as data', async () => {
    fake.next('think', heartbeats);
    const read = async function* (reply: EndpointResponse) {
      for await (const _ of reply.bytes); // nothing of it is progress
      yield '';
    };
    const { fault } = await failure({ budget: { firstByteMs: 150 }, read });
    expect(fault).toEqual({ fault: 'timeout', waitedFor: 'first_data', ms: 150 });
    await fake.hungUp('think');
  });

  it('limits the whole request', async () => {
    fake.next('think', slowly(60, 8));
    const { fault } = await failure({ budget: { totalMs: 200 } });
    expect(fault).toEqual({ fault: 'timeout', waitedFor: 'end', ms: 200 });
  });

  it.each<[string, Answer[]]>([
    ['a lost connection', [dropped]],
    ['429 that soon allows more', [status(429, { 'retry-after': '0' })]],
    ['500 and 503', [status(500), status(503)]],
  ])('asks again after %s', async (_, answers) => {
    fake.next('think', ...answers);
    expect((await ask()).join('')).toContain('[DONE]');
    expect(fake.requests).toHaveLength(answers.length + 1);
  });

  it.each<[string, Answer, EndpointFault]>([
    ['401', status(401, {}, { code: 'invalid_api_key' }), { fault: 'status', status: 401, reason: 'invalid_api_key' }],
    ['404', status(404, {}, { code: 'model_not_found' }), { fault: 'status', status: 404, reason: 'model_not_found' }],
    [
      '429 for want of money',
      status(429, {}, { type: 'insufficient_quota' }),
      expect.objectContaining({ status: 429 }),
    ],
    [
      '429 for longer than anybody waits',
      status(429, { 'retry-after': '60' }),
      expect.objectContaining({ status: 429 }),
    ],
    ['a redirect', redirected('/v1/responses'), expect.objectContaining({ status: 307 })],
  ])('does not ask again after %s', async (_, answer, fault) => {
    fake.next('think', answer);
    expect((await failure({})).fault).toEqual(fault);
    expect(fake.requests).toHaveLength(1);
  });

  it('counts the delay between attempts in the total only', async () => {
    fake.next('think', status(503, { 'retry-after': '1' }), status(503, { 'retry-after': '1' }));
    expect((await ask({ budget: { firstByteMs: 900 } })).join('')).toContain('[DONE]');
    fake.next('think', status(503, { 'retry-after': '1' }));
    const { fault } = await failure({ budget: { totalMs: 300 } });
    expect(fault).toEqual({ fault: 'timeout', waitedFor: 'end', ms: 300 });
  });

  it('sends at most three requests', async () => {
    fake.next('think', status(500), status(500), status(500));
    expect((await failure({})).fault).toEqual({ fault: 'status', status: 500 });
    expect(fake.requests).toHaveLength(3);
  });

  it('does not retry after something was yielded', async () => {
    fake.next('think', cut);
    expect((await failure({})).fault).toEqual({ fault: 'cut' });
    expect(fake.requests).toHaveLength(1);
  });

  it('[EN3] returns without throwing and closes the connection when the signal aborts', async () => {
    fake.next('think', stalling);
    const abort = new AbortController();
    const asking = ask({
      signal: abort.signal,
      async *read(reply) {
        for await (const text of deltas(reply)) {
          yield text;
          abort.abort(); // once something was said
        }
      },
    });
    expect((await asking).join('')).toContain('Good');
    await fake.hungUp('think');
  });

  it('[EN3] returns when the signal aborts between attempts', async () => {
    fake.next('think', status(500), well);
    const abort = new AbortController();
    const asking = ask({ signal: abort.signal, budget: { pauseMs: 60_000, totalMs: 300_000 } });
    await waitUntil('the first attempt to be answered', () => fake.requests[0]?.isAnswered);
    abort.abort();
    await asking;
    expect(fake.requests).toHaveLength(1);
  });

  it('reports the system error code when nothing listens', async () => {
    const closed = await fakeEndpoints();
    await closed.close();
    const { fault, message } = await failure({ url: `${closed.url}/chat/completions`, budget: { pauseMs: 1 } });
    expect(fault).toEqual({ fault: 'unreachable', reason: 'ECONNREFUSED' });
    expect(message).toBe('The think endpoint cannot be reached: ECONNREFUSED.');
  });

  it('reports a port that fetch blocks', async () => {
    const { fault } = await failure({ url: 'http://127.0.0.1:9/v1/chat/completions' });
    expect(fault).toEqual({ fault: 'unreachable', reason: 'ERR_BARRED_PORT' });
  });

  it('[ER4] puts no key, content or address in errors', async () => {
    const answers = [
      status(401),
      status(400, {}, { code: 'CANARY-CONTENT' }),
      saying('CANARY-CONTENT', 'text/plain', 418),
    ];
    for (const answer of answers) {
      fake.next('think', answer);
      const url = `${fake.url}/chat/completions?key=CANARY-URL`;
      const { message } = await failure({ key: 'CANARY-KEY', url });
      expect(message).toMatch(/^The think endpoint answered 4\d\d\.$/);
    }
  });

  it('rejects a body that is longer than the limit', () => {
    expect(DEFAULT_BUDGET).toMatchObject({ firstByteMs: 30_000, idleMs: 30_000, retries: 2 });
  });
});
