import { decodeClientEvent, decodeServerEvent, encodeEvent, TRANSLATION_CLIENT_EVENT_TYPES } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { stepTranslation, translationDeadline } from './translation.ts';
import {
  createTranslation,
  type TranslationEffect,
  type TranslationInput,
  type TranslationOptions,
  type TranslationState,
  type TranslatorEvent,
  type TranslatorProgress,
} from './translation-state.ts';

/** Base64 of silence, 48 bytes per millisecond. */
const pcm = (ms: number) => Buffer.alloc(48 * ms).toString('base64');
const append = (audio: string) => ({ type: 'session.input_audio_buffer.append', audio });
const NOTED = { transcription: { model: 'whisper-1' } };

type Sent = Extract<TranslationEffect, { do: 'send' }>['event'];

/** A translation session that has been opened; every event it sends is checked against the strict schema. */
function play(options: Partial<TranslationOptions> = {}) {
  let state = createTranslation({ seed: [1, 2, 3, 4], model: 'mine', started_at: 1_700_000_000_000, ...options });
  let at = 0;
  function tell(input: TranslationInput): { frames: Sent[]; effects: TranslationEffect[] } {
    const before = JSON.stringify(state);
    const { state: next, effects } = stepTranslation(state, input);
    expect(JSON.stringify(state)).toBe(before);
    state = next;
    const frames = effects.flatMap((effect) => (effect.do === 'send' ? [effect.event] : []));
    for (const frame of frames) {
      const judged = decodeServerEvent(encodeEvent(frame), { translation: true, profile: 'strict' });
      expect(judged.ok, JSON.stringify(frame)).toBe(true);
    }
    return { frames, effects: effects.filter((effect) => effect.do !== 'send') };
  }
  const opened = tell({ at, from: 'host', event: { type: 'open' } });
  return {
    opened,
    get state() {
      return state;
    },
    client(event: object) {
      const decoded = decodeClientEvent(JSON.stringify(event), { profile: 'server', translation: true });
      if (!decoded.ok) return tell({ at, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id });
      const { value, audio_bytes } = decoded;
      return tell({ at, from: 'client', event: value, ...(audio_bytes && { audio_bytes }) });
    },
    translator: (event: TranslatorEvent | TranslatorProgress) => tell({ at, from: 'translator', event }),
    host: (type: 'drain' | 'close') => tell({ at, from: 'host', event: { type } }),
    wait(ms: number) {
      at += ms;
      return tell({ at, from: 'clock' });
    },
  };
}

const refusalOf = (frames: Sent[]) => {
  expect(frames.map(({ type }) => type)).toEqual(['error']);
  return (frames[0] as Extract<Sent, { type: 'error' }>).error;
};

describe('a translation session', () => {
  it('[TL1] sends session.created without conversation fields', () => {
    const { opened, state } = play();
    expect(opened.effects).toEqual([]);
    expect(opened.frames).toEqual([
      {
        event_id: expect.stringMatching(/^event_\w{21}$/),
        type: 'session.created',
        session: {
          id: state.id,
          type: 'translation',
          model: 'mine',
          expires_at: 1_700_003_600,
          audio: { input: { transcription: null, noise_reduction: null }, output: {} },
        },
      },
    ]);
  });

  it.each(['conversation.item.create', 'response.create', 'input_audio_buffer.append', 'input_audio_buffer.commit'])(
    '[TL1, TL2] knows no %s, and says what it knows',
    (type) => {
      const error = refusalOf(play().client({ type, event_id: 'mine' }).frames);
      expect(error).toMatchObject({ code: 'invalid_value', param: 'type', event_id: 'mine' });
      for (const known of TRANSLATION_CLIENT_EVENT_TYPES) expect(error.message).toContain(`'${known}'`);
      expect(TRANSLATION_CLIENT_EVENT_TYPES).toHaveLength(3);
    },
  );

  it('[TL1] sends only deltas from the first frame to the last', () => {
    const { opened, client, translator } = play();
    const types = [
      opened,
      client(append(pcm(400))),
      translator({ type: 'output_transcript.delta', delta: 'hola' }),
      translator({ type: 'output_audio.delta', audio: pcm(200) }),
      client({ type: 'session.close' }),
      translator({ type: 'done' }),
    ].flatMap(({ frames }) => frames.map(({ type }) => type));
    expect(types).toEqual([
      'session.created',
      'session.output_transcript.delta',
      'session.output_audio.delta',
      'session.closed',
    ]);
  });
});

