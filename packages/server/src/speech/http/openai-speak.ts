// Speaking by any endpoint that speaks OpenAI's HTTP API: `/v1/audio/speech`, its sound taken as it streams.
// https://platform.openai.com/docs/api-reference/audio/createSpeech

import { ColloquyError } from '@colloquy/protocol';
import { pcmStream } from '../../audio/pcm-stream.ts';
import { openWork } from '../open-work.ts';
import type { Sound, Speaker } from '../ports.ts';
import { type Endpoint, exchange, type Reply } from './http-endpoint.ts';
import { stageError } from './stage-fault.ts';

export interface OpenAiSpeakerOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** Speaks for every session, whatever voice it names. */
  readonly voice?: string;
  /** The names sessions may use. Without them the endpoint decides. */
  readonly voices?: readonly string[];
  /** Samples per second of raw sound. OpenAI's is 24000. */
  readonly rateHz: number;
  /** Whether the endpoint heeds `speed`. */
  readonly speed: boolean;
}

/** OpenAI's own, which most endpoints take by the same names. */
const KNOWN_VOICES = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'fable',
  'marin',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
];

/** A speaker that asks an endpoint for 16-bit mono samples; a WAV file of them is taken too. Throws what `exchange` throws. */
export function openAiSpeaker(options: OpenAiSpeakerOptions): Speaker {
  const { endpoint, model, voice, voices, rateHz, speed } = options;
  const work = openWork();
  return {
    name: model,
    voices: voices ?? (voice === undefined ? KNOWN_VOICES : [...new Set([voice, ...KNOWN_VOICES])]),
    capabilities: { speed, streaming: true, otherVoices: voices === undefined || voice !== undefined },
    async *speak(text, wanted) {
      if (voices && voice === undefined && !voices.includes(wanted.voice)) {
        const message = `The voice '${wanted.voice.slice(0, 64)}' is not one of ${voices.join(', ')}.`;
        throw new ColloquyError('invalid_value', message);
      }
      if (!/[\p{L}\p{N}]/u.test(text)) return;
      const body = JSON.stringify({
        model,
        input: text,
        voice: voice ?? wanted.voice,
        response_format: 'pcm',
        ...(speed && wanted.speed !== 1 && { speed: wanted.speed }),
      });
      const ask = () => ({ body, contentType: 'application/json', accept: 'audio/pcm, audio/wav, */*' });
      yield* work.run(wanted.signal, (signal) => exchange(endpoint, ask, (reply) => readSound(reply, rateHz), signal));
    },
    async close() {
      work.close();
    },
  };
}

const wrong = (reason: string) => stageError('speak', { fault: 'content', reason });
const WRONG_AUDIO = 'sent other audio than 16-bit mono samples';

async function* readSound(reply: Reply, rateHz: number): AsyncGenerator<Sound, void, undefined> {
  const { type, parameter } = reply;
  if (type.startsWith('text/') || type === 'application/json') throw wrong('answered with text instead of audio');
  if (type === 'audio/mpeg' || type === 'audio/ogg' || type === 'audio/flac') throw wrong(WRONG_AUDIO);
  const stated = Number(parameter('rate'));
  const stream = pcmStream(Number.isInteger(stated) && stated >= 4000 && stated <= 192_000 ? stated : rateHz);
  let isEmpty = true;
  const hear = (sound: Sound | undefined): Sound[] => {
    if (!sound) return [];
    isEmpty = false;
    return [sound];
  };
  try {
    for await (const chunk of reply.bytes) {
      if (chunk.byteLength > 0) reply.progress();
      yield* hear(stream.push(chunk));
    }
    yield* hear(stream.end());
  } catch (error) {
    throw error instanceof RangeError ? wrong(WRONG_AUDIO) : error;
  }
  if (isEmpty) throw wrong('answered with no audio');
}
