// What the frames of a response show together: opened before written to, closed in order, the same words at the end as on the
// way. Part of `conformance.ts`. It remembers what is under way, not what is done.

import { REDACTED } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import type { LoggedFrame } from '../recording/foreign-log.ts';
import type { RuleId } from './rules.ts';

type Event = LoggedFrame['event'];
type Json = Readonly<Record<string, unknown>>;

export type Say = (rule: RuleId, message: string) => void;

/** What is known of the ids of a session. */
export interface Known {
  /** Ids may have been introduced where nobody looked. */
  readonly isMidway: boolean;
  hasItem(id: string): boolean;
  introduce(id: string): void;
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Words that come in pieces: what they are so far, `null` once they cannot be told (redacted, cut, too many). */
type Words = string | null;

/** Longest words that are held for comparison, in UTF-16 code units. */
const MOST_WORDS = 4 * 1024 * 1024;

interface OpenPart {
  kind: string;
  words: Words;
  /** The streams that are done. */
  readonly ended: Set<string>;
  hasWords: boolean;
}

interface OpenItem {
  /** Of a call. */
  arguments: Words;
  readonly parts: Map<number, OpenPart>;
}

interface OpenResponse {
  readonly isDefault: boolean;
  readonly metadata: string;
  readonly items: Map<string, OpenItem>;
  readonly done: Set<string>;
}

export interface ResponseRules {
  hearClient(event: Event): void;
  /** Takes a server event that is sound by itself. */
  hearServer(event: Event, say: Say): void;
  /** Whether a response under way makes this item: it is added empty, and its `done` comes later. */
  isMade(id: string | undefined): boolean;
}

/** Which stream of a part each pair of events carries: how its words are called in its `done`. */
const STREAMS: ReadonlyMap<string, PartStream> = new Map([
  ['output_text', { stream: 'text', words: 'text' }],
  ['output_audio_transcript', { stream: 'transcript', words: 'transcript' }],
  ['output_audio', { stream: 'audio' }],
]);

interface PartStream {
  readonly stream: string;
  readonly words?: string;
}

export function createResponseRules(known: Known): ResponseRules {
  return new OpenResponses(known);
}

class OpenResponses implements ResponseRules {
  readonly #known: Known;

  readonly #open = new Map<string, OpenResponse>();

  /** The item whose `conversation.item.added` must come next. */
  #due: string | undefined;

  #hasSeenResponse = false;

  constructor(known: Known) {
    this.#known = known;
  }

  hearClient(event: Event): void {
    if (event.type !== 'conversation.item.truncate') return;
    // Audio that is cut loses its words; what comes at the end is then something else [RS18].
    for (const { items } of this.#open.values()) {
      for (const part of items.get(textOf(event.item_id) ?? '')?.parts.values() ?? []) part.words = null;
    }
  }

  hearServer(event: Event, say: Say): void {
    const { type } = event;
    const wanted = this.#due;
    this.#due = undefined;
    const isWanted = type === 'conversation.item.added' && isObject(event.item) && event.item.id === wanted;
    if (wanted !== undefined && !isWanted) say('OR4', 'conversation.item.added of the item just opened comes first');
    if (type === 'conversation.item.truncated') {
      for (const { items } of this.#open.values()) {
        for (const part of items.get(textOf(event.item_id) ?? '')?.parts.values() ?? []) part.words = null;
      }
    } else if (type === 'response.created') this.#begin(event, say);
    else if (type === 'response.done') this.#end(event, say);
    else if (type.startsWith('response.') && 'response_id' in event) this.#hearOutput(event, say);
  }

  isMade(id: string | undefined): boolean {
    return id !== undefined && [...this.#open.values()].some(({ items }) => items.has(id));
  }

  #isLate(): boolean {
    return this.#known.isMidway && !this.#hasSeenResponse;
  }

  #begin(event: Event, say: Say): void {
    const response = event.response as Json;
    const id = textOf(response.id) ?? '';
    const isDefault = response.conversation_id !== null;
    if (isDefault && [...this.#open.values()].some((each) => each.isDefault)) say('RS5', 'another response is active');
    this.#hasSeenResponse = true;
    this.#open.set(id, {
      isDefault,
      metadata: JSON.stringify(response.metadata ?? null),
      items: new Map(),
      done: new Set(),
    });
  }