describe('the same inputs', () => {
  it('[TL1] reproduces the same events, also from a state that went through JSON', () => {
    const inputs: TranslationInput[] = [
      { at: 0, from: 'host', event: { type: 'open' } },
      { at: 10, from: 'client', event: append(pcm(250)) as never, audio_bytes: [12_000] },
      { at: 20, from: 'translator', event: { type: 'taken' } },
      { at: 30, from: 'translator', event: { type: 'output_transcript.delta', delta: 'hola', elapsed_ms: 0 } },
      { at: 40, from: 'client', event: { type: 'session.close' } },
      { at: 50, from: 'translator', event: { type: 'output_audio.delta', audio: pcm(1), elapsed_ms: 200 } },
      { at: 60, from: 'translator', event: { type: 'done' } },
    ];
    const run = (goOn: (state: TranslationState) => TranslationState) => {
      let state = createTranslation({ seed: [1, 2, 3, 4], model: 'mine', started_at: 0 });
      return inputs.flatMap((input) => {
        const next = stepTranslation(goOn(state), input);
        state = next.state;
        return next.effects;
      });
    };
    const effects = run((state) => state);
    expect(effects.map((effect) => (effect.do === 'send' ? effect.event.type : effect.do))).toEqual([
      ...['session.created', 'append_audio', 'translate', 'session.output_transcript.delta'],
      ...['translate', 'finish', 'session.output_audio.delta', 'session.closed', 'close'],
    ]);
    expect(run((state) => JSON.parse(JSON.stringify(state)))).toEqual(effects);
  });
});

describe('session.update', () => {
  it('[TL3] changes language, transcription and noise reduction, and states all settings', () => {
    const { client } = play();
    const updates = [
      { audio: { output: { language: 'es' } } },
      { audio: { input: NOTED } },
      { type: 'translation', audio: { input: { noise_reduction: { type: 'near_field' } } } },
      { audio: { input: { transcription: null } } },
      {},
    ];
    const stated = updates.map((session) => {
      const [frame] = client({ type: 'session.update', session }).frames;
      expect(frame?.type).toBe('session.updated');
      return (frame as Extract<Sent, { type: 'session.updated' }>).session.audio;
    });
    const near = { noise_reduction: { type: 'near_field' } };
    expect(stated).toEqual([
      { input: { transcription: null, noise_reduction: null }, output: { language: 'es' } },
      { input: { ...NOTED, noise_reduction: null }, output: { language: 'es' } },
      { input: { ...NOTED, ...near }, output: { language: 'es' } },
      { input: { transcription: null, ...near }, output: { language: 'es' } },
      { input: { transcription: null, ...near }, output: { language: 'es' } },
    ]);
  });

  it.each([
    ['[TL3]', { model: 'other' }, 'session.model'],
    ['[TL3]', { instructions: 'Be brief.' }, 'session.instructions'],
    ['[TL3]', { audio: { output: { voice: 'marin' } } }, 'session.audio.output.voice'],
    ['[TL3]', { audio: { input: { turn_detection: null } } }, 'session.audio.input.turn_detection'],
    ['[TL10]', { audio: { input: { format: { type: 'audio/pcmu' } } } }, 'session.audio.input.format'],
    ['[TL10]', { audio: { output: { format: { type: 'audio/pcm' } } } }, 'session.audio.output.format'],
  ])('%s with %j is refused whole', (_, session, param) => {
    const played = play();
    const before = played.state.config;
    const error = refusalOf(played.client({ type: 'session.update', session }).frames);
    expect(error).toMatchObject({ code: 'unknown_parameter', param });
    expect(played.state.config).toEqual(before);
  });

  it('[SE33] refuses a change of settings that a client secret locked', () => {
    const { client } = play({ audio: { output: { language: 'es' } }, locked: ['audio.output.language'] });
    const set = (language: string) =>
      client({ type: 'session.update', session: { audio: { output: { language } } } }).frames;
    expect(refusalOf(set('fr'))).toMatchObject({ code: 'session_locked', param: 'session.audio.output.language' });
    expect(set('es')[0]?.type).toBe('session.updated');
  });
});

