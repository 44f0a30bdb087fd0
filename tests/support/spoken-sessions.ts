// Sessions of real servers with the offline parts, and what tests read from them.

import type { MessageItem, RealtimeAudioFormat } from '@colloquy/protocol';
import type { Engine } from '../../packages/server/src/engines/engine.ts';
import { offline } from '../../packages/server/src/engines/offline.ts';
import { parrot } from '../../packages/server/src/engines/parrot.ts';
import type { Detector, Speaker, Transcriber } from '../../packages/server/src/speech/ports.ts';
import { startServer, type TestServer } from '../../packages/server/src/testing.ts';
import { type Conversation, converse, PCM } from './conversation.ts';
import { joined, spoken } from './parts.ts';

export interface OfflineParts {
  readonly detector: Detector;
  readonly transcriber: Transcriber;
  readonly speaker: Speaker;
}

/**
 * Who answers: the offline engine as fast as it can or just ahead of the ear, or the parrot, which asks for no words: where it
 * answers, nothing is recognised unless the session wants to see it.
 */
export type Answerer = 'quick' | 'paced' | 'parrot';

export interface BeginOptions {
  readonly engine?: Answerer;
  /** Both ways. @default PCM */
  readonly format?: RealtimeAudioFormat;
  /** Fields of the session beside its audio. */
  readonly session?: object;
  /** Fields of `session.audio.input`. */
  readonly input?: object;
}

/** Servers start when they are needed. Whoever makes it closes it, and the parts with it. */
export function spokenSessions({ detector, transcriber, speaker }: OfflineParts) {
  const now = () => new Date(2026, 2, 3, 15, 30);
  const engines: Record<Answerer, () => Engine> = {
    quick: () => offline({ speaker, pace: { leadMs: Number.POSITIVE_INFINITY }, now }),
    paced: () => offline({ speaker, pace: { leadMs: 200 }, now }),
    parrot: () => parrot(),
  };
  const servers = new Map<Answerer, Promise<TestServer>>();
  const open: Conversation[] = [];
  /** What the recogniser takes the words to be so far, by session; those who wait for some look at each. */
  const guesses = new Map<string, string>();
  const looking = new Set<() => void>();
  /** The samples it has been given of the latest utterance, by session. */
  const audioByVoice = new Map<string, Int16Array[]>();
  const overheard: Transcriber = {
    ...transcriber,
    open(options) {
      const utterance = transcriber.open({
        ...options,
        onGuess(text) {
          options.onGuess?.(text);
          guesses.set(options.speaker, text);
          for (const look of [...looking]) look();
        },
      });
      const pieces: Int16Array[] = [];
      audioByVoice.set(options.speaker, pieces);
      return {
        ...utterance,
        write(samples) {
          pieces.push(samples.slice());
          utterance.write(samples);
        },
      };
    },
  };
  const idOf = (conversation: Conversation) => conversation.of('session.created')[0]?.session.id ?? '';

  function serverOf(engine: Answerer): Promise<TestServer> {
    const server =
      servers.get(engine) ?? startServer({ engine: engines[engine](), speech: { detector, transcriber: overheard } });
    servers.set(engine, server);
    return server;
  }

  async function listenTo(samples: Int16Array): Promise<string> {
    const utterance = transcriber.open({ speaker: 'the test', signal: new AbortController().signal });
    utterance.write(samples);
    return (await utterance.finish()).transcript;
  }

  return {
    /** A session with turns detected and transcripts shown, unless it is told otherwise. */
    async begin({
      engine = 'quick',
      format = PCM,
      session = {},
      input = {},
    }: BeginOptions = {}): Promise<Conversation> {
      const conversation = await converse((await serverOf(engine)).realtimeURL, format);
      open.push(conversation);
      const audio = {
        input: { format, transcription: { model: 'pocketsphinx' }, ...input },
        output: { format, voice: 'rms' },
      };
      conversation.send({ type: 'session.update', session: { type: 'realtime', audio, ...session } });
      await conversation.next('session.updated');
      return conversation;
    },
    /** A session for transcription alone, with these fields. */
    async transcribe(session: object): Promise<Conversation> {
      const { url } = await serverOf('quick');
      const conversation = await converse(`${url.replace(/^http/, 'ws')}/v1/realtime?intent=transcription`);
      open.push(conversation);
      conversation.send({ type: 'session.update', session: { type: 'transcription', ...session } });
      await conversation.next('session.updated');
      return conversation;
    },
    speak: (text: string, voice?: string) => spoken(speaker, text, voice),
    listenTo,
    /** The next response's end, and its words as the transcript has them. */
    async answerOf(conversation: Conversation) {
      const { response } = await conversation.next('response.done');
      const message = response.output?.find((item): item is MessageItem => item.type === 'message');
      const part = message?.content[0];
      const text = part?.type === 'output_audio' ? part.transcript : undefined;
      return { response, id: response.id ?? '', text };
    },
    /** The next turn's words. */
    async heardBy(conversation: Conversation): Promise<string> {
      return (await conversation.next('conversation.item.input_audio_transcription.completed')).transcript;
    },
    /** What the recogniser was given of the latest turn, as it was given. */
    heardOf: (conversation: Conversation): Int16Array => joined(...(audioByVoice.get(idOf(conversation)) ?? [])),
    /** Waits until the recogniser takes the words being spoken to be like this. */
    untilGuessed(conversation: Conversation, like: RegExp): Promise<void> {
      return new Promise((resolve) => {
        const look = () => {
          if (!like.test(guesses.get(idOf(conversation)) ?? '')) return;
          looking.delete(look);
          resolve();
        };
        looking.add(look);
        look();
      });
    },
    /** Ends the sessions that are open. */
    async endAll(): Promise<void> {
      await Promise.all(open.splice(0).map((each) => each.close()));
    },
    async close(): Promise<void> {
      for (const server of servers.values()) await (await server).close();
      detector.close();
      await Promise.all([transcriber.close(), speaker.close()]);
    },
  };
}
