// The output audio buffer of a call: hands audio to the host, and turns what the host reports into
// `output_audio_buffer.*` events and truncations. Counts bytes; the host holds and plays them. State:
// `output-audio-state.ts`.

import { CLIENT_EVENT_TYPES } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { resumeIdle } from './idle-timer.ts';
import type { PlaybackEvent } from './input.ts';
import type { BufferedPart, BufferedResponse } from './output-audio-state.ts';
import { truncateToPlayed } from './truncation.ts';

/** A chunk of a part's audio. */
interface AudioChunk {
  readonly response_id: string;
  readonly item_id: string;
  readonly content_index: number;
  /** Base64. */
  readonly audio: string;
  readonly bytes: number;
  /** Bytes of the part before this chunk. */
  readonly offset: number;
}

/**
 * Hands a chunk to the host, in place of `response.output_audio.delta` [WR4]. Audio of a response that was cleared is
 * dropped; its part is then truncated to what was played of it [WR7].
 */
export function playAudio(draft: Draft, chunk: AudioChunk): void {
  const { response_id, item_id, content_index, audio } = chunk;
  const response = draft.response(response_id)!;
  if (response.audio_cleared) return truncateToPlayed(draft, { item_id, content_index, played_bytes: chunk.offset });
  const buffered = findResponse(draft, response_id);
  const parts = withSent(buffered?.parts ?? [], chunk);
  if (buffered) replaceResponse(draft, { ...buffered, parts, drained: false });
  else addResponse(draft, { response_id, parts, started: false, drained: false, done: false });
  const { format } = response.config.audio.output;
  draft.do({ do: 'play_audio', response_id, item_id, content_index, format, audio });
}

function withSent(parts: readonly BufferedPart[], { item_id, content_index, bytes }: AudioChunk): BufferedPart[] {
  const last = parts.at(-1);
  if (last?.item_id === item_id && last.content_index === content_index)
    return parts.with(-1, { ...last, sent_bytes: last.sent_bytes + bytes });
  return [...parts, { item_id, content_index, sent_bytes: bytes, played_bytes: 0 }];
}

/** After `response.done` and `rate_limits.updated` of a response: no audio follows for it [WR6]. */
export function endPlayback(draft: Draft, response_id: string): void {
  const buffered = findResponse(draft, response_id);
  if (!buffered) return;
  draft.do({ do: 'end_playback', response_id });
  replaceResponse(draft, { ...buffered, done: true });
  stopIfPlayed(draft, response_id);
}

// ---- What the host reports ----

/** Reports about a response or part that is not in the buffer are dropped: they were sent before a clear. */
export function handlePlayback(draft: Draft, event: PlaybackEvent): void {
  if (!draft.state.output_audio_buffer) return;
  switch (event.type) {
    case 'started':
      return startPlayback(draft, event.response_id);
    case 'played':
      return countPlayed(draft, event);
    case 'drained':
      return drainResponse(draft, event.response_id);
  }
}

function startPlayback(draft: Draft, response_id: string): void {
  const buffered = findResponse(draft, response_id);
  if (!buffered || buffered.started) return;
  replaceResponse(draft, { ...buffered, started: true });
  draft.send({ type: 'output_audio_buffer.started', response_id });
}

/** Parts play in order: the parts before this one have been played to their end. */
function countPlayed(draft: Draft, event: Extract<PlaybackEvent, { type: 'played' }>): void {
  if (event.bytes <= 0) return;
  const isMeant = (part: BufferedPart) => part.item_id === event.item_id && part.content_index === event.content_index;
  const buffered = draft.state.output_audio_buffer?.responses.find(({ parts }) => parts.some(isMeant));
  if (!buffered) return;
  const index = buffered.parts.findIndex(isMeant);
  const parts = buffered.parts.map((part, at) => {
    if (at > index) return part;
    return withPlayed(part, at < index ? part.sent_bytes : event.bytes);
  });
  replaceResponse(draft, { ...buffered, parts });
  startPlayback(draft, buffered.response_id);
}