describe('session.input_audio_buffer.append', () => {
  it('[TL4] sends frames of 200 ms to the translator however the audio is chunked', () => {
    const { client, state: before } = play();
    const handed = [90, 110, 1, 199, 500, 0, 100, 50].map((ms) =>
      client(append(pcm(ms))).effects.flatMap((effect) => (effect.do === 'translate' ? [effect.frames] : [])),
    );
    expect(handed).toEqual([[], [1], [], [1], [2], [], [1], []]);
    expect(before.waiting).toBe(0);
  });

  it('[TL4, TL9, IB3] accepts audio cut inside a sample, and drops an incomplete sample at the end', () => {
    const { client } = play();
    const zeros = (count: number) => Buffer.alloc(count).toString('base64');
    const bytes = (count: number) => client(append(zeros(count))).effects;
    const appended = (count: number) => ({ do: 'append_audio', audio: zeros(count) });
    expect(bytes(9601)).toEqual([appended(9601), { do: 'translate', frames: 1, pad: 0 }]);
    expect(bytes(9599)).toEqual([appended(9599), { do: 'translate', frames: 1, pad: 0 }]);
    expect(bytes(4801)).toEqual([appended(4801)]);
    const { effects } = client({ type: 'session.close' });
    expect(effects).toEqual([{ do: 'translate', frames: 1, pad: 4800, drop: 1 }, { do: 'finish' }]);
    const other = play();
    other.client(append(Buffer.alloc(9601).toString('base64')));
    expect(other.client({ type: 'session.close' }).effects).toEqual([{ do: 'finish' }]);
  });

  it('[TL5] adds no audio for a gap of an hour', () => {
    const { client, wait, state } = play({ limits: { max_duration_ms: 10_000_000 } });
    client(append(pcm(150)));
    expect(wait(3_600_000)).toEqual({ frames: [], effects: [] });
    const { effects } = client(append(pcm(50)));
    expect(effects).toEqual([
      { do: 'append_audio', audio: pcm(50) },
      { do: 'translate', frames: 1, pad: 0 },
    ]);
    expect(state.phase).toBe('open');
  });

  it.each([
    ['no base64', 'not base64!'],
    ['a WAV file', Buffer.from('RIFF....WAVEfmt ').toString('base64')],
    ['an Ogg file', Buffer.from('OggS............').toString('base64')],
    ['a FLAC file', Buffer.from('fLaC............').toString('base64')],
    ['a WebM file', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1, 2]).toString('base64')],
    ['an MP3 file with a tag', Buffer.from('ID3.............').toString('base64')],
  ])('[TL10] refuses %s, and translates nothing of it', (_, audio) => {
    const { client } = play();
    const { frames, effects } = client(append(audio));
    expect(refusalOf(frames)).toMatchObject({ code: 'invalid_value', param: 'audio' });
    expect(effects).toEqual([]);
  });

  it('[TL10] accepts samples that resemble a file header after the first audio', () => {
    const { client } = play();
    client(append(pcm(100)));
    expect(client(append(Buffer.from('RIFF').toString('base64'))).frames).toEqual([]);
  });

  it('[LM4] refuses audio when the translator is too far behind', () => {
    const { client, translator } = play({ limits: { buffer_ms: 1000 } });
    client(append(pcm(1000)));
    expect(refusalOf(client(append(pcm(1))).frames)).toMatchObject({ code: 'limit_exceeded', param: 'audio' });
    translator({ type: 'taken' });
    expect(client(append(pcm(200))).frames).toEqual([]);
  });
});

