// The output audio buffer of a call as a few loops make it out: fed with the inputs and effects of a session, it says where the
// session's events, truncations and counts are others.

import type { Effect, Input, SessionState } from '@colloquy/session';

/** Bytes of a millisecond of pcm, the format of every answer in a schedule. */
const BYTES_PER_MS = 48;

interface Part {
  readonly item_id: string;
  sent: number;
  played: number;
}

interface Buffered {
  readonly id: string;
  readonly parts: Part[];
  isStarted: boolean;
}

export class ReferencePlayback {
  #buffered: Buffered[] = [];
  #last: string | null = null;
  readonly #cleared = new Set<string>();
  /** Events since the latest `response.done` of a response. */
  readonly #ended = new Map<string, string[]>();
  /** Bytes that were played of each item, also after a clear. */
  readonly #played = new Map<string, number>();
  #isOver = false;
  readonly #problems: string[] = [];

  /** One step. Answers what is wrong with it. */
  see(input: Input, effects: readonly Effect[], after: SessionState): string[] {
    this.#problems.length = 0;
    if (this.#isOver) return effects.length === 0 ? [] : ['an effect after the end'];
    this.#isOver = after.phase === 'closed';
    if (input.from === 'playback') this.#report(input.event);
    const hadAudio = this.#buffered.length > 0;
    const last = this.#last;
    for (const effect of effects) this.#perform(effect, input);
    const sent = effects.flatMap((effect) => (effect.do === 'send' ? [effect.event.type] : []));
    if (input.from === 'client' && input.event.type === 'output_audio_buffer.clear' && !this.#isOver) {
      const isAnswered = sent.includes('output_audio_buffer.cleared');
      this.#must(isAnswered === (hadAudio || last !== null), 'a clear that is not answered, or answered for nothing');
    }
    this.#compare(after);
    return [...this.#problems];
  }

  #must(holds: boolean, what: string): void {
    if (!holds) this.#problems.push(what);
  }

  #report(event: Extract<Input, { from: 'playback' }>['event']): void {
    for (const { id, parts } of this.#buffered) {
      const until =
        event.type === 'played' ? parts.findIndex(({ item_id }) => item_id === event.item_id) : parts.length;
      const isMeant = event.type === 'played' ? event.bytes > 0 && event.content_index === 0 : event.type === 'drained';
      if (!isMeant || (event.type === 'drained' && event.response_id !== id)) continue;
      for (const [index, part] of parts.entries()) {
        const bytes = index < until ? part.sent : index === until && event.type === 'played' ? event.bytes : 0;
        part.played = Math.max(part.played, Math.min(bytes, part.sent));
        this.#played.set(part.item_id, part.played);
      }
    }
  }

  #perform(effect: Effect, input: Input): void {
    if (effect.do === 'play_audio') this.#play(effect.response_id, effect.item_id, effect.audio);
    if (effect.do === 'clear_playback') this.#must(this.#buffered.length > 0, 'a clear of nothing');
    if (effect.do !== 'send') return;
    const { event } = effect;
    for (const later of this.#ended.values()) later.push(event.type);
    if (event.type === 'response.done') this.#ended.set(event.response.id!, []);
    if (event.type === 'response.output_audio.delta') this.#must(false, 'audio as an event');
    if (event.type === 'output_audio_buffer.started') this.#start(event.response_id, input);
    if (event.type === 'output_audio_buffer.stopped') this.#stop(event.response_id);
    if (event.type === 'output_audio_buffer.cleared') this.#clear(event.response_id);
    if (event.type === 'conversation.item.truncated' && !isTruncate(input)) {
      const played = Math.floor((this.#played.get(event.item_id) ?? 0) / BYTES_PER_MS);
      this.#must(event.audio_end_ms === played, `truncated at ${event.audio_end_ms} ms, and ${played} were played`);
    }
  }

  #play(id: string, item_id: string, audio: string): void {
    this.#must(!this.#cleared.has(id), 'audio of a response that was cleared');
    this.#must(!this.#ended.has(id), 'audio of a response that is done');
    let buffered = this.#buffered.find((each) => each.id === id);
    if (!buffered) {
      this.#buffered.push((buffered = { id, parts: [], isStarted: false }));
      this.#last = id;
    }
    let part = buffered.parts.find((each) => each.item_id === item_id);
    if (!part) buffered.parts.push((part = { item_id, sent: 0, played: 0 }));
    part.sent += Buffer.from(audio, 'base64').length;
  }

  #start(id: string, input: Input): void {
    const buffered = this.#buffered.find((each) => each.id === id);
    this.#must(input.from === 'playback', 'started, and nothing was reported');
    this.#must(buffered !== undefined && !buffered.isStarted, 'started twice, or without audio');
    if (buffered) buffered.isStarted = true;
  }

  #stop(id: string): void {
    const buffered = this.#buffered.find((each) => each.id === id);
    this.#must(buffered?.isStarted === true, 'stopped, and not started');
    this.#must(this.#ended.get(id)?.[0] === 'rate_limits.updated', 'stopped before response.done and the rate limits');
    this.#must(buffered?.parts.every(({ sent, played }) => sent === played) === true, 'stopped before it was played');
    this.#buffered = this.#buffered.filter((each) => each !== buffered);
  }

  #clear(id: string): void {
    const isKnown = this.#buffered.some((each) => each.id === id);
    this.#must(isKnown || (this.#buffered.length === 0 && id === this.#last), 'cleared, and not in the buffer');
    this.#buffered = this.#buffered.filter((each) => each.id !== id);
    if (isKnown) this.#cleared.add(id);
  }

  /** What the session counts is what is in the buffer. */
  #compare({ output_audio_buffer: buffer }: SessionState): void {
    const counted = buffer?.responses.map(({ response_id, parts, started }) => [
      response_id,
      started,
      parts.map(({ item_id, sent_bytes, played_bytes }) => [item_id, sent_bytes, played_bytes]),
    ]);
    const expected = this.#buffered.map(({ id, parts, isStarted }) => [
      id,
      isStarted,
      parts.map(({ item_id, sent, played }) => [item_id, sent, played]),
    ]);
    this.#must(JSON.stringify(counted) === JSON.stringify(expected), 'the state counts something else');
  }
}

const isTruncate = (input: Input) => input.from === 'client' && input.event.type === 'conversation.item.truncate';
