// Applies `output_audio_buffer.*` events to a mirror: which response the user of a call hears.

import { requireString, type UncheckedEvent } from './mirror-items.ts';
import type { MirrorState } from './mirror-state.ts';

/** The response may be unknown: events of playback follow `response.done`. */
export function applyPlayback(state: MirrorState, event: UncheckedEvent): void {
  const response_id = requireString(state, event, 'response_id');
  if (response_id === undefined) return;
  const status = event.type.slice(event.type.lastIndexOf('.') + 1) as 'started' | 'stopped' | 'cleared';
  if (status === 'started') state.playing = response_id;
  else if (state.playing === response_id) state.playing = null;
  state.changes.push({ type: 'playback.changed', response_id, status });
}