describe('translator events', () => {
  it('[TL6] states the time of its frame in whole frames, or null', () => {
    const { translator } = play();
    const frames = [0, 200, 399, 200, undefined, null, -1, Number.NaN, 1200.5].map((elapsed_ms) => {
      const event = { type: 'output_transcript.delta', delta: 'x', ...(elapsed_ms !== undefined && { elapsed_ms }) };
      return (translator(event as TranslatorEvent).frames[0] as { elapsed_ms?: number | null }).elapsed_ms;
    });
    expect(frames).toEqual([0, 200, 200, 200, null, null, null, null, 1200]);
  });

  it('[TL6] passes deltas on with unchanged white space', () => {
    const { translator } = play();
    const deltas = ['Ho', 'la', ' mundo', '', '.\n'];
    const frames = deltas.flatMap((delta) => translator({ type: 'output_transcript.delta', delta }).frames);
    expect(frames.map((frame) => (frame as { delta: string }).delta)).toEqual(['Ho', 'la', ' mundo', '.\n']);
  });

  it('[TL7] sends input transcripts only when requested', () => {
    const { client, translator } = play();
    const inputFrames = () => translator({ type: 'input_transcript.delta', delta: 'hello', elapsed_ms: 0 }).frames;
    expect(inputFrames()).toEqual([]);
    client({ type: 'session.update', session: { audio: { input: NOTED } } });
    expect(inputFrames()).toMatchObject([{ type: 'session.input_transcript.delta', delta: 'hello', elapsed_ms: 0 }]);
    client({ type: 'session.update', session: { audio: { input: { transcription: null } } } });
    expect(inputFrames()).toEqual([]);
  });

  it('[TL8] sends audio of any length with its format', () => {
    const { translator } = play();
    for (const ms of [1, 20, 200, 1234]) {
      expect(translator({ type: 'output_audio.delta', audio: pcm(ms), elapsed_ms: 400 }).frames).toMatchObject([
        { type: 'session.output_audio.delta', delta: pcm(ms), sample_rate: 24_000, channels: 1, format: 'pcm16' },
      ]);
    }
  });

  it.each(['A', 'no base64!', Buffer.alloc(3).toString('base64')])(
    '[TL8, ER45] ends with an error rather than pass on audio that is none: %s',
    (audio) => {
      const { frames, effects } = play().translator({
        type: 'output_audio.delta',
        audio,
      });
      expect(refusalOf(frames)).toMatchObject({ type: 'server_error', code: 'internal_error' });
      expect(effects).toMatchObject([{ do: 'close', code: 1011 }]);
    },
  );
});

