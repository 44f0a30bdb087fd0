// Turns engine events into server events. The only file that knows the order of events inside a response [OR4 to OR10].
//
// Items open when the engine begins them and close together, in `output_index` order, when the engine is done; MCP
// calls (`mcp-call.ts`) close when their results arrive. End of a response: `response.ts`.

import { bytesToMs } from '@colloquy/protocol';
import { type Draft, printableId } from './draft.ts';
import type { EngineEvent } from './engine-event.ts';
import { tableGet } from './hash-table.ts';
import {
  abandonToolCall,
  appendToolArguments,
  beginToolCall,
  findOffer,
  isRunning,
  requestApprovals,
  type StreamedCall,
  startToolCall,
} from './mcp-call.ts';
import type { OutputToolCall } from './mcp-state.ts';
import { playAudio } from './output-audio-buffer.ts';
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

/** Maximum tools named in an error message. */
const MAX_NAMED_TOOLS = 5;

const OUT_OF_TOKENS: Outcome = { status: 'incomplete', reason: 'max_output_tokens' };

/** Applies one engine event and sends the events that follow from it. Returns the outcome if it ends the response. */
export function applyEngineEvent(draft: Draft, response: ResponseState, event: EngineEvent): Outcome | undefined {
  switch (event.type) {
    case 'message':
      openMessage(draft, response, event.phase ?? null);
      return undefined;
    case 'text.delta':
    case 'transcript.delta':
      return appendText(draft, response, event.delta);
    case 'audio.delta':
      return appendOutputAudio(draft, response, event.audio, event.bytes);
    case 'call':
      return openCall(draft, response, event);
    case 'arguments.delta':
      return appendArguments(draft, response, event.delta, event.call_id ?? null);
    case 'usage':
      draft.update({ ...response, usage: event.usage });
      return undefined;
    case 'done':
      return event.reason ? { status: 'incomplete', reason: event.reason } : { status: 'completed' };
    case 'failed':
      return { status: 'failed', error: event.error };
  }
}

/** Text or transcript delta, depending on the modality of the response [RS17]. */
function appendText(draft: Draft, before: ResponseState, delta: string): Outcome | undefined {
  const chunk = withinLimit(before, delta);
  if (chunk !== '') {
    const { response, message, part } = openPart(draft, before);
    const updatedPart = { ...part, text: part.text + chunk };
    putItem(draft, { ...response, characters: response.characters + chunk.length }, { ...message, part: updatedPart });
    const type = part.type === 'text' ? 'response.output_text.delta' : 'response.output_audio_transcript.delta';
    draft.send({ type, ...partIds(response, message), delta: chunk });
  }
  return chunk.length < delta.length ? OUT_OF_TOKENS : undefined;
}

/** Audio delta; in a call the host plays it. A transcript delta, empty if need be, precedes it [OR5]. Ignored in a text response. */
function appendOutputAudio(draft: Draft, before: ResponseState, audio: string, bytes: number): Outcome | undefined {
  if (before.config.output_modalities[0] !== 'audio' || bytes === 0) return undefined;
  const { max_output_tokens } = before.config;
  if (max_output_tokens !== 'inf' && outputTokens(before, 0, bytes) > max_output_tokens) return OUT_OF_TOKENS;
  const { response, message, part } = openPart(draft, before);
  const ids = partIds(response, message);
  if (part.audio_bytes === 0 && part.text === '') {
    draft.send({ type: 'response.output_audio_transcript.delta', ...ids, delta: '' });
  }
  if (part.audio_bytes === 0 && !response.out_of_band) draft.state.spoken_items += 1;
  const updatedPart = { ...part, audio_bytes: part.audio_bytes + bytes };
  putItem(draft, { ...response, audio_bytes: response.audio_bytes + bytes }, { ...message, part: updatedPart });
  const { response_id, item_id, content_index } = ids;
  // Out-of-band audio cannot be retrieved.
  if (!response.out_of_band) {
    const { format } = response.config.audio.output;
    draft.do({ do: 'store_audio', item_id, content_index, format, audio });
  }
  if (!draft.state.output_audio_buffer) draft.send({ type: 'response.output_audio.delta', ...ids, delta: audio });
  else playAudio(draft, { response_id, item_id, content_index, audio, bytes, offset: part.audio_bytes });
  return undefined;
}

