// Turns of the user as the detector reports them, barge-in, and the idle timeout.
//
// Detection itself is in the host. Starting and stopping the idle timer: `idle-timer.ts`.

import { msToBytes } from '@colloquy/protocol';
import { addItem } from './conversation.ts';
import type { Draft } from './draft.ts';
import { tableGet } from './hash-table.ts';
import { stopIdle } from './idle-timer.ts';
import { audioClock, bufferOffset, bufferStart, commitBytes, restartDetection } from './input-audio-buffer.ts';
import { interruptPlayback } from './output-audio-buffer.ts';
import { endResponse, startResponse } from './response.ts';
import { completeTranscription } from './transcription.ts';

/**
 * Speech has begun at `audio_ms` of the audio clock, without padding: opens a turn, sends `speech_started`, then
 * clears the output audio buffer of a call and cancels a response, if they may be interrupted.
 *
 * @see SPEC.md VA1 to VA10, VA28, WR10, OR14
 */
export function startTurn(draft: Draft, audio_ms: number): void {
  const { state } = draft;
  const detection = state.config.audio.input.turn_detection;
  if (!detection || state.turn) return;
  const padding = detection.type === 'server_vad' ? (detection.prefix_padding_ms ?? 0) : 0;
  const earliest = Math.ceil(bufferStart(state));
  const audio_start_ms = Math.max(0, earliest, Math.floor(Math.min(audio_ms, audioClock(state)) - padding));
  const item_id = draft.mintItem();
  state.turn = { item_id, audio_start_ms };
  stopIdle(draft, 'user');
  draft.do({ do: 'open_turn', item_id, audio_start_ms });
  draft.send({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id });
  if (!detection.interrupt_response) return;
  interruptPlayback(draft);
  const active = draft.activeResponse;
  if (active) {
    // This turn gets its own response; a queued one would interrupt the user.
    state.response_queued = false;
    endResponse(draft, active, { status: 'cancelled', reason: 'turn_detected' }, { stopEngine: true });
  }
}

/**
 * Speech has ended at `audio_ms`, including the closing silence: the turn becomes an item, and a response starts if
 * `create_response` is set. During a response it is queued; all turns that wait share one response.
 *
 * @see SPEC.md VA1 to VA12
 */
export function stopTurn(draft: Draft, audio_ms: number): void {
  const { state } = draft;
  const { turn } = state;
  if (!turn) return;
  const audio_end_ms = Math.max(turn.audio_start_ms, Math.floor(Math.min(audio_ms, audioClock(state))));
  const start = bufferOffset(state, turn.audio_start_ms);
  const end = bufferOffset(state, audio_end_ms);
  state.turn = null;
  draft.send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id: turn.item_id });
  commitBytes(draft, turn.item_id, start, end, { sent: turn.sent });
  if (turn.redetect) restartDetection(draft);
  if (state.kind !== 'realtime' || !state.config.audio.input.turn_detection?.create_response) return;
  if (draft.activeResponse) state.response_queued = true;
  else if (state.phase === 'open') startResponse(draft, {}, null);
}

/**
 * The user was silent for `idle_timeout_ms`: adds a system message, commits the silence, and starts a response.
 *
 * @see SPEC.md VA19 to VA24, OR13
 */
export function handleIdleTimeout(draft: Draft): void {
  const { state } = draft;
  const { turn_detection: detection, format } = state.config.audio.input;
  if (detection?.type !== 'server_vad' || !detection.idle_timeout_ms) return;
  state.idle = { due: null, prompts: state.idle.prompts + 1 };
  const audio_end_ms = Math.floor(audioClock(state));
  const audio_start_ms = Math.max(0, audio_end_ms - detection.idle_timeout_ms);
  const item_id = draft.mintItem();
  draft.send({ type: 'input_audio_buffer.timeout_triggered', audio_start_ms, audio_end_ms, item_id });
  const seconds = Math.round(detection.idle_timeout_ms / 1000);
  const text = `The user has said nothing for ${seconds} seconds. Ask briefly whether they are still there, or offer to go on.`;
  addItem(draft, {
    id: draft.mintItem(),
    object: 'realtime.item',
    type: 'message',
    status: 'completed',
    role: 'system',
    content: [{ type: 'input_text', text }],
  });
  const end = state.buffer.bytes;
  const start = Math.max(0, end - msToBytes(detection.idle_timeout_ms, format));
  commitBytes(draft, item_id, start, end, { silent: true });
  startResponse(draft, {}, null);
  const pending = tableGet(state.transcriptions, item_id);
  if (pending) completeTranscription(draft, { item_id, transcript: '' }, pending);
}