describe('session.close', () => {
  it('[TL9] pads the last frame, finishes the translation, then sends session.closed and closes with 1000', () => {
    const played = play();
    played.client(append(pcm(250)));
    expect(played.client({ type: 'session.close' })).toEqual({
      frames: [],
      effects: [{ do: 'translate', frames: 1, pad: 48 * 150 }, { do: 'finish' }],
    });
    expect(played.translator({ type: 'output_transcript.delta', delta: 'the rest' }).frames).toHaveLength(1);
    const last = played.translator({ type: 'done' });
    expect(last.frames).toMatchObject([{ type: 'session.closed' }]);
    expect(last.effects).toEqual([{ do: 'close', code: 1000, reason: 'The session is closed.' }]);
    expect(played.translator({ type: 'output_transcript.delta', delta: 'late' }).frames).toEqual([]);
    expect([played.state.phase, translationDeadline(played.state)]).toEqual(['closed', undefined]);
  });

  it('[TL9] adds no padding when the last frame is whole', () => {
    const { client } = play();
    client(append(pcm(400)));
    expect(client({ type: 'session.close' }).effects).toEqual([{ do: 'finish' }]);
  });

  it('[TL9] refuses later events and continues closing', () => {
    const { client, translator } = play();
    client({ type: 'session.close' });
    for (const event of [append(pcm(200)), { type: 'session.update', session: {} }, { type: 'session.close' }]) {
      const { frames, effects } = client({ ...event, event_id: 'late' });
      expect(refusalOf(frames)).toMatchObject({ code: 'invalid_value', param: 'type', event_id: 'late' });
      expect(effects).toEqual([]);
    }
    expect(translator({ type: 'done' }).frames).toMatchObject([{ type: 'session.closed' }]);
  });

  it('[TL9, ER45] sends an error and closes with 1011 when the translator stalls', () => {
    const { client, translator, wait, state } = play();
    expect(translationDeadline(state)).toBe(3_600_000);
    client({ type: 'session.close' });
    wait(29_000);
    translator({ type: 'output_transcript.delta', delta: 'still at it' });
    expect(wait(29_000).frames).toEqual([]);
    const { frames, effects } = wait(1000);
    expect(refusalOf(frames)).toMatchObject({ type: 'server_error', code: 'upstream_timeout' });
    expect(effects).toMatchObject([{ do: 'close', code: 1011 }]);
  });
});

describe('closing', () => {
  it('[LM12] closes with another code when draining', () => {
    const { client, host, translator } = play();
    client(append(pcm(100)));
    expect(host('drain').effects).toEqual([{ do: 'translate', frames: 1, pad: 4800 }, { do: 'finish' }]);
    const { frames, effects } = translator({ type: 'done' });
    expect(frames).toMatchObject([{ type: 'session.closed' }]);
    expect(effects).toEqual([{ do: 'close', code: 1001, reason: 'The server is shutting down.', drain: true }]);
  });

  it('[TL1, ER24] sends an error and ends after an hour', () => {
    const { wait } = play();
    const { frames, effects } = wait(3_600_000);
    expect(refusalOf(frames)).toMatchObject({ code: 'session_expired' });
    expect(effects).toEqual([
      { do: 'close', code: 1001, reason: 'Your session hit the maximum duration of 60 minutes.' },
    ]);
  });

  it('[LM10] ends after too many refusals', () => {
    const { client } = play({ limits: { refusals: 3 } });
    for (let i = 0; i < 3; i += 1) expect(client({ type: 'nonsense' }).effects).toEqual([]);
    const { frames, effects } = client({ type: 'nonsense' });
    expect(frames.map((frame) => (frame as Extract<Sent, { type: 'error' }>).error.code)).toEqual([
      'invalid_value',
      'rate_limit_exceeded',
    ]);
    expect(effects).toMatchObject([{ do: 'close', code: 1008 }]);
  });

  it.each([
    ['says that it failed', { type: 'failed', error: { code: 'upstream_error', message: 'Gone.' } }, 'upstream_error'],
    ['ends before its audio', { type: 'done' }, 'internal_error'],
  ] as const)('[ER45] comes when the translator %s', (_, event, code) => {
    const { frames, effects } = play().translator(event as TranslatorProgress);
    expect(refusalOf(frames)).toMatchObject({ type: 'server_error', code });
    expect(effects).toMatchObject([{ do: 'close', code: 1011 }]);
  });

  it('ends without an event when the client disconnects', () => {
    const { host, translator } = play();
    expect(host('close')).toEqual({ frames: [], effects: [] });
    expect(translator({ type: 'output_transcript.delta', delta: 'x' })).toEqual({ frames: [], effects: [] });
  });
});
