import { append, audio, create, play, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const detecting = (fields: object, more: object = {}) =>
  play({
    session: {
      type: 'realtime',
      audio: { input: { turn_detection: { type: 'server_vad', ...fields }, ...more } },
    } as never,
  });
const started = (audio_ms: number) => ({ type: 'started', audio_ms }) as const;
const stopped = (audio_ms: number) => ({ type: 'stopped', audio_ms }) as const;

/** A turn from 500 to 1000 ms of a second of audio. */
const turn = (played: ReturnType<typeof play>) => {
  played.client(append(1000));
  return [...played.speech(started(500)), ...played.speech(stopped(1000))];
};

describe('a turn', () => {
  it('[VA1, VA2, VA3, VA7] sends its five events under one id, and starts a response', () => {
    const frames = turn(play());
    expect(types(frames)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    expect(new Set(frames.slice(0, 5).map((frame) => frame.item_id ?? frame.item!.id)).size).toBe(1);
  });

  it('[VA3] opens once and closes once', () => {
    const played = play();
    played.client(append(1000));
    expect(played.speech(stopped(100))).toEqual([]);
    expect(played.speech(started(200))).toHaveLength(1);
    expect(played.speech(started(300))).toEqual([]);
  });

  it('[VA4] starts earlier by the padding, not before 0 or the end of the previous turn', () => {
    const played = play();
    played.client(append(2000));
    expect(played.speech(started(100))[0]).toMatchObject({ audio_start_ms: 0 });
    played.speech(stopped(900));
    expect(played.speech(started(1000))[0]).toMatchObject({ audio_start_ms: 900 });
    played.speech(stopped(1500));
    expect(played.speech(started(1900))[0]).toMatchObject({ audio_start_ms: 1600 });
  });

  it('[VA5, VA6] commits the audio from start to end and keeps the rest', () => {
    const played = play();
    played.client(append(2000));
    played.speech(started(500));
    expect(played.speech(stopped(1500))[0]).toMatchObject({ audio_end_ms: 1500 });
    expect(played.done()[0]).toMatchObject({ do: 'commit_audio', start: 200 * 48, end: 1500 * 48 });
    expect(played.state.buffer.bytes).toBe(500 * 48);
  });

  it('[VA7, VA11] starts no response when create_response is false', () => {
    const frames = turn(detecting({ create_response: false, interrupt_response: false }));
    expect(types(frames)).toHaveLength(5);
    expect(types(frames)).not.toContain('response.created');
  });

  it('[VA13] detects nothing when turn detection is off', () => {
    const played = play({ session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    expect(turn(played)).toEqual([]);
  });

  it('[VA16] sends the same events with semantic_vad', () => {
    const played = play({
      session: { type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad' } } } },
    });
    expect(types(turn(played)).at(-1)).toBe('response.created');
  });

  it('[VA26] detects turns in G.711', () => {
    const played = detecting({}, { format: { type: 'audio/pcmu' } });
    played.client({ type: 'input_audio_buffer.append', audio: Buffer.alloc(8000).toString('base64') });
    played.speech(started(500));
    played.speech(stopped(1000));
    expect(played.done()[0]).toMatchObject({ start: 1600, end: 8000 });
  });

  it('[VA27, TX16] commits and starts no response in a transcription session', () => {
    const frames = turn(play({ kind: 'transcription' }));
    expect(types(frames).filter((type) => type.startsWith('response.') || type.startsWith('rate'))).toEqual([]);
    expect(frames).toHaveLength(5);
  });
});

describe('barge-in', () => {
  const speaking = (fields: object) => {
    const played = detecting(fields);
    played.client(append(2000));
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'I was say' }, audio(500));
    return played;
  };

  it('[VA8, VA10, OR14] cancels the response with turn_detected after speech_started', () => {
    const played = speaking({});
    const frames = played.speech(started(500));
    expect(types(frames)).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(frames.at(-2)!.response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    });
    expect(played.done()).toMatchObject([{ do: 'open_turn' }, { do: 'cancel' }]);
    expect(types(played.speech(stopped(900)))).toContain('response.created');
  });

  it('[VA8] keeps the response when interrupt_response is false', () => {
    expect(types(speaking({ interrupt_response: false }).speech(started(500)))).toEqual([
      'input_audio_buffer.speech_started',
    ]);
  });

  it('[VA9, OB8] does not interrupt an out-of-band response', () => {
    const played = play();
    played.client(append(1000));
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    expect(types(played.speech(started(500)))).toEqual(['input_audio_buffer.speech_started']);
    expect(played.state.responses).toHaveLength(1);
  });

  it('[VA12] starts one response for all turns that end during a response', () => {
    const played = speaking({ interrupt_response: false });
    played.speech(started(100));
    expect(types(played.speech(stopped(500)))).not.toContain('response.created');
    played.speech(started(900));
    played.speech(stopped(1500));
    played.client(create(user('and this', 'typed')));
    const frames = played.engine({ type: 'done' });
    expect(types(frames).slice(-4)).toEqual([
      'rate_limits.updated',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    expect(types(played.engine({ type: 'done' })).filter((type) => type === 'response.created')).toEqual([]);
  });

  it('[VA12] drops a queued response when a turn interrupts', () => {
    const played = play();
    played.client(append(2000));
    played.speech(started(100));
    played.client({ type: 'response.create' });
    played.speech(stopped(500));
    expect(types(played.speech(started(900)))).toEqual([
      'input_audio_buffer.speech_started',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(types(played.speech(stopped(1500))).filter((type) => type === 'response.created')).toHaveLength(1);
  });

  it('[VA28] cancels nothing after response.done', () => {
    const played = speaking({});
    played.engine({ type: 'done' });
    expect(types(played.speech(started(500)))).toEqual(['input_audio_buffer.speech_started']);
  });
});

describe('the idle timeout', () => {
  const idle = (more: object = {}) => {
    const played = detecting({ idle_timeout_ms: 6000 }, more);
    played.client(create(user('hi', 'U')));
    played.client(append(8000));
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'hello' }, audio(1000), { type: 'done' });
    return played;
  };

  it('[VA19] fires after the audio has been played and the timeout has passed', () => {
    const played = idle();
    expect(played.wait(6999)).toEqual([]);
    expect(types(played.wait(1))[0]).toBe('input_audio_buffer.timeout_triggered');
  });

  it('[VA21, VA22, VA23, OR13] T9: adds a system message, commits the silence and starts a response', () => {
    const played = idle({ transcription: { model: 'whisper-1' } });
    const A = played.frames.find((frame) => frame.item?.role === 'assistant')!.item!.id;
    const frames = played.wait(7000);
    expect(types(frames)).toEqual([
      'input_audio_buffer.timeout_triggered',
      'conversation.item.added',
      'conversation.item.done',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'conversation.item.input_audio_transcription.completed',
    ]);
    const [timeout, system, , committed, silent] = frames;
    expect(system).toMatchObject({ previous_item_id: A, item: { role: 'system' } });
    expect(timeout!.item_id).toBe(committed!.item_id);
    expect(committed!.previous_item_id).toBe(system!.item!.id);
    expect(silent).toMatchObject({ previous_item_id: system!.item!.id, item: { id: timeout!.item_id, role: 'user' } });
    expect(timeout!.audio_end_ms - timeout!.audio_start_ms).toBe(6000);
    expect(frames.at(-1)).toMatchObject({ item_id: timeout!.item_id, transcript: '' });
  });

  it('[VA23] commits an empty item when no audio was sent', () => {
    const played = detecting({ idle_timeout_ms: 5000 });
    played.client({ type: 'response.create' });
    played.engine({ type: 'done' });
    expect(types(played.wait(5000))).toContain('input_audio_buffer.committed');
  });

  it.each([
    ['speech', (played: ReturnType<typeof play>) => played.speech(started(7000))],
    ['a commit', (played: ReturnType<typeof play>) => played.client({ type: 'input_audio_buffer.commit' })],
    ['a created item', (played: ReturnType<typeof play>) => played.client(create(user('x')))],
    ['a new response', (played: ReturnType<typeof play>) => played.client({ type: 'response.create' })],
    [
      'another turn detection',
      (played: ReturnType<typeof play>) =>
        played.client({
          type: 'session.update',
          session: {
            type: 'realtime',
            audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 9000 } } },
          },
        }),
    ],
  ])('[VA20] %s stops it', (_name, act) => {
    const played = idle();
    act(played);
    expect(types(played.wait(20_000))).not.toContain('input_audio_buffer.timeout_triggered');
  });

  it('[VA20] keeps running when another field of turn detection changes', () => {
    for (const change of [{ create_response: false }, { interrupt_response: false }, { threshold: 0.9 }]) {
      const played = idle();
      const turn_detection = { type: 'server_vad', ...change };
      played.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
      expect(types(played.wait(20_000))).toContain('input_audio_buffer.timeout_triggered');
    }
  });

  it('[OB9] ignores out-of-band responses', () => {
    const played = idle();
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    played.engine({ type: 'done' });
    expect(types(played.wait(7000))[0]).toBe('input_audio_buffer.timeout_triggered');
    const fresh = detecting({ idle_timeout_ms: 5000 });
    fresh.client({ type: 'response.create', response: { conversation: 'none' } });
    fresh.engine({ type: 'done' });
    expect(fresh.wait(60_000)).toEqual([]);
  });

  it('[VA24] fires three times in a row, then waits for the user', () => {
    const played = idle();
    const fires = () => {
      const fired = types(played.wait(20_000)).includes('input_audio_buffer.timeout_triggered');
      if (fired) played.engine({ type: 'done' });
      return fired;
    };
    expect([fires(), fires(), fires(), fires()]).toEqual([true, true, true, false]);
    played.client(create(user('here')));
    played.client({ type: 'response.create' });
    played.engine({ type: 'done' });
    expect(fires()).toBe(true);
  });

  it('[VA25] starts from zero when turned off and on again', () => {
    const played = idle();
    const detection = (turn_detection: object | null) =>
      played.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
    detection(null);
    detection({ type: 'server_vad', idle_timeout_ms: 6000 });
    expect(played.wait(30_000)).toEqual([]);
  });
});
