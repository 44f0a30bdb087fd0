import { append, create, errorOf, pcm, play, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const manual = (format: object = { type: 'audio/pcm' }) =>
  play({ session: { type: 'realtime', audio: { input: { format, turn_detection: null } } } as never });
const commit = { type: 'input_audio_buffer.commit' } as const;
const clear = { type: 'input_audio_buffer.clear' } as const;
const bytes = (count: number) => ({
  type: 'input_audio_buffer.append' as const,
  audio: Buffer.alloc(count).toString('base64'),
});

describe('input_audio_buffer.append', () => {
  it('[IB1, IB5] sends no event, and changes nothing when it is empty', () => {
    const played = manual();
    expect(played.client(append(10))).toEqual([]);
    expect(played.done()).toEqual([{ do: 'append_audio', audio: pcm(10) }]);
    const { buffer } = played.state;
    expect(played.client(bytes(0))).toEqual([]);
    expect(played.done()).toEqual([]);
    expect(played.state.buffer).toEqual(buffer);
  });

  it('[IB2] refuses what is not base64', () => {
    const played = manual();
    for (const audio of ['not base64!', 'AAA', 'AB==', 'AAAA\n']) {
      const error = errorOf(played.client({ type: 'input_audio_buffer.append', audio }));
      expect([error.code, error.param]).toEqual(['invalid_value', 'audio']);
    }
    expect(played.state.buffer.bytes).toBe(0);
  });

  it('[IB3] carries half a sample to the next append, and counts whole ones', () => {
    const played = manual();
    for (const [count, buffered, partial] of [
      [4801, 4800, 1],
      [1, 4802, undefined],
      [1, 4802, 1],
      [0, 4802, 1],
      [2, 4804, 1],
    ] as const) {
      expect(played.client(bytes(count))).toEqual([]);
      expect([played.state.buffer.bytes, played.state.buffer.partial]).toEqual([buffered, partial]);
      expect(played.state.buffer.appended).toBe(buffered);
    }
    const g711 = manual({ type: 'audio/pcmu' });
    g711.client(bytes(3));
    expect(g711.state.buffer).toMatchObject({ bytes: 3 });
    expect(g711.state.buffer.partial).toBeUndefined();
  });

  it('[IB3] drops half a sample at a commit and at a clear without an event', () => {
    const played = manual();
    played.client(bytes(4801));
    expect(types(played.client(commit))).not.toContain('error');
    expect(played.done()).toMatchObject([{ do: 'commit_audio', start: 0, end: 4800 }, { do: 'clear_audio' }]);
    expect(played.state.buffer).toMatchObject({ bytes: 0, appended: 4800 });
    expect(played.state.buffer.partial).toBeUndefined();
    played.client(bytes(1));
    expect(types(played.client(clear))).toEqual(['input_audio_buffer.cleared']);
    expect(played.state.buffer.partial).toBeUndefined();
  });

  it('[IB3, IB9] keeps half a sample when the commit is refused, and does not count it', () => {
    const played = manual();
    played.client(bytes(4799));
    expect(errorOf(played.client(commit)).message).toContain('only has 99.96ms');
    expect(played.state.buffer).toMatchObject({ bytes: 4798, partial: 1 });
    played.client(bytes(1));
    expect(types(played.client(commit))).toContain('input_audio_buffer.committed');
  });

  it('[IB3, VA6] keeps half a sample when detection commits a turn', () => {
    const played = play();
    played.client(bytes(48_001));
    played.speech({ type: 'started', audio_ms: 400 });
    played.speech({ type: 'stopped', audio_ms: 1000 });
    expect(played.effects.at(-1)).not.toMatchObject({ do: 'clear_audio' });
    expect(played.state.buffer).toMatchObject({ bytes: 0, partial: 1 });
    played.client(bytes(47_999));
    expect(played.state.buffer).toMatchObject({ bytes: 48_000, appended: 96_000 });
  });

  it('[IB3, SE24] refuses another format when half a sample is buffered', () => {
    const played = manual();
    played.client(bytes(1));
    const session = { type: 'realtime', audio: { input: { format: { type: 'audio/pcmu' } } } };
    expect(errorOf(played.client({ type: 'session.update', session }))).toMatchObject({ code: 'invalid_value' });
    played.client(clear);
    expect(types(played.client({ type: 'session.update', session }))).toEqual(['session.updated']);
  });

  it('[IB17, LM4] refuses audio that does not fit, and does not advance the audio clock', () => {
    const played = play({
      limits: { buffer_ms: 1000 },
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    played.client(append(900));
    const before = played.state.buffer;
    expect(errorOf(played.client(append(101)))).toMatchObject({ code: 'limit_exceeded', param: 'audio' });
    expect(played.state.buffer).toEqual(before);
    expect(played.client(append(100))).toEqual([]);
  });

  it('[IB19] accepts audio while a response is active', () => {
    const played = manual();
    played.client({ type: 'response.create' });
    expect(played.client(append(100))).toEqual([]);
  });

  it('[VA14] bounds buffered silence when detection is on and no turn is open', () => {
    const played = play({ limits: { silence_kept_ms: 1000 } });
    for (let i = 0; i < 100; i++) played.client(append(100));
    expect(played.state.buffer.bytes / 48).toBeLessThanOrEqual(2100);
    expect(played.effects.some((effect) => effect.do === 'trim_audio')).toBe(true);
    const [started] = played.speech({ type: 'started', audio_ms: 9900 });
    expect(started).toMatchObject({ audio_start_ms: 9600 });
  });
});

describe('input_audio_buffer.commit', () => {
  it('[IB7, IB8] sends committed, added and done with one id and one predecessor', () => {
    const played = manual();
    played.client(create(user('hi', 'a')));
    played.client(append(100));
    const frames = played.client(commit);
    expect(types(frames)).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
    ]);
    expect(frames.map((frame) => frame.previous_item_id)).toEqual(['a', 'a', 'a']);
    expect(new Set(frames.map((frame) => frame.item_id ?? frame.item!.id)).size).toBe(1);
    expect(frames[1]!.item).toMatchObject({
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: null }],
    });
    expect(played.done()[0]).toMatchObject({ do: 'commit_audio', start: 0, end: 4800, format: { type: 'audio/pcm' } });
  });

  it('[IB6, IB9] refuses less than 100 ms, in exact milliseconds, and keeps the buffer', () => {
    const message = (ms: string) =>
      `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${ms}ms of audio.`;
    const played = manual();
    expect(errorOf(played.client(commit))).toEqual({
      type: 'invalid_request_error',
      code: 'input_audio_buffer_commit_empty',
      param: null,
      message: message('0.00'),
      event_id: null,
    });
    played.client(bytes(4798));
    expect(errorOf(played.client(commit)).message).toBe(message('99.96'));
    played.client(bytes(2));
    expect(types(played.client(commit))).toHaveLength(3);
    const g711 = manual({ type: 'audio/pcma' });
    g711.client(bytes(799));
    expect(errorOf(g711.client(commit)).message).toBe(message('99.88'));
    g711.client(bytes(1));
    expect(types(g711.client(commit))).toHaveLength(3);
  });

  it('[IB10, IB11, IB13] creates no response, empties the buffer, and mints an id without an open turn', () => {
    const played = play();
    played.client(append(150));
    const frames = played.client(commit);
    expect(types(frames)).not.toContain('response.created');
    expect(frames[0]!.item_id).toMatch(/^item_/);
    expect(errorOf(played.client(commit)).message).toContain('only has 0.00ms');
  });

  it('[IB12] T8: takes the id of the open turn, ends it and suppresses speech_stopped', () => {
    const played = play({ kind: 'transcription' });
    played.client({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'whisper-1' } } } },
    });
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 200 });
    const frames = played.client(commit);
    expect(frames[0]).toMatchObject({ type: 'input_audio_buffer.committed', item_id: started!.item_id });
    expect(played.done().map((effect) => effect.do)).toEqual(['commit_audio', 'transcribe', 'detect']);
    expect(played.speech({ type: 'stopped', audio_ms: 500 })).toEqual([]);
    const item_id = started!.item_id;
    expect(types(played.speech({ type: 'transcription.delta', item_id, delta: 'hi' }))).toEqual([
      'conversation.item.input_audio_transcription.delta',
    ]);
    expect(types(played.speech({ type: 'transcription.completed', item_id, transcript: 'hi' }))).toEqual([
      'conversation.item.input_audio_transcription.completed',
    ]);
  });

  it('[CV37] refuses a commit when the conversation is full, and keeps the audio', () => {
    const played = play({ limits: { items: 1 } });
    played.client(create(user('hi')));
    played.client(append(200));
    expect(errorOf(played.client(commit))).toMatchObject({ code: 'limit_exceeded', param: null });
    expect(played.state.buffer.bytes).toBe(9600);
  });
});