  #end(event: Event, say: Say): void {
    const response = event.response as Json;
    const id = textOf(response.id) ?? '';
    const begun = this.#open.get(id);
    if (!begun) return this.#isLate() ? undefined : say('OR16', 'a response that nothing created');
    this.#open.delete(id);
    if (begun.items.size > 0) say('OR9', `${begun.items.size} of its items are not done`);
    if (JSON.stringify(response.metadata ?? null) !== begun.metadata) say('E17', 'metadata is not what it was');
  }

  #openItem(response: OpenResponse, event: Event, say: Say): void {
    const item = event.item as Json;
    const id = textOf(item.id) ?? '';
    if (response.items.has(id) || response.done.has(id)) say('OR4', 'an item that was opened before');
    this.#known.introduce(id);
    response.items.set(id, { arguments: '', parts: new Map() });
    if (response.isDefault) this.#due = id;
  }

  #closeItem(response: OpenResponse, event: Event, say: Say): void {
    const item = event.item as Json;
    const id = textOf(item.id) ?? '';
    const opened = response.items.get(id);
    if (!opened) return say(response.done.has(id) ? 'OR7' : 'OR4', 'an item that is not open');
    for (const part of opened.parts.values()) if (!part.ended.has('part')) say('OR7', 'a part of it is not done');
    response.items.delete(id);
    response.done.add(id);
  }

  #hearPart(opened: OpenItem, event: Event, say: Say): void {
    const index = event.content_index as number;
    const kind = textOf((event.part as Json).type) ?? '';
    if (event.type.endsWith('.added')) {
      if (opened.parts.has(index)) say('OR4', 'a part that was opened before');
      opened.parts.set(index, { kind, words: '', ended: new Set(), hasWords: false });
      return;
    }
    const part = opened.parts.get(index);
    if (!part) return say('OR4', 'a part that was not opened');
    const wanted = part.kind === 'audio' ? ['audio', 'transcript'] : ['text'];
    if (part.ended.has('part')) say('OR7', 'a part that is done');
    else if (!wanted.some((stream) => part.ended.has(stream))) say('OR7', 'what it streams is not done');
    part.ended.add('part');
    const words = textOf((event.part as Json)[part.kind === 'audio' ? 'transcript' : 'text']);
    compare(part.words, words, say);
  }

  #hearStream(opened: OpenItem, event: Event, { stream, words }: PartStream, say: Say): void {
    const part = opened.parts.get(event.content_index as number);
    if (!part) return say('OR4', 'a part that was not opened');
    if (part.ended.has(stream) || part.ended.has('part')) return say('OR7', 'it is done already');
    if (event.type.endsWith('.done')) {
      part.ended.add(stream);
      if (words !== undefined) compare(part.words, textOf(event[words]), say);
      return;
    }
    if (words === undefined) {
      if (!part.hasWords && stream === 'audio') say('OR5', 'no transcript came before it');
      part.hasWords = true;
      return;
    }
    part.hasWords = true;
    part.words = join(part.words, textOf(event.delta));
  }

  #hearArguments(opened: OpenItem, event: Event, say: Say): void {
    if (event.type.endsWith('.delta')) opened.arguments = join(opened.arguments, textOf(event.delta));
    else compare(opened.arguments, textOf(event.arguments), say);
  }

  #hearOutput(event: Event, say: Say): void {
    const { type } = event;
    const id = textOf(event.response_id);
    const response = id === undefined ? undefined : this.#open.get(id);
    if (!response) {
      if (id !== undefined && !this.#isLate()) say('OR16', 'a response that is not active');
      return;
    }
    if (type === 'response.output_item.added') return this.#openItem(response, event, say);
    if (type === 'response.output_item.done') return this.#closeItem(response, event, say);
    const item_id = textOf(event.item_id) ?? '';
    const opened = response.items.get(item_id);
    if (!opened) return say(response.done.has(item_id) ? 'OR7' : 'OR16', 'an item that is not open');
    const [, name = ''] = type.split('.');
    const stream = STREAMS.get(name);
    if (name === 'content_part') this.#hearPart(opened, event, say);
    else if (stream) this.#hearStream(opened, event, stream, say);
    else if (name.endsWith('_arguments')) this.#hearArguments(opened, event, say);
  }
}

function join(words: Words, delta: string | undefined): Words {
  if (words === null || delta === undefined || delta === REDACTED) return null;
  return words.length + delta.length > MOST_WORDS ? null : words + delta;
}

function compare(words: Words, whole: string | undefined, say: Say): void {
  if (words === null || whole === undefined || whole === REDACTED || words === whole) return;
  say(
    'RS18',
    `${whole.length} characters, where the deltas have ${words.length}${words.length === whole.length ? ' others' : ''}`,
  );
}
