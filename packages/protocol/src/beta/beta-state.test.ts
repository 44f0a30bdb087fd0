// State of a beta bridge: temperatures and event ids of requests.

import { describe, expect, it } from 'vitest';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import { type BetaState, createBetaState, temperatureOf, toBetaServerEvents, toGaClientEvent } from './beta.ts';

const fresh = createBetaState();
const session = { type: 'realtime', object: 'realtime.session', id: 'sess_1' };
const created = (id: string) => ({
  type: 'response.created',
  response: { object: 'realtime.response', id, output: [] },
});
/** The first event a beta client is told for a GA one. */
const tell = (event: object, state: BetaState) => toBetaServerEvents(state, event as ServerEvent).events[0];

describe('temperature', () => {
  const say = (state: BetaState, event: object) => toGaClientEvent(state, event);
  const updated = { type: 'session.updated', session };
  const temperatureIn = (event: object | undefined) =>
    (event as { session: { temperature: number } }).session.temperature;

  it("[BT7] is the session's once the update is accepted, and is echoed", () => {
    let { state } = say(fresh, { type: 'session.update', session: { temperature: 1.1 } });
    expect(temperatureIn(tell({ type: 'session.created', session }, state))).toBe(0.8);
    expect(temperatureIn(tell(updated, state))).toBe(1.1);
    state = toBetaServerEvents(state, updated as unknown as ServerEvent).state;
    ({ state } = say(state, { type: 'session.update', session: { voice: 'ash' } }));
    expect(temperatureIn(tell(updated, state))).toBe(1.1);
  });

  it('[BT7] of a refused update is forgotten, and a name the client never gave is not shown', () => {
    const request = say(fresh, { type: 'session.update', session: { temperature: 1.1 } });
    if (!request.ok) throw new Error('refused');
    const error = { type: 'invalid_request_error', code: 'invalid_value', message: 'm', param: null };
    const refused = { type: 'error', error: { ...error, event_id: request.event.event_id } };
    const step = toBetaServerEvents(request.state, refused as ServerEvent);
    expect(step.events[0]).toMatchObject({ error: { event_id: null } });
    expect(temperatureIn(tell(updated, step.state))).toBe(0.8);
    const named = say(fresh, { type: 'session.update', event_id: 'mine', session: {} });
    expect(tell({ type: 'error', error: { ...error, event_id: 'mine' } }, named.state)).toMatchObject({
      error: { event_id: 'mine' },
    });
  });

  it('[BT7] of a response is its own, is echoed with it, and ends with it', () => {
    let { state } = say(fresh, { type: 'response.create', response: { temperature: 0.6 } });
    ({ state } = say(state, { type: 'response.create' }));
    state = toBetaServerEvents(state, created('r1') as unknown as ServerEvent).state;
    state = toBetaServerEvents(state, created('r2') as unknown as ServerEvent).state;
    expect([temperatureOf(state, 'r1'), temperatureOf(state, 'r2')]).toEqual([0.6, 0.8]);
    const done = { type: 'response.done', response: { id: 'r1' } };
    expect(tell(done, state)).toMatchObject({ response: { temperature: 0.6 } });
    state = toBetaServerEvents(state, done as ServerEvent).state;
    expect(state.responses).toEqual([{ id: 'r2', temperature: 0.8 }]);
  });

  it('[BT7] remembers no more than a server could still answer', () => {
    let state = fresh;
    for (let i = 0; i < 200; i++) ({ state } = say(state, { type: 'response.create' }));
    expect(state.pending).toHaveLength(64);
  });
});
