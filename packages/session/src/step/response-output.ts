// What an engine says → frames. The one place that knows the wire's order inside a response [OR4 to OR10].
//
// Items open as the engine makes them and close together, in `output_index` order, when the engine is done; calls on MCP servers
// (`mcp-call.ts`) when their results are there. When a response ends, and what follows, is `response.ts`.

import { bytesToMs } from '@colloquy/protocol';
import { type Draft, shown } from './draft.ts';
import type { EngineEvent } from './engine-event.ts';
import { tableGet } from './hash-table.ts';
import {
  type Argued,
  abandonToolCall,
  argueToolCall,
  askApprovals,
  beginToolCall,
  isRunning,
  offerOf,
  startToolCall,
} from './mcp-call.ts';
import type { OutputToolCall } from './mcp-state.ts';
import { outputItem, streamedPart } from './output-item.ts';
import { outputTokens, withinLimit } from './output-limit.ts';
import { closeItem, openItem, putItem } from './response-items.ts';
import type { OutputCall, OutputItem, OutputMessage, OutputPart, ResponseState } from './state.ts';

type CallEvent = Extract<EngineEvent, { type: 'call' }>;

/** How a response ends. */
export type Outcome =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }
  | { status: 'failed'; error: { code: string; message: string } };

/** So many names of tools fit an error's message. */
const MAX_NAMED = 5;

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
      return call(draft, response, event);
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
    putItem(draft, { ...response, characters: response.characters + words.length }, { ...message, part: grown });
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
  putItem(draft, { ...response, audio_bytes: response.audio_bytes + bytes }, { ...message, part: grown });
  // Nobody can retrieve what is out of band.
  if (!response.out_of_band) {
    const { item_id, content_index } = ids;
    const { format } = response.config.audio.output;
    draft.do({ do: 'store_audio', item_id, content_index, format, audio });
  }
  draft.send({ type: 'response.output_audio.delta', ...ids, delta: audio });
  return undefined;
}

/** Begins a call. One that was not offered ends the response [FN11]; one that was ruled out is passed over [FN6, RS36]. */
function call(draft: Draft, given: ResponseState, { name, call_id, server_label }: CallEvent): Outcome | undefined {
  const { tools } = given.config;
  const isFunction = server_label === undefined && tools.some((tool) => tool.type === 'function' && tool.name === name);
  const offer = isFunction ? undefined : offerOf(draft, given, name, server_label);
  if (!isFunction && !offer) {
    return {
      status: 'failed',
      error: { code: 'invalid_tool_call', message: notOffered(given, name) },
    };
  }
  if (isRuledOut(given, name, offer?.tool.server_label)) {
    draft.update({ ...given, call_ignored: true });
    return undefined;
  }
  const response = { ...given, call_ignored: false };
  if (offer) beginToolCall(draft, response, offer, call_id ?? null);
  else beginCall(draft, response, name, call_id ?? null);
  return undefined;
}

