// What the two ways of asking a language model have in common: how an answer is read, and what it cost.

import { type RealtimeUsage, readFrame } from '@colloquy/protocol';
import type { Thought } from '../ports.ts';
import type { Reply } from './http-endpoint.ts';
import { countField, field } from './json-fields.ts';
import { recordSplitter } from './sse.ts';
import { stageError } from './stage-fault.ts';

/** What one record of a stream, or a whole answer that is not streamed, comes to. */
export interface Heard {
  readonly thoughts: readonly Thought[];
  /** Whether the record said something, were it only that the model is at work. */
  readonly isData: boolean;
  /** Whether the answer is whole: after it comes at most what it cost. */
  readonly isWhole: boolean;
}

/** Reads one answer, record by record. Throws the stage's error for what cannot be read. */
export interface AnswerReader {
  hear(value: unknown): Heard;
  /** What an ending completes: last, `done` or `failed`. Throws the stage's error when the answer was not at its end. */
  end(isDone: boolean): readonly Thought[];
}

/** How long what an answer cost may come after its end, in milliseconds. */
const LINGER_MS = 2000;
/** Longest answer that is not streamed, in bytes. */
const WHOLE_BYTES = 8 * 1024 * 1024;

const NOT_JSON = () => stageError('think', { fault: 'content', reason: 'sent data that is not JSON' });

/** Reads an answer to its end, streamed or whole. */
export async function* readAnswer(reply: Reply, reader: AnswerReader): AsyncGenerator<Thought, void, undefined> {
  if (reply.type === 'text/html')
    throw stageError('think', { fault: 'content', reason: 'answered with a web page instead of a stream' });
  let isDone = false;
  let isEmpty = true;
  for await (const value of reply.type === 'application/json' ? wholeValue(reply) : streamedValues(reply)) {
    isEmpty = false;
    if (value === undefined) {
      isDone = true;
      break;
    }
    const { thoughts, isData, isWhole } = reader.hear(value);
    if (isData) reply.progress();
    if (isWhole) reply.linger(LINGER_MS);
    yield* thoughts;
  }
  if (isEmpty) throw stageError('think', { fault: 'content', reason: 'answered with nothing' });
  yield* reader.end(isDone);
}

/** The JSON values of a stream, then `undefined` where it says that it is done. */
async function* streamedValues(reply: Reply): AsyncGenerator<unknown, void, undefined> {
  const splitter = recordSplitter();
  const valuesOf = function* (records: ReturnType<typeof splitter.push>) {
    for (const record of records) {
      if (record.type === 'done') yield undefined;
      if (record.type !== 'data') continue;
      const read = readFrame(record.data, false);
      if (!read.ok) throw NOT_JSON();
      yield read.value;
    }
  };
  for await (const chunk of reply.bytes) yield* valuesOf(splitter.push(chunk));
  yield* valuesOf(splitter.end());
}

async function* wholeValue(reply: Reply): AsyncGenerator<unknown, void, undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of reply.bytes) {
    reply.progress();
    total += chunk.byteLength;
    if (total > WHOLE_BYTES) throw stageError('think', { fault: 'content', reason: 'sent an answer that is too long' });
    chunks.push(chunk);
  }
  if (total === 0) return;
  const read = readFrame(Buffer.concat(chunks, total), false);
  if (!read.ok) throw NOT_JSON();
  yield read.value;
}

/** Names that the two interfaces give to the same counts. */
const COUNTS = {
  chat: ['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'completion_tokens_details'],
  responses: ['input_tokens', 'output_tokens', 'input_tokens_details', 'output_tokens_details'],
} as const;

/** What an answer cost, in the words of the Realtime API; `undefined` when nothing was counted. */
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
