// The input audio buffer: append, commit, clear, and the audio clock. Counts bytes; the host stores them.
//
// Turns: `turn-detection.ts`.

import {
  BYTES_PER_MS,
  BYTES_PER_SAMPLE,
  bytesToMs,
  type InputAudioBufferAppendEvent,
  msToBytes,
  type RealtimeAudioFormat,
} from '@colloquy/protocol';
import { addItem, evictAudio, isFull } from './conversation.ts';
import type { Draft } from './draft.ts';
import { tableSet } from './hash-table.ts';
import { stopIdle } from './idle-timer.ts';
import type { MediaEvent, SpeechSettings } from './input.ts';
import { base64Bytes } from './new-item.ts';
import type { InputBuffer, PendingTranscription, SentTranscript, SessionState } from './state.ts';

/** Minimum duration of a commit, in milliseconds [IB9]. */
const MIN_COMMIT_MS = 100;

/** Milliseconds of all audio appended in the session [IB16]. May be fractional. */
export function audioClock({ buffer, config }: SessionState): number {
  return buffer.earlier_ms + bytesToMs(buffer.appended, config.audio.input.format);
}

/** Position of the start of the buffer on the audio clock. */
export function bufferStart(state: SessionState): number {
  return audioClock(state) - bytesToMs(state.buffer.bytes, state.config.audio.input.format);
}

/**
 * `input_audio_buffer.append`. Sends no event; an empty append changes nothing. An append may end inside a sample: the
 * next append completes it.
 *
 * Refuses with `limit_exceeded` if the audio does not fit; the audio clock does not advance for refused audio. Refuses
 * with `invalid_value` in a call, whose audio the host receives.
 *
 * @see SPEC.md IB1 to IB6, IB17, IB19, LM4, VA14, WR15
 */
export function appendAudio(draft: Draft, { audio }: InputAudioBufferAppendEvent): void {
  const { state } = draft;
  if (state.output_audio_buffer) {
    const message = "Invalid value: 'input_audio_buffer.append'. The audio of a call is sent as media, not as events.";
    return draft.refuse('invalid_value', 'type', message);
  }
  const bytes = draft.audioBytes?.[0] ?? base64Bytes(audio);
  if (bytes === 0) return;
  const { turn_detection, format } = state.config.audio.input;
  const trimmed = turn_detection && !state.turn ? trimmableBytes(state, format) : 0;
  if (excessBytes(state, bytes - trimmed) > 0) {
    return draft.refuse('limit_exceeded', 'audio', 'The input audio buffer is full.');
  }
  storeInput(draft, audio, bytes, trimmed);
}

/** Microphone audio of a call: like an append, but nothing is refused. A full buffer loses its oldest audio [WR31]. */
export function appendMedia(draft: Draft, { audio, bytes }: MediaEvent): void {
  const { state } = draft;
  if (bytes <= 0) return;
  const { turn_detection, format } = state.config.audio.input;
  const trimmable = turn_detection && !state.turn ? trimmableBytes(state, format) : 0;
  const trimmed = Math.min(state.buffer.bytes, Math.max(trimmable, wholeSamples(excessBytes(state, bytes), format)));
  storeInput(draft, audio, bytes, trimmed);
}

/** Bytes by which the buffer exceeds its limits with this much more audio; 0 or less if it does not [LM4]. */
function excessBytes({ buffer, limits, config }: SessionState, added: number): number {
  const { type } = config.audio.input.format;
  const all = buffer.bytes + (buffer.partial ?? 0) + added;
  const whole = all - (all % BYTES_PER_SAMPLE[type]);
  return Math.max(all - limits.buffer_bytes, whole - limits.buffer_ms * BYTES_PER_MS[type]);
}

/** Rounds up to whole samples. */
function wholeSamples(bytes: number, { type }: RealtimeAudioFormat): number {
  return Math.ceil(bytes / BYTES_PER_SAMPLE[type]) * BYTES_PER_SAMPLE[type];
}

function storeInput(draft: Draft, audio: string, bytes: number, trimmed: number): void {
  const { state } = draft;
  const all = (state.buffer.partial ?? 0) + bytes;
  const partial = all % BYTES_PER_SAMPLE[state.config.audio.input.format.type];
  const buffered = state.buffer.bytes - trimmed + all - partial;
  if (trimmed > 0) draft.do({ do: 'trim_audio', bytes: trimmed });
  const appended = state.buffer.appended + all - partial;
  state.buffer = { ...withoutPartial(state.buffer), bytes: buffered, appended, ...(partial > 0 && { partial }) };
  draft.do({ do: 'append_audio', audio });
}

function withoutPartial({ partial: _, ...buffer }: InputBuffer): InputBuffer {
  return buffer;
}

/**
 * Bytes to drop from the front of the buffer. Drops only when twice the minimum is buffered, and never audio that a
 * detector may still need.
 */
