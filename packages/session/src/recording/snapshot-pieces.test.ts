import type { RedactionLevel } from '@colloquy/protocol';
import { expect, it } from 'vitest';
import { createSession } from '../step/create-session.ts';
import { step } from '../step/step.ts';
import { recordingLine } from './recording.ts';
import { snapshotPieces } from './snapshot-pieces.ts';

it.each(['key', 'media', 'content'] as const)(
  'pieces of a snapshot, at the level %s, are the whole line when they are joined',
  (level: RedactionLevel) => {
    let { state } = step(createSession({ model: 'm', started_at: 0, seed: [1, 2, 3, 4] }), {
      ...{ at: 0, from: 'host', event: { type: 'open' } },
    });
    for (const count of [0, 1, 50, 200]) {
      for (let at = 0; at < count; at += 1) {
        const content = [{ type: 'input_text' as const, text: `words \u2028 ${at}` }];
        const item = { type: 'message' as const, role: 'user' as const, content };
        state = step(state, { at, from: 'client', event: { type: 'conversation.item.create', item } }).state;
      }
      const line = { at: state.at, from: 'snapshot', format: 1, state } as const;
      expect([...snapshotPieces(line, level)].join('')).toBe(recordingLine(line, level));
    }
  },
);
