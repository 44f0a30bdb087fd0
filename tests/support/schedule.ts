// Random schedules of a session: inputs of client, engines, speech ports and clock, in any order. A schedule is a list of
// numbers that
// are resolved against the session while it is played, so ids are often, but not always, known ones.

import type { ClientEvent } from '@colloquy/protocol';
import {
  createSession,
  type Effect,
  type EngineEvent,
  type Input,
  type PlaybackEvent,
  type SessionOptions,
  type SessionState,
  type Step,
  step,
  type ToolsEvent,
} from '@colloquy/session';
import fc from 'fast-check';

/** One act: which, and two numbers it makes of what it wants. */
export type Act = readonly [kind: number, n: number, m: number];

export interface Schedule {
  options: SessionOptions;
  acts: Act[];
}

export interface Played {
  options: SessionOptions;
  inputs: Input[];
  /** Effects of each input. */
  effects: Effect[][];
  /** Why each input was refused, null where it was accepted. */
  refused: Step['refused'][];
  /** The state after each input. */
  states: SessionState[];
  /** The state after all of it. */
  state: SessionState;
}

const detections = [
  null,
  { type: 'server_vad' },
  { type: 'server_vad', create_response: false },
  { type: 'server_vad', interrupt_response: false, idle_timeout_ms: 5000 },
  { type: 'semantic_vad' },
] as const;

/** An MCP server, with and without approvals. */
export const server = { type: 'mcp', server_label: 's', server_url: 'https://s.example/mcp' } as const;
const free = { ...server, require_approval: { never: { tool_names: ['find'] } } } as const;

const options: fc.Arbitrary<SessionOptions> = fc
  .record({
    seed: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
    modality: fc.constantFrom('text' as const, 'audio' as const),
    detection: fc.constantFrom(...detections),
    transcribes: fc.boolean(),
    isTranscription: fc.nat(9),
    items: fc.constantFrom(6, 10_000),
    context_tokens: fc.constantFrom(60, 10_000),
    truncation: fc.constantFrom('auto' as const, 'disabled' as const, {
      type: 'retention_ratio' as const,
      retention_ratio: 0.5,
    }),
    refusals: fc.constantFrom(3, 1000, 1000, 1000),
    max_output_tokens: fc.constantFrom(3, 'inf' as const, 'inf' as const),
    max_duration_ms: fc.constantFrom(120_000, 3_600_000),
    servers: fc.constantFrom([], [server], [free]),
    allow_unapproved_tools: fc.boolean(),
    /** A third of the sessions are calls. */
    playback: fc.nat(2),
  })
  .map((drawn) => {
    const input = {
      turn_detection: drawn.detection,
      transcription: drawn.transcribes ? { model: 'whisper-1' } : null,
    };
    return {
      seed: drawn.seed,
      model: 'm',
      started_at: 0,
      allow_unapproved_tools: drawn.allow_unapproved_tools,
      ...(drawn.playback === 0 && { playback: true }),
      limits: { items: drawn.items, refusals: drawn.refusals, max_duration_ms: drawn.max_duration_ms },
      defaults: { context_tokens: drawn.context_tokens, instructions: 'be brief' },
      session:
        drawn.isTranscription === 0
          ? { type: 'transcription', audio: { input } }
          : {
              type: 'realtime',
              output_modalities: [drawn.modality],
              tools: [{ type: 'function', name: 'f' }, ...drawn.servers],
              truncation: drawn.truncation,
              max_output_tokens: drawn.max_output_tokens,
              audio: { input },
            },
    };
  });

/** Schedules of 10 to 40 acts. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  options,
  acts: fc.noBias(
    fc.array(fc.tuple(fc.nat(99), fc.nat(999), fc.nat(999)), { minLength: 10, maxLength: 40, size: 'max' }),
  ),
});

/** Plays a schedule, each state deeply frozen so that nothing can be changed in place. */
export function playSchedule({ options, acts }: Schedule): Played {
  const state = freeze(createSession(options));
  const played: Played = { options, inputs: [], effects: [], refused: [], states: [], state };
  const world = new World(played);
  world.tell({ at: 0, from: 'host', event: { type: 'open' } });
  for (const act of acts) world.act(act);
  return played;
}

