// A client that speaks: one session over a WebSocket, its events, sent audio, and the assembled responses.

import type { RealtimeAudioFormat, ServerEvent } from '@colloquy/protocol';
import { WebSocket } from 'ws';
import { bytesOf, rateOf, samplesOf } from '../../packages/server/src/audio/convert.ts';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';
import { joined, silence } from './parts.ts';

export const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
/** What surrounds an utterance so that it opens and closes a turn at 500 ms of silence. */
export const BEFORE_MS = 300;
export const AFTER_MS = 1200;
/** Audio of one append, in milliseconds: few enough of them that a whole utterance may be sent at once. */
const APPEND_MS = 100;

export type Of<T extends ServerEvent['type']> = Extract<ServerEvent, { type: T }>;

export interface Conversation {
  readonly events: readonly ServerEvent[];
  send(event: object): void;
  /** Sends 16 kHz samples in appends of 100 ms. */
  appendAudio(samples: Int16Array): void;
  /** The same, with silence before and after. */
  say(samples: Int16Array): void;
  /** The first event of this type that has not been waited for yet. */
  next<T extends ServerEvent['type']>(type: T): Promise<Of<T>>;
  /** Waits until this holds, looking again with each event. */
  until(holds: () => boolean): Promise<void>;
  /** Those of one type so far, in order. */
  of<T extends ServerEvent['type']>(type: T): Of<T>[];
  /** The types of all events, deltas once. */
  types(): string[];
  /** All audio of a response, as the bytes that came. */
  bytesOf(responseId: string): Buffer;
  /** The same, as 16 kHz samples. */
  audioOf(responseId: string): Int16Array;
  close(): Promise<void>;
}

/** Connects to `ws://…/v1/realtime?…`; audio goes both ways in `format`, which the session must be told by whoever opens it. */
export async function converse(url: string, format: RealtimeAudioFormat = PCM): Promise<Conversation> {
  const socket = new WebSocket(url);
  const events: ServerEvent[] = [];
  const taken = new Set<ServerEvent>();
  const looking = new Set<() => void>();
  socket.on('message', (data) => {
    events.push(JSON.parse(String(data)) as ServerEvent);
    for (const look of [...looking]) look();
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });

  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        looking.delete(look);
        resolve();
      };
      looking.add(look);
      look();
    });
  const of = <T extends ServerEvent['type']>(type: T) => events.filter((event): event is Of<T> => event.type === type);
  const send = (event: object) => socket.send(JSON.stringify(event));
  const appendAudio = (samples: Int16Array) => {
    const bytes = bytesOf(resampleAll(samples, SPEECH_HZ, rateOf(format)), format);
    const size = (rateOf(format) * (format.type === 'audio/pcm' ? 2 : 1) * APPEND_MS) / 1000;
    for (let at = 0; at < bytes.length; at += size) {
      const audio = Buffer.from(bytes.subarray(at, at + size)).toString('base64');
      send({ type: 'input_audio_buffer.append', audio });
    }
  };
  const audioBytes = (responseId: string) =>
    Buffer.concat(
      of('response.output_audio.delta')
        .filter(({ response_id }) => response_id === responseId)
        .map(({ delta }) => Buffer.from(delta, 'base64')),
    );
  return {
    events,
    send,
    appendAudio,
    say: (samples) => appendAudio(joined(silence(BEFORE_MS), samples, silence(AFTER_MS))),
    async next<T extends ServerEvent['type']>(type: T) {
      const find = () => events.find((event): event is Of<T> => event.type === type && !taken.has(event));
      await until(() => find() !== undefined);
      const match = find() as Of<T>;
      taken.add(match);
      return match;
    },
    until,
    of,
    types: () => events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
    bytesOf: audioBytes,
    audioOf: (responseId) => resampleAll(samplesOf(audioBytes(responseId), format), rateOf(format), SPEECH_HZ),
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      }),
  };
}
