// What an engine says → frames. The one place that knows the wire's order inside a response [OR4 to OR10].
//
// Items open as the engine makes them and close together, in `output_index` order, when the response ends. When it ends, and
// what follows, is `response.ts`.

import { bytesToMs } from '@colloquy/protocol';
import { boundAudio, insert, isSpoken, sizeOf } from './conversation.ts';
import type { Draft } from './draft.ts';
import type { EngineEvent } from './engine-event.ts';
import { tableGet } from './hash-table.ts';
import { getItem, replaceItem } from './item-table.ts';
import { outputItem, streamedPart } from './output-item.ts';
import type { OutputCall, OutputItem, OutputMessage, OutputPart, ResponseState } from './state.ts';
import { CHARACTERS_PER_TOKEN, itemTokens, spokenTokens, textTokens } from './usage.ts';

/** How a response ends. */
export type Outcome =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }
  | { status: 'failed'; error: { code: string; message: string } };

const OUT_OF_TOKENS: Outcome = { status: 'incomplete', reason: 'max_output_tokens' };

/** Tells the client one piece of a response. Answers how the response ends, should this piece end it. */
export function speak(draft: Draft, response: ResponseState, event: EngineEvent): Outcome | undefined {
  switch (event.type) {
    case 'message':
      openMessage(draft, response, event.phase ?? null);
      return undefined;
    case 'text.delta':
    case 'transcript.delta':
      return say(draft, response, event.delta);
    case 'audio.delta':
      return sound(draft, response, event.audio, event.bytes);
    case 'call':
      return call(draft, response, event.name, event.call_id ?? null);
    case 'arguments.delta':
      return argue(draft, response, event.delta, event.call_id ?? null);
    case 'usage':
      draft.update({ ...response, usage: event.usage });
      return undefined;
    case 'done':
      return event.reason ? { status: 'incomplete', reason: event.reason } : { status: 'completed' };
    case 'failed':
      return { status: 'failed', error: event.error };
  }
}

/** Words of an answer: of its text, or of its transcript, whichever this response has [RS17]. */
function say(draft: Draft, given: ResponseState, delta: string): Outcome | undefined {
  const words = withinLimit(given, delta);
  if (words !== '') {
    const { response, message, part } = openPart(draft, given);
    const grown = { ...part, text: part.text + words };
    put(draft, { ...response, characters: response.characters + words.length }, { ...message, part: grown });
    const type = part.type === 'text' ? 'response.output_text.delta' : 'response.output_audio_transcript.delta';
    draft.send({ type, ...partIds(response, message), delta: words });
  }
  return words.length < delta.length ? OUT_OF_TOKENS : undefined;
}

/** Audio of an answer. Some words, if only none, come before it [OR5]. A text answer has none. */
function sound(draft: Draft, given: ResponseState, audio: string, bytes: number): Outcome | undefined {
  if (given.config.output_modalities[0] !== 'audio' || bytes === 0) return undefined;
  const { max_output_tokens } = given.config;
  if (max_output_tokens !== 'inf' && outputTokens(given, 0, bytes) > max_output_tokens) return OUT_OF_TOKENS;
  const { response, message, part } = openPart(draft, given);
  const ids = partIds(response, message);
  if (part.audio_bytes === 0 && part.text === '') {
    draft.send({ type: 'response.output_audio_transcript.delta', ...ids, delta: '' });
  }
  if (part.audio_bytes === 0 && !response.out_of_band) draft.state.spoken_items += 1;
  const grown = { ...part, audio_bytes: part.audio_bytes + bytes };
  put(draft, { ...response, audio_bytes: response.audio_bytes + bytes }, { ...message, part: grown });
  draft.send({ type: 'response.output_audio.delta', ...ids, delta: audio });
  return undefined;
}

