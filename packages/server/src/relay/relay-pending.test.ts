import type { ServerEvent } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import {
  addRequest,
  beginResponse,
  endResponse,
  excusePending,
  isPending,
  NOTHING_PENDING,
  observeProgress,
  type PendingState,
  pendingDueAt,
  type ResponseBudgets,
  refuseRequest,
  removeOverdue,
} from './relay-pending.ts';

const BUDGETS = { idleMs: 30, totalMs: 100 };
const ids = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 };
const delta = { type: 'response.output_text.delta', ...ids, delta: 'x' };
const event = (fields: object) => ({ event_id: 'e', ...fields }) as unknown as ServerEvent;

/** Holds the state from one change to the next, so that a test reads as a sequence. */
function pendingResponses(budgets: ResponseBudgets) {
  let state: PendingState = NOTHING_PENDING;
  return {
    request: (event_id: string | null, at: number) => void (state = addRequest(state, event_id, at)),
    refuse: (event_id: string | null) => void (state = refuseRequest(state, event_id)),
    begin: (id: string | undefined, at: number) => void (state = beginResponse(state, id, at)),
    observe: (each: ServerEvent, id: string | undefined, at: number) =>
      void (state = observeProgress(state, each, id, at)),
    end: (id: string) => void (state = endResponse(state, id)),
    excuse: (ms: number) => void (state = excusePending(state, ms)),
    overdue(at: number) {
      const taken = removeOverdue(state, budgets, at);
      if (taken) state = taken.state;
      return taken?.overdue;
    },
    get isPending() {
      return isPending(state);
    },
    get dueAt() {
      return pendingDueAt(state, budgets);
    },
  };
}

/** A response `r` that began at 0. */
function running() {
  const pending = pendingResponses(BUDGETS);
  pending.request(null, 0);
  pending.begin('r', 0);
  return pending;
}

describe('relay-pending', () => {
  it.each([
    ['a delta', delta],
    ['a part', { type: 'response.content_part.added', ...ids, part: { type: 'text', text: '' } }],
    ['an item', { type: 'response.output_item.done', response_id: 'r', output_index: 0, item: {} }],
  ])('[RL7] counts %s of the running response as progress', (_, fields) => {
    const pending = running();
    pending.observe(event(fields), 'r', 29);
    expect(pending.dueAt).toBe(59);
  });

  it('[RL7] counts an event without a response id as progress', () => {
    const pending = running();
    pending.observe(event({ type: 'response.mcp_call.in_progress', item_id: 'i', output_index: 0 }), undefined, 29);
    expect(pending.dueAt).toBe(59);
  });

  it.each([
    ['a heartbeat in JSON', { type: 'keepalive' }, undefined],
    ['an unknown event of the response', { type: 'response.heartbeat', response_id: 'r' }, 'r'],
    ['an empty delta', { ...delta, delta: '' }, 'r'],
    ['a delta that is none', { ...delta, delta: null }, 'r'],
    ['rate limits', { type: 'rate_limits.updated', rate_limits: [] }, undefined],
    ['a transcription', { type: 'conversation.item.input_audio_transcription.delta', delta: 'x' }, undefined],
    ['a repeated response.created', { type: 'response.created', response: { id: 'r' } }, 'r'],
    ['a delta of another response', { ...delta, response_id: 'other' }, 'other'],
  ])('[RL7] does not count %s as progress', (_, fields, response_id) => {
    const pending = running();
    pending.observe(event(fields), response_id, 29);
    expect(pending.dueAt).toBe(30);
    expect(pending.overdue(29)).toBeUndefined();
    expect(pending.overdue(30)).toEqual({ budget: 'idle', requests: [], responses: ['r'] });
  });

  it('[RL12] ends a response that exceeds the total budget despite progress', () => {
    const pending = running();
    for (let at = 0; at < 100; at += 10) {
      expect(pending.overdue(at)).toBeUndefined();
      pending.observe(event(delta), 'r', at);
    }
    expect(pending.dueAt).toBe(100);
    pending.begin('r', 99); // repeated: ignored
    expect(pending.overdue(100)).toEqual({ budget: 'total', requests: [], responses: ['r'] });
  });

  it('[RL7] ends only the response without progress', () => {
    const pending = running();
    pending.begin('other', 0);
    pending.observe(event(delta), 'r', 20);
    expect(pending.overdue(30)).toEqual({ budget: 'idle', requests: [], responses: ['other'] });
    pending.end('other');
    expect(pending.dueAt).toBe(50);
  });

  it('[RL7] keeps a request while a response runs, up to the total budget', () => {
    const pending = running();
    pending.request('next', 5);
    for (let at = 10; at < 100; at += 10) pending.observe(event(delta), 'r', at);
    pending.end('r');
    expect(pending.dueAt).toBe(105);
    expect(pending.overdue(105)).toEqual({ budget: 'total', requests: ['next'], responses: [] });
    expect(pending.isPending).toBe(false);
  });

  it('[RL7] removes one request without an event_id when the upstream refuses one', () => {
    const pending = pendingResponses(BUDGETS);
    pending.request(null, 0);
    pending.request(null, 1);
    pending.refuse(null);
    expect(pending.overdue(40)?.requests).toEqual([null]);
  });

  it('[RL7, RL12] extends the budgets by the time in which the upstream was not read', () => {
    const pending = running();
    pending.excuse(1000);
    expect(pending.overdue(1029)).toBeUndefined();
    pending.observe(event(delta), 'r', 1090);
    expect(pending.dueAt).toBe(1100);
  });
});
