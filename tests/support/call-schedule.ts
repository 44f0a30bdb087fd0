// Random schedules of a call in which much is played: answers, playback as a host reports it (and as a bad one does), barge-in,
// clears. Schedules of everything else: `schedule.ts`.

import type { ClientEvent } from '@colloquy/protocol';
import { createSession, type Effect, type Input, type SessionOptions } from '@colloquy/session';
import fc from 'fast-check';
import { type Act, type Played, tell } from './schedule.ts';

export const callActs: fc.Arbitrary<Act[]> = fc.noBias(
  fc.array(fc.tuple(fc.nat(19), fc.nat(999), fc.nat(999)), { minLength: 10, maxLength: 50, size: 'max' }),
);

const options: SessionOptions = {
  ...{ seed: [1, 2, 3, 4], model: 'm', started_at: 0, playback: true },
  limits: { refusals: 1000 },
  session: {
    type: 'realtime',
    audio: { input: { turn_detection: { type: 'server_vad', prefix_padding_ms: 0, idle_timeout_ms: 5000 } } },
  },
};

/** Plays the acts in a call. */
export function playCall(acts: readonly Act[]): Played {
  const played: Played = {
    ...{ options, inputs: [], effects: [], refused: [], states: [], state: createSession(options) },
  };
  tell(played, { at: 0, from: 'host', event: { type: 'open' } });
  const call = new Call(played);
  for (const act of acts) call.act(act);
  return played;
}

type PlayAudio = Extract<Effect, { do: 'play_audio' }>;

class Call {
  readonly #played: Played;
  readonly #chunks: PlayAudio[] = [];
  readonly #responses: string[] = [];

  constructor(played: Played) {
    this.#played = played;
  }

  act([kind, n, m]: Act): void {
    if (kind < 8) return this.#answer(kind, n, m);
    if (kind < 14) return this.#playback(kind, n, m);
    if (kind < 16) return this.#speak(n);
    if (kind < 19) return this.#client(n, m);
    this.#tell({ at: this.#played.state.at + n * 10, from: 'clock' });
  }

  #tell(input: Input): void {
    for (const effect of tell(this.#played, input)) {
      if (effect.do === 'play_audio') this.#chunks.push(effect);
      if (effect.do === 'respond') this.#responses.push(effect.request.response_id);
    }
  }

  #answer(kind: number, n: number, m: number): void {
    const { at, responses } = this.#played.state;
    if (responses.length === 0 || n % 9 === 0) {
      const response = n % 4 === 0 ? { response: { conversation: 'none' } } : {};
      return this.#tell({ at, from: 'client', event: { type: 'response.create', ...response } as ClientEvent });
    }
    const response_id = responses[n % responses.length]!.id;
    const audio = Buffer.alloc(2 + (m % 100) * 2).toString('base64');
    if (kind < 6) {
      const event = { type: 'audio.delta', audio, bytes: 2 + (m % 100) * 2 } as const;
      return this.#tell({ at, from: 'engine', response_id, event });
    }
    const event = m % 5 === 0 ? ({ type: 'message' } as const) : ({ type: 'done' } as const);
    this.#tell({ at, from: 'engine', response_id, event });
  }

  #playback(kind: number, n: number, m: number): void {
    const { at } = this.#played.state;
    const chunk = this.#chunks.at(-1 - (n % Math.min(4, this.#chunks.length || 1)));
    if (!chunk) return;
    const { response_id, item_id, content_index } = chunk;
    if (kind < 10) return this.#tell({ at, from: 'playback', event: { type: 'started', response_id } });
    if (kind < 12) return this.#tell({ at, from: 'playback', event: { type: 'drained', response_id } });
    this.#tell({ at, from: 'playback', event: { type: 'played', item_id, content_index, bytes: m } });
  }

  #speak(n: number): void {
    const { at, turn } = this.#played.state;
    this.#tell({ at, from: 'media', event: { type: 'audio', audio: 'AAAA', bytes: 4800 } });
    const audio_ms = Number.MAX_SAFE_INTEGER;
    if (n % 3 > 0) this.#tell({ at, from: 'speech', event: { type: turn ? 'stopped' : 'started', audio_ms } });
  }

  #client(n: number, m: number): void {
    const { at } = this.#played.state;
    const item_id = this.#chunks.at(-1)?.item_id ?? 'none';
    const events: ClientEvent[] = [
      { type: 'output_audio_buffer.clear' },
      { type: 'output_audio_buffer.clear' },
      { type: 'response.cancel' },
      { type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: m % 4 },
      { type: 'conversation.item.delete', item_id },
      { type: 'response.cancel', response_id: this.#responses.at(-1) ?? 'none' },
    ];
    this.#tell({ at, from: 'client', event: events[n % events.length]! });
  }
}
