import { describe, expect, it } from 'vitest';
import { changedFields } from './changed-fields.ts';

const vad = (silence_duration_ms: number) => ({ type: 'server_vad', threshold: 0.5, silence_duration_ms });
const session = (silence: number, speed = 1) => ({
  type: 'realtime',
  tools: [],
  audio: { input: { turn_detection: vad(silence), transcription: null }, output: { speed } },
});

describe('[CO57] the fields a change of settings sends', () => {
  it('are all of them when nothing was sent before', () => {
    expect(changedFields(undefined, session(500))).toEqual(session(500));
  });

  it('are none when nothing changed', () => {
    expect(changedFields(session(500), session(500))).toBeUndefined();
  });

  it('are those that changed, with turn detection as a whole', () => {
    expect(changedFields(session(500), session(300))).toEqual({ audio: { input: { turn_detection: vad(300) } } });
    expect(changedFields(session(500), session(500, 1.2))).toEqual({ audio: { output: { speed: 1.2 } } });
    expect(
      changedFields({ audio: { input: { turn_detection: vad(1) } } }, { audio: { input: { turn_detection: null } } }),
    ).toEqual({
      audio: { input: { turn_detection: null } },
    });
  });
});
