import {
  append,
  audio,
  create,
  errorOf,
  type Frame,
  pcm,
  play,
  texting,
  types,
  user,
} from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { itemById, items } from './conversation.ts';
import type { SessionOptions } from './create-session.ts';

const silent: Partial<SessionOptions> = {
  session: { type: 'realtime', output_modalities: ['text'], audio: { input: { turn_detection: null } } },
};
const order = (played: ReturnType<typeof play>) => [...items(played.state)].map((item) => item.id);
const previous = (frames: readonly Frame[]) => frames.map((frame) => frame.previous_item_id);
const call = (call_id: string, id: string) => ({ type: 'function_call', name: 'f', arguments: '{}', call_id, id });
const result = (call_id: string, id: string) => ({ type: 'function_call_output', call_id, output: '', id });
const remove = (item_id: string) => ({ type: 'conversation.item.delete' as const, item_id });
const retrieve = (item_id: string) => ({ type: 'conversation.item.retrieve' as const, item_id });

describe('conversation.item.create', () => {
  it('[CV1, CV12] sends added and done with status completed when the client sends another status', () => {
    const frames = play().client(create({ ...user('hi', 'a'), status: 'incomplete', object: 'something' }));
    expect(types(frames)).toEqual(['conversation.item.added', 'conversation.item.done']);
    expect(frames[0]!.item).toEqual(frames[1]!.item);
    expect(frames[0]!.item).toEqual({
      id: 'a',
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_text', text: 'hi' }],
    });
  });

  it('[CV3, CV7] appends when previous_item_id is absent, null or empty, and states the item before', () => {
    const played = play();
    expect(previous(played.client(create(user('1', 'a'))))).toEqual([null, null]);
    expect(previous(played.client(create(user('2', 'b'), null)))).toEqual(['a', 'a']);
    expect(previous(played.client(create(user('3', 'c'), '')))).toEqual(['b', 'b']);
    expect(order(played)).toEqual(['a', 'b', 'c']);
  });

  it('[CV4] inserts first when previous_item_id is root', () => {
    const played = play();
    played.client(create(user('1', 'a')));
    expect(previous(played.client(create(user('2', 'b'), 'root')))).toEqual([null, null]);
    expect(order(played)).toEqual(['b', 'a']);
  });

  it('[CV5, CV8] inserts after the named item and sends no further events', () => {
    const played = play();
    for (const id of ['a', 'b']) played.client(create(user(id, id)));
    expect(previous(played.client(create(user('c', 'c'), 'a')))).toEqual(['a', 'a']);
    expect(order(played)).toEqual(['a', 'c', 'b']);
    expect(previous(played.client(create(user('d', 'd'))))).toEqual(['b', 'b']);
  });

  it('[CV6] refuses a previous_item_id that names no item', () => {
    const played = play();
    expect(errorOf(played.client({ ...create(user('x', 'x'), 'gone'), event_id: 'mine' }))).toEqual({
      type: 'invalid_request_error',
      code: 'item_create_invalid_previous_item_id',
      param: 'previous_item_id',
      message: "Error adding item: the previous item with id 'gone' does not exist.",
      event_id: 'mine',
    });
    expect(order(played)).toEqual([]);
  });

  it('[CV9] keeps a client’s id and mints one otherwise', () => {
    const played = play();
    expect(played.client(create(user('a', '__proto__')))[0]!.item!.id).toBe('__proto__');
    expect(played.client(create(user('b')))[0]!.item!.id).toMatch(/^item_[A-Za-z0-9]{21}$/);
    expect(played.client(retrieve('__proto__'))[0]!.item!.id).toBe('__proto__');
  });

  it('[CV10] refuses an id that is taken, and takes it again once its item was deleted', () => {
    const played = play();
    played.client(create(user('1', 'a')));
    expect(errorOf(played.client(create(user('2', 'a'))))).toMatchObject({ code: 'invalid_value', param: 'item.id' });
    played.client(remove('a'));
    expect(types(played.client(create(user('3', 'a'))))).toEqual(['conversation.item.added', 'conversation.item.done']);
  });

  it('[CV10] refuses the id of the open turn', () => {
    const played = play();
    played.client(append(200));
    const [started] = played.speech({ type: 'started', audio_ms: 100 });
    expect(errorOf(played.client(create(user('x', started!.item_id)))).param).toBe('item.id');
  });

  it('[CV11] refuses root, the empty string and long ids', () => {
    const played = play();
    const code = (id: string) => {
      const error = errorOf(played.client(create({ ...user('x'), id })));
      return [error.code, error.param];
    };
    expect(code('root')).toEqual(['invalid_value', 'item.id']);
    expect(code('')).toEqual(['invalid_value', 'item.id']);
    expect(code('x'.repeat(65))).toEqual(['string_above_max_length', 'item.id']);
  });

  it('[CV13] acknowledges the content as sent, unknown fields included, minus audio bytes', () => {
    const played = play();
    const item = {
      type: 'message',
      role: 'user',
      mood: 'calm',
      content: [
        { type: 'input_audio', audio: pcm(200), note: 1 },
        { type: 'input_audio', transcript: 'said', audio: null },
      ],
    };
    const [added] = played.client(create(item));
    expect(added!.item).toMatchObject({ mood: 'calm' });
    expect(added!.item!.content).toEqual([
      { type: 'input_audio', note: 1, transcript: null },
      { type: 'input_audio', transcript: 'said' },
    ]);
    expect(played.done()).toMatchObject([{ do: 'store_audio', content_index: 0, audio: pcm(200) }]);
    expect(JSON.stringify(played.state)).not.toContain(pcm(200));
  });

  it('[CV14, CV15] refuses a part the role does not allow, and knows the legacy names', () => {
    const played = play();
    const assistant = (content: object[]) => create({ type: 'message', role: 'assistant', content });
    const error = errorOf(
      played.client(
        assistant([
          { type: 'output_text', text: '' },
          { type: 'input_text', text: '' },
        ]),
      ),
    );
    expect(error).toMatchObject({ code: 'invalid_value', param: 'item.content[1].type' });
    const [added] = played.client(assistant([{ type: 'text', text: 'hi' }]));
    expect(added!.item!.content).toEqual([{ type: 'output_text', text: 'hi' }]);
    expect(errorOf(played.client(assistant([{ type: 'smell' }])))).toMatchObject({
      code: 'invalid_value',
      param: 'item.content[0].type',
    });
  });

  it('[CV16, CV17, CV18] requires content in each part, refuses assistant audio, and accepts an empty list of parts', () => {
    const played = play();
    const code = (role: string, part: object) => {
      const error = errorOf(played.client(create({ type: 'message', role, content: [part] })));
      return [error.code, error.param];
    };
    expect(code('assistant', { type: 'output_audio', audio: pcm(10) })).toEqual([
      'invalid_value',
      'item.content[0].audio',
    ]);
    expect(code('user', { type: 'input_text' })).toEqual(['missing_required_parameter', 'item.content[0].text']);
    expect(code('user', { type: 'input_audio' })).toEqual(['missing_required_parameter', 'item.content[0].audio']);
    expect(types(played.client(create({ type: 'message', role: 'user', content: [] })))).toHaveLength(2);
    const spoken = { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'hi' }] };
    expect(played.client(create(spoken))[0]!.item!.content).toEqual(spoken.content);
  });

  it('[CV19] accepts images only as data URIs', () => {
    const played = play();
    const image = (image_url: string) =>
      create({ type: 'message', role: 'user', content: [{ type: 'input_image', image_url }] });
    expect(played.client(image('data:image/png;base64,AAAA'))[0]!.item!.content).toEqual([
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
    ]);
    expect(errorOf(played.client(image('https://a.example/x.png')))).toMatchObject({
      code: 'invalid_value',
      param: 'item.content[0].image_url',
    });
  });

  it('[CV20, CV21] accepts one output for each call of the conversation', () => {
    const played = play();
    expect(errorOf(played.client(create(result('c', 'o'))))).toMatchObject({
      code: 'invalid_value',
      param: 'item.call_id',
    });
    played.client(create(call('c', 'f')));
    expect(played.client(create(result('c', 'o')))[0]!.item).toEqual({
      id: 'o',
      object: 'realtime.item',
      type: 'function_call_output',
      status: 'completed',
      call_id: 'c',
      output: '',
    });
    expect(errorOf(played.client(create(result('c', 'o2')))).param).toBe('item.call_id');
    played.client(remove('o'));
    expect(types(played.client(create(result('c', 'o2'))))).toHaveLength(2);
  });

  it('[CV22] mints a call_id for a call without one', () => {
    const [added] = play().client(create({ type: 'function_call', name: 'f', arguments: '{}' }));
    expect((added!.item as { call_id?: string }).call_id).toMatch(/^call_[A-Za-z0-9]{16}$/);
  });

  it('[CV23, MC9] refuses items that only the server creates, and an approval response without a request', () => {
    const played = play();
    for (const type of ['mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'item_reference', 'other']) {
      const error = errorOf(played.client(create({ type, id: 'x', server_label: 's', name: 'n' })));
      expect([error.code, error.param]).toEqual(['invalid_value', 'item.type']);
    }
    const approval = { type: 'mcp_approval_response', approval_request_id: 'x', approve: true };
    expect(errorOf(played.client(create(approval))).param).toBe('item.approval_request_id');
  });

  it('[CV24, CV32] keeps a system message in its place in the context', () => {
    const played = play(texting);
    played.client(create(user('1', 'a')));
    played.client(
      create({ type: 'message', role: 'system', id: 's', content: [{ type: 'input_text', text: 'be kind' }] }),
    );
    played.client(create(user('0', 'first'), 'root'));
    played.client({ type: 'response.create' });
    expect(played.done()).toMatchObject([
      { do: 'respond', request: { context: [{ id: 'first' }, { id: 'a' }, { id: 's' }] } },
    ]);
  });

  it('[CV37, LM5] refuses an item when the conversation is full', () => {
    const played = play({ limits: { items: 2, content_bytes: 1000 } });
    const full = { code: 'limit_exceeded', param: 'item' };
    expect(errorOf(played.client(create(user('x'.repeat(1000)))))).toMatchObject(full);
    for (const id of ['a', 'b']) played.client(create(user(id, id)));
    expect(errorOf(played.client(create(user('c'))))).toMatchObject(full);
    played.client(remove('a'));
    expect(types(played.client(create(user('c'))))).toHaveLength(2);
  });

  it('[CV38] does not transcribe audio in a created item', () => {
    const played = play({ session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } } });
    played.client(create({ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: pcm(200) }] }));
    expect(played.done().map((effect) => effect.do)).toEqual(['store_audio']);
  });

  it('[LM5] drops the oldest audio when stored content exceeds its bound', () => {
    const played = play({ ...silent, limits: { content_bytes: 60_000 } });
    for (let i = 0; i < 3; i++) {
      played.client(append(400));
      played.client({ type: 'input_audio_buffer.commit' });
    }
    const [first] = [...items(played.state)];
    expect(played.effects.filter((effect) => effect.do === 'drop_audio')).toMatchObject([{ item_id: first!.id }]);
    expect(types(played.client(create(user('room for words'))))).toHaveLength(2);
  });
});

