import { readRecordingLine } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from './frame-log.ts';
import { createTicks } from './ticks.ts';

const item = (role: string) => ({ type: 'conversation.item.added', item: { id: role, type: 'message', role } });
const EVENTS: readonly object[] = [
  { type: 'session.created' },
  item('user'),
  item('assistant'),
  { type: 'response.done', response: { id: 'r', status: 'cancelled' } },
  { type: 'conversation.item.truncated', item_id: 'assistant' },
  { type: 'error', error: { message: 'x' } },
  { type: 'response.done', response: { id: 's', status: 'completed' } },
];

describe('the marks of the scrubber', () => {
  it('are turns, interruptions and errors, in the order of the log, however it comes', () => {
    const log = createFrameLog({ soon: (call) => call() });
    const ticks = createTicks(log);
    for (const [at, event] of EVENTS.entries()) {
      log.append(readRecordingLine(JSON.stringify({ at, from: 'server', event: { event_id: 'e', ...event } }), at + 1));
      ticks.advance();
    }
    expect(ticks.list).toEqual([
      { row: 1, kind: 'turn' },
      { row: 3, kind: 'interruption' },
      { row: 4, kind: 'interruption' },
      { row: 5, kind: 'error' },
    ]);
  });
});
