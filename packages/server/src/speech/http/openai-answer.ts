// Shared by both OpenAI language-model APIs: reading an answer, and its usage.

import { type RealtimeUsage, readFrame } from '@colloquy/protocol';
import type { ThinkEvent } from '../ports.ts';
import { endpointError } from './endpoint-fault.ts';
import type { EndpointResponse } from './http-endpoint.ts';
import { countField, field } from './json-fields.ts';
import { recordSplitter } from './sse.ts';

/** The content of one record of a stream, or of a whole answer that is not streamed. */
export interface ParsedRecord {
  readonly events: readonly ThinkEvent[];
  /** True if the record shows progress, even if it is only that the model is working. */
  readonly isData: boolean;
  /** True if the answer is complete; only its usage may follow. */
  readonly isComplete: boolean;
}

/** Reads one answer, record by record. Throws the endpoint's error for an invalid record. */
export interface AnswerReader {
  read(value: unknown): ParsedRecord;
  /** Returns the last events, `done` or `failed`. Throws the endpoint's error if the answer was not complete. */
  end(isDone: boolean): readonly ThinkEvent[];
}

/** Milliseconds to wait for the usage after the end of an answer. */
const LINGER_MS = 2000;
/** Bytes of an answer that is not streamed. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

const NOT_JSON = () => endpointError('think', { fault: 'content', reason: 'sent data that is not JSON' });

/** Reads an answer to its end, streamed or not. */
export async function* readAnswer(
  reply: EndpointResponse,
  reader: AnswerReader,
): AsyncGenerator<ThinkEvent, void, undefined> {
  if (reply.type === 'text/html')
    throw endpointError('think', { fault: 'content', reason: 'answered with a web page instead of a stream' });
  let isDone = false;
  let isEmpty = true;
  for await (const value of reply.type === 'application/json' ? wholeValue(reply) : streamedValues(reply)) {
    isEmpty = false;
    if (value === undefined) {
      isDone = true;
      break;
    }
    const { events, isData, isComplete } = reader.read(value);
    if (isData) reply.progress();
    if (isComplete) reply.linger(LINGER_MS);
    yield* events;
  }
  if (isEmpty) throw endpointError('think', { fault: 'content', reason: 'answered with nothing' });
  yield* reader.end(isDone);
}

/** Yields the JSON values of a stream, then `undefined` at its end marker. */
async function* streamedValues(reply: EndpointResponse): AsyncGenerator<unknown, void, undefined> {
  const splitter = recordSplitter();
  const valuesOf = function* (records: ReturnType<typeof splitter.push>) {
    for (const record of records) {
      if (record.type === 'done') yield undefined;
      if (record.type !== 'data') continue;
      const parsed = readFrame(record.data, false);
      if (!parsed.ok) throw NOT_JSON();
      yield parsed.value;
    }
  };
  for await (const chunk of reply.bytes) yield* valuesOf(splitter.push(chunk));
  yield* valuesOf(splitter.end());
}

async function* wholeValue(reply: EndpointResponse): AsyncGenerator<unknown, void, undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of reply.bytes) {
    reply.progress();
    total += chunk.byteLength;
    if (total > MAX_ANSWER_BYTES)
      throw endpointError('think', { fault: 'content', reason: 'sent an answer that is too long' });
    chunks.push(chunk);
  }
  if (total === 0) return;
  const parsed = readFrame(Buffer.concat(chunks, total), false);
  if (!parsed.ok) throw NOT_JSON();
  yield parsed.value;
}

/** The two APIs' names of the same counts. */
const COUNTS = {
  chat: ['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'completion_tokens_details'],
  responses: ['input_tokens', 'output_tokens', 'input_tokens_details', 'output_tokens_details'],
} as const;

/** Converts usage to the Realtime API's form; `undefined` if the endpoint counted nothing. */
export function usageOf(usage: unknown, names: keyof typeof COUNTS): RealtimeUsage | undefined {
  const [inputName, outputName, inputDetails, outputDetails] = COUNTS[names];
  const input_tokens = countField(usage, inputName);
  const output_tokens = countField(usage, outputName);
  if (input_tokens === undefined || output_tokens === undefined) return undefined;
  const cached_tokens = countField(field(usage, inputDetails), 'cached_tokens') ?? 0;
  const reasoning_tokens = countField(field(usage, outputDetails), 'reasoning_tokens');
  return {
    total_tokens: input_tokens + output_tokens,
    input_tokens,
    output_tokens,
    input_token_details: {
      text_tokens: input_tokens,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens,
      cached_tokens_details: { text_tokens: cached_tokens, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: {
      text_tokens: output_tokens,
      audio_tokens: 0,
      ...(reasoning_tokens !== undefined && { reasoning_tokens }),
    },
  };
}
