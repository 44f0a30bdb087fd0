// The user's audio until it becomes an item: append, commit, clear, and the audio clock. Counted here, kept by the host.
//
// Who decides that a turn is over is `turn-detection.ts`.

import {
  BYTES_PER_MS,
  BYTES_PER_SAMPLE,
  bytesToMs,
  type InputAudioBufferAppendEvent,
  msToBytes,
  type RealtimeAudioFormat,
} from '@colloquy/protocol';
import { addItem, boundAudio, isFull } from './conversation.ts';
import type { Draft } from './draft.ts';
import { tableSet } from './hash-table.ts';
import { stopIdle } from './idle-timer.ts';
import type { SpeechSettings } from './input.ts';
import { base64Bytes } from './new-item.ts';
import type { InputBuffer, PendingTranscription, SentTranscript, SessionState } from './state.ts';

/** Least audio a client may commit, in milliseconds [IB9]. */
const COMMIT_MS = 100;

/** Milliseconds of all audio written in the session [IB16]. May be fractional. */
export function audioClock({ buffer, config }: SessionState): number {
  return buffer.earlier_ms + bytesToMs(buffer.appended, config.audio.input.format);
}

/** Where on the audio clock the buffer begins. */
export function bufferStart(state: SessionState): number {
  return audioClock(state) - bytesToMs(state.buffer.bytes, state.config.audio.input.format);
}

/**
 * `input_audio_buffer.append`. Has no answer; an empty append changes nothing. It may end inside a sample: the next append
 * brings the rest.
 *
 * Refuses with `limit_exceeded` what does not fit: the audio clock does not move for refused audio.
 *
 * @see SPEC.md IB1 to IB6, IB17, IB19, LM4, VA14
 */
export function appendAudio(draft: Draft, { audio }: InputAudioBufferAppendEvent): void {
  const { state } = draft;
  const { format, turn_detection } = state.config.audio.input;
  const bytes = draft.audioBytes?.[0] ?? base64Bytes(audio);
  if (bytes === 0) return;
  const all = (state.buffer.partial ?? 0) + bytes;
  const partial = all % BYTES_PER_SAMPLE[format.type];
  const trimmed = turn_detection && !state.turn ? silence(state, format) : 0;
  const buffered = state.buffer.bytes - trimmed + all - partial;
  if (buffered + partial > state.limits.buffer_bytes || bytesToMs(buffered, format) > state.limits.buffer_ms) {
    return draft.refuse('limit_exceeded', 'audio', 'The input audio buffer is full.');
  }
  if (trimmed > 0) draft.do({ do: 'trim_audio', bytes: trimmed });
  const appended = state.buffer.appended + all - partial;
  state.buffer = { ...withoutPartial(state.buffer), bytes: buffered, appended, ...(partial > 0 && { partial }) };
  draft.do({ do: 'append_audio', audio });
}

function withoutPartial({ partial: _, ...buffer }: InputBuffer): InputBuffer {
  return buffer;
}

/** Bytes at the front that nobody will ask for: cut only now and then, and never audio a detector may still be listening to. */
function silence({ buffer, limits }: SessionState, format: RealtimeAudioFormat): number {
  const kept = msToBytes(limits.silence_kept_ms, format);
  return buffer.bytes > 2 * kept ? buffer.bytes - kept : 0;
}

/**
 * `input_audio_buffer.commit`. All buffered audio becomes a user message, except for a sample that is not whole, which is
 * dropped; an open turn ends with it, under its own id.
 *
 * Refuses with `input_audio_buffer_commit_empty` when less than 100 ms are buffered, which then stay, and with
 * `limit_exceeded` when the conversation is full.
 *
 * @see SPEC.md IB3, IB7 to IB13
 */
export function commitAudio(draft: Draft): void {
  const { state } = draft;
  const ms = bytesToMs(state.buffer.bytes, state.config.audio.input.format);
  if (ms < COMMIT_MS) {
    const message = `Error committing input audio buffer: buffer too small. Expected at least ${COMMIT_MS}ms of audio, but buffer only has ${ms.toFixed(2)}ms of audio.`;
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
  if (turn) detect(draft);
}

/** `input_audio_buffer.clear`. Always answered; an open turn is dropped and its id never comes up again [IB14, IB15]. */
export function clearAudio(draft: Draft): void {
  const { state } = draft;
  state.buffer = { ...withoutPartial(state.buffer), bytes: 0 };
  draft.do({ do: 'clear_audio' });
  draft.send({ type: 'input_audio_buffer.cleared' });
  if (state.turn) {
    state.turn = null;
    detect(draft);
  }
}

interface CommitOptions {
  /** Nobody is asked to transcribe it. */
  readonly silent?: boolean;
  /** What has been sent of its transcription while it was spoken. */
  readonly sent?: SentTranscript | undefined;
}

/** Makes bytes `[start, end)` of the buffer a user message and has it transcribed; what is before `end` leaves the buffer [IB7, IB8]. */
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
  boundAudio(draft);
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

/** Whether transcription events may carry log probabilities [TX9]. */
export function wantsLogprobs({ config }: SessionState): boolean {
  return config.include?.includes('item.input_audio_transcription.logprobs') ?? false;
}

/** How input audio is heard by the present configuration. */
export function speechSettings(state: SessionState): SpeechSettings {
  const { transcription, noise_reduction } = state.config.audio.input;
  return { transcription, logprobs: wantsLogprobs(state), noise_reduction };
}

/** Where a position of the audio clock lies in the buffer, in bytes, within it. */
export function bufferOffset(state: SessionState, audio_ms: number): number {
  const { format } = state.config.audio.input;
  const sample = BYTES_PER_SAMPLE[format.type];
  const offset = Math.round(((audio_ms - bufferStart(state)) * BYTES_PER_MS[format.type]) / sample) * sample;
  return Math.min(Math.max(offset, 0), state.buffer.bytes);
}

/** Has the host listen for turns by the present configuration, from now on. */
export function detect(draft: Draft): void {
  const { format, turn_detection } = draft.state.config.audio.input;
  draft.do({ do: 'detect', turn_detection, format });
}
