// Recordings as a host with `--data-dir` would write them.

import type { RedactionLevel } from '@colloquy/protocol';
import {
  createSession,
  type Input,
  recordingHeader,
  recordingLine,
  type SessionOptions,
  type SessionState,
  step,
} from '@colloquy/session';

export interface RecordOptions {
  level?: RedactionLevel;
  /** Writes a snapshot after each of these inputs, counted from 0. */
  snapshotsAfter?: readonly number[];
}

/** The lines of a recording, header first. */
export function record(options: SessionOptions, inputs: readonly Input[], how: RecordOptions = {}): string[] {
  const { level = 'media', snapshotsAfter = [] } = how;
  const lines = [recordingHeader(options, level)];
  let state: SessionState = createSession(options);
  for (const [index, input] of inputs.entries()) {
    lines.push(recordingLine(input, level));
    const next = step(state, input);
    state = next.state;
    const { at } = state;
    for (const effect of next.effects) {
      if (effect.do === 'send') lines.push(recordingLine({ at, from: 'server', event: effect.event }, level));
    }
    if (snapshotsAfter.includes(index)) lines.push(recordingLine({ at, from: 'snapshot', format: 1, state }, level));
  }
  return lines;
}
