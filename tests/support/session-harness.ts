// A session under test: applies inputs and checks and stores the events. No socket, no engine, no clock.

import {
  type ClientEvent,
  decodeClientEvent,
  type RealtimeConversationItem,
  type ServerEvent,
} from '@colloquy/protocol';
import {
  createSession,
  deadline,
  type Effect,
  type EngineEvent,
  type HostEvent,
  type Input,
  type PlaybackEvent,
  type SessionOptions,
  type SessionState,
  type SpeechEvent,
  step,
  type ToolsEvent,
} from '@colloquy/session';
import { expect } from 'vitest';
import { checkEmitted } from './wire-rules.ts';

/** A server event, loosely: tests look into it without narrowing. */
export interface Frame {
  type: ServerEvent['type'];
  item?: RealtimeConversationItem & { [key: string]: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  [key: string]: any;
}

/** A client event as it comes from a peer: partly, or with more than the types know. */
export type Said = { type: ClientEvent['type']; [key: string]: unknown };

export interface Played {
  state: SessionState;
  /** Everything sent so far. */
  readonly frames: Frame[];
  /** Everything asked of the host so far. */
  readonly effects: Effect[];
  readonly inputs: Input[];
  /** Each answers the frames sent in return. */
  tell(input: Input): Frame[];
  /** Goes through the codec first, as a frame does. */
  client(event: Said): Frame[];
  engine(...events: EngineEvent[]): Frame[];
  speech(event: SpeechEvent): Frame[];
  tools(event: ToolsEvent): Frame[];
  /** What the host of a call reports. */
  playback(event: PlaybackEvent): Frame[];
  /** So many milliseconds of silence from the microphone of a call. */
  media(ms: number): Frame[];
  host(event: HostEvent): Frame[];
  /** Lets time pass, telling the session whenever it wants to be told. */
  wait(ms: number): Frame[];
  /** Effects of the latest input other than `send`. */
  done(): Effect[];
}

export const SEED = [1, 2, 3, 4] as const;

/** A session that has been opened. */
export function play(options: Partial<SessionOptions> = {}): Played {
  const frames: Frame[] = [];
  const effects: Effect[] = [];
  const inputs: Input[] = [];
  let now = 0;
  let latest: Effect[] = [];
  const played: Played = {
    state: createSession({ seed: SEED, model: 'test-model', started_at: 1_700_000_000_000, ...options }),
    frames,
    effects,
    inputs,
    tell(input) {
      const before = JSON.stringify(played.state);
      const result = step(played.state, input);
      expect(JSON.stringify(played.state)).toBe(before);
      played.state = result.state;
      inputs.push(input);
      latest = result.effects;
      effects.push(...result.effects);
      const sent = sentIn(result.effects);
      for (const frame of sent) expect(checkEmitted(frame), frame.type).toEqual([]);
      frames.push(...sent);
      return sent;
    },
    client: (event) => {
      const decoded = decodeClientEvent(JSON.stringify(event), { profile: 'server' });
      if (!decoded.ok) {
        return played.tell({ at: now, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id });
      }
      const { value, audio_bytes = [] } = decoded;
      return played.tell({ at: now, from: 'client', event: value, audio_bytes });
    },
    engine: (...events) => {
      const latestRespond = effects.findLast((effect) => effect.do === 'respond');
      const response_id = latestRespond!.request.response_id;
      return events.flatMap((event) => played.tell({ at: now, from: 'engine', response_id, event }));
    },
    speech: (event) => played.tell({ at: now, from: 'speech', event }),
    tools: (event) => played.tell({ at: now, from: 'tools', event }),
    playback: (event) => played.tell({ at: now, from: 'playback', event }),
    media: (ms) => played.tell({ at: now, from: 'media', event: { type: 'audio', audio: pcm(ms), bytes: ms * 48 } }),
    host: (event) => played.tell({ at: now, from: 'host', event }),
    wait(ms) {
      const end = now + ms;
      const sent: Frame[] = [];
      for (;;) {
        const due = deadline(played.state);
        if (due === undefined || due > end) break;
        now = Math.max(now, due);
        sent.push(...played.tell({ at: now, from: 'clock' }));
      }
      now = end;
      return sent;
    },
    done: () => latest.filter((effect) => effect.do !== 'send'),
  };
  played.host({ type: 'open' });
  return played;
}

export function sentIn(effects: readonly Effect[]): Frame[] {
  return effects.flatMap((effect) => (effect.do === 'send' ? [effect.event as Frame] : []));
}

/** The names of frames, in order. */
export const types = (frames: readonly Frame[]): string[] => frames.map((frame) => frame.type);

/** The one error among frames. */
export function errorOf(frames: readonly Frame[]): {
  code: string | null;
  param: string | null;
  message: string;
  event_id: string | null;
  type: string;
} {
  expect(types(frames)).toEqual(['error']);
  return frames[0]!.error;
}

/** A user's text message. */
export const user = (text: string, id?: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
  ...(id ? { id } : {}),
});

/** `conversation.item.create` */
export const create = (item: object, previous_item_id?: string | null): Said => ({
  type: 'conversation.item.create',
  item,
  ...(previous_item_id === undefined ? {} : { previous_item_id }),
});

/** So many milliseconds of pcm as base64, all zero. */
export const pcm = (ms: number): string => Buffer.alloc(ms * 48).toString('base64');

/** `input_audio_buffer.append` of so many milliseconds of pcm. */
export const append = (ms: number): Said => ({ type: 'input_audio_buffer.append', audio: pcm(ms) });

/** An engine's audio of so many milliseconds of pcm. */
export const audio = (ms: number): EngineEvent => ({ type: 'audio.delta', audio: pcm(ms), bytes: ms * 48 });

/** Audio and text sessions by one word. */
export const texting = {
  session: { type: 'realtime', output_modalities: ['text'] },
} as const satisfies Partial<SessionOptions>;