/** Begins a function call. One that was not offered ends the response [FN11]; one that was ruled out is passed over [FN6, RS36]. */
function call(draft: Draft, response: ResponseState, name: string, engine_call_id: string | null): Outcome | undefined {
  const { tools, tool_choice, parallel_tool_calls } = response.config;
  if (!tools.some((tool) => tool.type === 'function' && tool.name === name)) {
    return {
      status: 'failed',
      error: { code: 'invalid_tool_call', message: 'A function was called that is not offered.' },
    };
  }
  const ruledOut =
    tool_choice === 'none' ||
    (typeof tool_choice === 'object' && tool_choice.type === 'function' && tool_choice.name !== name) ||
    (parallel_tool_calls === false && response.output.some((made) => made.type === 'function_call'));
  if (ruledOut) {
    draft.update({ ...response, call_ignored: true });
    return undefined;
  }
  const taken =
    !engine_call_id ||
    tableGet(draft.state.calls, engine_call_id) ||
    response.output.some((made) => made.type === 'function_call' && made.call_id === engine_call_id);
  const call_id = taken ? draft.mintCall() : engine_call_id;
  const id = draft.mintItem();
  const made: Omit<OutputCall, 'previous_item_id'> = {
    type: 'function_call',
    id,
    name,
    call_id,
    engine_call_id,
    arguments: '',
  };
  open(draft, { ...response, call_ignored: false }, made);
  return undefined;
}

/** Arguments of the named call, or of the latest. */
function argue(draft: Draft, response: ResponseState, delta: string, named: string | null): Outcome | undefined {
  const made = response.output.findLast(
    (made): made is OutputCall =>
      made.type === 'function_call' && (named === null || made.engine_call_id === named || made.call_id === named),
  );
  if (!made || (named === null && response.call_ignored)) return undefined;
  const words = withinLimit(response, delta);
  if (words !== '') {
    put(
      draft,
      { ...response, characters: response.characters + words.length },
      { ...made, arguments: made.arguments + words },
    );
    const { id: item_id, call_id } = made;
    const output_index = response.output.indexOf(made);
    draft.send({
      type: 'response.function_call_arguments.delta',
      response_id: response.id,
      item_id,
      output_index,
      call_id,
      delta: words,
    });
  }
  return words.length < delta.length ? OUT_OF_TOKENS : undefined;
}

// ---- Opening ----

function openMessage(draft: Draft, response: ResponseState, phase: string | null): ResponseState {
  return open(draft, response, { type: 'message', id: draft.mintItem(), phase, part: null });
}

type Opening = Omit<OutputMessage, 'previous_item_id'> | Omit<OutputCall, 'previous_item_id'>;

/** Announces an item: to the response and, unless out of band, to the conversation, where it comes last [OR4, OB2]. */
function open(draft: Draft, response: ResponseState, opening: Opening): ResponseState {
  const item = outputItem({ ...opening, previous_item_id: null }, 'in_progress');
  const output_index = response.output.length;
  draft.send({ type: 'response.output_item.added', response_id: response.id, output_index, item });
  let previous_item_id: string | null = null;
  if (!response.out_of_band) {
    previous_item_id = insert(draft, item, { audio: null, format: null, response_id: response.id });
    draft.send({ type: 'conversation.item.added', previous_item_id, item });
  }
  const opened = { ...response, output: [...response.output, { ...opening, previous_item_id }] };
  draft.update(opened);
  return opened;
}

/** The part of the latest message that words and audio go to, opened where needed. */
function openPart(
  draft: Draft,
  given: ResponseState,
): { response: ResponseState; message: OutputMessage; part: OutputPart } {
  const isMessage = (made: OutputItem): made is OutputMessage => made.type === 'message';
  const found = given.output.findLast(isMessage);
  if (found?.part) return { response: given, message: found, part: found.part };
  const response = found ? given : openMessage(draft, given, null);
  const message = found ?? response.output.findLast(isMessage)!;
  const type = response.config.output_modalities[0] === 'audio' ? 'audio' : 'text';
  const part: OutputPart = { type, text: '', audio_bytes: 0, cut: null };
  draft.send({ type: 'response.content_part.added', ...partIds(response, message), part: streamedPart(part) });
  return { response, message, part };
}