describe('deferral', () => {
  const active = () => {
    const played = play(texting);
    played.client({ type: 'response.create' });
    return played;
  };

  it('[CV33, CV35] announces items created during a response after it, in arrival order', () => {
    const played = active();
    expect(played.client(create(user('1', 'a')))).toEqual([]);
    expect(played.client(create(user('2', 'b'), 'a'))).toEqual([]);
    const frames = played.engine({ type: 'text.delta', delta: 'hi' }, { type: 'done' });
    const end = types(frames).indexOf('response.done');
    expect(types(frames).slice(end + 1)).toEqual([
      'rate_limits.updated',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.added',
      'conversation.item.done',
    ]);
    expect(previous(frames.slice(end + 2))).toEqual([frames[0]!.item!.id, frames[0]!.item!.id, 'a', 'a']);
  });

  it('[CV34] refuses an invalid create at once during a response', () => {
    const played = active();
    expect(errorOf(played.client(create(user('x'), 'gone'))).code).toBe('item_create_invalid_previous_item_id');
    played.client(create(user('1', 'a')));
    expect(errorOf(played.client(create(user('2', 'a')))).param).toBe('item.id');
    expect(errorOf(played.client(create(result('c', 'o')))).param).toBe('item.call_id');
  });

  it('[CV35] refuses a deferred create with its own event_id when its previous item is gone', () => {
    const played = play(texting);
    played.client(create(user('1', 'a')));
    played.client({ type: 'response.create' });
    const insert = { type: 'message', role: 'user', id: 'b', content: [{ type: 'input_audio', audio: pcm(200) }] };
    played.client({ ...create(insert, 'a'), event_id: 'mine' });
    expect(types(played.client(remove('a')))).toEqual(['conversation.item.deleted']);
    const frames = played.engine({ type: 'done' });
    const error = errorOf(frames.slice(2));
    expect(error).toMatchObject({ code: 'item_create_invalid_previous_item_id', event_id: 'mine' });
    expect(played.done()).toContainEqual({ do: 'drop_audio', item_id: 'b' });
    expect(order(played)).toEqual([]);
  });

  it('[CV35] refuses a deferred create when its previous item was deleted and created again later', () => {
    const played = play(texting);
    played.client(create(user('1', 'a')));
    played.client({ type: 'response.create' });
    played.client(create(user('2', 'b'), 'a'));
    played.client(remove('a'));
    played.client(create(user('3', 'a')));
    const frames = played.engine({ type: 'done' });
    expect(types(frames.slice(2))).toEqual(['error', 'conversation.item.added', 'conversation.item.done']);
  });

  it('[CV36] defers nothing but creates, and nothing during an out-of-band response', () => {
    const played = play({ ...silent });
    played.client(create(user('1', 'a')));
    played.client({ type: 'response.create' });
    expect(types(played.client({ type: 'session.update', session: { type: 'realtime' } }))).toEqual([
      'session.updated',
    ]);
    played.client(append(200));
    expect(types(played.client({ type: 'input_audio_buffer.commit' }))[0]).toBe('input_audio_buffer.committed');
    expect(types(played.client({ type: 'input_audio_buffer.clear' }))).toEqual(['input_audio_buffer.cleared']);
    expect(types(played.client(retrieve('a')))).toEqual(['conversation.item.retrieved']);
    expect(types(played.client(remove('a')))).toEqual(['conversation.item.deleted']);
    expect(types(played.client({ type: 'response.cancel' }))).toContain('response.done');
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    expect(types(played.client(create(user('2', 'b'))))).toEqual(['conversation.item.added', 'conversation.item.done']);
  });
});

