// An endpoint's stream at every byte: however it is fragmented it says the same, and wherever it ends early it is no whole
// answer. Letters of four bytes are in every field that carries text.

import { chunk, cutInTwo, saying, sse } from '@support/fake-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import type { ThinkEvent } from '../ports.ts';
import { endpointError } from './endpoint-fault.ts';
import type { EndpointResponse } from './http-endpoint.ts';
import { readAnswer } from './openai-answer.ts';
import { chatReader } from './openai-chat.ts';
import { responsesReader } from './openai-responses.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiTranscriber } from './openai-transcribe.ts';
import { toolNames } from './tool-names.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const ARGUMENTS = '{"to":"𝄞"}';

const CHAT = sse(
  chunk({ role: 'assistant' }),
  chunk({ content: '😀 ' }),
  chunk({ content: 'é𝄞.' }),
  chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'go', arguments: '{"to":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"𝄞"}' } }] }),
  chunk({}, 'stop'),
  { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
  '[DONE]',
);
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'go' };
const RESPONSES = sse(
  { type: 'response.created', response: { status: 'in_progress' } },
  { type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: '😀 ' },
  { type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: 'é𝄞.' },
  { type: 'response.output_item.added', output_index: 1, item: { ...call, arguments: '' } },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 1, delta: ARGUMENTS },
  { type: 'response.output_item.done', output_index: 1, item: { ...call, arguments: ARGUMENTS } },
  {
    type: 'response.completed',
    response: { status: 'completed', usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } },
  },
);
const STREAMS = [
  { api: 'chat', stream: CHAT, readerOf: chatReader },
  { api: 'responses', stream: RESPONSES, readerOf: responsesReader },
] as const;

/** What a stream in these pieces comes to, and how it ends: by itself, by an error of ours, or by a lost connection. */
async function read(
  readerOf: (typeof STREAMS)[number]['readerOf'],
  pieces: readonly Uint8Array[],
  isLost = false,
): Promise<{ thoughts: ThinkEvent[]; error?: string }> {
  const thoughts: ThinkEvent[] = [];
  const reply: EndpointResponse = {
    type: 'text/event-stream',
    parameter: () => undefined,
    progress() {},
    linger() {},
    bytes: (async function* () {
      yield* pieces;
      if (isLost) throw endpointError('think', { fault: 'cut' });
    })(),
  };
  try {
    for await (const thought of readAnswer(reply, readerOf(toolNames([], 'auto')))) thoughts.push(thought);
    return { thoughts };
  } catch (error) {
    return { thoughts, error: (error as Error).message };
  }
}

/** Pieces of so many bytes, the first of them shorter by `offset`. */
function fragments(bytes: Uint8Array, size: number, offset = 0): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = -offset; at < bytes.byteLength; at += size) pieces.push(bytes.slice(Math.max(0, at), at + size));
  return pieces;
}

describe.each(STREAMS)('a stream of $api', ({ stream, readerOf }) => {
  const bytes = bytesOf(stream);
  const whole = read(readerOf, [bytes]);

  it('yields the whole answer when the stream is not cut', async () => {
    const { thoughts, error } = await whole;
    expect(error).toBeUndefined();
    const deltas = thoughts.map((thought) => ('delta' in thought ? thought.delta : '')).join('');
    expect(deltas).toBe(`😀 é𝄞.${ARGUMENTS}`);
    expect(thoughts.at(-1)).toEqual({ type: 'done' });
  });

  it('yields the same for every cut', async () => {
    for (let at = 0; at <= bytes.byteLength; at += 1) {
      expect(await read(readerOf, [bytes.slice(0, at), bytes.slice(at)]), `cut at ${at}`).toEqual(await whole);
    }
  });

  it.each([1, 2, 3, 7])('yields the same in pieces of %i bytes at every offset', async (size) => {
    for (let offset = 0; offset < size; offset += 1) {
      expect(await read(readerOf, fragments(bytes, size, offset)), `from ${offset}`).toEqual(await whole);
    }
  });

  it.each([
    ['the connection is lost', true],
    ['the answer ends', false],
  ])('is never taken for whole when %s too early, at any byte', async (_, isLost) => {
    const { thoughts } = await whole;
    const pieces = thoughts.filter(({ type }) => type !== 'done' && type !== 'usage');
    for (let at = 0; at < bytes.byteLength; at += 1) {
      const early = await read(readerOf, [bytes.slice(0, at)], isLost);
      const isDone = early.thoughts.at(-1)?.type === 'done';
      const before = early.thoughts.filter(({ type }) => type !== 'done' && type !== 'usage');
      expect(before, `at ${at}`).toEqual(pieces.slice(0, before.length));
      // One end, never two and never none; what says that it is done has said everything.
      expect([early.error !== undefined, isDone].filter(Boolean), `at ${at}`).toHaveLength(1);
      if (isDone) expect(before, `at ${at}`).toEqual(pieces);
    }
  });
});

const fake = await withEndpoints();

describe('over HTTP', { tags: 'long' }, () => {
  const budget = { firstByteMs: 10_000, idleMs: 10_000, totalMs: 20_000, retries: 0, pauseMs: 1 };

  it('returns the same transcript for every cut', async () => {
    const text = sse(
      { type: 'transcript.text.delta', delta: '😀 é' },
      { type: 'transcript.text.delta', delta: '𝄞.' },
      { type: 'transcript.text.done', text: '😀 é𝄞.' },
    );
    const endpoint = { stage: 'transcribe' as const, url: `${fake.url}/audio/transcriptions`, key: undefined, budget };
    const transcriber = openAiTranscriber({ endpoint, model: 'ears' });
    for (let at = 1; at < bytesOf(text).byteLength; at += 1) {
      fake.next('transcribe', cutInTwo(at, text));
      const deltas: string[] = [];
      const { signal } = new AbortController();
      const utterance = transcriber.open({ speaker: 'x', signal, onDelta: (delta) => void deltas.push(delta) });
      utterance.write(new Int16Array(160));
      const { transcript } = await utterance.finish();
      expect([transcript, deltas], `cut at ${at}`).toEqual(['😀 é𝄞.', ['😀 é𝄞.']]);
    }
  });

  it('returns the same audio for every cut', async () => {
    const pcm = Buffer.from(Int16Array.from({ length: 60 }, (_, index) => index * 500 - 15_000).buffer);
    const endpoint = { stage: 'speak' as const, url: `${fake.url}/audio/speech`, key: undefined, budget };
    const speaker = openAiSpeaker({ endpoint, model: 'tts', rateHz: 24_000, speed: true });
    const speak = async () => {
      const samples: number[] = [];
      const wanted = { voice: 'marin', speed: 1, signal: new AbortController().signal };
      for await (const sound of speaker.speak('Hello.', wanted)) samples.push(...sound.samples);
      return samples;
    };
    fake.next('speak', saying(pcm, 'audio/pcm'));
    const whole = await speak();
    expect(whole).toHaveLength(60);
    for (let at = 1; at < pcm.byteLength; at += 1) {
      fake.next('speak', cutInTwo(at, pcm, 'audio/pcm'));
      expect(await speak(), `cut at ${at}`).toEqual(whole);
    }
  });
});
