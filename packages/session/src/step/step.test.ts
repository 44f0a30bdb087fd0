// Whole conversations: the traces of docs/spec/behaviour.md.

import { append, audio, create, errorOf, type Frame, play, texting, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { step } from './step.ts';

/** `type id prev=id` of the events that place items, `type` of the others. */
const named = (frames: readonly Frame[], names: Record<string, string>) => {
  const name = (id: unknown) => (id === null ? 'null' : (names[String(id)] ?? String(id)));
  return frames.map((frame) => {
    const id = frame.item?.id ?? frame.item_id;
    const prev = frame.type === 'conversation.item.added' || frame.type === 'input_audio_buffer.committed';
    return [frame.type, id && name(id), prev && `prev=${name(frame.previous_item_id)}`].filter(Boolean).join(' ');
  });
};

describe('refused', () => {
  const client = (played: ReturnType<typeof play>, event: object) =>
    step(played.state, { at: played.state.at, from: 'client', event: event as never });

  it('[ER1] contains the reason of a refusal, without a code when the wire has none', () => {
    const played = play(texting);
    expect(client(played, { type: 'response.cancel' }).refused).toEqual({
      code: 'response_cancel_not_active',
      param: null,
      message: 'Cancellation failed: no active response found',
    });
    played.client(create(user('hi', 'U')));
    const truncate = { type: 'conversation.item.truncate', item_id: 'U', content_index: 0, audio_end_ms: 0 };
    expect(client(played, truncate).refused).toMatchObject({ code: null, param: null });
    const issue = { code: 'invalid_json', param: null, message: 'This is no JSON.' } as const;
    expect(step(played.state, { at: 0, from: 'wire', issue, event_id: null }).refused).toEqual(issue);
  });

  it('[ER1, RS33] is null when an accepted event emits an error', () => {
    const session = { type: 'realtime', truncation: 'disabled' } as const;
    const played = play({ session, defaults: { context_tokens: 10 } as never });
    played.client(create(user('hi '.repeat(100), 'U')));
    const { effects, refused } = client(played, { type: 'response.create', event_id: 'mine' });
    const errors = effects.flatMap((effect) =>
      effect.do === 'send' && effect.event.type === 'error' ? [effect.event] : [],
    );
    expect(errors).toMatchObject([{ error: { code: 'context_length_exceeded', event_id: 'mine' } }]);
    expect(refused).toBeNull();
  });

  it('[CV35, ER1] is null when an earlier event is refused because its place is gone', () => {
    const played = play(texting);
    played.client(create(user('hi', 'U')));
    played.client({ type: 'response.create' });
    played.client({ ...create(user('later', 'L'), 'U'), event_id: 'mine' });
    played.client({ type: 'conversation.item.delete', item_id: 'U' });
    const { effects, refused } = client(played, { type: 'response.cancel' });
    expect(effects).toContainEqual(
      expect.objectContaining({
        event: expect.objectContaining({ error: expect.objectContaining({ event_id: 'mine' }) }),
      }),
    );
    expect(refused).toBeNull();
  });

  it('[ER1] is null outside the life of a session', () => {
    const played = play();
    played.host({ type: 'close' });
    expect(client(played, { type: 'response.cancel' })).toEqual({ state: played.state, effects: [], refused: null });
  });
});

describe('traces', () => {
  it('[SE1, OR1] sends session.created first, once, and nothing else', () => {
    expect(types(play().frames)).toEqual(['session.created']);
  });

  it('[OR4, OR5, OR7, OR9] T1: text in, audio out', () => {
    const played = play();
    expect(types(played.client({ type: 'session.update', session: { type: 'realtime' } }))).toEqual([
      'session.updated',
    ]);
    const frames = [...played.client(create(user('hi', 'U'))), ...played.client({ type: 'response.create' })];
    const answered = played.engine(
      { type: 'transcript.delta', delta: 'Hello ' },
      audio(200),
      { type: 'transcript.delta', delta: 'there' },
      audio(200),
      { type: 'done' },
    );
    const A = answered[0]!.item!.id!;
    expect(named([...frames, ...answered], { U: 'U', [A]: 'A' })).toEqual([
      'conversation.item.added U prev=null',
      'conversation.item.done U',
      'response.created',
      'response.output_item.added A',
      'conversation.item.added A prev=U',
      'response.content_part.added A',
      'response.output_audio_transcript.delta A',
      'response.output_audio.delta A',
      'response.output_audio_transcript.delta A',
      'response.output_audio.delta A',
      'response.output_audio.done A',
      'response.output_audio_transcript.done A',
      'response.content_part.done A',
      'conversation.item.done A',
      'response.output_item.done A',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(answered.at(-2)!.response.status).toBe('completed');
  });

  it('[OR7, RS17] T2: text in, text out', () => {
    const played = play(texting);
    played.client(create(user('hi', 'U')));
    played.client({ type: 'response.create' });
    const answered = played.engine(
      { type: 'text.delta', delta: 'Hel' },
      { type: 'text.delta', delta: 'lo' },
      { type: 'done' },
    );
    expect(types(answered)).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(answered.find((frame) => frame.type === 'response.output_text.done')!.text).toBe('Hello');
    expect(answered.at(-2)!.response.output[0].content).toEqual([{ type: 'output_text', text: 'Hello' }]);
  });

  it('[OR8, FN9, CV33, OR11] T4: a tool call whose output arrives while the response is active', () => {
    const tools = [{ type: 'function', name: 'f', parameters: {} }];
    const played = play({ session: { type: 'realtime', output_modalities: ['text'], tools } as never });
    const frames = played.client({ type: 'response.create' });
    frames.push(...played.engine({ type: 'call', name: 'f', call_id: 'c1' }, { type: 'arguments.delta', delta: '{}' }));
    frames.push(...played.client(create({ type: 'function_call_output', call_id: 'c1', output: 'ok', id: 'O' })));
    frames.push(...played.engine({ type: 'done' }));
    frames.push(...played.client({ type: 'response.create' }));
    const F = frames[1]!.item!.id!;
    expect(named(frames, { [F]: 'F', O: 'O' })).toEqual([
      'response.created',
      'response.output_item.added F',
      'conversation.item.added F prev=null',
      'response.function_call_arguments.delta F',
      'response.function_call_arguments.done F',
      'conversation.item.done F',
      'response.output_item.done F',
      'response.done',
      'rate_limits.updated',
      'conversation.item.added O prev=F',
      'conversation.item.done O',
      'response.created',
    ]);
    expect(frames[1]!.item).toMatchObject({
      type: 'function_call',
      name: 'f',
      call_id: 'c1',
      arguments: '',
      status: 'in_progress',
    });
  });

  it('[OR10, RS15, RS16] T5: message and call in one response', () => {
    const tools = [{ type: 'function', name: 'f' }];
    const played = play({ session: { type: 'realtime', output_modalities: ['text'], tools } as never });
    played.client({ type: 'response.create' });
    const frames = played.engine(
      { type: 'text.delta', delta: 'a' },
      { type: 'call', name: 'f', call_id: 'c' },
      { type: 'arguments.delta', delta: '{}' },
      { type: 'done' },
    );
    const A = frames[0]!.item!.id!;
    const F = frames.find((frame) => frame.item?.type === 'function_call')!.item!.id!;
    expect(named(frames, { [A]: 'A', [F]: 'F' })).toEqual([
      'response.output_item.added A',
      'conversation.item.added A prev=null',
      'response.content_part.added A',
      'response.output_text.delta A',
      'response.output_item.added F',
      'conversation.item.added F prev=A',
      'response.function_call_arguments.delta F',
      'response.output_text.done A',
      'response.content_part.done A',
      'conversation.item.done A',
      'response.output_item.done A',
      'response.function_call_arguments.done F',
      'conversation.item.done F',
      'response.output_item.done F',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(frames.filter((frame) => 'output_index' in frame).map((frame) => frame.output_index)).toEqual([
      0, 0, 0, 1, 1, 0, 0, 0, 1, 1,
    ]);
  });

  it('[CV1, CV7, OR2] T7: history first', () => {
    const played = play(texting);
    const frames = [
      ...played.client(create(user('one', 'U1'))),
      ...played.client(
        create({ type: 'message', role: 'assistant', id: 'A1', content: [{ type: 'output_text', text: 'two' }] }),
      ),
      ...played.client(create(user('three', 'U2'))),
      ...played.client({ type: 'response.create' }),
    ];
    expect(named(frames, {})).toEqual([
      'conversation.item.added U1 prev=null',
      'conversation.item.done U1',
      'conversation.item.added A1 prev=U1',
      'conversation.item.done A1',
      'conversation.item.added U2 prev=A1',
      'conversation.item.done U2',
      'response.created',
    ]);
  });

  it('[ER1, ER6, OR18] T10: four refused inputs in a row, then a normal response', () => {
    const played = play(texting);
    const wire = (
      code: 'invalid_value' | 'unknown_parameter' | 'invalid_json' | 'invalid_event',
      param: string | null,
    ) => errorOf(played.tell({ at: 0, from: 'wire', issue: { code, param, message: 'no' }, event_id: code }));
    expect(wire('invalid_value', 'type')).toMatchObject({
      code: 'invalid_value',
      param: 'type',
      event_id: 'invalid_value',
    });
    expect(wire('unknown_parameter', 'session.x')).toMatchObject({ code: 'unknown_parameter', param: 'session.x' });
    expect(wire('invalid_json', null)).toMatchObject({ code: 'invalid_json', param: null });
    expect(wire('invalid_event', null)).toMatchObject({ code: 'invalid_event', param: null });
    played.client({ type: 'response.create' });
    const frames = played.engine({ type: 'text.delta', delta: 'fine' }, { type: 'done' });
    expect(frames.at(-2)!.response.status).toBe('completed');
  });
});

describe('a session', () => {
  it('[IB7, OR3] T3: answers a detected turn under one item id', () => {
    const played = play();
    expect(played.client(append(1000))).toEqual([]);
    const frames = played.speech({ type: 'started', audio_ms: 400 });
    frames.push(...played.speech({ type: 'stopped', audio_ms: 1000 }));
    const I = frames[0]!.item_id;
    expect(named(frames, { [I]: 'I' })).toEqual([
      'input_audio_buffer.speech_started I',
      'input_audio_buffer.speech_stopped I',
      'input_audio_buffer.committed I prev=null',
      'conversation.item.added I prev=null',
      'conversation.item.done I',
      'response.created',
    ]);
  });
});