/**
 * Begins a call. A tool that is not offered fails the response [FN11]; a call that `tool_choice` or
 * `parallel_tool_calls` excludes is ignored [FN6, RS36].
 */
function openCall(
  draft: Draft,
  before: ResponseState,
  { name, call_id, server_label }: CallEvent,
): Outcome | undefined {
  const { tools } = before.config;
  const isFunction = server_label === undefined && tools.some((tool) => tool.type === 'function' && tool.name === name);
  const offer = isFunction ? undefined : findOffer(draft, before, name, server_label);
  if (!isFunction && !offer) {
    return {
      status: 'failed',
      error: { code: 'invalid_tool_call', message: describeNotOffered(before, name) },
    };
  }
  if (isRuledOut(before, name, offer?.tool.server_label)) {
    draft.update({ ...before, call_ignored: true });
    return undefined;
  }
  const response = { ...before, call_ignored: false };
  if (offer) beginToolCall(draft, response, offer, call_id ?? null);
  else beginCall(draft, response, name, call_id ?? null);
  return undefined;
}

/** Names the called tool and the offered ones, in bounded length. */
function describeNotOffered({ config: { tools } }: ResponseState, name: string): string {
  const names = tools.map((tool) => printableId(tool.type === 'function' ? tool.name : tool.server_label));
  const more = names.length > MAX_NAMED_TOOLS ? `, and ${names.length - MAX_NAMED_TOOLS} more` : '';
  const offered = names.length === 0 ? 'no tools' : `${names.slice(0, MAX_NAMED_TOOLS).join(', ')}${more}`;
  return `'${printableId(name)}' was called, which is not offered; this response has ${offered}. Send it in session.update.`;
}

function isRuledOut({ config, output, asking }: ResponseState, name: string, label: string | undefined): boolean {
  const { tool_choice, parallel_tool_calls } = config;
  if (tool_choice === 'none') return true;
  if (parallel_tool_calls === false && (asking.length > 0 || output.some((item) => item.type !== 'message')))
    return true;
  if (typeof tool_choice !== 'object') return false;
  if (tool_choice.type === 'function') return label !== undefined || tool_choice.name !== name;
  return tool_choice.server_label !== label || (tool_choice.name != null && tool_choice.name !== name);
}

function beginCall(draft: Draft, response: ResponseState, name: string, engine_call_id: string | null): void {
  const isTaken =
    !engine_call_id ||
    tableGet(draft.state.calls, engine_call_id) ||
    response.output.some((item) => item.type === 'function_call' && item.call_id === engine_call_id);
  const call_id = isTaken ? draft.mintCall() : engine_call_id;
  openItem(draft, response, {
    type: 'function_call',
    id: draft.mintItem(),
    name,
    call_id,
    engine_call_id,
    arguments: '',
  });
}

/** Arguments of the identified call, or of the latest. */
function appendArguments(
  draft: Draft,
  response: ResponseState,
  delta: string,
  callId: string | null,
): Outcome | undefined {
  if (callId === null && response.call_ignored) return undefined;
  const item = findCall(response, callId);
  if (!item) return undefined;
  if (!('type' in item) || item.type === 'mcp_call') {
    return appendToolArguments(draft, response, item, delta) ? undefined : OUT_OF_TOKENS;
  }
  const chunk = withinLimit(response, delta);
  if (chunk !== '') {
    putItem(
      draft,
      { ...response, characters: response.characters + chunk.length },
      { ...item, arguments: item.arguments + chunk },
    );
    const ids = { response_id: response.id, item_id: item.id, output_index: response.output.indexOf(item) };
    draft.send({ type: 'response.function_call_arguments.delta', ...ids, call_id: item.call_id, delta: chunk });
  }
  return chunk.length < delta.length ? OUT_OF_TOKENS : undefined;
}