/** Tells a played session one thing more. Answers the effects. */
export function tell(played: Played, input: Input): Effect[] {
  const { state, effects, refused } = step(played.state, input);
  played.state = freeze(state);
  played.inputs.push(input);
  played.effects.push(effects);
  played.refused.push(refused);
  played.states.push(state);
  return effects;
}

class World {
  readonly #played: Played;
  /** Ids that have been of use, in the order they came up. */
  readonly #items: string[] = ['gone', '__proto__'];
  readonly #responses: string[] = ['resp_gone'];
  readonly #calls: string[] = ['call_gone'];
  readonly #spoken: string[] = [];
  readonly #listings: string[] = ['mcpl_gone'];
  readonly #toolCalls: string[] = ['mcp_gone'];
  readonly #requests: string[] = ['mcpr_gone'];
  /** Item and response of all audio that was to be played. */
  readonly #playing: (readonly [item_id: string, response_id: string])[] = [['gone', 'resp_gone']];
  #at = 0;
  #events = 0;

  constructor(played: Played) {
    this.#played = played;
  }

  tell(input: Input): void {
    for (const effect of tell(this.#played, input)) {
      if (effect.do === 'respond') this.#responses.push(effect.request.response_id);
      if (effect.do === 'list_tools') this.#listings.push(effect.item_id);
      if (effect.do === 'call_tool') this.#toolCalls.push(effect.item_id);
      if (effect.do === 'play_audio') this.#playing.push([effect.item_id, effect.response_id]);
      if (effect.do !== 'send') continue;
      const { item, item_id } = effect.event as {
        item?: { id: string; type: string; call_id?: string };
        item_id?: string;
      };
      if (item?.type === 'mcp_approval_request') this.#requests.push(item.id);
      if (item?.id) this.#items.push(item.id);
      if (item_id) this.#items.push(item_id);
      if (item_id && effect.event.type === 'response.output_audio.delta') this.#spoken.push(item_id);
      if (item?.call_id) this.#calls.push(item.call_id);
    }
  }

  act([kind, n, m]: Act): void {
    if (this.#played.options.playback && kind < 15) return this.#playback(n, m);
    if (kind < 45) return this.#engine(n, m);
    if (kind < 78) return this.#client(n, m);
    if (kind < 86) return this.#speech(n, m);
    if (kind < 90) return this.#tools(n, m);
    if (kind < 96) {
      this.#at += n < 500 ? n : n * 40;
      return this.tell({ at: this.#at, from: 'clock' });
    }
    if (kind < 99) {
      const issue = { code: 'invalid_event' as const, param: null, message: 'no' };
      return this.tell({ at: this.#at, from: 'wire', issue, event_id: this.#event() });
    }
    if (n < 100) this.tell({ at: this.#at, from: 'host', event: { type: n < 60 ? 'drain' : 'close' } });
  }

  #engine(n: number, m: number): void {
    const response_id = late(this.#responses, n);
    const delta = ['', 'a', 'word ', '😀 and more words'][m % 4]!;
    const call_id = m % 3 === 0 ? 'c1' : m % 3 === 1 ? `c${m}` : undefined;
    const events: EngineEvent[] = [
      { type: 'text.delta', delta },
      { type: 'transcript.delta', delta },
      { type: 'text.delta', delta },
      { type: 'text.delta', delta },
      { type: 'transcript.delta', delta },
      ...Array<EngineEvent>(5).fill({ type: 'audio.delta', audio: 'AAAA'.repeat(64), bytes: 192 }),
      { type: 'message', ...(m % 2 ? { phase: 'final_answer' } : {}) },
      { type: 'call', name: m % 20 === 0 ? 'unknown' : 'f', ...(call_id ? { call_id } : {}) },
      { type: 'call', name: m % 2 ? 'find' : 'lend', server_label: 's', ...(call_id ? { call_id } : {}) },
      { type: 'arguments.delta', delta, ...(call_id ? { call_id } : {}) },
      { type: 'arguments.delta', delta },
      { type: 'usage', usage: { input_tokens: m } },
      { type: 'done', ...(m % 5 === 0 ? { reason: 'content_filter' } : {}) },
      { type: 'failed', error: { code: 'upstream_error', message: 'it broke' } },
    ];
    const event = events[n % events.length]!;
    this.tell({ at: this.#at, from: 'engine', response_id, event });
    if (event.type !== 'call') return;
    const text = event.server_label && m % 4 ? '{"a": 1}' : '{"a": ';
    this.tell({ at: this.#at, from: 'engine', response_id, event: { type: 'arguments.delta', delta: text } });
    if (m % 3 === 0) this.tell({ at: this.#at, from: 'engine', response_id, event: { type: 'done' } });
  }

  #tools(n: number, m: number): void {
    const listing = late(this.#listings, m);
    const item_id = late(this.#toolCalls, m);
    const tools = ['find', 'lend', '__proto__'].map((name) => ({ name, input_schema: true, hash: `${m % 2}` }));
    const events: ToolsEvent[] = [
      { type: 'listed', item_id: listing, tools },
      { type: 'listed', item_id: listing, tools: tools.slice(m % 3) },
      { type: 'list_failed', item_id: listing },
      { type: 'called', item_id, output: 'ok' },
      { type: 'called', item_id, output: 'ok' },
      { type: 'call_failed', item_id, error: { type: 'http_error', code: 500, message: 'no' } },
    ];
    this.tell({ at: this.#at, from: 'tools', event: events[n % events.length]! });
  }

  #playback(n: number, m: number): void {
    const [item_id, response_id] = late(this.#playing, m);
    const events: PlaybackEvent[] = [
      { type: 'started', response_id },
      { type: 'played', item_id, content_index: 0, bytes: m },
      { type: 'played', item_id, content_index: m % 20 === 0 ? 1 : 0, bytes: m * 2 },
      { type: 'drained', response_id },
    ];
    this.tell({ at: this.#at, from: 'playback', event: events[n % events.length]! });
  }

  #speech(n: number, m: number): void {
    const item_id = late(this.#items, m);
    const events = [
      { type: 'started', audio_ms: m * 2 },
      { type: 'stopped', audio_ms: m * 3 },
      { type: 'started', audio_ms: m * 2 },
      { type: 'stopped', audio_ms: m * 3 },
      { type: 'transcription.delta', item_id, delta: 'heard' },
      { type: 'transcription.completed', item_id, transcript: 'heard this' },
      { type: 'transcription.failed', item_id, error: { type: 'server_error', code: 'x', message: 'y' } },
      { type: 'transcription.segment', item_id, text: 'heard', speaker: 'A', start: 0, end: 1 },
    ] as const;
    this.tell({ at: this.#at, from: 'speech', event: events[n % events.length]! });
  }

  #client(n: number, m: number): void {
    const [event, audio_bytes] = this.#clientEvent(n % 22, m);
    const at = this.#at;
    if (this.#played.options.playback && n % 22 > 0 && n % 22 < 4 && m % 8 > 0) {
      const [bytes = 0] = audio_bytes ?? [];
      return this.tell({ at, from: 'media', event: { type: 'audio', audio: 'AAAA', bytes } });
    }
    const named = m % 7 === 0 ? event : { ...event, event_id: this.#event() };
    this.tell({ at, from: 'client', event: named as ClientEvent, ...(audio_bytes ? { audio_bytes } : {}) });
  }

  #clientEvent(which: number, m: number): [event: object, audio_bytes?: number[]] {
    const item_id = late(this.#items, m);
    const previous_item_id = [undefined, null, '', 'root', item_id][m % 5];
    const id = m % 3 === 0 ? `i${m % 9}` : undefined;
    const create = (item: object) => ({
      type: 'conversation.item.create',
      item: { ...item, ...(id ? { id } : {}) },
      ...(previous_item_id === undefined ? {} : { previous_item_id }),
    });
    const message = (role: string, part: object) => create({ type: 'message', role, content: [part] });
    const call_id = late(this.#calls, m);
    switch (which) {
      case 0:
        return [{ type: 'session.update', session: this.#update(m) }];
      case 1:
        return [{ type: 'input_audio_buffer.append', audio: 'AAAA' }, [m % 10 === 0 ? 3 : (m % 400) * 48]];
      case 2:
      case 3:
        return [{ type: 'input_audio_buffer.append', audio: 'AAAA' }, [(m % 400) * 48]];
      case 4:
        return [{ type: 'input_audio_buffer.commit' }];
      case 5:
        return [{ type: 'input_audio_buffer.clear' }];
      case 6:
        return [
          create({ type: 'mcp_approval_response', approval_request_id: late(this.#requests, m), approve: m % 3 > 0 }),
        ];
      case 7:
        return [message('user', { type: 'input_text', text: 'hi '.repeat(m % 9) })];
      case 8:
        return [message('assistant', { type: 'output_text', text: 'hm' })];
      case 9:
        return [message('user', { type: 'input_audio', audio: 'AAAA' }), [96]];
      case 10:
        return [
          create({ type: 'function_call', name: 'f', arguments: '{}', ...(m % 2 ? { call_id: `c${m % 4}` } : {}) }),
        ];
      case 11:
      case 12:
        return [create({ type: 'function_call_output', call_id, output: 'ok' })];
      case 13:
        return [{ type: 'conversation.item.retrieve', item_id }];
      case 14:
        return [{ type: 'conversation.item.delete', item_id }];
      case 15:
      case 16:
        return [
          { type: 'conversation.item.truncate', item_id, content_index: m % 6 === 0 ? 1 : 0, audio_end_ms: m % 7 },
        ];
      case 17:
        return [{ type: 'response.cancel', ...(m % 2 ? { response_id: late(this.#responses, m) } : {}) }];
      case 18:
        return [{ type: 'output_audio_buffer.clear' }];
      case 19: {
        const input = [
          { type: 'item_reference', id: item_id },
          { type: 'message', role: 'user', content: [] },
        ];
        const more = m % 3 === 0 ? { input } : m % 3 === 1 ? { input: [] } : {};
        return [{ type: 'response.create', response: { conversation: 'none', ...more } }];
      }
      case 20:
        return [{ type: 'response.create', response: { tool_choice: 'none', metadata: { m: `${m}` } } }];
      default:
        return [{ type: 'response.create' }];
    }
  }

  #update(m: number): object {
    const detection = detections[m % detections.length];
    const type = m % 23 === 0 ? 'transcription' : (this.#played.options.session?.type ?? 'realtime');
    const updates = [
      {},
      { audio: { input: { turn_detection: detection } } },
      { audio: { input: { format: { type: 'audio/pcmu' } } } },
      { audio: { input: { transcription: m % 2 ? null : { model: 'whisper-1' } } } },
      { audio: { output: { voice: m % 2 ? 'alloy' : 'marin' } } },
      { output_modalities: [m % 2 ? 'text' : 'audio'] },
      { tool_choice: { type: 'function', name: m % 2 ? 'f' : 'g' } },
      { tools: [{ type: 'function', name: 'f' }, server] },
      { tools: [free, { ...server, server_label: 't' }] },
    ];
    const possible = type === 'transcription' ? updates.slice(0, 4) : updates;
    return { type, ...possible[m % possible.length] };
  }

  #event(): string {
    return `mine_${this.#events++}`;
  }
}

/** Mostly one of the latest few, sometimes any. */
function late<T>(ids: readonly T[], n: number): T {
  return (n % 10 < 8 ? ids.at(-1 - ((n >> 3) % Math.min(4, ids.length))) : ids[n % ids.length])!;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
