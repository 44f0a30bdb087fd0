// What an update of the session changes.

import { frameLogOfLines } from '@support/frame-logs.ts';
import { expect, it } from 'vitest';
import { changedFields } from './changed-fields.ts';

const detection = (threshold: number) => ({ type: 'server_vad', threshold });
const session = (threshold: number) => ({
  ...{ type: 'realtime', id: 'sess_1', expires_at: threshold, instructions: 'Be brief.', tools: [] },
  audio: { input: { turn_detection: detection(threshold) } },
});
const log = frameLogOfLines(
  { at: 0, from: 'client', event: { type: 'session.update', session: { instructions: 'too early' } } },
  { at: 0, from: 'server', event: { type: 'session.created', event_id: 'e', session: session(0.5) } },
  {
    ...{ at: 1, from: 'client' },
    event: {
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: 'Be brief.',
        tools: [{ name: 'f' }],
        audio: { input: { turn_detection: null } },
      },
    },
  },
  { at: 1, from: 'server', event: { type: 'session.updated', event_id: 'e', session: session(0.7) } },
);
const changed = (index: number) => Object.fromEntries(changedFields(log, log.rows[index] as never));

it('[CO63] names the fields that an update changes, with what they were', () => {
  expect(changed(2)).toEqual({
    'session.tools': [],
    'session.audio.input.turn_detection': detection(0.5),
  });
  expect(changed(3)).toEqual({ 'session.audio.input.turn_detection.threshold': 0.5 });
});

it('[CO63] names none where nothing is known of before, or for other events', () => {
  expect(changed(0)).toEqual({});
  expect(changed(1)).toEqual({});
});
