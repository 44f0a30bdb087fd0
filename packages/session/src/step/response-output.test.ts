import { audio, pcm, play, texting, types } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from './engine-event.ts';

const tool = (name: string) => ({ type: 'function' as const, name });
const text = (delta: string) => ({ type: 'text.delta', delta }) as const;
const transcriptDelta = (delta: string) => ({ type: 'transcript.delta', delta }) as const;
const args = (delta: string, call_id?: string): EngineEvent => ({
  type: 'arguments.delta',
  delta,
  ...(call_id ? { call_id } : {}),
});
const call = (name: string, call_id?: string): EngineEvent => ({ type: 'call', name, ...(call_id ? { call_id } : {}) });
const done = { type: 'done' } as const;

const responding = (response: object = {}, options: Parameters<typeof play>[0] = texting) => {
  const played = play(options);
  played.client({ type: 'response.create', response: { tools: [tool('f'), tool('g')], ...response } });
  return played;
};

describe('a message', () => {
  it('[RS17] sends only text events in a text response, for every kind of delta', () => {
    const frames = responding().engine(text('a'), transcriptDelta('b'), audio(20), done);
    expect(types(frames).filter((type) => type.includes('audio'))).toEqual([]);
    expect(frames.at(-2)!.response.output[0].content).toEqual([{ type: 'output_text', text: 'ab' }]);
  });

  it('[CV29] stores response audio in its format unless the response is out of band', () => {
    const output = { format: { type: 'audio/pcmu' } };
    const played = responding({ audio: { output } }, {});
    const frames = played.engine(audio(20), audio(30), done);
    const { item_id } = frames.find((frame) => frame.type === 'response.output_audio.delta')!;
    const part = { do: 'store_audio', item_id, content_index: 0, format: { type: 'audio/pcmu' } };
    const stored = () => played.effects.filter((effect) => effect.do === 'store_audio');
    expect(stored()).toEqual([
      { ...part, audio: pcm(20) },
      { ...part, audio: pcm(30) },
    ]);
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    expect(types(played.engine(audio(20), done))).toContain('response.output_audio.delta');
    expect(stored()).toHaveLength(2);
  });

  it('[RS17, RS19] sends transcript and audio events and no text in an audio response', () => {
    const frames = responding({}, {}).engine(text('a'), audio(20), transcriptDelta('b'), done);
    expect(types(frames).filter((type) => type.includes('output_text'))).toEqual([]);
    expect(frames.find((frame) => frame.type === 'response.content_part.added')!.part).toEqual({
      type: 'audio',
      transcript: '',
    });
    expect(frames.find((frame) => frame.type === 'response.content_part.done')!.part).toEqual({
      type: 'audio',
      transcript: 'ab',
    });
    expect(frames.at(-2)!.response.output[0].content).toEqual([{ type: 'output_audio', transcript: 'ab' }]);
  });

  it('[OR5] sends an empty transcript delta when audio comes first', () => {
    const frames = responding({}, {}).engine(audio(20), audio(20), done);
    expect(types(frames).slice(3, 6)).toEqual([
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.delta',
    ]);
    expect(frames[3]!.delta).toBe('');
  });

  it('[RS18] repeats the deltas in every done, in part, item and response', () => {
    const frames = responding().engine(text('one '), text('two '), text('three'), done);
    const whole = 'one two three';
    const find = (type: string) => frames.find((frame) => frame.type === type)!;
    expect(find('response.output_text.done').text).toBe(whole);
    expect(find('response.content_part.done').part.text).toBe(whole);
    expect(find('conversation.item.done').item!.content).toEqual([{ type: 'output_text', text: whole }]);
    expect(find('response.output_item.done').item).toEqual(find('conversation.item.done').item);
    expect(find('response.done').response.output).toEqual([find('conversation.item.done').item]);
  });

  it('[RS15, OR10] makes further messages items of their own, closed in order', () => {
    const frames = responding().engine(
      { type: 'message', phase: 'commentary' },
      text('a'),
      { type: 'message' },
      text('b'),
      done,
    );
    const output = frames.at(-2)!.response.output;
    expect(output).toMatchObject([{ phase: 'commentary', content: [{ text: 'a' }] }, { content: [{ text: 'b' }] }]);
    const closed = frames.filter((frame) => frame.type === 'response.output_item.done');
    expect(closed.map((frame) => frame.output_index)).toEqual([0, 1]);
  });

  it('[RS26] closes a message without a part when it has no text', () => {
    const frames = responding().engine({ type: 'message' }, done);
    expect(types(frames)).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
  });

  it('[RS20, RS21] lists items without audio and no status_details when completed', () => {
    const frames = responding({}, {}).engine(transcriptDelta('hi'), audio(200), done);
    expect(frames.at(-2)!.response).toMatchObject({ status: 'completed', status_details: null });
    expect(JSON.stringify(frames.at(-2)!.response.output)).not.toContain('"audio"');
  });

  it('sends nothing for empty deltas', () => {
    const frames = responding({}, {}).engine(text(''), transcriptDelta(''), {
      type: 'audio.delta',
      audio: '',
      bytes: 0,
    });
    expect(frames).toEqual([]);
  });
});

