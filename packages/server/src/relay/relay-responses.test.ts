import type { ServerEvent } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { isPending, removeOverdue } from './relay-pending.ts';
import { applyToResponses, failResponses, NO_RESPONSES, requestResponse } from './relay-responses.ts';

const FAULT = { code: 'upstream_error', message: 'gone' } as const;
const BUDGETS = { idleMs: 30, totalMs: 600 };

/** Holds the state from one change to the next, so that a test reads as a sequence. */
function applyAll(events: readonly object[]) {
  let state = NO_RESPONSES;
  const apply = (event: ServerEvent, at: number) => {
    const { responses, isForwarded } = applyToResponses(state, event, at);
    state = responses;
    return isForwarded;
  };
  for (const event of events) apply({ event_id: 'e', ...event } as ServerEvent, 0);
  return {
    apply,
    request: (event_id: string | null, at: number) => void (state = requestResponse(state, event_id, at)),
    overdue(at: number) {
      const removal = removeOverdue(state.pending, BUDGETS, at);
      if (removal) state = { ...state, pending: removal.state };
      return removal?.overdue;
    },
    fail(fault: typeof FAULT) {
      const { responses, events: closing } = failResponses(state, fault);
      state = responses;
      return closing;
    },
    get isWaiting() {
      return isPending(state.pending);
    },
  };
}
const responseCreated = (id: string) => ({
  type: 'response.created',
  response: { id, status: 'in_progress', output: [] },
});
const itemAdded = (response_id: string, output_index: number, item: object) => ({
  type: 'response.output_item.added',
  ...{ response_id, output_index, item },
});
const message = { id: 'm', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const call = { id: 'f', type: 'function_call', call_id: 'c', name: 'add', arguments: '', status: 'in_progress' };
const part = { response_id: 'r', item_id: 'm', output_index: 0, content_index: 0 };

describe('relay-responses', () => {
  it('[RL6, OR7, OR8] closes audio and calls in wire order, without conversation events when out of band', () => {
    const responses = applyAll([
      responseCreated('r'),
      itemAdded('r', 0, message),
      { type: 'response.content_part.added', ...part, part: { type: 'audio', transcript: '' } },
      { type: 'response.output_audio_transcript.delta', ...part, delta: 'Half' },
      { type: 'response.output_audio.delta', ...part, delta: 'AAAA' },
      itemAdded('r', 1, call),
      {
        type: 'response.function_call_arguments.delta',
        ...{ response_id: 'r', item_id: 'f', output_index: 1 },
        delta: '{"a"',
      },
    ]);
    const closingEvents = responses.fail(FAULT);
    expect(closingEvents.map(({ type }) => type)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.done',
    ]);
    expect(closingEvents[1]).toMatchObject({ ...part, transcript: 'Half' });
    expect(closingEvents[4]).toMatchObject({ output_index: 1, call_id: 'c', name: 'add', arguments: '{"a"' });
    expect(closingEvents[5]).toMatchObject({ item: { id: 'f', status: 'incomplete' } });
    expect(closingEvents[6]).toMatchObject({
      response: { id: 'r', status: 'failed', output: [{ id: 'm' }, { id: 'f' }] },
    });
    expect([responses.isWaiting, responses.fail(FAULT)]).toEqual([false, []]);
  });

  it('[RL6] does not change a completed item', () => {
    const done = { ...message, status: 'completed', content: [{ type: 'output_text', text: 'Whole.' }] };
    const responses = applyAll([
      responseCreated('r'),
      itemAdded('r', 0, message),
      { type: 'response.output_item.done', response_id: 'r', output_index: 0, item: done },
    ]);
    expect(responses.fail(FAULT)).toMatchObject([{ type: 'response.done', response: { output: [done] } }]);
  });

  it('[RL6] ends every running response and no finished one', () => {
    const responses = applyAll([
      responseCreated('a'),
      responseCreated('b'),
      { type: 'response.done', response: { id: 'a', status: 'completed' } },
      responseCreated('c'),
    ]);
    expect(responses.overdue(30)?.responses).toEqual(['b', 'c']);
    expect(responses.fail(FAULT)).toMatchObject([{ response: { id: 'b' } }, { response: { id: 'c' } }]);
  });

  it('[RL7] waits for a request until its response begins or it is refused', () => {
    const responses = applyAll([]);
    responses.request('one', 0);
    responses.request(null, 0);
    expect(responses.isWaiting).toBe(true);
    responses.apply({ type: 'error', event_id: 'e', error: { type: 'x', message: '', event_id: 'one' } } as never, 0);
    expect(responses.overdue(30)?.requests).toEqual([null]);
    responses.request('two', 0);
    responses.apply({ event_id: 'e', ...responseCreated('r') } as never, 0);
    responses.apply({ event_id: 'e', type: 'response.done', response: { id: 'r' } } as never, 0);
    expect(responses.isWaiting).toBe(false);
  });
});