/** The call that arguments belong to: the identified one, or the latest, announced or not. */
function findCall({ output, asking }: ResponseState, callId: string | null): OutputCall | StreamedCall | undefined {
  const isMeant = (call: OutputCall | StreamedCall) =>
    callId === null || call.engine_call_id === callId || ('call_id' in call && call.call_id === callId);
  const index = output.findLastIndex((item) => isCall(item) && isMeant(item));
  const pendingCall = asking.findLast(isMeant);
  return pendingCall && pendingCall.after > index
    ? pendingCall
    : (output[index] as OutputCall | OutputToolCall | undefined);
}

const isCall = (item: OutputItem): item is OutputCall | OutputToolCall =>
  item.type === 'function_call' || item.type === 'mcp_call';

// ---- Opening ----

function openMessage(draft: Draft, response: ResponseState, phase: string | null): ResponseState {
  return openItem(draft, response, { type: 'message', id: draft.mintItem(), phase, part: null });
}

/** The part of the latest message that receives text and audio; opened if needed. */
function openPart(
  draft: Draft,
  before: ResponseState,
): { response: ResponseState; message: OutputMessage; part: OutputPart } {
  const isMessage = (item: OutputItem): item is OutputMessage => item.type === 'message';
  const latest = before.output.findLast(isMessage);
  if (latest?.part) return { response: before, message: latest, part: latest.part };
  const response = latest ? before : openMessage(draft, before, null);
  const message = latest ?? response.output.findLast(isMessage)!;
  const type = response.config.output_modalities[0] === 'audio' ? 'audio' : 'text';
  const part: OutputPart = { type, text: '', audio_bytes: 0, cut: null };
  draft.send({ type: 'response.content_part.added', ...partIds(response, message), part: streamedPart(part) });
  return { response, message, part };
}

function partIds(response: ResponseState, message: OutputMessage) {
  const output_index = response.output.findIndex((item) => item.id === message.id);
  return { response_id: response.id, item_id: message.id, output_index, content_index: 0 };
}

// ---- Closing ----

/**
 * The engine is done: closes all items except MCP calls, which start now [MC5]. Returns whether the response is done;
 * if not, it ends after the last of its calls [MC13].
 */
export function endGeneration(draft: Draft, before: ResponseState): boolean {
  if (before.asking.length === 0 && !before.output.some((item) => item.type === 'mcp_call')) return true;
  const { id, output } = requestApprovals(draft, { ...before, generated: true });
  for (const item of output) {
    if (item.type === 'mcp_call') startToolCall(draft, id, item.id);
    else {
      const response = draft.response(id)!;
      close(draft, response, item, 'completed');
      draft.update({ ...response, closed: [...response.closed, item.id] });
    }
  }
  return !draft.response(id)!.output.some(isRunning);
}

/** Closes all open items with what was streamed [RS25, OR7, OR8, OR10]. Returns the items. */
export function closeOutput(draft: Draft, before: ResponseState, status: 'completed' | 'incomplete') {
  draft.update(before);
  for (const item of before.output) {
    const response = draft.response(before.id)!;
    if (!response.closed.includes(item.id)) close(draft, response, item, status);
  }
  const response = draft.response(before.id)!;
  return response.output.map((item) => outputItem(item, response.closed.includes(item.id) ? 'completed' : status));
}

function close(draft: Draft, response: ResponseState, item: OutputItem, status: 'completed' | 'incomplete'): void {
  if (item.type === 'mcp_call') return abandonToolCall(draft, response, item);
  if (item.type === 'function_call') closeCall(draft, response, item, response.output.indexOf(item));
  else if (item.type === 'message' && item.part) closePart(draft, response, item, item.part);
  closeItem(draft, response, item, status);
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

function closeCall(draft: Draft, response: ResponseState, item: OutputCall, output_index: number): void {
  const { id: item_id, call_id, name } = item;
  draft.send({
    type: 'response.function_call_arguments.done',
    response_id: response.id,
    item_id,
    output_index,
    call_id,
    name,
    arguments: item.arguments,
  });
}

/** Playing time of a response's audio, in milliseconds. */
export const playingTime = (response: ResponseState): number =>
  bytesToMs(response.audio_bytes, response.config.audio.output.format);