/** Names what was called and what there was to call, in bounded length. */
function notOffered({ config: { tools } }: ResponseState, name: string): string {
  const names = tools.map((tool) => shown(tool.type === 'function' ? tool.name : tool.server_label));
  const more = names.length > MAX_NAMED ? `, and ${names.length - MAX_NAMED} more` : '';
  const offered = names.length === 0 ? 'no tools' : `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
  return `'${shown(name)}' was called, which is not offered; this response has ${offered}. Send it in session.update.`;
}

function isRuledOut({ config, output, asking }: ResponseState, name: string, label: string | undefined): boolean {
  const { tool_choice, parallel_tool_calls } = config;
  if (tool_choice === 'none') return true;
  if (parallel_tool_calls === false && (asking.length > 0 || output.some((made) => made.type !== 'message')))
    return true;
  if (typeof tool_choice !== 'object') return false;
  if (tool_choice.type === 'function') return label !== undefined || tool_choice.name !== name;
  return tool_choice.server_label !== label || (tool_choice.name != null && tool_choice.name !== name);
}

function beginCall(draft: Draft, response: ResponseState, name: string, engine_call_id: string | null): void {
  const taken =
    !engine_call_id ||
    tableGet(draft.state.calls, engine_call_id) ||
    response.output.some((made) => made.type === 'function_call' && made.call_id === engine_call_id);
  const call_id = taken ? draft.mintCall() : engine_call_id;
  openItem(draft, response, {
    type: 'function_call',
    id: draft.mintItem(),
    name,
    call_id,
    engine_call_id,
    arguments: '',
  });
}

/** Arguments of the named call, or of the latest. */
function argue(draft: Draft, response: ResponseState, delta: string, named: string | null): Outcome | undefined {
  if (named === null && response.call_ignored) return undefined;
  const made = argued(response, named);
  if (!made) return undefined;
  if (!('type' in made) || made.type === 'mcp_call') {
    return argueToolCall(draft, response, made, delta) ? undefined : OUT_OF_TOKENS;
  }
  const words = withinLimit(response, delta);
  if (words !== '') {
    putItem(
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

/** The call that arguments are for: the one of that name, or the one begun last, whether it is announced yet or not. */
function argued({ output, asking }: ResponseState, named: string | null): OutputCall | Argued | undefined {
  const isMeant = (call: OutputCall | Argued) =>
    named === null || call.engine_call_id === named || ('call_id' in call && call.call_id === named);
  const index = output.findLastIndex((made) => isCall(made) && isMeant(made));
  const asked = asking.findLast(isMeant);
  return asked && asked.after > index ? asked : (output[index] as OutputCall | OutputToolCall | undefined);
}

const isCall = (made: OutputItem): made is OutputCall | OutputToolCall =>
  made.type === 'function_call' || made.type === 'mcp_call';

// ---- Opening ----

function openMessage(draft: Draft, response: ResponseState, phase: string | null): ResponseState {
  return openItem(draft, response, { type: 'message', id: draft.mintItem(), phase, part: null });
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

function partIds(response: ResponseState, message: OutputMessage) {
  const output_index = response.output.findIndex((made) => made.id === message.id);
  return { response_id: response.id, item_id: message.id, output_index, content_index: 0 };
}

// ---- Closing ----

/**
 * The engine has said all: everything is closed but the calls on MCP servers, which are made now [MC5]. Answers whether the
 * response is done with that; otherwise it is when the last of them has ended [MC13].
 */
export function endGeneration(draft: Draft, given: ResponseState): boolean {
  if (given.asking.length === 0 && !given.output.some((made) => made.type === 'mcp_call')) return true;
  const { id, output } = askApprovals(draft, { ...given, generated: true });
  for (const made of output) {
    if (made.type === 'mcp_call') startToolCall(draft, id, made.id);
    else {
      const response = draft.response(id)!;
      close(draft, response, made, 'completed');
      draft.update({ ...response, closed: [...response.closed, made.id] });
    }
  }
  return !draft.response(id)!.output.some(isRunning);
}

/** Closes everything a response has opened, with what was streamed and nothing more [RS25, OR7, OR8, OR10]. Answers its items. */
export function closeOutput(draft: Draft, given: ResponseState, status: 'completed' | 'incomplete') {
  draft.update(given);
  for (const made of given.output) {
    const response = draft.response(given.id)!;
    if (!response.closed.includes(made.id)) close(draft, response, made, status);
  }
  const response = draft.response(given.id)!;
  return response.output.map((made) => outputItem(made, response.closed.includes(made.id) ? 'completed' : status));
}

function close(draft: Draft, response: ResponseState, made: OutputItem, status: 'completed' | 'incomplete'): void {
  if (made.type === 'mcp_call') return abandonToolCall(draft, response, made);
  if (made.type === 'function_call') closeCall(draft, response, made, response.output.indexOf(made));
  else if (made.type === 'message' && made.part) closePart(draft, response, made, made.part);
  closeItem(draft, response, made, status);
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

/** How long the audio of a response plays, in milliseconds. */
export const playingTime = (response: ResponseState): number =>
  bytesToMs(response.audio_bytes, response.config.audio.output.format);
