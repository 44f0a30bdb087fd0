import { append, audio, create, play, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

/** Empty instructions, so that a limit in tokens counts items only. */
const limited = (context_tokens: number, session: object = {}) =>
  play({
    session: { type: 'realtime', output_modalities: ['text'], ...session } as never,
    defaults: { context_tokens, instructions: '' },
  });
/** Forty characters: ten tokens. */
const ten = (id: string) => create(user('x'.repeat(40), id));
const context = (played: ReturnType<typeof play>, response: object = {}) => {
  played.client({ type: 'response.create', response });
  const respond = played.done().find((effect) => effect.do === 'respond');
  played.engine({ type: 'done' });
  return respond?.request.context.map((item) => item.id);
};
const usage = (played: ReturnType<typeof play>) =>
  played.frames.findLast((frame) => frame.type === 'response.done')!.response.usage;

describe('the context', () => {
  it('[TR20, TR21] drops only as many of the oldest items as needed, and the conversation keeps them', () => {
    const played = limited(35);
    for (const id of ['a', 'b', 'c', 'd']) played.client(ten(id));
    expect(context(played)).toEqual(['b', 'c', 'd']);
    expect(types(played.client({ type: 'conversation.item.retrieve', item_id: 'a' }))).toEqual([
      'conversation.item.retrieved',
    ]);
  });

  it('[TR20] counts instructions and tools and never drops them', () => {
    const played = limited(35, { instructions: 'y'.repeat(40) });
    for (const id of ['a', 'b', 'c']) played.client(ten(id));
    expect(context(played)).toEqual(['b', 'c']);
    played.client({ type: 'response.create', response: { instructions: 'z'.repeat(400) } });
    expect(played.done()).toMatchObject([
      { do: 'respond', request: { context: [], config: { instructions: 'z'.repeat(400) } } },
    ]);
  });

  it('[TR21] retention_ratio drops down to its share of the limit, only once the limit is passed', () => {
    const played = limited(40, { truncation: { type: 'retention_ratio', retention_ratio: 0.5 } });
    for (const id of ['a', 'b', 'c', 'd']) played.client(ten(id));
    expect(context(played)).toEqual(['a', 'b', 'c', 'd']);
    played.client(ten('e'));
    expect(context(played)).toEqual(['d', 'e']);
  });

  it('[TR21] uses token_limits.post_instructions as the limit when it is set', () => {
    const truncation = { type: 'retention_ratio', retention_ratio: 1, token_limits: { post_instructions: 20 } };
    const played = limited(1000, { truncation });
    for (const id of ['a', 'b', 'c']) played.client(ten(id));
    expect(context(played)).toEqual(['b', 'c']);
  });

  it('[TR22, RS34] fails the response when the context is too long and truncation is disabled', () => {
    const played = limited(25, { truncation: 'disabled' });
    for (const id of ['a', 'b']) played.client(ten(id));
    expect(context(played)).toEqual(['a', 'b']);
    played.client(ten('c'));
    const frames = played.client({ type: 'response.create' });
    expect(types(frames)).toEqual(['response.created', 'error', 'response.done', 'rate_limits.updated']);
    expect(frames[1]!.error.code).toBe('context_length_exceeded');
    expect(frames[2]!.response).toMatchObject({
      status: 'failed',
      output: [],
      status_details: { error: { code: 'context_length_exceeded' } },
    });
    expect(played.done()).toEqual([]);
    played.client({ type: 'conversation.item.delete', item_id: 'a' });
    expect(context(played)).toEqual(['b', 'c']);
  });

  it('[TR23] drops a call and its output together', () => {
    const played = limited(12);
    played.client(create({ type: 'function_call', name: 'f', arguments: 'x'.repeat(39), call_id: 'c', id: 'call' }));
    played.client(create({ type: 'function_call_output', call_id: 'c', output: 'x', id: 'output' }));
    played.client(create(user('x'.repeat(4), 'a')));
    expect(context(played)).toEqual(['call', 'output', 'a']);
    played.client(create(user('x'.repeat(4), 'b')));
    expect(context(played)).toEqual(['a', 'b']);
  });
});

describe('usage', () => {
  it('[RS35] counts by modality, complete also when nothing was used or the response was cancelled', () => {
    const played = play({ defaults: { instructions: 'i'.repeat(40) } });
    played.client(append(1000));
    played.client({ type: 'input_audio_buffer.commit' });
    played.client(create(user('x'.repeat(40))));
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' };
    played.client(create({ type: 'message', role: 'user', content: [image] }));
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'x'.repeat(8) }, audio(200));
    played.client({ type: 'response.cancel' });
    expect(usage(played)).toEqual({
      total_tokens: 121,
      input_tokens: 115,
      output_tokens: 6,
      input_token_details: {
        text_tokens: 20,
        audio_tokens: 10,
        image_tokens: 85,
        cached_tokens: 0,
        cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 2, audio_tokens: 4 },
    });
  });

  it('[RS35] counts the prefix shared with the previous response as cached', () => {
    const played = limited(1000);
    for (const id of ['a', 'b']) played.client(ten(id));
    context(played);
    played.client(ten('c'));
    context(played);
    expect(usage(played).input_token_details).toMatchObject({ text_tokens: 30, cached_tokens: 20 });
    played.client({ type: 'conversation.item.delete', item_id: 'a' });
    context(played);
    expect(usage(played).input_token_details).toMatchObject({ text_tokens: 20, cached_tokens: 0 });
    context(played, { instructions: 'others' });
    expect(usage(played).input_token_details.cached_tokens).toBe(0);
  });

  it('[RS35] uses the usage of the engine and fills in missing keys', () => {
    const played = play();
    played.client({ type: 'response.create' });
    const own = {
      input_token_details: { text_tokens: 7, cached_tokens: 3 },
      output_token_details: { text_tokens: 2, reasoning_tokens: 1 },
    };
    played.engine({ type: 'usage', usage: own }, { type: 'done' });
    expect(usage(played)).toEqual({
      total_tokens: 9,
      input_tokens: 7,
      output_tokens: 2,
      input_token_details: {
        text_tokens: 7,
        audio_tokens: 0,
        image_tokens: 0,
        cached_tokens: 3,
        cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 2, audio_tokens: 0, reasoning_tokens: 1 },
    });
  });
});
