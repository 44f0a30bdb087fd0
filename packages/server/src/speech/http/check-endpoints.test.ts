// What an operator is told of each endpoint.

import {
  type Answer,
  chunk,
  cut,
  type FakeStage,
  fakeEndpoints,
  garbage,
  html,
  saying,
  silent,
  sse,
  status,
} from '@support/fake-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import { checkEndpoints } from './check-endpoints.ts';
import { implausibility } from './plausible-speech.ts';

const fake = await withEndpoints();

/** Two seconds of a sound that could be speech, as far as anybody looks. */
const SPEECH = Buffer.alloc(96_000);
for (let i = 0; i < 48_000; i++) SPEECH.writeInt16LE(Math.round(6000 * Math.sin(i / 30)), i * 2);

const endpoint = (stage: FakeStage = 'think', model = 'tiny') => {
  const waitMs = fake.patienceMs(stage);
  return { url: `${fake.url}?secret=CANARY`, model, first_byte_ms: waitMs, idle_ms: waitMs };
};

describe('checkEndpoints', () => {
  it('reports success and latency', async () => {
    fake.next('speak', saying(SPEECH, 'audio/pcm'));
    const reports = await checkEndpoints({ transcribe: endpoint(), think: endpoint(), speak: endpoint() }, {});
    expect(reports.map(({ stage, ok, problem, message }) => [stage, ok, problem, message])).toEqual([
      ['transcribe', true, null, ''],
      ['think', true, null, ''],
      ['speak', true, null, ''],
    ]);
    expect(reports[1]?.address).toBe(`${fake.url}/chat/completions`);
    expect(
      reports.every(({ first_ms, total_ms }) => (first_ms ?? -1) >= 0 && (total_ms ?? -1) >= (first_ms ?? 0)),
    ).toBe(true);
  });

  it.each<[string, FakeStage, Answer, string, RegExp]>([
    ['401', 'think', status(401), 'unauthorized', /answered 401\. No key is configured: set 'key_env'/],
    [
      'a wrong model',
      'think',
      status(404, {}, { code: 'model_not_found' }),
      'wrong_model',
      /no model of the configured name/,
    ],
    ['a model it does not list', 'speak', status(404), 'wrong_model', /It has tiny-2, other\.$/],
    ['500', 'transcribe', status(500), 'refused', /answered 500\.$/],
    ['silence', 'think', silent, 'timeout', /no data within 0\.3 s/],
    ['a web page', 'think', html, 'wrong_answer', /a web page/],
    ['a lost connection', 'transcribe', cut, 'wrong_answer', /broke off/],
    [
      'everything at once',
      'think',
      saying(
        JSON.stringify({ choices: [{ message: { content: 'One two.' }, finish_reason: 'stop' }] }),
        'application/json',
      ),
      'not_streaming',
      /all at once/,
    ],
    [
      'a stream of one piece',
      'think',
      saying(sse(chunk({ content: 'One two.' }, 'stop'))),
      'not_streaming',
      /all at once/,
    ],
    ['no word', 'think', saying(sse(chunk({}, 'stop'))), 'wrong_answer', /without a word/],
    ['another format', 'speak', garbage, 'wrong_audio', /other audio than 16-bit/],
    ['silence for sound', 'speak', saying(Buffer.alloc(96_000), 'audio/pcm'), 'wrong_audio', /It sends silence/],
    ['too little sound', 'speak', saying(SPEECH.subarray(0, 9600), 'audio/pcm'), 'wrong_audio', /Set 'rate_hz'/],
  ])('says what is wrong with an endpoint that answers with %s', async (_, stage, answer, problem, message) => {
    fake.models = ['tiny-2', 'other', 'CANARY\n'];
    fake.next(stage, answer);
    const [report] = await checkEndpoints({ [stage]: endpoint(stage) }, {});
    expect(report).toMatchObject({ stage, ok: false, problem });
    expect(report?.message).toMatch(message);
    expect(JSON.stringify(report)).not.toContain('CANARY');
    expect(fake.of(stage)).toHaveLength(1);
  });

  it('reports unreachable and misconfigured endpoints', async () => {
    const closed = await fakeEndpoints();
    await closed.close();
    const reports = await checkEndpoints(
      { think: { url: closed.url, model: 'tiny' }, speak: { ...endpoint(), key_env: 'NOT_SET' } },
      {},
    );
    expect(reports.map(({ problem, message }) => `${problem}: ${message}`)).toEqual([
      'unreachable: The think endpoint cannot be reached: ECONNREFUSED. Nothing listens there: is the server running, and the port right?',
      "misconfigured: cascade: 'speak.key_env': NOT_SET is not set.",
    ]);
  });
});

describe('implausibility', () => {
  it('detects compressed audio read as samples', () => {
    let state = 1;
    const noise = Int16Array.from({ length: 48_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return ((state >> 8) % 30_000) - 15_000;
    });
    expect(implausibility(noise, 24_000)).toMatch(/another format/);
  });
});