describe('input_audio_buffer.clear', () => {
  it('[IB14] sends cleared even when the buffer is empty', () => {
    const played = play();
    expect(types(played.client(clear))).toEqual(['input_audio_buffer.cleared']);
    played.client(append(100));
    expect(types(played.client(clear))).toEqual(['input_audio_buffer.cleared']);
    expect(played.done()).toEqual([{ do: 'clear_audio' }]);
  });

  it('[IB15] drops an open turn and never uses its id again', () => {
    const played = play();
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 200 });
    played.client(clear);
    expect(played.speech({ type: 'stopped', audio_ms: 500 })).toEqual([]);
    played.client(append(200));
    expect(played.client(commit)[0]!.item_id).not.toBe(started!.item_id);
  });

  it('[IB16] does not reset the audio clock, and neither does a commit or another format', () => {
    const played = play();
    played.client(append(1000));
    played.client(clear);
    played.client(append(500));
    played.client(commit);
    played.client({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { format: { type: 'audio/pcmu' } } } },
    });
    played.client(bytes(8000));
    const [started] = played.speech({ type: 'started', audio_ms: 2400 });
    expect(started).toMatchObject({ audio_start_ms: 2100 });
    expect(played.speech({ type: 'stopped', audio_ms: 2500 })[0]).toMatchObject({ audio_end_ms: 2500 });
    expect(played.done()[0]).toMatchObject({ do: 'commit_audio', start: 4800, end: 8000 });
  });
});

it('[IB18] accepts noise reduction and states it', () => {
  const session = { type: 'realtime', audio: { input: { noise_reduction: { type: 'far_field' } } } };
  const [updated] = play().client({ type: 'session.update', session });
  expect(updated!.session.audio.input.noise_reduction).toEqual({ type: 'far_field' });
});

it('keeps audio bytes out of the state', () => {
  const played = play();
  played.client({ type: 'input_audio_buffer.append', audio: Buffer.from('canary'.repeat(900)).toString('base64') });
  played.client(commit);
  expect(JSON.stringify(played.state)).not.toContain(Buffer.from('canary').toString('base64').slice(0, 8));
  expect(JSON.stringify(played.state)).not.toContain(pcm(10));
});