/** Puts a changed item in the place of the one with its id. */
function put(draft: Draft, response: ResponseState, made: OutputItem): void {
  const output = response.output.map((other) => (other.id === made.id ? made : other));
  draft.update({ ...response, output });
}

function partIds(response: ResponseState, message: OutputMessage) {
  const output_index = response.output.findIndex((made) => made.id === message.id);
  return { response_id: response.id, item_id: message.id, output_index, content_index: 0 };
}

// ---- Closing ----

/** Closes everything a response has opened, with what was streamed and nothing more [RS25, OR7, OR8, OR10]. Answers its items. */
export function closeOutput(draft: Draft, response: ResponseState, status: 'completed' | 'incomplete') {
  return response.output.map((made, output_index) => {
    if (made.type === 'function_call') closeCall(draft, response, made, output_index);
    else if (made.part) closePart(draft, response, made, made.part);
    const item = outputItem(made, status);
    if (!response.out_of_band) {
      store(draft, response, made, status);
      draft.send({ type: 'conversation.item.done', previous_item_id: made.previous_item_id, item });
    }
    draft.send({ type: 'response.output_item.done', response_id: response.id, output_index, item });
    return item;
  });
}

function closePart(draft: Draft, response: ResponseState, message: OutputMessage, part: OutputPart): void {
  const ids = partIds(response, message);
  if (part.type === 'text') draft.send({ type: 'response.output_text.done', ...ids, text: part.text });
  else {
    draft.send({ type: 'response.output_audio.done', ...ids });
    draft.send({ type: 'response.output_audio_transcript.done', ...ids, transcript: part.text });
  }
  draft.send({ type: 'response.content_part.done', ...ids, part: streamedPart(part) });
}

function closeCall(draft: Draft, response: ResponseState, made: OutputCall, output_index: number): void {
  const { id: item_id, call_id, name } = made;
  draft.send({
    type: 'response.function_call_arguments.done',
    response_id: response.id,
    item_id,
    output_index,
    call_id,
    name,
    arguments: made.arguments,
  });
}

/** The conversation keeps the finished item. */
function store(draft: Draft, response: ResponseState, made: OutputItem, status: 'completed' | 'incomplete'): void {
  const { format } = response.config.audio.output;
  const item = outputItem(made, status);
  const part = made.type === 'message' ? made.part : null;
  const bytes = part ? (part.cut ?? part.audio_bytes) : 0;
  const audio = part && part.audio_bytes > 0 ? [bytes] : null;
  const { state } = draft;
  state.items = replaceItem(state.items, made.id, {
    item,
    audio,
    format: audio && format,
    tokens: itemTokens(item, audio, format),
    size: sizeOf(item, audio),
    response_id: null,
  });
  const stored = getItem(state.items, made.id)!;
  if (part && part.audio_bytes > 0 && !isSpoken(stored)) state.spoken_items -= 1;
  boundAudio(draft);
}

// ---- The limit on output ----

/** As much of some words as `max_output_tokens` leaves room for [RS22]. Never ends between the halves of a surrogate pair. */
function withinLimit(response: ResponseState, words: string): string {
  const { max_output_tokens } = response.config;
  if (max_output_tokens === 'inf') return words;
  const spoken = spokenTokens(response.audio_bytes, response.config.audio.output.format);
  const room = Math.max(0, (max_output_tokens - spoken) * CHARACTERS_PER_TOKEN - response.characters);
  if (words.length <= room) return words;
  const last = words.charCodeAt(room - 1);
  return words.slice(0, last >= 0xd800 && last < 0xdc00 ? room - 1 : room);
}

/** Tokens a response has put out, and what so much more would make it. */
export function outputTokens(response: ResponseState, characters = 0, audioBytes = 0): number {
  const { format } = response.config.audio.output;
  return textTokens(response.characters + characters) + spokenTokens(response.audio_bytes + audioBytes, format);
}

/** How long the audio of a response plays, in milliseconds. */
export const playingTime = (response: ResponseState): number =>
  bytesToMs(response.audio_bytes, response.config.audio.output.format);
