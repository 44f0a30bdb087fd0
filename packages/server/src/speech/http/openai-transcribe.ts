// Hearing by any endpoint that speaks OpenAI's HTTP API: `/v1/audio/transcriptions`. An answer that is streamed is passed on when it is
// whole.
// https://platform.openai.com/docs/api-reference/audio/createTranscription

import { ColloquyError, LogProb, readFrame, TranscriptionUsage } from '@colloquy/protocol';
import { writeWav } from '../../audio/wav.ts';
import { openWork } from '../open-work.ts';
import { SPEECH_HZ, type Transcriber, type Transcript, type UtteranceOptions } from '../ports.ts';
import { type Endpoint, exchange, type Question, type Reply, readAll } from './http-endpoint.ts';
import { field, listField, textField } from './json-fields.ts';
import { recordSplitter } from './sse.ts';
import { type StageFault, stageError } from './stage-fault.ts';

export interface OpenAiTranscriberOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** ISO-639-1, for sessions that name none. */
  readonly language?: string;
  /** For sessions that give none. */
  readonly prompt?: string;
}

/** Longest utterance, in bytes of the file: what OpenAI takes, 13 minutes. */
const MAX_FILE = 25 * 1024 * 1024;
/** Longest answer that is not streamed, in bytes. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/**
 * A transcriber that sends each utterance, when it is over, as a WAV file. `finish` rejects with `upstream_error` or
 * `upstream_timeout` for what the endpoint does wrong, and with `limit_exceeded` for an utterance of more than 25 MiB.
 */
export function openAiTranscriber(options: OpenAiTranscriberOptions): Transcriber {
  const work = openWork();
  return {
    name: options.model,
    capabilities: { streaming: false, logprobs: true, hints: true },
    open(utterance) {
      const chunks: Int16Array[] = [];
      let count = 0;
      let isOver = false;
      return {
        write(samples) {
          if (isOver || utterance.signal.aborted) return;
          count += samples.length;
          // One too long is refused at its end; until then nothing more of it is kept.
          if (count * 2 < MAX_FILE) chunks.push(samples.slice());
        },
        async finish() {
          isOver = true;
          if (utterance.signal.aborted || count === 0) return { transcript: '' };
          if (count * 2 >= MAX_FILE)
            throw new ColloquyError('limit_exceeded', 'The utterance is too long to be transcribed.');
          const file = new Blob([writeWav(chunks.splice(0), SPEECH_HZ)], { type: 'audio/wav' });
          const pieces = work.run(utterance.signal, (signal) =>
            exchange(options.endpoint, () => question(file, options, utterance), readTranscript, signal),
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

type Piece = { readonly delta: string } | { readonly whole: Transcript };

/** The transcript, once it is whole: only then is it sure that the endpoint takes back none of what it has streamed [TX19]. */
async function gather(pieces: AsyncIterable<Piece>, utterance: UtteranceOptions, seconds: number): Promise<Transcript> {
  let words = '';
  for await (const piece of pieces) {
    if ('whole' in piece) {
      const usage = piece.whole.usage ?? { type: 'duration', seconds: Math.round(seconds * 1000) / 1000 };
      if (piece.whole.transcript !== '') utterance.onDelta?.(piece.whole.transcript);
      return { ...piece.whole, usage };
    }
    words += piece.delta;
  }
  if (utterance.signal.aborted) return { transcript: words };
  throw stageError('transcribe', { fault: 'cut' });
}

function question(file: Blob, options: OpenAiTranscriberOptions, utterance: UtteranceOptions): Question {
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

const wrong = (reason: string) => stageError('transcribe', { fault: 'content', reason } satisfies StageFault);

async function* readTranscript(reply: Reply): AsyncGenerator<Piece, void, undefined> {
  if (reply.type === 'text/html') throw wrong('answered with a web page instead of a transcript');
  if (reply.type === 'text/event-stream') return yield* readStream(reply);
  const bytes = await readAll(
    (async function* () {
      for await (const chunk of reply.bytes) {
        reply.progress();
        yield chunk;
      }
    })(),
    WHOLE_BYTES,
  );
  if (!bytes) throw wrong('sent an answer that is too long');
  if (bytes.byteLength === 0) throw wrong('answered with nothing');
  if (reply.type === 'text/plain') {
    yield { whole: { transcript: new TextDecoder().decode(bytes).trim() } };
    return;
  }
  const read = readFrame(bytes, false);
  if (!read.ok) throw wrong('sent data that is not JSON');
  if (typeof field(read.value, 'text') !== 'string') throw wrong('answered without a transcript');
  yield { whole: transcriptOf(read.value) };
}

async function* readStream(reply: Reply): AsyncGenerator<Piece, void, undefined> {
  const splitter = recordSplitter();
  let words = '';
  let isEmpty = true;
  const piecesOf = function* (records: ReturnType<typeof splitter.push>): Generator<Piece> {
    for (const record of records) {
      isEmpty = false;
      if (record.type === 'done') yield { whole: { transcript: words.trim() } };
      if (record.type !== 'data') continue;
      const read = readFrame(record.data, false);
      if (!read.ok) throw wrong('sent data that is not JSON');
      const event = read.value;
      const type = textField(event, 'type');
      if (type === 'error' || (type === '' && field(event, 'error'))) throw wrong('reported an error');
      if (type.startsWith('transcript.')) reply.progress();
      const delta = type === 'transcript.text.delta' ? textField(event, 'delta') : '';
      if (delta !== '') {
        words += delta;
        yield { delta };
      }
      if (type === 'transcript.text.done') yield { whole: transcriptOf(event) };
    }
  };
  for await (const chunk of reply.bytes) yield* piecesOf(splitter.push(chunk));
  yield* piecesOf(splitter.end());
  throw isEmpty ? wrong('answered with nothing') : stageError('transcribe', { fault: 'cut' });
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

/** Strictly: an unknown kind of usage would go out to clients as it stands. */
const isUsage = (usage: unknown): usage is TranscriptionUsage => !TranscriptionUsage.check(usage, 'server');
