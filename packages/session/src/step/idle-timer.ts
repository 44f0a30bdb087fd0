// The idle timer: when it is armed and what stops it. What happens when it goes off is `turn-detection.ts`.

import type { Draft } from './draft.ts';

/** Prompts in a row after which a silent user is left alone [VA24]. */
const PROMPTS = 3;

/** Starts the timer for when so many milliseconds of audio have finished playing [VA19]. */
export function armIdle(draft: Draft, playing_ms: number): void {
  const { state } = draft;
  const detection = state.config.audio.input.turn_detection;
  if (state.kind !== 'realtime' || detection?.type !== 'server_vad' || !detection.idle_timeout_ms) return;
  if (state.turn || state.idle.prompts >= PROMPTS) return;
  state.idle = { ...state.idle, due: state.at + Math.ceil(playing_ms) + detection.idle_timeout_ms };
}

/** Stops the timer [VA20]. When it is the user who is active, prompting may begin anew [VA24]. */
export function stopIdle(draft: Draft, by: 'user' | 'server'): void {
  const { state } = draft;
  const prompts = by === 'user' ? 0 : state.idle.prompts;
  if (state.idle.due !== null || state.idle.prompts !== prompts) state.idle = { due: null, prompts };
}
