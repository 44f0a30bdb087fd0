// The state of a session after a line of its recording, for a session that goes on from there.

import type { Effect } from '../step/input.ts';
import type { SessionState } from '../step/state.ts';
import { type RecordingHeader, readRecording, redactionLevelOf } from './recording.ts';
import { createReplayer } from './replay.ts';

/**
 * Why there is no state. `foreign`: no replayable recording; `redacted`: its text is hidden; `damaged`: `line` cannot be read;
 * `differs`: at `line` this version behaves differently; `out_of_range`: it has no such line.
 */
export type RestoreFailure =
  | { readonly ok: false; readonly reason: 'foreign' | 'redacted' | 'out_of_range' }
  | { readonly ok: false; readonly reason: 'damaged' | 'differs'; readonly line: number };

export type RestoredState =
  | { readonly ok: true; readonly state: SessionState; readonly header: RecordingHeader }
  | RestoreFailure;

/** Receives what the replay needs no longer: for the audio, which is not part of the state. */
export interface RestoreObserver {
  /** Called before the first effect. */
  header(header: RecordingHeader): void;
  effect(effect: Effect): void;
}

/**
 * Replays the lines up to `line` (from 1), and with them the events that the last of these inputs caused. Throws only what `lines`
 * throws.
 */
export async function restoreAt(
  lines: Iterable<string> | AsyncIterable<string>,
  line: number,
  observer?: RestoreObserver,
): Promise<RestoredState> {
  const replayer = createReplayer(observer?.effect);
  let header: RecordingHeader | undefined;
  let isReached = false;
  for await (const entry of readRecording(lines)) {
    if (entry.line === 1 && entry.kind !== 'header') return { ok: false, reason: 'foreign' };
    if (entry.line > line && entry.kind !== 'frame') {
      isReached = true;
      break;
    }
    if (entry.kind === 'header') {
      header ??= entry.header;
      if (!header.seed || !header.options) return { ok: false, reason: 'foreign' };
      if (redactionLevelOf(header) === 'content') return { ok: false, reason: 'redacted' };
      observer?.header(header);
    }
    isReached ||= entry.line >= line;
    replayer.apply(entry);
  }
  const { state, unread, difference } = replayer.end();
  if (line < 1 || (!isReached && header)) return { ok: false, reason: 'out_of_range' };
  if (!header) return { ok: false, reason: 'foreign' };
  const [damaged] = unread;
  if (damaged) return { ok: false, reason: 'damaged', line: damaged.line };
  if (difference || !state) return { ok: false, reason: 'differs', line: difference?.line ?? 1 };
  return { ok: true, state, header };
}
