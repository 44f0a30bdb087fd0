// Words from an endpoint, streamed or whole; and what is no words.

import {
  type Answer,
  bytewise,
  cut,
  empty,
  flood,
  GOOD_TRANSCRIPT,
  garbage,
  halved,
  heartbeats,
  html,
  LONG_WAIT_MS,
  saying,
  silent,
  sse,
  status,
} from '@support/fake-endpoints.ts';
import { waitUntil } from '@support/wait-until.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import { readWav } from '../../audio/wav.ts';
import type { UtteranceOptions } from '../ports.ts';
import { openAiTranscriber } from './openai-transcribe.ts';

const fake = await withEndpoints();

function transcriber(idleMs = fake.patienceMs('transcribe')) {
  const budget = { firstByteMs: idleMs, idleMs, totalMs: 60_000, retries: 1, pauseMs: 5 };
  const endpoint = { stage: 'transcribe' as const, url: `${fake.url}/audio/transcriptions`, key: 'CANARY-KEY', budget };
  return openAiTranscriber({ endpoint, model: 'ears', language: 'en' });
}

const SAMPLES = Int16Array.from({ length: 1600 }, (_, i) => i * 20 - 16_000);

async function transcribe(options: Partial<UtteranceOptions> = {}) {
  const deltas: string[] = [];
  const { signal } = new AbortController();
  const onDelta = (delta: string) => void deltas.push(delta);
  const utterance = transcriber().open({ speaker: 'someone', signal, onDelta, ...options });
  utterance.write(SAMPLES.subarray(0, 700));
  utterance.write(SAMPLES.subarray(700));
  return { ...(await utterance.finish()), deltas };
}

/** The form of a request, parsed by the platform. */
async function formOf(index = 0): Promise<FormData> {
  const { headers, body } = fake.requests[index] ?? expect.unreachable();
  return new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
}

