import { append, audio, create, errorOf, pcm, play, texting, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const respond = (response?: object | null) => ({
  type: 'response.create' as const,
  event_id: 'asked',
  ...(response === undefined ? {} : { response }),
});
const aside = (more: object = {}) => respond({ conversation: 'none', ...more });
const cancel = (response_id?: string) => ({
  type: 'response.cancel' as const,
  ...(response_id ? { response_id } : {}),
});
const text = (delta: string) => ({ type: 'text.delta', delta }) as const;
const done = { type: 'done' } as const;
const tool = (name: string) => ({ type: 'function' as const, name });
const requested = (played: ReturnType<typeof play>) => {
  const effect = played.effects.findLast((candidate) => candidate.do === 'respond');
  return effect!.request;
};
const doneOf = (frames: ReturnType<ReturnType<typeof play>['client']>) => {
  const all = frames.filter((frame) => frame.type === 'response.done');
  expect(all).toHaveLength(1);
  return all[0]!.response;
};

describe('response.create', () => {
  it('[RS1, RS13, RS14] sends response.created, also in an empty conversation and without parameters', () => {
    for (const params of [undefined, null, {}]) {
      const played = play();
      const [created, ...rest] = played.client(respond(params));
      expect(rest).toEqual([]);
      expect(created!.type).toBe('response.created');
      expect(created!.response).toEqual({
        object: 'realtime.response',
        id: expect.stringMatching(/^resp_[A-Za-z0-9]{21}$/),
        status: 'in_progress',
        status_details: null,
        output: [],
        conversation_id: played.state.conversation_id,
        output_modalities: ['audio'],
        max_output_tokens: 'inf',
        audio: { output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' } },
        usage: null,
        metadata: null,
      });
      expect(requested(played)).toMatchObject({ response_id: created!.response.id, context: [] });
    }
  });

  it('[RS4, RS5] refuses a response while another is active, which continues', () => {
    const played = play(texting);
    const [created] = played.client(respond());
    const { id } = created!.response;
    expect(errorOf(played.client(respond()))).toEqual({
      type: 'invalid_request_error',
      code: 'conversation_already_has_active_response',
      param: null,
      message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
      event_id: 'asked',
    });
    expect(doneOf(played.engine(text('hi'), done))).toMatchObject({ id, status: 'completed' });
    expect(types(played.client(respond()))).toEqual(['response.created']);
  });

  it('[RS7, RS8, FN10] overrides the session’s configuration for one response', () => {
    const played = play();
    played.client({
      type: 'session.update',
      session: { type: 'realtime', instructions: 'session', tools: [tool('a')] },
    });
    const params = {
      output_modalities: ['text'],
      instructions: 'mine',
      max_output_tokens: 77,
      tools: [tool('b')],
      audio: { output: { format: { type: 'audio/pcma' }, voice: 'alloy' } },
    };
    const [created] = played.client(respond(params));
    expect(created!.response).toMatchObject({
      output_modalities: ['text'],
      max_output_tokens: 77,
      audio: params.audio,
    });
    expect(requested(played).config).toMatchObject({ ...params, audio: { output: { speed: 1 } } });
    expect(played.state.config).toMatchObject({
      instructions: 'session',
      tools: [tool('a')],
      max_output_tokens: 'inf',
    });
  });

  it('[RS9] echoes metadata in created and done, and not the event_id', () => {
    const played = play(texting);
    const metadata = { client_event_id: 'x', ['__proto__']: 'y' };
    const frames = [...played.client(respond({ metadata })), ...played.engine(text('hi'), done)];
    expect(frames[0]!.response.metadata).toEqual(metadata);
    expect(doneOf(frames).metadata).toEqual(metadata);
    expect(frames.some((frame) => frame.event_id === 'asked')).toBe(false);
  });

  it('[RS10] bounds metadata', () => {
    const played = play();
    const refused = (metadata: object) => errorOf(played.client(respond({ metadata })));
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v']));
    expect(refused(many)).toMatchObject({ code: 'object_above_max_properties', param: 'response.metadata' });
    expect(refused({ ['k'.repeat(65)]: 'v' }).code).toBe('string_above_max_length');
    expect(refused({ k: 'v'.repeat(513) })).toMatchObject({
      code: 'string_above_max_length',
      param: 'response.metadata.k',
    });
    expect(refused({ k: 1 })).toMatchObject({ code: 'invalid_type', param: 'response.metadata.k' });
  });

  it('[RS11, RS12] accepts two values of conversation and no unknown keys', () => {
    const played = play();
    expect(errorOf(played.client(respond({ conversation: 'conv_1' })))).toMatchObject({
      code: 'invalid_value',
      param: 'response.conversation',
    });
    for (const key of ['model', 'truncation', 'tracing', 'turn_detection', 'other']) {
      expect(errorOf(played.client(respond({ [key]: 'auto' })))).toMatchObject({
        code: 'unknown_parameter',
        param: `response.${key}`,
      });
    }
  });

  it('[RS36] refuses a tool_choice that is not offered', () => {
    const played = play();
    const tool_choice = { type: 'function', name: 'f' };
    expect(errorOf(played.client(respond({ tool_choice })))).toMatchObject({
      code: 'invalid_value',
      param: 'response.tool_choice.name',
    });
    expect(types(played.client(respond({ tool_choice, tools: [tool('f')] })))).toEqual(['response.created']);
  });

  it('[RS37] refuses a response in a transcription session', () => {
    expect(errorOf(play({ kind: 'transcription' }).client(respond()))).toMatchObject({
      type: 'invalid_request_error',
      code: 'invalid_value',
      param: 'type',
    });
  });
});

describe('response.cancel', () => {
  it('[RS23, RS25, TR13] closes open items with what was streamed, then the response', () => {
    const played = play();
    played.client(respond());
    played.engine({ type: 'transcript.delta', delta: 'half a' }, audio(300));
    const frames = played.client(cancel());
    expect(types(frames)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(frames[1]!.transcript).toBe('half a');
    expect(frames[3]!.item!.status).toBe('incomplete');
    expect(doneOf(frames)).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete', content: [{ type: 'output_audio', transcript: 'half a' }] }],
    });
    expect(played.done()).toMatchObject([{ do: 'cancel' }]);
    const truncated = played.client({
      type: 'conversation.item.truncate',
      item_id: frames[3]!.item!.id,
      content_index: 0,
      audio_end_ms: 100,
    });
    expect(types(truncated)).toEqual(['conversation.item.truncated']);
  });

  it('[RS24] cancels the active response, or the one with the given id', () => {
    const played = play(texting);
    const [beside] = played.client(aside());
    expect(errorOf(played.client(cancel())).code).toBe('response_cancel_not_active');
    const [active] = played.client(respond());
    expect(doneOf(played.client(cancel())).id).toBe(active!.response.id);
    expect(doneOf(played.client(cancel(beside!.response.id))).id).toBe(beside!.response.id);
  });

  it('[RS26] closes nothing when there is no output yet', () => {
    const played = play();
    played.client(respond());
    const frames = played.client(cancel());
    expect(types(frames)).toEqual(['response.done', 'rate_limits.updated']);
    expect(doneOf(frames).output).toEqual([]);
  });

  it('[RS27, RS30] refuses a cancel when nothing is active', () => {
    const played = play();
    const refusal = {
      code: 'response_cancel_not_active',
      param: null,
      message: 'Cancellation failed: no active response found',
    };
    expect(errorOf(played.client(cancel()))).toMatchObject(refusal);
    expect(errorOf(played.client(cancel('resp_x')))).toMatchObject(refusal);
    const [created] = played.client(respond());
    played.engine(done);
    expect(errorOf(played.client(cancel(created!.response.id)))).toMatchObject(refusal);
  });

  it('[RS28] keeps an incomplete item, retrievable and followed by later items', () => {
    const played = play(texting);
    played.client(respond());
    const [opened] = played.engine(text('half'));
    played.client(cancel());
    const id = opened!.item!.id!;
    expect(played.client({ type: 'conversation.item.retrieve', item_id: id })[0]!.item).toMatchObject({
      status: 'incomplete',
      content: [{ type: 'output_text', text: 'half' }],
    });
    expect(played.client(create(user('next')))[0]!.previous_item_id).toBe(id);
  });

  it('[RS29] keeps the first reason when a response ends twice', () => {
    const clientFirst = play();
    clientFirst.client(append(1000));
    clientFirst.client(respond());
    expect(doneOf(clientFirst.client(cancel())).status_details.reason).toBe('client_cancelled');
    expect(types(clientFirst.speech({ type: 'started', audio_ms: 500 }))).toEqual([
      'input_audio_buffer.speech_started',
    ]);
    const speechFirst = play();
    speechFirst.client(append(1000));
    speechFirst.client(respond());
    expect(doneOf(speechFirst.speech({ type: 'started', audio_ms: 500 })).status_details.reason).toBe('turn_detected');
    expect(errorOf(speechFirst.client(cancel())).code).toBe('response_cancel_not_active');
  });

  it('[RS3, RS31] drops engine events after the end', () => {
    const played = play(texting);
    played.client(respond());
    played.client(cancel());
    expect(
      played.engine(
        text('late'),
        { type: 'usage', usage: {} },
        { type: 'failed', error: { code: 'x', message: '' } },
        done,
      ),
    ).toEqual([]);
  });
});

describe('closing', () => {
  it('[RS2, RS3] completes once', () => {
    const played = play(texting);
    played.client(respond());
    doneOf(played.engine(text('hi'), done, done));
  });

  it('[RS22] stops the response and the engine at max_output_tokens', () => {
    const played = play(texting);
    played.client(respond({ max_output_tokens: 2 }));
    const frames = played.engine(text('four'), text('more'), text('too much'));
    expect(doneOf(frames)).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'max_output_tokens' },
      output: [{ status: 'incomplete', content: [{ text: 'fourmore' }] }],
      usage: { output_tokens: 2 },
    });
    expect(played.effects.at(-1)).not.toBe(undefined);
    expect(played.effects.some((effect) => effect.do === 'cancel')).toBe(true);
  });

  it('[RS22] cuts text at the limit, never inside a surrogate pair', () => {
    const played = play(texting);
    played.client(respond({ max_output_tokens: 1 }));
    const frames = played.engine(text('abc😀def'));
    expect(doneOf(frames).output[0].content[0].text).toBe('abc');
    const exact = play(texting);
    exact.client(respond({ max_output_tokens: 1 }));
    expect(doneOf(exact.engine(text('four'), done)).status).toBe('completed');
  });

  it('[RS22] counts audio towards max_output_tokens', () => {
    const played = play();
    played.client(respond({ max_output_tokens: 3 }));
    const frames = played.engine({ type: 'transcript.delta', delta: 'hi' }, audio(100), audio(50));
    expect(doneOf(frames).status_details.reason).toBe('max_output_tokens');
    expect(frames.filter((frame) => frame.type === 'response.output_audio.delta')).toHaveLength(1);
  });

  it('[RS22] accepts an incomplete reason from the engine', () => {
    const played = play(texting);
    played.client(respond());
    const frames = played.engine(text('hm'), { type: 'done', reason: 'content_filter' });
    expect(doneOf(frames)).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'content_filter' },
    });
  });

  it('[RS33, ER22, ER23] reports an engine failure once, closes the response, and continues with the next turn', () => {
    const played = play(texting);
    played.client(respond());
    const frames = played.engine(text('I was'), {
      type: 'failed',
      error: { code: 'upstream_error', message: 'it\nbroke' },
    });
    expect(types(frames).filter((type) => type === 'error')).toHaveLength(1);
    const at = types(frames).indexOf('error');
    expect(frames[at]!.error).toEqual({
      type: 'server_error',
      code: 'upstream_error',
      message: 'it broke',
      param: null,
      event_id: 'asked',
    });
    expect(types(frames).slice(at)).toEqual([
      'error',
      'response.output_text.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(doneOf(frames)).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { type: 'server_error', code: 'upstream_error', message: 'it broke' } },
    });
    played.client(respond());
    expect(doneOf(played.engine(text('fine'), done)).status).toBe('completed');
  });

  it('[RS38] fails a response that times out, and the session continues', () => {
    const failed = (played: ReturnType<typeof play>, ms: number) => {
      expect(types(played.wait(ms - 1))).toEqual([]);
      const frames = played.wait(1);
      expect(doneOf(frames)).toMatchObject({
        status: 'failed',
        status_details: { error: { code: 'upstream_timeout' } },
      });
      expect(played.done()).toMatchObject([{ do: 'cancel' }]);
    };
    const played = play(texting);
    played.client(respond());
    failed(played, 30_000);
    played.client(respond());
    played.wait(20_000);
    played.engine(text('a'));
    failed(played, 30_000);
    played.client(respond());
    for (let i = 0; i < 29; i++) {
      played.wait(20_000);
      played.engine(text('a'));
    }
    failed(played, 20_000);
    expect(types(played.client(respond()))).toEqual(['response.created']);
  });

  it('[RS39, LM6] sends rate_limits.updated once after each response.done, unless no limits are configured', () => {
    const played = play(texting);
    played.client(respond());
    const frames = played.engine(text('hi'), done);
    expect(types(frames).slice(-2)).toEqual(['response.done', 'rate_limits.updated']);
    expect(frames.at(-1)!.rate_limits).toMatchObject([
      { name: 'requests', limit: 1000, remaining: 999 },
      { name: 'tokens', limit: 1_000_000 },
    ]);
    const quiet = play({ ...texting, defaults: { rate_limits: null } });
    quiet.client(respond());
    expect(types(quiet.engine(done))).toEqual(['response.done']);
  });

  it('[RS40] sends no obfuscation', () => {
    const played = play(texting);
    played.client(respond());
    expect(JSON.stringify(played.engine(text('hi'), done))).not.toContain('obfuscation');
  });
});

