// The client's side of a log as steps that can be taken again: what it sent, and which server events it had by then. The
// answers are `scenario-of-log.ts`; a test kit takes the steps.

import { encodeBase64, REDACTED } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';

type Event = { readonly type: string; readonly [field: string]: unknown };

/** What a client does next. */
export interface ClientStep {
  /**
   * First wait until the server has sent this number of events of each type since the session began; `audio_ms` is all audio
   * of answers, in milliseconds.
   */
  readonly after?: Readonly<Record<string, number>>;
  /**
   * A client event. `$item3` and `$response2` stand for the id of the third item and the second response that the server
   * announced, `$silence200` for 200 ms of silence in the session's format.
   */
  readonly send?: Event;
  /** Append silence of this length, in milliseconds. */
  readonly silence_ms?: number;
}

/** A stretch of speech in the client's audio. Times are milliseconds of all audio that was appended. */
export interface SpokenTurn {
  /** Where speech begins and ends, and how much audio the server has then. Absent if the client committed the audio itself. */
  readonly started?: { readonly audio_ms: number; readonly at_ms: number };
  readonly stopped?: { readonly audio_ms: number; readonly at_ms: number };
  /** What is said; absent if the transcription failed or was never made. */
  readonly transcript?: string;
}

/** A PNG of one transparent pixel. */
const BLANK_IMAGE = `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==`;

/** Events that a client waits for, by the lane in which their order is certain. */
const LANES: ReadonlyMap<string, string> = new Map([
  ...[
    'session.created',
    'session.updated',
    'conversation.item.added',
    'conversation.item.done',
    'conversation.item.deleted',
    'conversation.item.retrieved',
    'conversation.item.truncated',
    'input_audio_buffer.committed',
    'input_audio_buffer.cleared',
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.timeout_triggered',
    'response.created',
    'response.done',
  ].map((type) => [type, 'session'] as const),
  ['conversation.item.input_audio_transcription.completed', 'transcription'],
  ['conversation.item.input_audio_transcription.failed', 'transcription'],
  ['error', 'errors'],
]);

/** Collects the steps of one session. Redacted audio becomes silence, a redacted image a blank one. */
export class ClientScript {
  readonly steps: ClientStep[] = [];
  /** Milliseconds of audio appended so far. */
  appendedMs = 0;
  readonly #counts = new Map<string, number>();
  /** Lane → latest type since the latest step. */
  readonly #pending = new Map<string, string>();
  readonly #items: string[] = [];
  readonly #responses: string[] = [];
  readonly #ownIds = new Set<string>();
  #silence: { after: Record<string, number>; ms: number } | undefined;

  /** A server event. One that this server will not repeat must be left out. */
  observe(event: Event): void {
    const { type, item, response } = event;
    if (type === 'conversation.item.added' && isObject(item)) this.#items.push(`${item.id}`);
    if (type === 'response.created' && isObject(response)) this.#responses.push(`${response.id}`);
    const lane = LANES.get(type);
    if (lane === undefined) return;
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    this.#pending.set(lane, type);
    this.#endSilence();
  }

  /** A client event; `deltas` is what it had received of answers in progress. */
  send(event: Event, deltas: Readonly<Record<string, number>>): void {
    this.#endSilence();
    const { item } = event;
    if (event.type === 'conversation.item.create' && isObject(item) && typeof item.id === 'string')
      this.#ownIds.add(item.id);
    this.#push({ ...this.#takeAfter(), ...deltas }, { send: this.#portable(event) as Event });
  }

  /** The latest event was refused for a reason that will not be there again. */
  takeBack(type: string): void {
    if (this.steps.at(-1)?.send?.type === type) this.steps.pop();
  }

  append(ms: number): void {
    this.appendedMs += ms;
    this.#silence ??= { after: this.#takeAfter(), ms: 0 };
    this.#silence.ms += ms;
  }

  /** The audio since the latest event interrupted answers of which the client had received this. */
  interrupt(deltas: Readonly<Record<string, number>>): void {
    Object.assign((this.#silence ??= { after: this.#takeAfter(), ms: 0 }).after, deltas);
    this.#endSilence();
  }

  /** Waits for what came last. */
  end(): void {
    this.#endSilence();
    const after = this.#takeAfter();
    if (Object.keys(after).length > 0) this.steps.push({ after });
  }

  #takeAfter(): Record<string, number> {
    const after = Object.fromEntries([...this.#pending.values()].map((type) => [type, this.#counts.get(type) ?? 0]));
    this.#pending.clear();
    return after;
  }

  #endSilence(): void {
    if (!this.#silence) return;
    const { after, ms } = this.#silence;
    this.#silence = undefined;
    if (ms > 0 || Object.keys(after).length > 0) this.#push(after, ms > 0 ? { silence_ms: ms } : {});
  }

  #push(after: Record<string, number>, step: ClientStep): void {
    this.steps.push({ ...(Object.keys(after).length > 0 && { after }), ...step });
  }

  /** Without the ids of the log's server. */
  #portable(value: unknown, name = ''): unknown {
    if (typeof value === 'string') {
      if (name === 'image_url' && value === REDACTED) return BLANK_IMAGE;
      return name === 'id' || (name.endsWith('_id') && name !== 'event_id') ? this.#portableId(value) : value;
    }
    if (Array.isArray(value)) return value.map((each) => this.#portable(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#portable(each, key)]));
  }

  #portableId(id: string): string {
    const item = this.#ownIds.has(id) ? -1 : this.#items.indexOf(id);
    if (item >= 0) return `$item${item + 1}`;
    const response = this.#responses.indexOf(id);
    return response >= 0 ? `$response${response + 1}` : id;
  }
}

/** Puts ids and silence in place of `$item3`, `$response2` and `$silence200`. */
export function fillPlaceholders(
  value: unknown,
  known: { readonly items: readonly string[]; readonly responses: readonly string[]; silence(ms: number): Uint8Array },
): unknown {
  if (typeof value === 'string') {
    const [, kind, number] = /^\$(item|response|silence)(\d+)$/.exec(value) ?? [];
    if (kind === 'silence') return encodeBase64(known.silence(Number(number)));
    const id = kind && known[kind === 'item' ? 'items' : 'responses'][Number(number) - 1];
    return id ?? value;
  }
  if (Array.isArray(value)) return value.map((each) => fillPlaceholders(each, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillPlaceholders(each, known)]));
}
