import { append, audio, create, errorOf, play, texting, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { createSession, type SessionOptions } from './create-session.ts';

const update = (session: object) => ({
  type: 'session.update' as const,
  event_id: 'mine',
  session: { type: 'realtime', ...session },
});
const input = (fields: object) => update({ audio: { input: fields } });
const output = (fields: object) => update({ audio: { output: fields } });
const tool = (name: string) => ({ type: 'function', name, parameters: { type: 'object', $schema: 'x' } });

const defaults = {
  server_vad: { threshold: 0.5, silence_duration_ms: 500 },
  semantic_vad: { eagerness: 'auto' },
} as const;

/** A session with assistant audio. */
const spoken = () => {
  const played = play();
  played.client({ type: 'response.create' });
  played.engine({ type: 'transcript.delta', delta: 'hi' }, audio(100), { type: 'done' });
  return played;
};

describe('a host that detects no turns', () => {
  it('[VA29] states turn_detection null in every session object, and applies the rest of an update', () => {
    for (const turn_detection of [{ type: 'server_vad' }, { type: 'semantic_vad' }, null]) {
      const session = { type: 'realtime', audio: { input: { turn_detection } } };
      const played = play({ detects_turns: false, session } as Partial<SessionOptions>);
      const stated = { audio: { input: { turn_detection: null, transcription: { model: 'whisper-1' } } } };
      expect(played.frames[0]!.session.audio.input.turn_detection).toBe(null);
      const [updated] = played.client(input({ turn_detection, transcription: { model: 'whisper-1' } }));
      expect(updated).toMatchObject({ type: 'session.updated', session: stated });
      expect(played.effects.filter((effect) => effect.do === 'detect' && effect.turn_detection)).toEqual([]);
      expect(played.speech({ type: 'started', audio_ms: 0 })).toEqual([]);
    }
  });

  it('[VA29] refuses an invalid turn_detection', () => {
    const played = play({ detects_turns: false });
    const [refused] = played.client(input({ turn_detection: { type: 'server_vad', threshold: 7 } }));
    expect(refused).toMatchObject({ type: 'error', error: { param: 'session.audio.input.turn_detection.threshold' } });
  });
});

describe('session.created', () => {
  it('[SE3, SE26, SE27] states every key, the defaults and the expiry', () => {
    const [created] = play().frames;
    expect(created!.session).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      model: 'test-model',
      output_modalities: ['audio'],
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      prompt: null,
      include: null,
      expires_at: 1_700_003_600,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
      },
    });
    expect(created!.session.id).toMatch(/^sess_[A-Za-z0-9]{21}$/);
  });

  it('[SE2, CV2] sends neither conversation.created nor conversation.item.created', () => {
    const played = play(texting);
    played.client(create(user('hi')));
    expect(types(played.frames)).toEqual(['session.created', 'conversation.item.added', 'conversation.item.done']);
  });

  it('[SE32, VA27] states only input audio in a transcription session, and turn detection without responses', () => {
    const [created] = play({ kind: 'transcription' }).frames;
    expect(Object.keys(created!.session).sort()).toEqual(['audio', 'expires_at', 'id', 'include', 'object', 'type']);
    expect(created!.session.object).toBe('realtime.transcription_session');
    expect(Object.keys(created!.session.audio)).toEqual(['input']);
    expect(created!.session.audio.input.turn_detection).toEqual({
      type: 'server_vad',
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
    });
  });

  it('starts from the configuration in its options, and throws when that is invalid', () => {
    const options = (session: object) =>
      ({ seed: [1, 2, 3, 4], model: 'm', started_at: 0, session }) as unknown as SessionOptions;
    expect(createSession(options({ type: 'realtime', instructions: 'be brief' })).config.instructions).toBe('be brief');
    const wrong = options({ type: 'realtime', tool_choice: { type: 'function', name: 'gone' } });
    expect(() => createSession(wrong)).toThrow(/not offered/);
  });
});

