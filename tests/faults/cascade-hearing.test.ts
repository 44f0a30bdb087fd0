// Endpoints that transcribe, failing in every way we could think of, behind a hosted session: each transcription ends exactly
// once, within its budget, the answer comes all the same, and the session goes on.

import type { ServerEvent } from '@colloquy/protocol';
import {
  type Answer,
  bytewise,
  cut,
  dropped,
  empty,
  flood,
  GOOD_TRANSCRIPT,
  garbage,
  halved,
  heartbeats,
  html,
  LONG_WAIT_MS,
  mute,
  redirected,
  SHORT_WAIT_MS,
  saying,
  silent,
  slowly,
  sse,
  stalling,
  status,
} from '@support/fake-endpoints.ts';
import { waitUntil } from '@support/wait-until.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import { hostSession } from '../../packages/server/src/sessions/host-session.ts';
import { endpointOf, thinkerOptions } from '../../packages/server/src/speech/http/cascade-config.ts';
import { openAiThinker } from '../../packages/server/src/speech/http/openai-think.ts';
import { openAiTranscriber } from '../../packages/server/src/speech/http/openai-transcribe.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';

/** Short only while a timeout is what a test is about. */
let waitMs = LONG_WAIT_MS;
const budget = {
  get firstByteMs() {
    return waitMs;
  },
  get idleMs() {
    return waitMs;
  },
  ...{ totalMs: 60_000, retries: 1, pauseMs: 50 },
};

const fake = await withEndpoints();
const events: ServerEvent[] = [];
let close = async () => {};
let send: (event: object) => void = () => {};

beforeAll(async () => {
  const env = { FAKE_KEY: 'sk-CANARY-KEY' };
  const config = { url: fake.url, key_env: 'FAKE_KEY', model: 'tiny' };
  const endpoint = (stage: 'transcribe' | 'think') => ({ ...endpointOf(stage, config, env), budget });
  const thinker = openAiThinker(thinkerOptions(config, endpoint('think')));
  const transcriber = openAiTranscriber({ endpoint: endpoint('transcribe'), model: 'tiny' });
  const [client, server] = memoryPair();
  const { ended } = hostSession(server, {
    engine: cascade({ thinker }),
    speech: { transcriber },
  });
  void (async () => {
    for await (const frame of client.frames) {
      events.push(JSON.parse(String(frame)) as ServerEvent);
    }
  })();
  send = (event) => client.send(JSON.stringify(event));
  const input = { turn_detection: null, transcription: { model: 'whisper-1' } };
  send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], audio: { input } } });
  close = async () => {
    client.close(1000, '');
    await ended;
  };
});
afterAll(async () => {
  await close();
});

/** The first event from `from` on of one of these types. */
async function until(types: readonly string[], from: number): Promise<ServerEvent> {
  const find = () => events.slice(from).find(({ type }) => types.includes(type));
  return waitUntil(types.join(' or '), find, { last: () => events.at(-1) });
}

const COMPLETED = 'conversation.item.input_audio_transcription.completed';
const FAILED = 'conversation.item.input_audio_transcription.failed';

/** Half a second of audio as a turn of its own, and what is told of its words. */
async function say() {
  const from = events.length;
  send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(24_000).toString('base64') });
  send({ type: 'input_audio_buffer.commit' });
  send({ type: 'response.create' });
  const end = await until([COMPLETED, FAILED], from);
  const done = await until(['response.done'], from);
  expect(events.slice(from).filter(({ type }) => type === COMPLETED || type === FAILED)).toHaveLength(1);
  if (done.type !== 'response.done') expect.unreachable();
  expect(done.response.status).toBe('completed');
  if (end.type === COMPLETED) return { transcript: end.transcript };
  return end.type === FAILED ? { code: end.error.code, message: end.error.message ?? '' } : expect.unreachable();
}

const ERROR = 'upstream_error';
const TIMEOUT = 'upstream_timeout';

it.each<[string, Answer, string | undefined]>([
  ['slow', slowly(50), undefined],
  ['one byte at a time', bytewise, undefined],
  ['silent', silent, TIMEOUT],
  ['silent after its headers', mute, TIMEOUT],
  ['silent midway', stalling, TIMEOUT],
  ['heartbeats alone', heartbeats, TIMEOUT],
  ['500 again and again', status(500), ERROR],
  ['401', status(401), ERROR],
  ['429 again and again', status(429), ERROR],
  ['a connection lost at once, again and again', dropped, ERROR],
  ['cut midway', cut, ERROR],
  ['half an answer', halved, ERROR],
  ['garbage', garbage, ERROR],
  ['50 MB', flood, ERROR],
  ['a web page', html, ERROR],
  ['nothing', empty, ERROR],
  ['a redirect', redirected('https://elsewhere.example/CANARY-URL'), ERROR],
  ['a stream without an end', saying(sse({ type: 'transcript.text.delta', delta: 'so' })), ERROR],
])(
  '[TX8] a transcribe endpoint that answers with %s ends one transcription, and the session goes on',
  async (_, answer, code) => {
    fake.next('transcribe', answer, ...(code === undefined ? [] : [answer]));
    waitMs = code === TIMEOUT ? SHORT_WAIT_MS : LONG_WAIT_MS;
    const received = await say();
    waitMs = LONG_WAIT_MS;
    expect(received).toMatchObject(code === undefined ? { transcript: GOOD_TRANSCRIPT } : { code });
    fake.reset();
    expect(await say()).toEqual({ transcript: GOOD_TRANSCRIPT });
    expect(fake.of('transcribe')).toHaveLength(1);
    expect(String(fake.of('think')[0]?.body)).toContain(GOOD_TRANSCRIPT);
    expect(JSON.stringify(events)).not.toContain('CANARY');
  },
);

it('hangs up when the session ends', async () => {
  fake.next('transcribe', silent);
  send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(24_000).toString('base64') });
  send({ type: 'input_audio_buffer.commit' });
  await waitUntil('a request to transcribe', () => fake.of('transcribe').length > 0);
  await close();
  await fake.hungUp('transcribe');
});
