// Checks the events of a response together: opened before written to, closed in order, final text equal to the deltas.
// Part of `conformance.ts`. Stores only responses in progress.

import { REDACTED } from '@colloquy/protocol';
import { isObject } from '../is-object.ts';
import type { LoggedFrame } from '../recording/foreign-log.ts';
import type { RuleId } from './rules.ts';

type Event = LoggedFrame['event'];
type Json = Readonly<Record<string, unknown>>;

export type Report = (rule: RuleId, message: string) => void;

/** Ids of items that a session has introduced. */
export interface IntroducedItems {
  /** Ids may have been introduced before the log starts. */
  readonly isMidway: boolean;
  hasItem(id: string): boolean;
  introduce(id: string): void;
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Text streamed so far; `null` once it is unknown (redacted, truncated, too long). */
type StreamedText = string | null;

/** Maximum text stored for comparison, in UTF-16 code units. */
const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

interface OpenPart {
  kind: string;
  text: StreamedText;
  /** Streams that are done. */
  readonly ended: Set<string>;
  hasContent: boolean;
}

interface OpenItem {
  /** Arguments of a call. */
  arguments: StreamedText;
  readonly parts: Map<number, OpenPart>;
}

interface OpenResponse {
  readonly isDefault: boolean;
  readonly metadata: string;
  readonly items: Map<string, OpenItem>;
  readonly done: Set<string>;
}

export interface ResponseRules {
  handleClientEvent(event: Event): void;
  /** Checks a server event that is valid by itself. */
  checkServerEvent(event: Event, report: Report): void;
  /** Whether a response in progress produces this item: it is added empty, and its `done` comes later. */
  isInProgress(id: string | undefined): boolean;
}

/** The stream of each pair of events, and the field of its text in `done`. */
const STREAMS: ReadonlyMap<string, PartStream> = new Map([
  ['output_text', { stream: 'text', text: 'text' }],
  ['output_audio_transcript', { stream: 'transcript', text: 'transcript' }],
  ['output_audio', { stream: 'audio' }],
]);

interface PartStream {
  readonly stream: string;
  readonly text?: string;
}

export function createResponseRules(known: IntroducedItems): ResponseRules {
  return new OpenResponses(known);
}

class OpenResponses implements ResponseRules {
  readonly #introduced: IntroducedItems;

  readonly #open = new Map<string, OpenResponse>();

  /** The item whose `conversation.item.added` must come next. */
  #expectedItem: string | undefined;

  #hasSeenResponse = false;

  constructor(known: IntroducedItems) {
    this.#introduced = known;
  }

  handleClientEvent(event: Event): void {
    if (event.type !== 'conversation.item.truncate') return;
    // Truncated audio loses its transcript, so the final one differs [RS18].
    for (const { items } of this.#open.values()) {
      for (const part of items.get(textOf(event.item_id) ?? '')?.parts.values() ?? []) part.text = null;
    }
  }

  checkServerEvent(event: Event, report: Report): void {
    const { type } = event;
    const expected = this.#expectedItem;
    this.#expectedItem = undefined;
    const isExpected = type === 'conversation.item.added' && isObject(event.item) && event.item.id === expected;
    if (expected !== undefined && !isExpected)
      report('OR4', 'conversation.item.added of the item just opened comes first');
    if (type === 'conversation.item.truncated') {
      for (const { items } of this.#open.values()) {
        for (const part of items.get(textOf(event.item_id) ?? '')?.parts.values() ?? []) part.text = null;
      }
    } else if (type === 'response.created') this.#begin(event, report);
    else if (type === 'response.done') this.#end(event, report);
    else if (type.startsWith('response.') && 'response_id' in event) this.#checkOutput(event, report);
  }

  isInProgress(id: string | undefined): boolean {
    return id !== undefined && [...this.#open.values()].some(({ items }) => items.has(id));
  }

  #isLate(): boolean {
    return this.#introduced.isMidway && !this.#hasSeenResponse;
  }

  #begin(event: Event, report: Report): void {
    const response = event.response as Json;
    const id = textOf(response.id) ?? '';
    const isDefault = response.conversation_id !== null;
    if (isDefault && [...this.#open.values()].some((each) => each.isDefault))
      report('RS5', 'another response is active');
    this.#hasSeenResponse = true;
    this.#open.set(id, {
      isDefault,
      metadata: JSON.stringify(response.metadata ?? null),
      items: new Map(),
      done: new Set(),
    });
  }

