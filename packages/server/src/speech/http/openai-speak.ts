// Speech synthesis over `/v1/audio/speech`: yields the audio as it streams.
// https://platform.openai.com/docs/api-reference/audio/createSpeech

import { ColloquyError } from '@colloquy/protocol';
import { pcmStream } from '../../audio/pcm-stream.ts';
import { openWork } from '../open-work.ts';
import type { Sound, Speaker } from '../ports.ts';
import { endpointError } from './endpoint-fault.ts';
import { type Endpoint, type EndpointResponse, exchange } from './http-endpoint.ts';

export interface OpenAiSpeakerOptions {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** Voice for every session, whichever it requests. */
  readonly voice?: string;
  /** Voices that sessions may request. If absent, the endpoint decides. */
  readonly voices?: readonly string[];
  /** Samples per second of raw audio. OpenAI sends 24000. */
  readonly rateHz: number;
  /** True if the endpoint supports `speed`. */
  readonly speed: boolean;
}

/** OpenAI's voices; most endpoints accept the same names. */
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

/** A speaker that requests 16-bit mono samples; it accepts a WAV file of them too. Throws what `exchange` throws. */
export function openAiSpeaker(options: OpenAiSpeakerOptions): Speaker {
  const { endpoint, model, voice, voices, rateHz, speed } = options;
  const work = openWork();
  return {
    name: model,
    voices: voices ?? (voice === undefined ? KNOWN_VOICES : [...new Set([voice, ...KNOWN_VOICES])]),
    capabilities: { speed, streaming: true, otherVoices: voices === undefined || voice !== undefined },
    async *speak(text, speakOptions) {
      if (voices && voice === undefined && !voices.includes(speakOptions.voice)) {
        const message = `The voice '${speakOptions.voice.slice(0, 64)}' is not one of ${voices.join(', ')}.`;
        throw new ColloquyError('invalid_value', message);
      }
      if (!/[\p{L}\p{N}]/u.test(text)) return;
      const body = JSON.stringify({
        model,
        input: text,
        voice: voice ?? speakOptions.voice,
        response_format: 'pcm',
        ...(speed && speakOptions.speed !== 1 && { speed: speakOptions.speed }),
      });
      const ask = () => ({ body, contentType: 'application/json', accept: 'audio/pcm, audio/wav, */*' });
      yield* work.run(speakOptions.signal, (signal) =>
        exchange(endpoint, ask, (reply) => readSound(reply, rateHz), signal),
      );
    },
    async close() {
      work.close();
    },
  };
}

const contentError = (reason: string) => endpointError('speak', { fault: 'content', reason });
const WRONG_AUDIO = 'sent other audio than 16-bit mono samples';

async function* readSound(reply: EndpointResponse, rateHz: number): AsyncGenerator<Sound, void, undefined> {
  const { type, parameter } = reply;
  if (type.startsWith('text/') || type === 'application/json')
    throw contentError('answered with text instead of audio');
  if (type === 'audio/mpeg' || type === 'audio/ogg' || type === 'audio/flac') throw contentError(WRONG_AUDIO);
  const stated = Number(parameter('rate'));
  const stream = pcmStream(Number.isInteger(stated) && stated >= 4000 && stated <= 192_000 ? stated : rateHz);
  let isEmpty = true;
  const collect = (sound: Sound | undefined): Sound[] => {
    if (!sound) return [];
    isEmpty = false;
    return [sound];
  };
  try {
    for await (const chunk of reply.bytes) {
      if (chunk.byteLength > 0) reply.progress();
      yield* collect(stream.push(chunk));
    }
    yield* collect(stream.end());
  } catch (error) {
    throw error instanceof RangeError ? contentError(WRONG_AUDIO) : error;
  }
  if (isEmpty) throw contentError('answered with no audio');
}
