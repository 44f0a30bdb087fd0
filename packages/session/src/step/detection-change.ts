// Effects of a changed `turn_detection` on an open turn, the idle timer and the detector. Which changes are legal:
// `session-config.ts`.

import type { RealtimeTurnDetection } from '@colloquy/protocol';
import { sameJson } from './config-merge.ts';
import type { Draft } from './draft.ts';
import { stopIdle } from './idle-timer.ts';

type Setting = RealtimeTurnDetection | null;

/**
 * Applies a change of `turn_detection`; `before` is the previous setting. `null` and another `type` end an open turn:
 * its audio stays in the buffer, no response is queued for it, and the detector restarts. Any other change leaves the
 * turn open; new detector settings take effect when the turn ends, or at once if no turn is open. Returns whether the
 * detector must restart now.
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

/**
 * The settings that decide where turns begin and end. `prefix_padding_ms` is not among them: the session applies it to
 * the detected start.
 */
function detectorSettings(setting: Setting): unknown[] {
  if (setting?.type === 'server_vad') return [setting.threshold, setting.silence_duration_ms];
  return [setting?.eagerness];
}
