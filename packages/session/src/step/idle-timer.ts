// The idle timer: starting and stopping it. What happens when it fires: `turn-detection.ts`.

import type { Draft } from './draft.ts';

/** After this many prompts in a row without an answer, the timer does not start again [VA24]. */
const MAX_PROMPTS = 3;

/** Starts the timer to count from the end of `playing_ms` of audio [VA19]. */
export function armIdle(draft: Draft, playing_ms: number): void {
  const { state } = draft;
  const detection = state.config.audio.input.turn_detection;
  if (state.kind !== 'realtime' || detection?.type !== 'server_vad' || !detection.idle_timeout_ms) return;
  if (state.turn || state.idle.prompts >= MAX_PROMPTS) return;
  state.idle = { ...state.idle, due: state.at + Math.ceil(playing_ms) + detection.idle_timeout_ms };
}

/** Stops the timer [VA20]. `by: 'user'` also resets the count of prompts [VA24]. */
export function stopIdle(draft: Draft, by: 'user' | 'server'): void {
  const { state } = draft;
  const prompts = by === 'user' ? 0 : state.idle.prompts;
  if (state.idle.due !== null || state.idle.prompts !== prompts) state.idle = { due: null, prompts };
}