describe('session.update', () => {
  it('[SE4] refuses an update without session.type', () => {
    const error = errorOf(play().client({ type: 'session.update', event_id: 'mine', session: {} }));
    expect(error).toMatchObject({
      code: 'missing_required_parameter',
      param: 'session.type',
      message: "Missing required parameter: 'session.type'.",
      event_id: 'mine',
    });
  });

  it('[SE5] refuses an update for another kind of session', () => {
    const error = errorOf(play().client({ type: 'session.update', session: { type: 'transcription' } }));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.type' });
    const other = play({ kind: 'transcription' });
    expect(errorOf(other.client(update({})))).toMatchObject({ code: 'invalid_value', param: 'session.type' });
  });

  it('[SE6, SE12] merges by presence, states the whole configuration, and does not echo event_id', () => {
    const played = play();
    played.client(input({ transcription: { model: 'whisper-1', language: 'en' } }));
    const [updated] = played.client(
      input({ transcription: { prompt: 'names' }, turn_detection: { type: 'server_vad', threshold: 0.9 } }),
    );
    expect(updated!.type).toBe('session.updated');
    expect(updated!.event_id).not.toBe('mine');
    const audioInput = updated!.session.audio.input;
    expect(audioInput.transcription).toEqual({ model: 'whisper-1', language: 'en', prompt: 'names' });
    expect(audioInput.turn_detection).toMatchObject({ threshold: 0.9, prefix_padding_ms: 300 });
    expect(updated!.session.instructions).toBe(played.frames[0]!.session.instructions);
  });

  it('[SE7] starts from defaults when a tagged object changes its type', () => {
    const played = play();
    const [updated] = played.client(input({ turn_detection: { type: 'semantic_vad', create_response: false } }));
    expect(updated!.session.audio.input.turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'auto',
      create_response: false,
      interrupt_response: true,
    });
    const [back] = played.client(input({ turn_detection: { type: 'server_vad', threshold: 0.1 } }));
    expect(back!.session.audio.input.turn_detection).toMatchObject({
      threshold: 0.1,
      silence_duration_ms: 500,
      create_response: true,
    });
    played.client(update({ truncation: { type: 'retention_ratio', retention_ratio: 0.5 } }));
    expect(played.client(update({ truncation: 'auto' }))[0]!.session.truncation).toBe('auto');
    const [g711] = played.client(input({ format: { type: 'audio/pcmu' } }));
    expect(g711!.session.audio.input.format).toEqual({ type: 'audio/pcmu' });
  });

  it('[SE8] clears fields that can be null', () => {
    const played = play();
    played.client(update({ prompt: { id: 'p' }, include: ['item.input_audio_transcription.logprobs'] }));
    played.client(input({ transcription: { model: 'whisper-1' }, noise_reduction: { type: 'near_field' } }));
    const fields = { turn_detection: null, transcription: null, noise_reduction: null };
    const [updated] = played.client(update({ prompt: null, include: null, tracing: null, audio: { input: fields } }));
    expect(updated!.session).toMatchObject({ prompt: null, include: null, tracing: null });
    expect(updated!.session.audio.input).toMatchObject(fields);
  });

  it('[SE9] treats null as absent for other fields', () => {
    const played = play();
    played.client(update({ instructions: 'be brief', max_output_tokens: 7 }));
    const [updated] = played.client(update({ instructions: null, max_output_tokens: null, tools: null, audio: null }));
    expect(updated!.session).toMatchObject({ instructions: 'be brief', max_output_tokens: 7, tools: [] });
  });

  it('[SE10] restores the default when instructions are empty', () => {
    const played = play({ defaults: { instructions: 'the default' } });
    expect(played.client(update({ instructions: 'mine' }))[0]!.session.instructions).toBe('mine');
    expect(played.client(update({ instructions: '' }))[0]!.session.instructions).toBe('the default');
  });

  it('[SE11, SE30] states tools as they were sent, and removes them for []', () => {
    const played = play();
    const [updated] = played.client(update({ tools: [tool('f')] }));
    expect(JSON.stringify(updated!.session.tools)).toBe(JSON.stringify([tool('f')]));
    expect(played.client(update({ tools: [] }))[0]!.session.tools).toEqual([]);
  });

  it('[SE13] applies whole or not at all', () => {
    const played = play();
    const before = played.state.config;
    const error = errorOf(
      played.client(update({ instructions: 'new', tool_choice: { type: 'function', name: 'gone' } })),
    );
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.tool_choice.name', event_id: 'mine' });
    expect(played.state.config).toEqual(before);
  });

  it('[SE14, SE34] ignores model, id, object and expires_at', () => {
    const played = play();
    const mine = { model: 'other', id: 'sess_x', object: 'realtime.session', expires_at: 1, instructions: 'new' };
    const [updated] = played.client(update(mine));
    const { id, expires_at } = played.frames[0]!.session;
    expect(updated!.session).toMatchObject({ model: 'test-model', id, expires_at, instructions: 'new' });
  });

  it('[SE15] refuses another voice once assistant audio is present, and accepts the same', () => {
    const played = spoken();
    expect(errorOf(played.client(output({ voice: 'alloy' })))).toMatchObject({
      code: 'cannot_update_voice',
      param: null,
      message: "Cannot update a conversation's voice if assistant audio is present.",
    });
    expect(types(played.client(output({ voice: 'marin' })))).toEqual(['session.updated']);
  });

  it('[SE15] accepts another voice before assistant audio, and after it is deleted', () => {
    expect(types(play().client(output({ voice: 'alloy' })))).toEqual(['session.updated']);
    const played = spoken();
    const [spokenItem] = played.frames.filter((frame) => frame.item?.role === 'assistant');
    played.client({ type: 'conversation.item.delete', item_id: spokenItem!.item!.id });
    expect(types(played.client(output({ voice: 'alloy' })))).toEqual(['session.updated']);
  });

  it('[SE16] fixes the voice of responses in the default conversation, not out of band', () => {
    const played = spoken();
    const response = { audio: { output: { voice: 'alloy' } } };
    expect(errorOf(played.client({ type: 'response.create', response })).code).toBe('cannot_update_voice');
    const [created] = played.client({ type: 'response.create', response: { ...response, conversation: 'none' } });
    expect(created!.response.audio.output.voice).toBe('alloy');
  });

  it('[SE16] does not fix the voice for out-of-band audio', () => {
    const played = play();
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    played.engine({ type: 'transcript.delta', delta: 'hi' }, audio(100), { type: 'done' });
    expect(types(played.client(output({ voice: 'alloy' })))).toEqual(['session.updated']);
  });

  it('[SE17] refuses another speed while a response is active', () => {
    const played = play();
    played.client({ type: 'response.create' });
    const error = errorOf(played.client(output({ speed: 1.2 })));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.audio.output.speed' });
    played.engine({ type: 'done' });
    expect(played.client(output({ speed: 1.2 }))[0]!.session.audio.output.speed).toBe(1.2);
  });

  it('[SE18] refuses a change of tracing once it is on', () => {
    const played = play();
    expect(types(played.client(update({ tracing: 'auto' })))).toEqual(['session.updated']);
    expect(types(played.client(update({ tracing: 'auto' })))).toEqual(['session.updated']);
    for (const tracing of [null, { workflow_name: 'w' }]) {
      expect(errorOf(played.client(update({ tracing })))).toMatchObject({
        code: 'invalid_value',
        param: 'session.tracing',
      });
    }
  });

  it('[SE19] accepts exactly one modality', () => {
    const played = play();
    expect(types(played.client(update({ output_modalities: ['text'] })))).toEqual(['session.updated']);
    for (const output_modalities of [[], ['text', 'audio'], ['video']]) {
      const error = errorOf(played.client(update({ output_modalities })));
      expect(error).toMatchObject({ code: 'invalid_value', param: 'session.output_modalities' });
    }
  });

  it('[SE20, SE35] keeps numbers within their bounds', () => {
    const played = play();
    const refused = (session: object) => {
      const { code, param } = errorOf(played.client(session as never));
      return [code, param];
    };
    expect(refused(input({ turn_detection: { type: 'server_vad', threshold: 2 } }))).toEqual([
      'decimal_above_max_value',
      'session.audio.input.turn_detection.threshold',
    ]);
    expect(refused(update({ max_output_tokens: 0 }))).toEqual(['integer_below_min_value', 'session.max_output_tokens']);
    expect(refused(input({ format: { type: 'audio/pcm', rate: 16000 } }))).toEqual([
      'integer_below_min_value',
      'session.audio.input.format.rate',
    ]);
    expect(refused(output({ format: { type: 'audio/pcm', rate: 48000 } }))).toEqual([
      'integer_above_max_value',
      'session.audio.output.format.rate',
    ]);
  });

  it('[SE21] refuses an unknown key, except in free-form objects', () => {
    const played = play();
    expect(errorOf(played.client(update({ voice: 'x' })))).toMatchObject({
      code: 'unknown_parameter',
      param: 'session.voice',
      message: "Unknown parameter: 'session.voice'.",
    });
    expect(types(played.client(update({ tools: [tool('f')], tracing: { metadata: { any: 1 } } })))).toEqual([
      'session.updated',
    ]);
  });

  it('[SE22] keeps an open turn when an update omits turn detection', () => {
    const played = play();
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 100 });
    played.client(update({ instructions: 'new' }));
    played.client(input({ turn_detection: { type: 'server_vad', threshold: 0.5 } }));
    const [stopped, committed] = played.speech({ type: 'stopped', audio_ms: 500 });
    expect([stopped!.item_id, committed!.item_id]).toEqual([started!.item_id, started!.item_id]);
  });

  it('[IB18, TX9] configures speech input at opening and at each change, and not otherwise', () => {
    const played = play();
    const configureEffects = () => played.effects.filter((effect) => effect.do === 'configure_speech');
    const silent = { do: 'configure_speech', transcription: null, logprobs: false, noise_reduction: null };
    expect(configureEffects()).toEqual([silent]);
    played.client(input({ noise_reduction: null, turn_detection: null }));
    expect(configureEffects()).toEqual([silent]);
    played.client(input({ noise_reduction: { type: 'near_field' } }));
    expect(configureEffects().slice(1)).toEqual([{ ...silent, noise_reduction: { type: 'near_field' } }]);
    const include = ['item.input_audio_transcription.logprobs'];
    played.client({ type: 'session.update', session: { type: 'realtime', include } });
    expect(configureEffects().slice(2)).toMatchObject([{ logprobs: true, noise_reduction: { type: 'near_field' } }]);
  });

  it('[SE23] drops an open turn and keeps its audio when turn detection is turned off', () => {
    const played = play();
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 100 });
    played.client(input({ turn_detection: null }));
    expect(played.done()).toMatchObject([{ do: 'detect', turn_detection: null }]);
    expect(played.speech({ type: 'stopped', audio_ms: 500 })).toEqual([]);
    const [committed] = played.client({ type: 'input_audio_buffer.commit' });
    expect(committed!.item_id).not.toBe(started!.item_id);
    expect(played.done()).toMatchObject([{ do: 'commit_audio', start: 0, end: 24_000 }]);
  });

  const flags = [{ create_response: false }, { interrupt_response: false }, { idle_timeout_ms: 6000 }];
  const settings = [{ threshold: 0.9 }, { silence_duration_ms: 900 }, { prefix_padding_ms: 50 }];

  it.each([...flags, ...settings])('[SE23, SE22] keeps an open turn when only %o changes', (change) => {
    const played = play();
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 400 });
    played.client(input({ turn_detection: { type: 'server_vad', ...change } }));
    expect(played.done()).toEqual([]);
    const frames = played.speech({ type: 'stopped', audio_ms: 500 });
    expect(types(frames).slice(0, 2)).toEqual(['input_audio_buffer.speech_stopped', 'input_audio_buffer.committed']);
    expect(frames.slice(0, 2).map(({ item_id }) => item_id)).toEqual([started!.item_id, started!.item_id]);
    expect(types(frames).includes('response.created')).toBe(!('create_response' in change));
    expect(frames[0]).toMatchObject({ audio_end_ms: 500 });
    expect(played.effects).toContainEqual(expect.objectContaining({ do: 'commit_audio', start: 100 * 48 }));
  });

  it('[SE23] applies detector settings when the turn ends, or at once when none is open', () => {
    const detection = (type: string, change: object) => input({ turn_detection: { type, ...change } });
    const setUp = (played: ReturnType<typeof play>) =>
      played.done().flatMap((effect) => (effect.do === 'detect' ? [effect.turn_detection] : []));
    for (const [type, change] of [
      ['server_vad', { threshold: 0.9 }],
      ['server_vad', { silence_duration_ms: 900 }],
      ['semantic_vad', { eagerness: 'high' }],
    ] as const) {
      const played = play();
      played.client(detection(type, {}));
      played.client(append(500));
      for (const end of [
        () => played.speech({ type: 'stopped', audio_ms: 500 }),
        () => played.client({ type: 'input_audio_buffer.commit' }),
        () => played.client({ type: 'input_audio_buffer.clear' }),
      ]) {
        played.client(detection(type, defaults[type]));
        played.client(append(500));
        played.speech({ type: 'started', audio_ms: 100 });
        played.client(detection(type, change));
        expect(setUp(played)).toEqual([]);
        end();
        expect(setUp(played)).toMatchObject([{ type, ...change }]);
      }
      played.client(detection(type, defaults[type]));
      expect(setUp(played)).toMatchObject([{ type, ...defaults[type] }]);
    }
    const silent = play();
    for (const change of [...flags, { prefix_padding_ms: 50 }]) {
      silent.client(detection('server_vad', change));
      expect(setUp(silent)).toEqual([]);
    }
  });

  it('[SE23] ends an open turn when the type changes, and its audio can be committed', () => {
    const played = play();
    played.client(append(500));
    const [started] = played.speech({ type: 'started', audio_ms: 100 });
    played.client(input({ turn_detection: { type: 'semantic_vad' } }));
    expect(played.done()).toMatchObject([{ do: 'detect', turn_detection: { type: 'semantic_vad' } }]);
    expect(played.speech({ type: 'stopped', audio_ms: 500 })).toEqual([]);
    const [committed] = played.client({ type: 'input_audio_buffer.commit' });
    expect(committed!.item_id).not.toBe(started!.item_id);
    expect(played.done()).toMatchObject([{ do: 'commit_audio', start: 0, end: 24_000 }]);
  });

  it('[SE23, VA12] keeps a queued response unless create_response is turned off', () => {
    const queued = (change: object) => {
      const played = play();
      played.client(input({ turn_detection: { type: 'server_vad', interrupt_response: false } }));
      played.client({ type: 'response.create' });
      played.client(append(500));
      played.speech({ type: 'started', audio_ms: 100 });
      played.speech({ type: 'stopped', audio_ms: 500 });
      played.client(input({ turn_detection: { type: 'server_vad', ...change } }));
      return types(played.engine({ type: 'done' })).includes('response.created');
    };
    expect(queued({ interrupt_response: true })).toBe(true);
    expect(queued({ threshold: 0.9 })).toBe(true);
    expect(queued({ create_response: false })).toBe(false);
  });

  it('[SE8] removes the key of a field that null clears', () => {
    const played = play();
    const options = { languages: ['en'], keywords: ['Colloquy'], delay: 'low' };
    const [updated] = played.client(input({ transcription: { model: 'gpt-transcribe', ...options } }));
    expect(updated!.session.audio.input.transcription).toMatchObject(options);
    const [taken] = played.client(input({ transcription: { languages: null, keywords: null, delay: null } }));
    expect(taken!.session.audio.input.transcription).toEqual({ model: 'gpt-transcribe', language: null, prompt: null });
    expect(played.client(update({ reasoning: { effort: 'low' } }))[0]!.session.reasoning).toEqual({ effort: 'low' });
    played.client({ type: 'response.create', response: { reasoning: null } });
    const respond = played.done().find((effect) => effect.do === 'respond');
    expect(respond?.request.config).toMatchObject({ model: 'test-model' });
    expect(respond?.request.config).not.toHaveProperty('reasoning');
    expect(played.client(update({ instructions: 'x' }))[0]!.session.reasoning).toEqual({ effort: 'low' });
    expect(played.client(update({ reasoning: null }))[0]!.session).not.toHaveProperty('reasoning');
  });

  it('[SE38] resets transcription options when the model changes, and keeps them when it does not', () => {
    const played = play();
    const set = (transcription: object) =>
      played.client(input({ transcription }))[0]!.session.audio.input.transcription;
    const clings = { language: 'en', prompt: 'names', keywords: ['Ada'], languages: ['en'], delay: 'low' };
    set({ model: 'gpt-transcribe', ...clings });
    expect(set({ model: 'gpt-transcribe' })).toEqual({ model: 'gpt-transcribe', ...clings });
    expect(set({ language: 'de' })).toEqual({ model: 'gpt-transcribe', ...clings, language: 'de' });
    expect(set({ model: 'whisper-1', language: 'fr' })).toEqual({ model: 'whisper-1', language: 'fr', prompt: null });
    expect(set({ model: 'gpt-transcribe' })).toEqual({ model: 'gpt-transcribe', language: null, prompt: null });
  });

  it('[SE24] refuses another input format while audio is buffered', () => {
    const played = play();
    played.client(append(10));
    const error = errorOf(played.client(input({ format: { type: 'audio/pcmu' } })));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.audio.input.format' });
    expect(types(played.client(input({ format: { type: 'audio/pcm', rate: 24000 } })))).toEqual(['session.updated']);
    played.client({ type: 'input_audio_buffer.clear' });
    expect(types(played.client(input({ format: { type: 'audio/pcmu' } })))).toEqual(['session.updated']);
  });

  it('[SE25, RS7] answers at once, and a running response keeps its configuration', () => {
    const played = play(texting);
    played.client({ type: 'response.create', response: { max_output_tokens: 5 } });
    expect(types(played.client(update({ max_output_tokens: 9, output_modalities: ['audio'] })))).toEqual([
      'session.updated',
    ]);
    const frames = played.engine({ type: 'text.delta', delta: 'hi' }, { type: 'done' });
    expect(types(frames)).toContain('response.output_text.done');
    const done = frames.find((frame) => frame.type === 'response.done');
    expect(done!.response).toMatchObject({ max_output_tokens: 5, output_modalities: ['text'] });
    expect(played.state.config.max_output_tokens).toBe(9);
  });

  it('[SE29] neither states nor stores the secrets of an MCP tool', () => {
    const played = play();
    const mcp = {
      type: 'mcp',
      server_label: 'x',
      server_url: 'https://a.example',
      authorization: 'canary1',
      headers: { k: 'canary2' },
    };
    const [updated] = played.client(update({ tools: [mcp] }));
    expect(updated!.session.tools).toEqual([{ type: 'mcp', server_label: 'x', server_url: 'https://a.example' }]);
    expect(JSON.stringify(played.state)).not.toContain('canary');
  });

  it('[SE31] refuses two tools with one name', () => {
    const played = play();
    const error = errorOf(played.client(update({ tools: [tool('f'), tool('f')] })));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.tools[1].name' });
    const many = Array.from({ length: 129 }, (_, i) => tool(`f${i}`));
    expect(errorOf(played.client(update({ tools: many })))).toMatchObject({
      code: 'array_above_max_length',
      param: 'session.tools',
    });
  });

  it('[SE33] refuses a change of a locked field', () => {
    const played = play({ locked: ['instructions', 'audio.output.voice'] });
    expect(errorOf(played.client(output({ voice: 'alloy' })))).toMatchObject({
      code: 'session_locked',
      param: 'session.audio.output.voice',
    });
    expect(types(played.client(update({ max_output_tokens: 5 })))).toEqual(['session.updated']);
  });

  it('[TX17] refuses turn detection with gpt-realtime-whisper in a transcription session', () => {
    const played = play({ kind: 'transcription' });
    const whisper = (turn_detection?: null) => ({
      type: 'session.update' as const,
      session: {
        type: 'transcription',
        audio: { input: { transcription: { model: 'gpt-realtime-whisper' }, turn_detection } },
      },
    });
    expect(errorOf(played.client(whisper()))).toMatchObject({
      code: 'invalid_value',
      param: 'session.audio.input.turn_detection',
    });
    expect(types(played.client(whisper(null)))).toEqual(['session.updated']);
    const realtime = play();
    expect(types(realtime.client(input({ transcription: { model: 'gpt-realtime-whisper' } })))).toEqual([
      'session.updated',
    ]);
  });

  it('[VA17, VA18] refuses fields of the other turn detection, and idle timeouts out of bounds', () => {
    const played = play();
    const refused = (turn_detection: object) => errorOf(played.client(input({ turn_detection })));
    expect(refused({ type: 'semantic_vad', threshold: 0.5 })).toMatchObject({ code: 'unknown_parameter' });
    expect(refused({ type: 'server_vad', eagerness: 'low' })).toMatchObject({ code: 'unknown_parameter' });
    expect(refused({ type: 'server_vad', idle_timeout_ms: 4999 })).toMatchObject({ code: 'integer_below_min_value' });
    expect(refused({ type: 'server_vad', idle_timeout_ms: 30_001 })).toMatchObject({ code: 'integer_above_max_value' });
  });
});
