// The idle timer: starting and stopping it. What happens when it fires: `turn-detection.ts`.

import type { Draft } from './draft.ts';
import { isPlaying } from './output-audio-state.ts';

/** After this many prompts in a row without an answer, the timer does not start again [VA24]. */
const MAX_PROMPTS = 3;

/**
 * Starts the timer to count from the end of `playing_ms` of audio [VA19]. In a call it counts from the end of playback
 * instead, see `resumeIdle`.
 */
export function armIdle(draft: Draft, playing_ms: number): void {
  const { state } = draft;
  const detection = state.config.audio.input.turn_detection;
  if (state.kind !== 'realtime' || detection?.type !== 'server_vad' || !detection.idle_timeout_ms) return;
  if (state.turn || state.idle.prompts >= MAX_PROMPTS) return;
  const { prompts } = state.idle;
  if (isPlaying(state)) state.idle = { due: null, prompts, after_playback: true };
  else {
    const remaining_ms = state.output_audio_buffer ? 0 : Math.ceil(playing_ms);
    state.idle = { due: state.at + remaining_ms + detection.idle_timeout_ms, prompts };
  }
}

/** Starts a timer that has waited for the end of playback. */
export function resumeIdle(draft: Draft): void {
  if (draft.state.idle.after_playback && !isPlaying(draft.state)) armIdle(draft, 0);
}

/** Stops the timer [VA20]. `by: 'user'` also resets the count of prompts [VA24]. */
export function stopIdle(draft: Draft, by: 'user' | 'server'): void {
  const { state } = draft;
  const { due, after_playback } = state.idle;
  const prompts = by === 'user' ? 0 : state.idle.prompts;
  if (due !== null || after_playback || state.idle.prompts !== prompts) state.idle = { due: null, prompts };
}
