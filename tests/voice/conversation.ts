// A client that speaks: one session in memory, heard and answered by the offline parts, its events kept.

import type { RealtimeAudioFormat, ServerEvent } from '@colloquy/protocol';
import type { SessionOptions } from '@colloquy/session';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import type { Engine } from '../../packages/server/src/engine.ts';
import { hostSession } from '../../packages/server/src/host-session.ts';
import type { SpeechParts } from '../../packages/server/src/speech/listener.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';
import { bytesOf, rateOf, samplesOf } from '../../packages/server/src/speech/session-audio.ts';
import type { McpAccess } from '../../packages/server/src/tools/mcp-access.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';
import { joined, silence } from './parts.ts';

export const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
/** What surrounds an utterance so that it opens and closes a turn at 500 ms of silence. */
const BEFORE_MS = 300;
const AFTER_MS = 1200;
/** Audio of one append, in milliseconds. */
const APPEND_MS = 100;

export type Of<T extends ServerEvent['type']> = Extract<ServerEvent, { type: T }>;

/** One event; waits for it if need be. */
export interface Conversation {
  readonly events: readonly ServerEvent[];
  send(event: object): void;
  /** Sends 16 kHz samples in appends of 100 ms. */
  hear(samples: Int16Array): void;
  /** The same, with silence before and after. */
  say(samples: Int16Array): void;
  /** The first event of this type that has not been waited for yet. */
  next<T extends ServerEvent['type']>(type: T): Promise<Of<T>>;
  /** The types of all events, deltas once. */
  types(): string[];
  /** All audio of a response, as 16 kHz samples. */
  audioOf(responseId: string): Int16Array;
  close(): Promise<void>;
}

export interface ConversationOptions {
  engine: Engine;
  speech: SpeechParts;
  format?: RealtimeAudioFormat;
  opening?: Partial<SessionOptions>;
  mcp?: McpAccess;
}

export function converse({ engine, speech, format = PCM, opening = {}, mcp }: ConversationOptions): Conversation {
  const [client, server] = memoryPair();
  const hosting = hostSession(server, { engine, speech, opening, mcp });
  const events: ServerEvent[] = [];
  const taken = new Set<ServerEvent>();
  let wake = () => {};
  void (async () => {
    for await (const frame of client.frames) {
      events.push(JSON.parse(String(frame)));
      wake();
    }
  })();

  const send = (event: object) => client.send(JSON.stringify(event));
  const hear = (samples: Int16Array) => {
    const bytes = bytesOf(resampleAll(samples, SPEECH_HZ, rateOf(format)), format);
    const size = (bytes.length / samples.length) * SPEECH_HZ * (APPEND_MS / 1000);
    for (let at = 0; at < bytes.length; at += size) {
      const audio = Buffer.from(bytes.subarray(at, at + size)).toString('base64');
      send({ type: 'input_audio_buffer.append', audio });
    }
  };
  return {
    events,
    send,
    hear,
    say: (samples) => hear(joined(silence(BEFORE_MS), samples, silence(AFTER_MS))),
    async next<T extends ServerEvent['type']>(type: T) {
      for (;;) {
        const found = events.find((event): event is Of<T> => event.type === type && !taken.has(event));
        if (found) {
          taken.add(found);
          return found;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    types: () => events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
    audioOf(responseId) {
      const deltas = events.filter(
        (event): event is Of<'response.output_audio.delta'> =>
          event.type === 'response.output_audio.delta' && event.response_id === responseId,
      );
      const bytes = Buffer.concat(deltas.map(({ delta }) => Buffer.from(delta, 'base64')));
      return resampleAll(samplesOf(bytes, format), rateOf(format), SPEECH_HZ);
    },
    async close() {
      client.close(1000, '');
      await hosting;
    },
  };
}