  #end(event: Event, report: Report): void {
    const response = event.response as Json;
    const id = textOf(response.id) ?? '';
    const open = this.#open.get(id);
    if (!open) return this.#isLate() ? undefined : report('OR16', 'a response that nothing created');
    this.#open.delete(id);
    if (open.items.size > 0) report('OR9', `${open.items.size} of its items are not done`);
    if (JSON.stringify(response.metadata ?? null) !== open.metadata) report('E17', 'metadata is not what it was');
  }

  #openItem(response: OpenResponse, event: Event, report: Report): void {
    const item = event.item as Json;
    const id = textOf(item.id) ?? '';
    if (response.items.has(id) || response.done.has(id)) report('OR4', 'an item that was opened before');
    this.#introduced.introduce(id);
    response.items.set(id, { arguments: '', parts: new Map() });
    if (response.isDefault) this.#expectedItem = id;
  }

  #closeItem(response: OpenResponse, event: Event, report: Report): void {
    const item = event.item as Json;
    const id = textOf(item.id) ?? '';
    const openItem = response.items.get(id);
    if (!openItem) return report(response.done.has(id) ? 'OR7' : 'OR4', 'an item that is not open');
    for (const part of openItem.parts.values()) if (!part.ended.has('part')) report('OR7', 'a part of it is not done');
    response.items.delete(id);
    response.done.add(id);
  }

  #checkPart(openItem: OpenItem, event: Event, report: Report): void {
    const index = event.content_index as number;
    const kind = textOf((event.part as Json).type) ?? '';
    if (event.type.endsWith('.added')) {
      if (openItem.parts.has(index)) report('OR4', 'a part that was opened before');
      openItem.parts.set(index, { kind, text: '', ended: new Set(), hasContent: false });
      return;
    }
    const part = openItem.parts.get(index);
    if (!part) return report('OR4', 'a part that was not opened');
    const expected = part.kind === 'audio' ? ['audio', 'transcript'] : ['text'];
    if (part.ended.has('part')) report('OR7', 'a part that is done');
    else if (!expected.some((stream) => part.ended.has(stream))) report('OR7', 'what it streams is not done');
    part.ended.add('part');
    const text = textOf((event.part as Json)[part.kind === 'audio' ? 'transcript' : 'text']);
    compareText(part.text, text, report);
  }

  #checkStream(openItem: OpenItem, event: Event, { stream, text }: PartStream, report: Report): void {
    const part = openItem.parts.get(event.content_index as number);
    if (!part) return report('OR4', 'a part that was not opened');
    if (part.ended.has(stream) || part.ended.has('part')) return report('OR7', 'it is done already');
    if (event.type.endsWith('.done')) {
      part.ended.add(stream);
      if (text !== undefined) compareText(part.text, textOf(event[text]), report);
      return;
    }
    if (text === undefined) {
      if (!part.hasContent && stream === 'audio') report('OR5', 'no transcript came before it');
      part.hasContent = true;
      return;
    }
    part.hasContent = true;
    part.text = appendText(part.text, textOf(event.delta));
  }

  #checkArguments(openItem: OpenItem, event: Event, report: Report): void {
    if (event.type.endsWith('.delta')) openItem.arguments = appendText(openItem.arguments, textOf(event.delta));
    else compareText(openItem.arguments, textOf(event.arguments), report);
  }

  #checkOutput(event: Event, report: Report): void {
    const { type } = event;
    const id = textOf(event.response_id);
    const response = id === undefined ? undefined : this.#open.get(id);
    if (!response) {
      if (id !== undefined && !this.#isLate()) report('OR16', 'a response that is not active');
      return;
    }
    if (type === 'response.output_item.added') return this.#openItem(response, event, report);
    if (type === 'response.output_item.done') return this.#closeItem(response, event, report);
    const item_id = textOf(event.item_id) ?? '';
    const openItem = response.items.get(item_id);
    if (!openItem) return report(response.done.has(item_id) ? 'OR7' : 'OR16', 'an item that is not open');
    const [, name = ''] = type.split('.');
    const stream = STREAMS.get(name);
    if (name === 'content_part') this.#checkPart(openItem, event, report);
    else if (stream) this.#checkStream(openItem, event, stream, report);
    else if (name.endsWith('_arguments')) this.#checkArguments(openItem, event, report);
  }
}

function appendText(text: StreamedText, delta: string | undefined): StreamedText {
  if (text === null || delta === undefined || delta === REDACTED) return null;
  return text.length + delta.length > MAX_TEXT_LENGTH ? null : text + delta;
}

function compareText(text: StreamedText, whole: string | undefined, report: Report): void {
  if (text === null || whole === undefined || whole === REDACTED || text === whole) return;
  report(
    'RS18',
    `${whole.length} characters, where the deltas have ${text.length}${text.length === whole.length ? ' others' : ''}`,
  );
}
