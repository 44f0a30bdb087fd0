// What a change of `turn_detection` does to an open turn, to the idle timer and to the detector. Which changes are legal is
// `session-config.ts`.

import type { RealtimeTurnDetection } from '@colloquy/protocol';
import { sameJson } from './config-merge.ts';
import type { Draft } from './draft.ts';
import { stopIdle } from './idle-timer.ts';

type Setting = RealtimeTurnDetection | null;

/**
 * Applies the session's `turn_detection`, given what it was before. `null` and another `type` end an open turn: its audio
 * stays in the buffer, no answer is queued for it, and the detector starts anew. Anything else leaves the turn open; what the
 * detector goes by reaches it when the turn is over, or at once when none is open. Returns whether the detector has to be set
 * up anew now.
 *
 * @see SPEC.md SE23, VA20, VA25
 */
export function applyDetection(draft: Draft, before: Setting): boolean {
  const { state } = draft;
  const now = state.config.audio.input.turn_detection;
  if (before?.type !== now?.type) {
    state.turn = null;
    state.response_queued = false;
    stopIdle(draft, 'user');
    return true;
  }
  if (!now?.create_response) state.response_queued = false;
  if (idleTimeout(before) !== idleTimeout(now)) stopIdle(draft, 'user');
  if (sameJson(detectorSettings(before), detectorSettings(now))) return false;
  if (state.turn) state.turn = { ...state.turn, redetect: true };
  return state.turn === null;
}

const idleTimeout = (setting: Setting): number | null =>
  setting?.type === 'server_vad' ? (setting.idle_timeout_ms ?? null) : null;

/** What decides where turns begin and end. `prefix_padding_ms` does not: the session adds it to what is detected. */
function detectorSettings(setting: Setting): unknown[] {
  if (setting?.type === 'server_vad') return [setting.threshold, setting.silence_duration_ms];
  return [setting?.eagerness];
}