describe('conversation.item.delete', () => {
  it('[CV25] sends only deleted, and links the neighbours', () => {
    const played = play();
    for (const id of ['a', 'b', 'c']) played.client(create(user(id, id)));
    expect(types(played.client(remove('c')))).toEqual(['conversation.item.deleted']);
    expect(previous(played.client(create(user('d', 'd'))))).toEqual(['b', 'b']);
    played.client(remove('a'));
    expect(order(played)).toEqual(['b', 'd']);
  });

  it('[CV26] refuses an unknown id', () => {
    expect(errorOf(play().client({ ...remove('x'), event_id: 'mine' }))).toMatchObject({
      code: 'item_delete_invalid_item_id',
      param: null,
      message: "Error deleting item: the item with id 'x' does not exist.",
      event_id: 'mine',
    });
  });

  it('[CV27] refuses an item that is still being generated', () => {
    const played = play(texting);
    played.client({ type: 'response.create' });
    const [opened] = played.engine({ type: 'text.delta', delta: 'hi' });
    const id = opened!.item!.id!;
    expect(errorOf(played.client(remove(id)))).toMatchObject({ code: 'invalid_value', param: 'item_id' });
    played.engine({ type: 'done' });
    expect(types(played.client(remove(id)))).toEqual(['conversation.item.deleted']);
  });

  it('[CV28] omits a deleted item and an output without its call from the context, and lists a pending call', () => {
    const played = play(texting);
    played.client(create(user('1', 'a')));
    played.client(create(call('c', 'f')));
    played.client(create(result('c', 'o')));
    played.client(create(call('d', 'g')));
    played.client(remove('a'));
    const context = () => {
      played.client({ type: 'response.create' });
      const respond = played.done().find((effect) => effect.do === 'respond');
      played.client({ type: 'response.cancel' });
      return [respond?.request.context.map((item) => item.id), respond?.request.pending_calls];
    };
    expect(context()).toEqual([['f', 'o', 'g'], ['d']]);
    played.client(remove('f'));
    expect(context()).toEqual([['g'], ['d']]);
    played.client(create(result('d', 'p')));
    expect(context()).toEqual([['g', 'p'], undefined]);
  });

  it('[CV28] omits an incomplete call from the context', () => {
    const played = play(texting);
    played.client({ type: 'response.create' });
    played.engine({ type: 'call', name: 'f' }, { type: 'arguments.delta', delta: '{"a' });
    played.client({ type: 'response.cancel' });
    played.client({ type: 'response.create' });
    expect(played.done()).toMatchObject([{ do: 'respond', request: { context: [] } }]);
    expect(played.done()[0]).not.toHaveProperty('request.pending_calls');
  });

  it('[CV28] lists a call as pending for an out-of-band response only when the conversation has no output for it', () => {
    const played = play(texting);
    played.client(create(call('c', 'f')));
    const input = [{ type: 'item_reference', id: 'f' }];
    const startResponse = () => {
      played.client({ type: 'response.create', response: { conversation: 'none', input } });
      return played.done().find((effect) => effect.do === 'respond')?.request;
    };
    expect(startResponse()).toMatchObject({ context: [{ id: 'f' }], pending_calls: ['c'] });
    played.client(create(result('c', 'o')));
    expect(startResponse()?.context).toEqual([]);
  });

  it('drops the audio of a deleted item', () => {
    const played = play({ ...silent });
    played.client(append(200));
    const [committed] = played.client({ type: 'input_audio_buffer.commit' });
    played.client(remove(committed!.item_id));
    expect(played.done()).toEqual([{ do: 'drop_audio', item_id: committed!.item_id }]);
  });
});