describe('openAiTranscriber', () => {
  it('sends the exact samples as a WAV file', async () => {
    const transcript = await transcribe({ language: 'fr', prompt: 'names', logprobs: true });
    expect(transcript).toEqual({
      transcript: GOOD_TRANSCRIPT,
      usage: { type: 'duration', seconds: 0.1 },
      deltas: [GOOD_TRANSCRIPT],
    });
    const form = await formOf();
    const file = form.get('file') as File;
    expect(readWav(new Uint8Array(await file.arrayBuffer()))).toEqual({ samples: SAMPLES, rateHz: 16_000 });
    const fields = Object.fromEntries([...form].filter(([name]) => name !== 'file'));
    expect(fields).toEqual({
      model: 'ears',
      response_format: 'json',
      stream: 'true',
      language: 'fr',
      prompt: 'names',
      'include[]': 'logprobs',
    });
  });

  it('uses the configured language when the session sets none', async () => {
    await transcribe();
    const form = await formOf();
    expect(form.get('language')).toBe('en');
    expect(form.has('prompt')).toBe(false);
  });

  const stream = sse(
    { type: 'transcript.text.delta', delta: 'good' },
    { type: 'transcript.text.delta', delta: ' day 😀' },
    {
      type: 'transcript.text.done',
      text: 'good day 😀',
      usage: { type: 'tokens', total_tokens: 9, input_tokens: 6, output_tokens: 3 },
      logprobs: [{ token: 'good', logprob: -0.1, bytes: [103] }, { token: 5 }],
    },
  );

  it('[TX6] returns transcript, usage and logprobs', async () => {
    fake.next('transcribe', saying(stream));
    expect(await transcribe()).toEqual({
      transcript: 'good day 😀',
      usage: { type: 'tokens', total_tokens: 9, input_tokens: 6, output_tokens: 3 },
      logprobs: [{ token: 'good', logprob: -0.1, bytes: [103] }],
      deltas: ['good day 😀'],
    });
  });

  it('[TX18, TX19, SP17] emits no delta before the transcript is complete', async () => {
    const changed = sse(
      { type: 'transcript.text.delta', delta: ' good dye' },
      { type: 'transcript.text.done', text: 'Good day.' },
    );
    fake.next('transcribe', saying(changed));
    expect(await transcribe()).toMatchObject({ transcript: 'Good day.', deltas: ['Good day.'] });
  });

  it.each<[string, Answer, string]>([
    [
      'one byte at a time',
      (response, request) => bytewise(response, request, { type: 'text/event-stream', bytes: Buffer.from(stream) }),
      'good day 😀',
    ],
    ['as plain text', saying(' good day 😀\n', 'text/plain; charset=utf-8'), 'good day 😀'],
    ['after 500', status(500), GOOD_TRANSCRIPT],
    ['empty', saying('{"text":""}', 'application/json'), ''],
    ['with a usage that is none', saying('{"text":"a","usage":{"type":"x"}}', 'application/json'), 'a'],
  ])('takes words that come %s', async (_, answer, transcript) => {
    fake.next('transcribe', answer);
    expect((await transcribe()).transcript).toBe(transcript);
  });

  it.each<[string, Answer, string, string]>([
    ['silence', silent, 'upstream_timeout', 'took too long: no data within 0.3 s'],
    ['heartbeats alone', heartbeats, 'upstream_timeout', 'took too long: no data within 0.3 s'],
    ['401', status(401), 'upstream_error', 'answered 401'],
    ['half an answer', halved, 'upstream_error', 'sent data that is not JSON'],
    [
      'a stream that ends too early',
      saying(stream.slice(0, stream.indexOf('\n\n') + 2)),
      'upstream_error',
      'broke off its answer',
    ],
    ['a connection cut midway', cut, 'upstream_error', 'broke off its answer'],
    ['garbage', garbage, 'upstream_error', 'sent data that is not JSON'],
    ['50 MB', flood, 'upstream_error', 'sent an answer that is too long'],
    ['a web page', html, 'upstream_error', 'answered with a web page instead of a transcript'],
    ['nothing', empty, 'upstream_error', 'answered with nothing'],
    ['no text', saying('{"words":[]}', 'application/json'), 'upstream_error', 'answered without a transcript'],
    ['an error in the stream', saying(sse({ type: 'error', error: {} })), 'upstream_error', 'reported an error'],
  ])('[TX8] fails over %s', async (_, answer, code, what) => {
    fake.next('transcribe', answer, answer);
    await expect(transcribe()).rejects.toMatchObject({ code, message: `The transcribe endpoint ${what}.` });
  });

  it('sends no request when there is no audio or the signal has aborted', async () => {
    const abort = new AbortController();
    expect(await transcriber().open({ speaker: 's', signal: abort.signal }).finish()).toEqual({ transcript: '' });
    abort.abort();
    expect((await transcribe({ signal: abort.signal })).transcript).toBe('');
    expect(fake.requests).toEqual([]);
  });

  it('rejects an utterance over 25 MiB without storing it', async () => {
    const utterance = transcriber().open({ speaker: 's', signal: new AbortController().signal });
    const second = new Int16Array(16_000);
    for (let i = 0; i < 14 * 60; i++) utterance.write(second);
    await expect(utterance.finish()).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect(fake.requests).toEqual([]);
  });

  it('closes the connection on abort and on close', async () => {
    fake.next('transcribe', silent, silent);
    const abort = new AbortController();
    const part = transcriber(LONG_WAIT_MS);
    const first = part.open({ speaker: 's', signal: abort.signal });
    const second = part.open({ speaker: 's', signal: new AbortController().signal });
    first.write(SAMPLES);
    second.write(SAMPLES);
    const cancelled = first.finish();
    const closed = second.finish();
    await waitUntil('both requests', () => fake.of('transcribe').length === 2);
    abort.abort();
    expect(await cancelled).toEqual({ transcript: '' });
    await fake.hungUp('transcribe', 1);
    void part.close();
    await expect(closed).rejects.toMatchObject({ code: 'upstream_error' });
    await fake.hungUp('transcribe', 2);
  });
});