describe('out of band', () => {
  it('[RS6, OB1, OB2, OB11] runs beside the active response and adds nothing to the conversation', () => {
    const played = play(texting);
    const [active] = played.client(respond());
    const [beside] = played.client(aside());
    expect(beside!.response.conversation_id).toBeNull();
    const response_id = beside!.response.id;
    const frames = [text('hi'), done].flatMap((event) => played.tell({ at: 0, from: 'engine', response_id, event }));
    expect(types(frames).filter((type) => type.startsWith('conversation'))).toEqual([]);
    const { id } = doneOf(frames).output[0];
    expect(doneOf(frames)).toMatchObject({ conversation_id: null, status: 'completed' });
    expect(errorOf(played.client({ type: 'conversation.item.retrieve', item_id: id })).code).toBe(
      'item_retrieve_invalid_item_id',
    );
    expect(played.state.responses.map((response) => response.id)).toEqual([active!.response.id]);
    played.client(cancel());
    expect(played.client(create(user('x')))[0]!.previous_item_id).toBeNull();
  });

  it('[OB3, OB4] uses input as the context and adds none of it to the conversation', () => {
    const played = play(texting);
    played.client(create(user('history', 'a')));
    const context = () => requested(played).context.map((item) => item.id);
    played.client(aside({ input: [user('only this', 'b')] }));
    expect(context()).toEqual(['b']);
    played.client(aside({ input: [] }));
    expect(context()).toEqual([]);
    played.client(aside({ input: null }));
    expect(context()).toEqual(['a']);
    expect(errorOf(played.client({ type: 'conversation.item.retrieve', item_id: 'b' })).code).toBe(
      'item_retrieve_invalid_item_id',
    );
  });

  it('[OB3] stores input audio under another id until the response is done', () => {
    const played = play(texting);
    const item = { type: 'message', role: 'user', id: 'mine', content: [{ type: 'input_audio', audio: pcm(50) }] };
    played.client(aside({ input: [item] }));
    const response = played.done()[0];
    expect(response).toMatchObject({ do: 'store_audio', audio: pcm(50) });
    const item_id = (response as { item_id: string }).item_id;
    expect(item_id).not.toBe('mine');
    expect(requested(played).context).toMatchObject([{ id: item_id }]);
    played.engine(done);
    expect(played.done()).toContainEqual({ do: 'drop_audio', item_id });
  });

  it('[OB5] resolves references in input to any item of the conversation', () => {
    const played = play(texting);
    played.client(create(user('history', 'a')));
    played.client(aside({ input: [{ type: 'item_reference', id: 'a' }] }));
    expect(requested(played).context).toMatchObject([{ id: 'a', content: [{ text: 'history' }] }]);
    expect(errorOf(played.client(aside({ input: [user('x'), { type: 'item_reference', id: 'gone' }] })))).toMatchObject(
      {
        code: 'item_not_found',
        param: 'response.input[1].id',
      },
    );
  });

  it('[OB6] refuses the response when one input item is invalid', () => {
    const played = play();
    const bad = { type: 'message', role: 'system', content: [{ type: 'output_text', text: '' }] };
    expect(errorOf(played.client(aside({ input: [user('x'), bad] })))).toMatchObject({
      code: 'invalid_value',
      param: 'response.input[1].content[0].type',
    });
    expect(played.state.responses).toEqual([]);
  });

  it('[OB7] adds output to the default conversation when input is given there', () => {
    const played = play(texting);
    played.client(respond({ input: [user('only this')] }));
    expect(errorOf(played.client(respond({ input: [] }))).code).toBe('conversation_already_has_active_response');
    const frames = played.engine(text('hi'), done);
    expect(types(frames)).toContain('conversation.item.added');
  });

  it('[OB10] runs at most eight responses at once', () => {
    const played = play();
    for (let i = 0; i < 8; i++) expect(types(played.client(aside()))).toEqual(['response.created']);
    expect(errorOf(played.client(aside()))).toMatchObject({ code: 'limit_exceeded', param: null });
  });
});