function trimmableBytes({ buffer, limits }: SessionState, format: RealtimeAudioFormat): number {
  const minimum = msToBytes(limits.silence_kept_ms, format);
  return buffer.bytes > 2 * minimum ? buffer.bytes - minimum : 0;
}

/**
 * `input_audio_buffer.commit`. All buffered audio becomes a user message; an incomplete sample is dropped. An open turn
 * ends, and the message has its id.
 *
 * Refuses with `input_audio_buffer_commit_empty` if less than 100 ms are buffered (the audio stays), and with
 * `limit_exceeded` if the conversation is full.
 *
 * @see SPEC.md IB3, IB7 to IB13
 */
export function commitAudio(draft: Draft): void {
  const { state } = draft;
  const ms = bytesToMs(state.buffer.bytes, state.config.audio.input.format);
  if (ms < MIN_COMMIT_MS) {
    const message = `Error committing input audio buffer: buffer too small. Expected at least ${MIN_COMMIT_MS}ms of audio, but buffer only has ${ms.toFixed(2)}ms of audio.`;
    return draft.refuse('input_audio_buffer_commit_empty', null, message);
  }
  if (isFull(state)) {
    return draft.refuse('limit_exceeded', null, 'The conversation is full.');
  }
  stopIdle(draft, 'user');
  const turn = state.turn;
  state.turn = null;
  commitBytes(draft, turn?.item_id ?? draft.mintItem(), 0, state.buffer.bytes, { sent: turn?.sent });
  if (state.buffer.partial) {
    state.buffer = withoutPartial(state.buffer);
    draft.do({ do: 'clear_audio' });
  }
  if (turn) restartDetection(draft);
}

/** `input_audio_buffer.clear`. Always answered; an open turn is dropped, and its id is not used again [IB14, IB15]. */
export function clearAudio(draft: Draft): void {
  const { state } = draft;
  state.buffer = { ...withoutPartial(state.buffer), bytes: 0 };
  draft.do({ do: 'clear_audio' });
  draft.send({ type: 'input_audio_buffer.cleared' });
  if (state.turn) {
    state.turn = null;
    restartDetection(draft);
  }
}

interface CommitOptions {
  /** Do not transcribe. */
  readonly silent?: boolean;
  /** Transcript deltas sent while the turn was open. */
  readonly sent?: SentTranscript | undefined;
}

/**
 * Commits bytes `[start, end)` of the buffer as a user message and requests its transcription; everything before `end`
 * leaves the buffer [IB7, IB8].
 */
export function commitBytes(draft: Draft, id: string, start: number, end: number, options?: CommitOptions): void {
  const { state } = draft;
  const { format, transcription } = state.config.audio.input;
  state.buffer = { ...state.buffer, bytes: state.buffer.bytes - end };
  draft.do({ do: 'commit_audio', item_id: id, start, end, format });
  draft.send({ type: 'input_audio_buffer.committed', previous_item_id: state.items.tail, item_id: id });
  addItem(
    draft,
    {
      id,
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    },
    { audio: [end - start], format },
  );
  evictAudio(draft);
  if (!transcription) return;
  const settings = speechSettings(state);
  const pending: PendingTranscription = {
    ...{
      logprobs: settings.logprobs,
      model: transcription.model ?? '',
      seconds: bytesToMs(end - start, format) / 1000,
    },
    ...(options?.sent && { sent: options.sent }),
  };
  state.transcriptions = tableSet(state.transcriptions, id, pending);
  if (!options?.silent) draft.do({ do: 'transcribe', item_id: id, ...settings, transcription });
}

/** Whether the client requested log probabilities in transcription events [TX9]. */
export function wantsLogprobs({ config }: SessionState): boolean {
  return config.include?.includes('item.input_audio_transcription.logprobs') ?? false;
}

/** Speech input settings of the present configuration. */
export function speechSettings(state: SessionState): SpeechSettings {
  const { transcription, noise_reduction } = state.config.audio.input;
  return { transcription, logprobs: wantsLogprobs(state), noise_reduction };
}

/** Converts a position of the audio clock to a byte offset in the buffer, clamped to the buffer. */
export function bufferOffset(state: SessionState, audio_ms: number): number {
  const { format } = state.config.audio.input;
  const sample = BYTES_PER_SAMPLE[format.type];
  const offset = Math.round(((audio_ms - bufferStart(state)) * BYTES_PER_MS[format.type]) / sample) * sample;
  return Math.min(Math.max(offset, 0), state.buffer.bytes);
}

/** Requests that the host restart turn detection with the present configuration. */
export function restartDetection(draft: Draft): void {
  const { format, turn_detection } = draft.state.config.audio.input;
  draft.do({ do: 'detect', turn_detection, format });
}