function withPlayed(part: BufferedPart, bytes: number): BufferedPart {
  return { ...part, played_bytes: Math.max(part.played_bytes, Math.min(bytes, part.sent_bytes)) };
}

/** Held back until the response is done: more audio may come, and `stopped` follows `response.done` [OR15]. */
function drainResponse(draft: Draft, response_id: string): void {
  startPlayback(draft, response_id);
  const buffered = findResponse(draft, response_id);
  if (!buffered) return;
  const parts = buffered.parts.map((part) => withPlayed(part, part.sent_bytes));
  replaceResponse(draft, { ...buffered, parts, drained: true });
  stopIfPlayed(draft, response_id);
}

function stopIfPlayed(draft: Draft, response_id: string): void {
  const buffered = findResponse(draft, response_id);
  if (!buffered?.done || !buffered.drained) return;
  const buffer = draft.state.output_audio_buffer!;
  const responses = buffer.responses.filter((other) => other !== buffered);
  draft.state.output_audio_buffer = { ...buffer, responses };
  draft.send({ type: 'output_audio_buffer.stopped', response_id });
  resumeIdle(draft);
}

// ---- Clearing ----

/**
 * `output_audio_buffer.clear`. Drops all audio that is not played: answered by `output_audio_buffer.cleared` for each
 * response that had audio in the buffer, then `conversation.item.truncated` for each of their parts that was not played
 * to its end. With an empty buffer, answered by `cleared` for the last response that played, and by nothing if there
 * was none. Does not cancel a response, but its further audio is dropped.
 *
 * Refuses with `invalid_value` on a WebSocket session, which has no output audio buffer.
 *
 * @see SPEC.md WR7 to WR9, WR11, ER25
 */
export function clearOutputAudio(draft: Draft): void {
  const buffer = draft.state.output_audio_buffer;
  if (!buffer) return refuseClear(draft);
  if (buffer.responses.length > 0) return clearBuffer(draft, buffer.responses);
  const { last_response: response_id } = buffer;
  if (response_id !== null) draft.send({ type: 'output_audio_buffer.cleared', response_id });
}

/** The user speaks: drops all audio that is not played [WR10, VA28]. Sends nothing if there is none. */
export function interruptPlayback(draft: Draft): void {
  const responses = draft.state.output_audio_buffer?.responses ?? [];
  if (responses.length > 0) clearBuffer(draft, responses);
}

function clearBuffer(draft: Draft, responses: readonly BufferedResponse[]): void {
  draft.do({ do: 'clear_playback' });
  draft.state.output_audio_buffer = { ...draft.state.output_audio_buffer!, responses: [] };
  for (const { response_id } of responses) {
    const active = draft.response(response_id);
    if (active) draft.update({ ...active, audio_cleared: true });
    draft.send({ type: 'output_audio_buffer.cleared', response_id });
  }
  for (const { parts } of responses) {
    for (const part of parts) if (part.played_bytes < part.sent_bytes) truncateToPlayed(draft, part);
  }
  resumeIdle(draft);
}

function refuseClear(draft: Draft): void {
  const types = CLIENT_EVENT_TYPES.filter((type) => type !== 'output_audio_buffer.clear').map((type) => `'${type}'`);
  const message = `Invalid value: 'output_audio_buffer.clear'. Supported values are: ${types.join(', ')}.`;
  draft.refuse('invalid_value', 'type', message);
}

// ---- The buffer ----

function findResponse(draft: Draft, id: string): BufferedResponse | undefined {
  return draft.state.output_audio_buffer?.responses.find(({ response_id }) => response_id === id);
}

function addResponse(draft: Draft, added: BufferedResponse): void {
  const responses = [...(draft.state.output_audio_buffer?.responses ?? []), added];
  draft.state.output_audio_buffer = { responses, last_response: added.response_id };
}

/** Replaces the buffered response that has the same id. */
function replaceResponse(draft: Draft, changed: BufferedResponse): void {
  const buffer = draft.state.output_audio_buffer!;
  const responses = buffer.responses.map((other) => (other.response_id === changed.response_id ? changed : other));
  draft.state.output_audio_buffer = { ...buffer, responses };
}
