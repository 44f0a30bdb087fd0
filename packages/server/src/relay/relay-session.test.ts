import { begun, CREATED, done, type Event, ITEM, relay, spoken } from '@support/relay-pair.ts';
import { describe, expect, it } from 'vitest';
import { UpstreamRefusal } from './upstream-refusal.ts';

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);
const PART = { type: 'input_text', text: 'Which model?' };
const SAID = { type: 'message', role: 'user', content: [PART] };
const TOOL = {
  type: 'function',
  name: 'pick',
  parameters: { type: 'object', properties: { model: { type: 'string', enum: ['mine'] } }, model: 'mine' },
};
const ASK = { type: 'response.create', event_id: 'ask_1' };

describe('from the client to the upstream', () => {
  it('[RL3] forwards the checked event, encoded again', async () => {
    const { send, forwarded } = relay();
    send('{ "type" : "response\\u002ecreate",\n "event_id":"e1" }');
    expect(await forwarded()).toEqual({ type: 'response.create', event_id: 'e1' });
  });

  it('[RL3] refuses a duplicate key and forwards neither', async () => {
    const { send, next, forwarded } = relay();
    send('{"type":"input_audio_buffer.clear","type":"response.create"}');
    send({ type: 'input_audio_buffer.clear', event_id: 'after' });
    expect(await next()).toMatchObject({ type: 'error', error: { code: 'invalid_event', param: 'type' } });
    expect(await forwarded()).toMatchObject({ event_id: 'after' });
  });

  it('[RL3] refuses invalid JSON, binary frames and parts that the role does not allow', async () => {
    const { send, next, client, forwarded } = relay();
    send('{');
    expect(await next()).toMatchObject({ error: { code: 'invalid_json' } });
    client.send(new Uint8Array([1]));
    expect(await next()).toMatchObject({ error: { code: 'invalid_event' } });
    const content = [{ type: 'output_text', text: 'mine' }];
    send({ type: 'conversation.item.create', event_id: 'e', item: { type: 'message', role: 'user', content } });
    expect(await next()).toMatchObject({
      error: { code: 'invalid_value', param: 'item.content[0].type', event_id: 'e' },
    });
    send(ASK);
    expect(await forwarded()).toEqual(ASK);
  });

  it('forwards unknown events and parameters', async () => {
    const { send, forwarded } = relay();
    const newer = [
      { type: 'session.dream', depth: 3 },
      { type: 'session.update', session: { type: 'realtime', dreams: true } },
    ];
    for (const event of newer) send(event);
    expect([await forwarded(), await forwarded()]).toEqual(newer);
  });

  it.each([
    ['session.model', { type: 'session.update', session: { type: 'realtime', model: 'dear' } }],
    ['response.session.model', { type: 'response.create', response: { session: { model: 'dear' } } }],
    ['model', { type: 'session.switch', model: 'dear' }],
    ['to.model', { type: 'session.switch', to: { model: 7 } }],
    ['session.Model', { type: 'session.update', session: { type: 'realtime', Model: 'dear' } }],
    ['session. MODEL', { type: 'session.update', session: { type: 'realtime', ' MODEL': 'dear' } }],
    ['response.prompt.model', { type: 'response.create', response: { prompt: { id: 'p', model: 'dear' } } }],
    ['session.tracing.model', { type: 'session.update', session: { type: 'realtime', tracing: { model: 'dear' } } }],
    ['response.input[0].model', { type: 'response.create', response: { input: [{ ...SAID, model: 'dear' }] } }],
    ['item.model', { type: 'conversation.item.create', item: { ...SAID, model: 'dear' } }],
    [
      'session.tools[0].model',
      { type: 'session.update', session: { type: 'realtime', tools: [{ ...TOOL, model: 'dear' }] } },
    ],
    ['a[0][0].model', { type: 'session.switch', a: [[{ model: 'dear' }]] }],
    ['transcription.model', { type: 'session.switch', transcription: { model: 'dear' } }],
  ])('[RL9, RL14] refuses a model that is not on the list at %s', async (param, event) => {
    const { send, next, forwarded } = relay({ models: ['cheap'] });
    send(event);
    expect(await next()).toMatchObject({ type: 'error', error: { code: 'invalid_model', param } });
    const audio = { input: { transcription: { model: 'whisper-1' } } };
    const allowed = { type: 'session.update', session: { type: 'realtime', model: 'cheap', audio } };
    send(allowed);
    expect(await forwarded()).toEqual(allowed);
  });

  it.each([
    ['session.engine', { type: 'session.update', session: { type: 'realtime', engine: 'dear' } }],
    ['response.prompt.use', { type: 'response.create', response: { prompt: { id: 'p', use: 'dear' } } }],
    ['item.content[0].by', { type: 'conversation.item.create', item: { ...SAID, content: [{ ...PART, by: 'dear' }] } }],
    ['to[1].name', { type: 'session.switch', to: [7, { name: 'dear' }] }],
    [
      'session.[REDACTED]',
      { type: 'session.update', session: { type: 'realtime', 'sk-proj-abcdefghijklmnop': 'dear' } },
    ],
  ])('[RL14] refuses text at the unknown parameter %s', async (param, event) => {
    const { send, next } = relay({ models: ['cheap'] });
    send({ ...event, event_id: 'e' });
    expect(await next()).toMatchObject({ type: 'error', error: { code: 'unknown_parameter', param, event_id: 'e' } });
  });

  it.each([
    { type: 'session.update', session: { type: 'realtime', dreams: true, depth: [3, null], second: 'cheap' } },
    { type: 'session.switch', event_id: 'e', model: 'cheap', depth: 3 },
    { type: 'session.update', session: { type: 'realtime', tools: [TOOL], tracing: { metadata: { model: 'mine' } } } },
    {
      type: 'response.create',
      response: { metadata: { model: 'mine' }, prompt: { id: 'p', variables: { model: 'mine' } } },
    },
    { type: 'conversation.item.create', item: SAID },
    { type: 'input_audio_buffer.append', audio: 'AAAA' },
  ])('[RL14] forwards %j when it names no model', async (event) => {
    const { send, forwarded } = relay({ models: ['cheap'] });
    send(event);
    expect(await forwarded()).toEqual(event);
  });

  it('[SE33, AU24] opens with the settings of the client secret and refuses changes of locked ones', async () => {
    const { send, next, forwarded, say } = relay({
      opening: { session: { type: 'realtime', instructions: 'Be brief.' }, locked: ['instructions'] },
    });
    send({ type: 'session.update', event_id: 'e', session: { type: 'realtime', instructions: 'Be long.' } });
    send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    say(CREATED);
    const update = await forwarded();
    expect(update).toMatchObject({ type: 'session.update', session: { instructions: 'Be brief.' } });
    say({ type: 'session.updated', session: { ...CREATED.session, instructions: 'Be brief.' } });
    expect(await next()).toMatchObject({ type: 'session.created', session: { instructions: 'Be brief.' } });
    expect(await next()).toMatchObject({ error: { code: 'session_locked', param: 'session.instructions' } });
    expect(await forwarded()).toMatchObject({ session: { output_modalities: ['text'] } });
  });

  it('[AU24, ER45] ends a session when the upstream refuses its configuration', async () => {
    const { rest, forwarded, say, client } = relay({ opening: { session: { type: 'realtime', instructions: 'x' } } });
    say(CREATED);
    const { event_id } = await forwarded();
    say({ type: 'error', error: { type: 'invalid_request_error', code: 'x', message: 'no', param: null, event_id } });
    expect(types(await rest())).toEqual(['error']);
    expect((await client.closed).code).toBe(1011);
  });
});

