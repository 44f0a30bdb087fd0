// Relayed sessions as scripts: what each end sends, and when. `relay.test.ts` holds what the relay made of them to `relay/*.jsonl`.

import type { RelayInput } from '../../packages/server/src/relay/relay-input.ts';
import type { RelayConfig } from '../../packages/server/src/relay/relay-state.ts';

export interface RelayScript {
  readonly config: RelayConfig;
  readonly inputs: readonly RelayInput[];
}

const CONFIG: RelayConfig = {
  rules: { models: undefined, locked: [], config: undefined },
  budgets: { idleMs: 30_000, totalMs: 600_000 },
  sessionMs: 3_600_000,
  drainCode: 1001,
  idSeed: 'golden',
};

/** The first id the relay makes from that seed. */
const OWN_ID = 'event_37011e9134549b8c55bea';

const client = (at: number, event: object): RelayInput => ({ at, from: 'client', frame: JSON.stringify(event) });
const upstream = (at: number, event: object): RelayInput => ({
  ...{ at, from: 'upstream' },
  frame: JSON.stringify({ event_id: 'event_up', ...event }),
});
const clock = (at: number): RelayInput => ({ at, from: 'clock' });
const host = (at: number, event: (RelayInput & { from: 'host' })['event']): RelayInput => ({ at, from: 'host', event });

const OPEN = host(0, { type: 'open' });
const CREATED = { type: 'session.created', session: { type: 'realtime', object: 'realtime.session', model: 'm' } };
const begun = (id: string) => ({
  type: 'response.created',
  response: { object: 'realtime.response', id, status: 'in_progress', output: [] },
});
const done = (id: string, usage: object | null = null) => ({
  type: 'response.done',
  response: { object: 'realtime.response', id, status: 'completed', output: [], usage },
});
const item = (id: string, fields: object) => ({ id, object: 'realtime.item', status: 'in_progress', ...fields });
const message = item('item_a', { type: 'message', role: 'assistant', content: [] });
const call = item('item_f', { type: 'function_call', call_id: 'call_1', name: 'add', arguments: '' });
const place = (response_id: string) => ({ response_id, item_id: 'item_a', output_index: 0, content_index: 0 });

/** A response that has begun to speak. */
const spoken = (at: number, id: string): RelayInput[] => [
  upstream(at, begun(id)),
  upstream(at, { type: 'response.output_item.added', response_id: id, output_index: 0, item: message }),
  upstream(at, { type: 'conversation.item.added', previous_item_id: 'item_0', item: message }),
  upstream(at, { type: 'response.content_part.added', ...place(id), part: { type: 'audio', transcript: '' } }),
  upstream(at, { type: 'response.output_audio_transcript.delta', ...place(id), delta: 'Half a' }),
];

/** By name. */
export const RELAY_SCRIPTS: Readonly<Record<string, RelayScript>> = {
  'configured-turn': {
    config: {
      ...CONFIG,
      rules: { locked: ['instructions'], config: { type: 'realtime', model: 'm', instructions: 'Be brief.' } },
    },
    inputs: [
      OPEN,
      upstream(5, CREATED),
      upstream(9, { type: 'session.updated', session: { type: 'realtime', model: 'm', instructions: 'Be brief.' } }),
      client(20, { type: 'session.update', event_id: 'e1', session: { type: 'realtime', instructions: 'Chat.' } }),
      client(30, { type: 'response.create', event_id: 'ask_1' }),
      ...spoken(40, 'resp_1'),
      upstream(60, done('resp_1', { total_tokens: 9, input_tokens: 4, output_tokens: 5 })),
      host(70, { type: 'drain' }),
    ],
  },
  unconfigurable: {
    config: { ...CONFIG, rules: { locked: [], config: { type: 'realtime', instructions: 'Be brief.' } } },
    inputs: [
      OPEN,
      upstream(5, CREATED),
      upstream(9, { type: 'error', error: { type: 'x', code: 'x', message: 'No.', param: null, event_id: OWN_ID } }),
    ],
  },
  'no-progress': {
    config: CONFIG,
    inputs: [
      OPEN,
      upstream(5, CREATED),
      client(10, { type: 'response.create', event_id: 'ask_1' }),
      ...spoken(20, 'resp_1'),
      upstream(30, { type: 'response.output_item.added', response_id: 'resp_1', output_index: 1, item: call }),
      client(1000, { type: 'response.create', event_id: 'ask_2' }),
      upstream(20_000, { type: 'keepalive' }),
      clock(30_030),
      upstream(30_040, { type: 'response.output_audio_transcript.delta', ...place('resp_1'), delta: ' late' }),
      upstream(30_050, done('resp_1')),
      clock(31_000),
    ],
  },
  'lost-upstream': {
    config: CONFIG,
    inputs: [
      OPEN,
      upstream(5, CREATED),
      ...spoken(10, 'resp_1'),
      host(20, { type: 'upstream_closed', code: 1006, reason: '' }),
      upstream(30, done('resp_1')),
    ],
  },
  malformed: {
    config: CONFIG,
    inputs: [
      OPEN,
      ...[5, 6, 7].map((at): RelayInput => ({ at, from: 'upstream', frame: '{' })),
      upstream(8, CREATED),
      clock(10_005),
      { at: 10_010, from: 'client', frame: '{' },
      { at: 10_020, from: 'upstream', frame: '{"type":7}' },
      host(10_030, { type: 'client_closed' }),
    ],
  },
  'paused-then-expired': {
    config: { ...CONFIG, sessionMs: 120_000 },
    inputs: [
      OPEN,
      upstream(5, CREATED),
      ...spoken(10, 'resp_1'),
      host(100, { type: 'pause' }),
      host(60_100, { type: 'resume' }),
      upstream(89_000, { type: 'response.output_audio_transcript.delta', ...place('resp_1'), delta: ' cup' }),
      clock(119_000),
      clock(120_000),
    ],
  },
};