describe('conversation.item.retrieve', () => {
  it('[CV29] sends the item with its stored audio', () => {
    const played = play({ ...silent });
    played.client(create(user('1', 'a')));
    expect(played.client(retrieve('a'))[0]!.item!.content).toEqual([{ type: 'input_text', text: '1' }]);
    expect(played.effects.at(-1)).not.toHaveProperty('fill_audio');
    played.client(append(200));
    const [committed] = played.client({ type: 'input_audio_buffer.commit' });
    played.client(retrieve(committed!.item_id));
    expect(played.effects.at(-1)).toMatchObject({ do: 'send', fill_audio: true });
  });

  it('[CV30] refuses an unknown id', () => {
    expect(errorOf(play().client(retrieve('x')))).toMatchObject({
      code: 'item_retrieve_invalid_item_id',
      param: null,
      message: "Error retrieving item: the item with id 'x' does not exist.",
    });
  });

  it('[CV39] sends an item in progress with its content so far', () => {
    const played = play();
    played.client({ type: 'response.create' });
    const [opened] = played.engine({ type: 'transcript.delta', delta: 'so ' }, audio(20), {
      type: 'transcript.delta',
      delta: 'far',
    });
    const id = opened!.item!.id!;
    expect(played.client(retrieve(id))[0]!.item).toMatchObject({
      status: 'in_progress',
      content: [{ type: 'output_audio', transcript: 'so far' }],
    });
    expect(itemById(played.state, id)).toMatchObject({ status: 'in_progress' });
  });
});