describe('from the upstream to the client', () => {
  it('[RL4] forwards unknown events unchanged, and known events that lack fields', async () => {
    const { far, next } = relay();
    const unknown = '{"type":"dream.began","a":[1,null,{"b":"ü\\u2028"}],"__proto__":{"x":1}}';
    far.send(unknown);
    expect(JSON.stringify(await next())).toBe(JSON.stringify(JSON.parse(unknown)));
    far.send('{"type":"response.output_text.delta","delta":"x"}');
    expect(await next()).toEqual({ type: 'response.output_text.delta', delta: 'x' });
  });

  it.each([
    ['no JSON', '<html>'],
    ['no object', '[1]'],
    ['no type', '{"event_id":"e"}'],
    ['bytes', new Uint8Array([123, 125])],
    ['too deep', `{"type":"dream","a":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['too many elements', `{"type":"dream","a":[${'0,'.repeat(10_001)}0]}`],
    ['a number that is not finite', '{"type":"dream","a":1e999}'],
    ['a known event of another shape', '{"type":"response.done","event_id":"e","response":5}'],
  ])('[RL5, ER23] drops %s, reports it once and continues', async (_, frame) => {
    const { far, next, say } = relay();
    far.send(frame);
    say(CREATED);
    expect(await next()).toMatchObject({
      type: 'error',
      error: { type: 'server_error', code: 'upstream_error', param: null, event_id: null },
    });
    expect(await next()).toMatchObject({ type: 'session.created' });
  });

  it('[RL10] counts the usage of a response once when the upstream repeats it', async () => {
    const { say, next, usages } = relay();
    const usage = { total_tokens: 3, input_tokens: 1, output_tokens: 2 };
    say(begun('r1'), done('r1', usage), done('r1', usage), done('r2', usage), CREATED);
    for (let event = await next(); event.type !== 'session.created'; ) event = await next();
    expect(usages).toEqual([
      { response_id: 'r1', status: 'completed', usage },
      { response_id: 'r2', status: 'completed', usage },
    ]);
  });

  it('does not forward an upstream message about its credential', async () => {
    const { say, next } = relay();
    const error = { type: 'invalid_request_error', code: 'x', param: null, event_id: null };
    say({ type: 'error', error: { ...error, message: 'Incorrect API key provided: sk-proj-****wxyz.' } });
    const errorEvent = await next();
    expect(errorEvent).toMatchObject({ type: 'error', error: { type: 'server_error', code: 'upstream_error' } });
    expect(JSON.stringify(errorEvent)).not.toContain('sk-');
  });

  it('[RL15] reports a refused upstream credential with its own message', async () => {
    const { say, next } = relay();
    const error = { type: 'invalid_request_error', code: 'invalid_api_key', param: null, event_id: null };
    say({ type: 'error', error: { ...error, message: 'Incorrect API key provided: sk-proj-****wxyz.' } });
    expect(await next()).toMatchObject({
      type: 'error',
      error: { code: 'invalid_api_key', message: 'The upstream refused the credential of this server.' },
    });
  });
});

describe('silent upstream', () => {
  const limits = { upstreamIdleMs: 40 };

  it('[RL7, RS35] ends the response in wire order, cancels it upstream and drops later events', async () => {
    const { send, say, next, forwarded, usages } = relay({}, { limits });
    say(CREATED, ...spoken('r1'));
    const seen: Event[] = [];
    while (seen.at(-1)?.type !== 'response.done') seen.push(await next());
    expect(types(seen).slice(6)).toEqual([
      'error',
      'response.output_text.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ]);
    expect(seen[6]).toMatchObject({ error: { type: 'server_error', code: 'upstream_timeout' } });
    expect(seen[9]).toMatchObject({ previous_item_id: 'item_0', item: { id: 'item_a', status: 'incomplete' } });
    expect(seen.at(-1)?.response).toMatchObject({
      id: 'r1',
      status: 'failed',
      metadata: { topic: 'tea' },
      status_details: { type: 'failed', error: { type: 'server_error', code: 'upstream_timeout' } },
      output: [{ id: 'item_a', status: 'incomplete', content: [{ type: 'output_text', text: 'Half a' }] }],
    });
    const cancel = await forwarded();
    expect(cancel).toMatchObject({ type: 'response.cancel', response_id: 'r1' });

    const usage = { total_tokens: 1 };
    const { event_id } = cancel;
    say({
      type: 'error',
      error: { type: 'x', code: 'response_cancel_not_active', message: '', param: null, event_id },
    });
    say(...spoken('r1').slice(4), { type: 'conversation.item.done', previous_item_id: null, item: ITEM });
    say(done('r1', usage), begun('r2'), done('r2'));
    expect(await next()).toMatchObject({ type: 'response.created', response: { id: 'r2' } });
    expect(await next()).toMatchObject({ type: 'response.done', response: { id: 'r2', status: 'completed' } });
    expect(usages).toEqual([{ response_id: 'r1', status: 'completed', usage }]);
    send(ASK);
    expect(await forwarded()).toEqual(ASK);
  });

  it('[RL7] answers a request when the upstream does not', async () => {
    const { send, say, next } = relay({}, { limits });
    say(CREATED);
    await next();
    send(ASK);
    expect(await next()).toMatchObject({ error: { code: 'upstream_timeout', event_id: 'ask_1' } });
  });

  it('[RL7] ends the session when the upstream sends nothing', async () => {
    const { rest, client } = relay({}, { limits });
    expect(await rest()).toMatchObject([{ type: 'error', error: { code: 'upstream_timeout' } }]);
    expect((await client.closed).code).toBe(1011);
  });

  it('[RL7] allows silence when nothing is pending', async () => {
    const { say, next } = relay({}, { limits });
    say(CREATED, begun('r1'), done('r1'));
    for (let count = 0; count < 3; count += 1) await next();
    await new Promise((resolve) => setTimeout(resolve, 120)); // the rule is about time
    say({ type: 'input_audio_buffer.cleared' });
    expect(await next()).toMatchObject({ type: 'input_audio_buffer.cleared' });
  });
});

describe('upstream close', () => {
  it.each([
    [1000, 'bye', 1000, 'bye'],
    [
      1001,
      'Your session hit the maximum duration of 60 minutes.',
      1001,
      'Your session hit the maximum duration of 60 minutes.',
    ],
    [1006, '', 1011, 'The connection to the upstream was lost.'],
    [1008, '', 1008, 'The upstream closed the connection.'],
    [1011, 'at 10.0.0.7:8443 (api.internal.example)', 1011, 'at [REDACTED]'],
    [3000, 'invalid_request_error.invalid_api_key', 3000, 'invalid_request_error.invalid_api_key'],
    [4000, 'invalid_request_error.invalid_model', 4000, 'invalid_request_error.invalid_model'],
    [4001, 'Bearer abcdef of sk-live-0123 ek_77 https://u:p@host/x', 4001, 'Bearer [REDACTED] of [REDACTED]'],
    [4002, `${'word '.repeat(60)}`, 4002, 'word '.repeat(60).slice(0, 123)],
  ])(
    '[RL6, ER50] maps the close %i %j to %i %j, after an error and the end of the response',
    async (code, reason, expectedCode, expectedReason) => {
      const { say, rest, far, client, next } = relay();
      say(begun('r1'));
      await next();
      far.close(code, reason);
      const events = await rest();
      expect(types(events)).toEqual(['error', 'response.done']);
      expect(events[0]).toMatchObject({ error: { type: 'server_error', code: 'upstream_error' } });
      expect(events[1]).toMatchObject({ response: { id: 'r1', status: 'failed' } });
      const closed = await client.closed;
      expect([closed.code, closed.reason.trim()]).toEqual([expectedCode, expectedReason.trim()]);
    },
  );

  it('[RL6] does not repeat an error that the upstream sent before its close', async () => {
    const { say, far, rest } = relay();
    const error = {
      type: 'invalid_request_error',
      code: 'session_expired',
      message: 'Over.',
      param: null,
      event_id: null,
    };
    say({ type: 'error', error });
    far.close(1001, 'Over.');
    expect(await rest()).toMatchObject([{ error: { code: 'session_expired' } }]);
  });
});

describe('end of a relayed session', () => {
  it('closes the upstream when the client leaves', async () => {
    const { client, far, over } = relay();
    client.drop();
    await over;
    expect((await far.closed).code).toBe(1000);
  });

  it('[RL2] sends an error and closes 1011 when the dial fails', async () => {
    let isStarted = false;
    const { rest, client, over } = relay({
      upstream: Promise.reject(new Error('sk-secret host')),
      sinks: [{ begin: () => (isStarted = true), write() {} }],
    });
    const events = await rest();
    expect(events).toMatchObject([{ type: 'error', error: { type: 'server_error', code: 'upstream_error' } }]);
    expect(JSON.stringify(events)).not.toContain('sk-secret');
    expect((await client.closed).code).toBe(1011);
    await over;
    expect(isStarted).toBe(false);
  });

  it.each([
    [401, {}, 'invalid_api_key', 3000, 'invalid_request_error.invalid_api_key'],
    [429, {}, 'rate_limit_exceeded', 1008, 'rate_limit_error.rate_limit_exceeded'],
    [503, {}, 'upstream_error', 1011, 'The upstream cannot be reached.'],
  ])(
    '[RL2, RL15] sends the error and close of a dial that was answered %i',
    async (status, headers, code, close, reason) => {
      const { rest, client } = relay({ upstream: Promise.reject(new UpstreamRefusal(status, headers)) });
      expect(await rest()).toMatchObject([{ type: 'error', error: { code, param: null, event_id: null } }]);
      expect(await client.closed).toEqual({ code: close, reason });
    },
  );

  it('[LM12] finishes the running response, then closes 1001 when drained', async () => {
    const { say, next, session, rest, client } = relay();
    say(begun('r1'));
    await next();
    session.drain();
    say(done('r1'));
    expect(types(await rest())).toEqual(['response.done']);
    expect((await client.closed).code).toBe(1001);
  });

  it('[SE28] ends at the maximum duration with the message of the API', async () => {
    const { say, rest, client } = relay({}, { limits: { sessionMs: 30 } });
    say(begun('r1'));
    const events = await rest();
    expect(types(events)).toEqual(['response.created', 'response.done', 'error']);
    expect(events[2]).toMatchObject({ error: { code: 'session_expired' } });
    expect((await client.closed).code).toBe(1001);
  });

  it('[LM10] closes a client when too many of its events are refused', async () => {
    const { send, rest, client } = relay();
    for (let count = 0; count < 102; count += 1) send('{');
    expect((await rest()).at(-1)).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    expect((await client.closed).code).toBe(1008);
  });
});