describe('a function call', () => {
  it('[FN1, FN2, FN3] opens empty, streams, and repeats the whole as it was written', () => {
    const played = responding();
    const frames = played.engine(call('f', 'c1'), args('{ "a":'), args(' oops'), done);
    expect(frames[0]!.item).toMatchObject({ name: 'f', call_id: 'c1', arguments: '', status: 'in_progress' });
    expect(frames.find((frame) => frame.type === 'response.function_call_arguments.done')).toMatchObject({
      name: 'f',
      call_id: 'c1',
      arguments: '{ "a": oops',
      output_index: 0,
    });
    expect(frames.at(-2)!.response.output).toMatchObject([{ status: 'completed', arguments: '{ "a": oops' }]);
  });

  it('[FN4] starts no response when an output arrives', () => {
    const played = responding();
    played.engine(call('f', 'c1'), args('{}'), done);
    const item = { type: 'function_call_output', call_id: 'c1', output: '1' };
    expect(types(played.client({ type: 'conversation.item.create', item }))).toEqual([
      'conversation.item.added',
      'conversation.item.done',
    ]);
  });

  it('[FN5] keeps item, index, call_id and arguments of parallel calls apart', () => {
    const frames = responding().engine(
      call('f', 'c1'),
      call('g', 'c2'),
      args('1', 'c1'),
      args('2', 'c2'),
      args('3', 'c1'),
      done,
    );
    expect(frames.at(-2)!.response.output).toMatchObject([
      { name: 'f', call_id: 'c1', arguments: '13' },
      { name: 'g', call_id: 'c2', arguments: '2' },
    ]);
    const deltas = frames.filter((frame) => frame.type === 'response.function_call_arguments.delta');
    expect(deltas.map((frame) => [frame.output_index, frame.call_id])).toEqual([
      [0, 'c1'],
      [1, 'c2'],
      [0, 'c1'],
    ]);
  });

  it('[FN5] replaces a call_id of the engine when it is taken or missing', () => {
    const played = responding();
    const first = played.engine(call('f', 'c1'), args('1', 'c1'), done);
    played.client({ type: 'response.create', response: { tools: [tool('f')] } });
    const second = played.engine(call('f', 'c1'), args('2', 'c1'), call('f'), args('3'), done);
    const ids = [...first.at(-2)!.response.output, ...second.at(-2)!.response.output];
    expect(new Set(ids.map((item) => item.call_id)).size).toBe(3);
    expect(ids.map((item) => item.arguments)).toEqual(['1', '2', '3']);
  });

  it('[FN6] permits one call when parallel_tool_calls is false', () => {
    const frames = responding({ parallel_tool_calls: false }).engine(
      call('f', 'a'),
      args('1'),
      call('g', 'b'),
      args('2'),
      done,
    );
    expect(frames.at(-2)!.response.output).toMatchObject([{ name: 'f', arguments: '1' }]);
  });

  it('[FN7] closes with the arguments so far when it is cancelled', () => {
    const played = responding();
    played.engine(call('f', 'a'), args('{"hal'));
    const frames = played.client({ type: 'response.cancel' });
    expect(types(frames)).toEqual([
      'response.function_call_arguments.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(frames[0]!.arguments).toBe('{"hal');
    expect(frames[1]!.item!.status).toBe('incomplete');
  });

  it('[FN8] requires a string output', () => {
    const played = responding();
    played.engine(call('f', 'a'), done);
    const item = { type: 'function_call_output', call_id: 'a', output: { a: 1 } };
    expect(played.client({ type: 'conversation.item.create', item })[0]!.error).toMatchObject({
      code: 'invalid_type',
      param: 'item.output',
    });
  });

  it('[FN11] names the missing tool and the offered ones in bounded length', () => {
    const messageOf = (tools: object[], name: string) => {
      const played = responding({ tools } as never);
      return played.engine(call(name, 'a'), done).at(-2)!.response.status_details.error.message;
    };
    const offer = (name: string) => ({ type: 'function', name });
    expect(messageOf([], 'h')).toBe(
      "'h' was called, which is not offered; this response has no tools. Send it in session.update.",
    );
    expect(messageOf([offer('f'), offer('g')], 'h')).toContain(
      "'h' was called, which is not offered; this response has f, g.",
    );
    const many = Array.from({ length: 9 }, (_, i) => offer(`f${i}`));
    expect(messageOf(many, `\n${'x'.repeat(900)}`)).toMatch(
      /^'\?x{63}' was called, .* f0, f1, f2, f3, f4, and 4 more\./,
    );
  });

  it('[FN11] fails the response without announcing a call that was not offered', () => {
    const frames = responding().engine(call('h', 'a'), args('1'), done);
    expect(types(frames)).toEqual(['error', 'response.done', 'rate_limits.updated']);
    expect(frames[1]!.response).toMatchObject({
      status: 'failed',
      output: [],
      status_details: { error: { code: 'invalid_tool_call' } },
    });
  });

  it('[RS36] ignores calls when tool_choice is none or names another function', () => {
    const none = responding({ tool_choice: 'none' }).engine(call('f'), args('1'), text('hi'), done);
    expect(none.at(-2)!.response.output).toMatchObject([{ type: 'message' }]);
    const named = responding({ tool_choice: tool('g') }).engine(call('f'), args('1'), call('g'), args('2'), done);
    expect(named.at(-2)!.response.output).toMatchObject([{ name: 'g', arguments: '2' }]);
  });
});
