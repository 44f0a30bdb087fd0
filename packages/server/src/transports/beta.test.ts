// The beta bridge around a transport: what the client's side says, what the session's side reads, and back.

import { describe, expect, it } from 'vitest';
import { read, transportContract } from '../../../../tests/contract/transport.ts';
import type { RequestHead } from '../auth/request-head.ts';
import type { Engine } from '../engines/engine.ts';
import { asksForBeta, betaTransport, withTemperature } from './beta.ts';
import { memoryPair } from './memory.ts';

const headWith = (headers: Record<string, string[]>): RequestHead => ({
  target: '/v1/realtime?model=m',
  isTls: false,
  all: (name) => headers[name] ?? [],
});

/** A connection whose near end is bridged: `client` speaks beta, `session` reads and says GA. */
function bridged() {
  const [client, near] = memoryPair();
  const session = betaTransport(near);
  return {
    session,
    client,
    say: (event: object) => client.send(JSON.stringify(event)),
    tell: (event: object) => session.send(JSON.stringify(event)),
    received: async (count = 1) => (await read(session, count)).map((frame) => JSON.parse(String(frame))),
    seen: async (count = 1) => (await read(client, count)).map((frame) => JSON.parse(String(frame))),
  };
}

describe('asksForBeta', () => {
  it('[BT1] detects the beta header, subprotocol and Azure path, and nothing else', () => {
    expect(asksForBeta(headWith({ 'openai-beta': ['realtime=v1'] }))).toBe(true);
    expect(asksForBeta(headWith({ 'openai-beta': ['assistants=v2, realtime=v1'] }))).toBe(true);
    expect(asksForBeta(headWith({ 'openai-beta': ['assistants=v2', 'realtime=v1'] }))).toBe(true);
    expect(asksForBeta(headWith({ 'sec-websocket-protocol': ['realtime, key.x, openai-beta.realtime-v1'] }))).toBe(
      true,
    );
    expect(asksForBeta(headWith({ 'openai-beta': ['realtime=v2'], 'sec-websocket-protocol': ['realtime'] }))).toBe(
      false,
    );
    expect(asksForBeta(headWith({}))).toBe(false);
    expect(asksForBeta({ ...headWith({}), target: '/openai/realtime?deployment=m' })).toBe(true);
    expect(asksForBeta({ ...headWith({}), target: '/openai/v1/realtime?model=m' })).toBe(false);
  });
});

describe('betaTransport', () => {
  it('[BT3] translates client events to GA and server events to beta', async () => {
    const { say, received, tell, seen } = bridged();
    say({ type: 'session.update', event_id: 'e', session: { voice: 'ash' } });
    expect(await received()).toEqual([
      { type: 'session.update', event_id: 'e', session: { type: 'realtime', audio: { output: { voice: 'ash' } } } },
    ]);
    const delta = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 };
    tell({ type: 'response.output_audio.delta', event_id: 'e1', ...delta, delta: 'AAAA' });
    tell({
      type: 'response.output_text.delta',
      event_id: 'e2',
      ...delta,
      delta: '"type":"response.output_text.delta"',
    });
    expect(await seen(2)).toEqual([
      { type: 'response.audio.delta', event_id: 'e1', ...delta, delta: 'AAAA' },
      { type: 'response.text.delta', event_id: 'e2', ...delta, delta: '"type":"response.output_text.delta"' },
    ]);
  });

  it('[BT4] does not send an event that beta does not have', async () => {
    const { tell, seen } = bridged();
    const item = { type: 'message', role: 'user', id: 'a', content: [] };
    for (const type of ['conversation.item.added', 'conversation.item.done'])
      tell({ type, event_id: type, previous_item_id: null, item });
    tell({ type: 'input_audio_buffer.cleared', event_id: 'e' });
    expect((await seen(2)).map((event) => event.type)).toEqual([
      'conversation.item.created',
      'input_audio_buffer.cleared',
    ]);
  });

  it("[BT9] lets the session send a refusal once, with the reason and the client's name of the field", async () => {
    const { say, received, tell, seen } = bridged();
    say({ type: 'session.update', event_id: 'mine', session: { output_modalities: ['text'] } });
    say({ type: 'response.create', response: { temperature: 3 } });
    const [first, second] = await received(2);
    expect(first).toEqual({ type: 'session.update', event_id: 'mine' });
    expect(second).toMatchObject({ type: 'session.update', event_id: expect.any(String) });
    for (const { event_id } of [first, second]) {
      const error = { type: 'invalid_request_error', code: 'missing_required_parameter', param: 'session', event_id };
      tell({ type: 'error', event_id: 'e', error: { ...error, message: "Missing required parameter: 'session'." } });
    }
    expect((await seen(2)).map((event) => event.error)).toEqual([
      {
        type: 'invalid_request_error',
        code: 'unknown_parameter',
        message: "Unknown parameter: 'session.output_modalities'.",
        param: 'session.output_modalities',
        event_id: 'mine',
      },
      {
        type: 'invalid_request_error',
        code: 'decimal_above_max_value',
        message:
          "Invalid 'response.temperature': decimal above maximum value. Expected a value <= 1.2, but got 3 instead.",
        param: 'response.temperature',
        event_id: null,
      },
    ]);
  });

  it('[ER8, ER18] passes undecodable frames to the session, which refuses them', async () => {
    const { client, session } = bridged();
    const frames = ['{"type":"session.update"', '{"type":"session.update","session":{},"session":{}}', '[]', 'x'];
    for (const frame of frames) client.send(frame);
    expect(await read(session, 4)).toEqual(frames);
  });

  it('[BT3] translates a name that is written with escapes', async () => {
    const { client, received } = bridged();
    client.send('{"session":{"voice":"ash"},"t\\u0079pe":"session.\\u0075pdate"}');
    expect(await received()).toMatchObject([{ session: { type: 'realtime', audio: { output: { voice: 'ash' } } } }]);
  });

  it('[BT7] passes the temperature of a response to the engine', async () => {
    const { session, say, received, tell } = bridged();
    say({ type: 'response.create', response: { temperature: 0.6 } });
    await received();
    tell({ type: 'response.created', event_id: 'e', response: { id: 'r', output: [] } });
    const seen: unknown[] = [];
    const engine: Engine = {
      name: 'listening',
      async *respond({ config }) {
        seen.push(config.temperature);
        yield { type: 'done' };
      },
    };
    const adapter = withTemperature(engine, session);
    for (const response_id of ['r', 'other'])
      for await (const _ of adapter.respond({ response_id, config: {}, context: [] } as never, {} as never));
    expect([adapter.name, ...seen]).toEqual(['listening', 0.6, 0.8]);
  });
});

describe('betaTransport as a transport', () => {
  transportContract(async () => {
    const [far, near] = memoryPair();
    return {
      near: betaTransport(near),
      far: {
        send: far.send,
        read: (count) => read(far, count),
        stall: () => {},
        close: far.close,
        closed: far.closed,
      },
      stop: () => near.close(1000, ''),
    };
  });
});
