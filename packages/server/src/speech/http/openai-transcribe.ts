// Transcription over `/v1/audio/transcriptions`. A streamed answer is passed on when it is complete.
// https://platform.openai.com/docs/api-reference/audio/createTranscription

import { ColloquyError, LogProb, readFrame, TranscriptionUsage } from '@colloquy/protocol';
import { writeWav } from '../../audio/wav.ts';
import { openWork } from '../open-work.ts';
import { SPEECH_HZ, type Transcriber, type Transcript, type UtteranceOptions } from '../ports.ts';
import { type EndpointFault, endpointError } from './endpoint-fault.ts';
import { type Endpoint, type EndpointRequest, type EndpointResponse, exchange, readAll } from './http-endpoint.ts';
import { field, listField, textField } from './json-fields.ts';
import { recordSplitter } from './sse.ts';

export interface OpenAiTranscriberOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** ISO-639-1 language if the session sets none. */
  readonly language?: string;
  /** Prompt if the session sets none. */
  readonly prompt?: string;
}

/** Bytes of the file: OpenAI's limit, 13 minutes. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** Bytes of an answer that is not streamed. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * A transcriber that sends each utterance as a WAV file when it ends. `finish` rejects with `upstream_error` or
 * `upstream_timeout` if the endpoint fails, and with `limit_exceeded` if the utterance exceeds 25 MiB.
 */
export function openAiTranscriber(options: OpenAiTranscriberOptions): Transcriber {
  const work = openWork();
  return {
    name: options.model,
    capabilities: { streaming: false, logprobs: true, hints: true },
    open(utterance) {
      const chunks: Int16Array[] = [];
      let count = 0;
      let isFinished = false;
      return {
        write(samples) {
          if (isFinished || utterance.signal.aborted) return;
          count += samples.length;
          // An utterance that is too long is rejected by `finish`; do not store more of it.
          if (count * 2 < MAX_FILE_BYTES) chunks.push(samples.slice());
        },
        async finish() {
          isFinished = true;
          if (utterance.signal.aborted || count === 0) return { transcript: '' };
          if (count * 2 >= MAX_FILE_BYTES)
            throw new ColloquyError('limit_exceeded', 'The utterance is too long to be transcribed.');
          const file = new Blob([writeWav(chunks.splice(0), SPEECH_HZ)], { type: 'audio/wav' });
          const pieces = work.run(utterance.signal, (signal) =>
            exchange(options.endpoint, () => transcriptionRequest(file, options, utterance), readTranscript, signal),
          );
          return gather(pieces, utterance, count / SPEECH_HZ);
        },
      };
    },
    forget() {},
    async close() {
      work.close();
    },
  };
}

type Piece = { readonly delta: string } | { readonly complete: Transcript };

/** Returns the transcript when it is complete: until then the endpoint may take back what it streamed [TX19]. */
async function gather(pieces: AsyncIterable<Piece>, utterance: UtteranceOptions, seconds: number): Promise<Transcript> {
  let text = '';
  for await (const piece of pieces) {
    if ('complete' in piece) {
      const usage = piece.complete.usage ?? { type: 'duration', seconds: Math.round(seconds * 1000) / 1000 };
      if (piece.complete.transcript !== '') utterance.onDelta?.(piece.complete.transcript);
      return { ...piece.complete, usage };
    }
    text += piece.delta;
  }
  if (utterance.signal.aborted) return { transcript: text };
  throw endpointError('transcribe', { fault: 'cut' });
}

function transcriptionRequest(
  file: Blob,
  options: OpenAiTranscriberOptions,
  utterance: UtteranceOptions,
): EndpointRequest {
  const form = new FormData();
  form.append('file', file, 'speech.wav');
  form.append('model', options.model);
  form.append('response_format', 'json');
  form.append('stream', 'true');
  const language = utterance.language ?? options.language;
  const prompt = utterance.prompt ?? options.prompt;
  if (language) form.append('language', language);
  if (prompt) form.append('prompt', prompt);
  if (utterance.logprobs) form.append('include[]', 'logprobs');
  return { body: form, accept: 'text/event-stream, application/json, text/plain' };
}

const contentError = (reason: string) =>
  endpointError('transcribe', { fault: 'content', reason } satisfies EndpointFault);

async function* readTranscript(reply: EndpointResponse): AsyncGenerator<Piece, void, undefined> {
  if (reply.type === 'text/html') throw contentError('answered with a web page instead of a transcript');
  if (reply.type === 'text/event-stream') return yield* readStream(reply);
  const bytes = await readAll(
    (async function* () {
      for await (const chunk of reply.bytes) {
        reply.progress();
        yield chunk;
      }
    })(),
    MAX_ANSWER_BYTES,
  );
  if (!bytes) throw contentError('sent an answer that is too long');
  if (bytes.byteLength === 0) throw contentError('answered with nothing');
  if (reply.type === 'text/plain') {
    yield { complete: { transcript: new TextDecoder().decode(bytes).trim() } };
    return;
  }
  const parsed = readFrame(bytes, false);
  if (!parsed.ok) throw contentError('sent data that is not JSON');
  if (typeof field(parsed.value, 'text') !== 'string') throw contentError('answered without a transcript');
  yield { complete: transcriptOf(parsed.value) };
}

async function* readStream(reply: EndpointResponse): AsyncGenerator<Piece, void, undefined> {
  const splitter = recordSplitter();
  let text = '';
  let isEmpty = true;
  const piecesOf = function* (records: ReturnType<typeof splitter.push>): Generator<Piece> {
    for (const record of records) {
      isEmpty = false;
      if (record.type === 'done') yield { complete: { transcript: text.trim() } };
      if (record.type !== 'data') continue;
      const parsed = readFrame(record.data, false);
      if (!parsed.ok) throw contentError('sent data that is not JSON');
      const event = parsed.value;
      const type = textField(event, 'type');
      if (type === 'error' || (type === '' && field(event, 'error'))) throw contentError('reported an error');
      if (type.startsWith('transcript.')) reply.progress();
      const delta = type === 'transcript.text.delta' ? textField(event, 'delta') : '';
      if (delta !== '') {
        text += delta;
        yield { delta };
      }
      if (type === 'transcript.text.done') yield { complete: transcriptOf(event) };
    }
  };
  for await (const chunk of reply.bytes) yield* piecesOf(splitter.push(chunk));
  yield* piecesOf(splitter.end());
  throw isEmpty ? contentError('answered with nothing') : endpointError('transcribe', { fault: 'cut' });
}

function transcriptOf(answer: unknown): Transcript {
  const usage = field(answer, 'usage');
  const logprobs = listField(answer, 'logprobs').filter((each): each is LogProb => !LogProb.check(each));
  return {
    transcript: textField(answer, 'text').trim(),
    ...(isUsage(usage) && { usage }),
    ...(logprobs.length > 0 && { logprobs }),
  };
}

/** Strict, because an unknown kind of usage would reach clients unchanged. */
const isUsage = (usage: unknown): usage is TranscriptionUsage => !TranscriptionUsage.check(usage, 'server');
