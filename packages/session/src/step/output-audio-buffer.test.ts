import {
  append,
  audio,
  create,
  errorOf,
  type Frame,
  type Played,
  play,
  types,
  user,
} from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import type { SessionOptions } from './create-session.ts';

const detection = (more: object = {}) =>
  ({ type: 'server_vad', prefix_padding_ms: 0, ...more }) as Record<string, unknown> & { type: 'server_vad' };

/** A call with turn detection. */
const call = (more: object = {}, options: Partial<SessionOptions> = {}) =>
  play({
    playback: true,
    session: { type: 'realtime', audio: { input: { turn_detection: detection(more) } } },
    ...options,
  });

/** A call with a response in progress: 500 ms of audio so far, none of it played. */
const speaking = (played: Played = call()) => {
  const [created] = played.client({ type: 'response.create' });
  const [opened] = played.engine({ type: 'transcript.delta', delta: 'words to hear' }, audio(500));
  return { played, response_id: created!.response.id as string, item_id: opened!.item!.id as string };
};

const clear = { type: 'output_audio_buffer.clear', event_id: 'mine' } as const;
const playedOf = (item_id: string, ms: number) =>
  ({ type: 'played', item_id, content_index: 0, bytes: ms * 48 }) as const;
const speechAt = (audio_ms: number) => ({ type: 'started', audio_ms }) as const;
const bufferEvents = (frames: readonly Frame[]) =>
  frames.filter(({ type }) => /^output_audio_buffer|truncated$/.test(type));

describe('the audio of a call', () => {
  it('is an effect for the host instead of an event, and is stored for retrieval', () => {
    const { played, response_id, item_id } = speaking();
    const where = { item_id, content_index: 0, format: { type: 'audio/pcm', rate: 24_000 } };
    expect(played.done().map(({ do: name }) => name)).toEqual(['store_audio', 'play_audio']);
    expect(played.done()).toMatchObject([where, { response_id, ...where }]);
    const ended = types(played.engine({ type: 'done' }));
    expect(ended).toContain('response.output_audio.done');
    expect(played.done()).toEqual([{ do: 'end_playback', response_id }]);
    expect(types(played.frames)).not.toContain('response.output_audio.delta');
    expect(types(played.frames)).toContain('response.output_audio_transcript.delta');
  });

  it('[CV29] is retrievable when it was played', () => {
    const { played, item_id } = speaking();
    played.engine({ type: 'done' });
    played.client({ type: 'conversation.item.retrieve', item_id });
    expect(played.effects.at(-1)).toMatchObject({ do: 'send', fill_audio: true });
  });

  it('needs no end_playback for a response without audio', () => {
    const played = call();
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'silent' }, { type: 'done' });
    expect(played.done()).toEqual([]);
  });

  it('is played out of band too', () => {
    const played = call();
    const [created] = played.client({ type: 'response.create', response: { conversation: 'none' } });
    const response_id = created!.response.id;
    played.engine(audio(100), { type: 'done' });
    expect(played.effects.filter((effect) => effect.do === 'play_audio')).toMatchObject([{ response_id }]);
    expect(types(played.playback({ type: 'drained', response_id }))).toEqual([
      'output_audio_buffer.started',
      'output_audio_buffer.stopped',
    ]);
  });
});

describe('started and stopped', () => {
  it('[OR15] T6: started follows the first content part, stopped follows response.done and the rate limits', () => {
    const { played, response_id } = speaking();
    expect(played.playback({ type: 'started', response_id })).toMatchObject([
      { type: 'output_audio_buffer.started', response_id },
    ]);
    played.engine({ type: 'done' });
    expect(played.playback({ type: 'drained', response_id })).toMatchObject([
      { type: 'output_audio_buffer.stopped', response_id },
    ]);
    expect(types(played.frames.slice(2))).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'output_audio_buffer.started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
      'output_audio_buffer.stopped',
    ]);
  });

  it('[OR15] holds stopped back when the audio runs out before the response is done', () => {
    const { played, response_id } = speaking();
    expect(types(played.playback({ type: 'drained', response_id }))).toEqual(['output_audio_buffer.started']);
    expect(types(played.engine({ type: 'done' })).slice(-2)).toEqual([
      'rate_limits.updated',
      'output_audio_buffer.stopped',
    ]);
  });

  it('waits for audio that came after it had run out', () => {
    const { played, response_id } = speaking();
    played.playback({ type: 'drained', response_id });
    played.engine(audio(100));
    expect(types(played.engine({ type: 'done' }))).not.toContain('output_audio_buffer.stopped');
    expect(types(played.playback({ type: 'drained', response_id }))).toEqual(['output_audio_buffer.stopped']);
  });

  it('sends each once, and ignores reports about what is not in the buffer', () => {
    const { played, response_id, item_id } = speaking();
    played.playback({ type: 'started', response_id });
    expect(played.playback({ type: 'started', response_id })).toEqual([]);
    played.engine({ type: 'done' });
    played.playback({ type: 'drained', response_id });
    for (const type of ['started', 'drained'] as const) expect(played.playback({ type, response_id })).toEqual([]);
    expect(played.playback(playedOf(item_id, 100))).toEqual([]);
    expect(played.playback({ type: 'started', response_id: 'resp_unknown' })).toEqual([]);
  });

  it('has no effect without a call', () => {
    const { played, response_id, item_id } = speaking(play());
    const { output_audio_buffer } = played.state;
    expect(output_audio_buffer).toBeUndefined();
    expect(types(played.frames)).toContain('response.output_audio.delta');
    expect(played.playback({ type: 'started', response_id })).toEqual([]);
    expect(played.playback(playedOf(item_id, 100))).toEqual([]);
    expect(played.effects.some((effect) => effect.do === 'play_audio')).toBe(false);
  });
});

describe('output_audio_buffer.clear', () => {
  it('[WR7, WR8] is answered by cleared, and the response is not stopped later', () => {
    const { played, response_id, item_id } = speaking();
    played.playback({ type: 'started', response_id });
    played.engine({ type: 'done' });
    played.playback(playedOf(item_id, 200));
    expect(played.client(clear)).toMatchObject([
      { type: 'output_audio_buffer.cleared', response_id },
      { type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms: 200 },
    ]);
    expect(played.done()).toEqual([
      { do: 'clear_playback' },
      { do: 'cut_audio', item_id, content_index: 0, bytes: 9600 },
    ]);
    expect(played.playback({ type: 'drained', response_id })).toEqual([]);
  });

  it('[WR7] with an empty buffer is answered for the last response, and by nothing if there was none', () => {
    const played = call();
    expect(played.client(clear)).toEqual([]);
    const { response_id } = speaking(played);
    played.engine({ type: 'done' });
    played.playback({ type: 'drained', response_id });
    expect(played.client(clear)).toMatchObject([{ type: 'output_audio_buffer.cleared', response_id }]);
  });

  it('[WR7] drops what the response still produces, and does not cancel it', () => {
    const { played, response_id, item_id } = speaking();
    played.playback(playedOf(item_id, 300));
    expect(types(played.client(clear))).toEqual(['output_audio_buffer.cleared', 'conversation.item.truncated']);
    const effects = played.effects.length;
    played.engine({ type: 'transcript.delta', delta: ' and more' }, audio(400));
    expect(played.effects.slice(effects).some((effect) => effect.do === 'play_audio')).toBe(false);
    const done = played.engine({ type: 'done' });
    expect(done.find(({ type }) => type === 'response.done')!.response).toMatchObject({ status: 'completed' });
    expect(done.find(({ type }) => type === 'conversation.item.done')!.item!.content).toEqual([
      { type: 'output_audio', transcript: null },
    ]);
    expect(bufferEvents(done)).toEqual([]);
    expect(played.state.output_audio_buffer!.responses).toEqual([]);
    const next = speaking(played);
    expect(next.response_id).not.toBe(response_id);
    expect(played.effects.at(-1)).toMatchObject({ do: 'play_audio', response_id: next.response_id });
  });

  it('[WR11] truncates a part whose later audio was dropped', () => {
    const { played, item_id } = speaking();
    played.playback(playedOf(item_id, 500));
    expect(types(played.client(clear))).toEqual(['output_audio_buffer.cleared']);
    expect(bufferEvents(played.engine(audio(100), audio(100)))).toMatchObject([{ item_id, audio_end_ms: 500 }]);
    const frames = played.engine({ type: 'message' }, { type: 'transcript.delta', delta: 'unheard' }, audio(100));
    expect(bufferEvents(frames)).toMatchObject([{ item_id: frames[0]!.item!.id, audio_end_ms: 0 }]);
  });

  it('[WR11] truncates what was queued behind, at 0', () => {
    const { played, response_id, item_id } = speaking();
    played.engine({ type: 'done' });
    const next = speaking(played);
    played.engine({ type: 'done' });
    played.playback(playedOf(item_id, 100));
    expect(played.client(clear)).toMatchObject([
      { type: 'output_audio_buffer.cleared', response_id },
      { type: 'output_audio_buffer.cleared', response_id: next.response_id },
      { type: 'conversation.item.truncated', item_id, audio_end_ms: 100 },
      { type: 'conversation.item.truncated', item_id: next.item_id, audio_end_ms: 0 },
    ]);
  });

  it('[WR11] leaves alone what the client deleted, or truncated further', () => {
    const first = speaking();
    first.played.engine({ type: 'done' });
    first.played.client({ type: 'conversation.item.delete', item_id: first.item_id });
    expect(types(first.played.client(clear))).toEqual(['output_audio_buffer.cleared']);
    const { played, item_id } = speaking();
    const truncate = { type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 } as const;
    played.client(truncate);
    played.playback(playedOf(item_id, 200));
    expect(types(played.client(clear))).toEqual(['output_audio_buffer.cleared']);
  });

  it('[TR13, WR11] after response.cancel: the buffer plays on until it is cleared, without an error', () => {
    const { played, item_id } = speaking();
    played.playback(playedOf(item_id, 120));
    expect(types(played.client({ type: 'response.cancel' }))).not.toContain('output_audio_buffer.cleared');
    expect(played.done().map(({ do: name }) => name)).toEqual(['cancel', 'end_playback']);
    expect(played.client(clear)).toMatchObject([
      { type: 'output_audio_buffer.cleared' },
      { type: 'conversation.item.truncated', audio_end_ms: 120 },
    ]);
  });
});

describe('speech during playback', () => {
  const atSpeech = (played: Played) => {
    played.media(2000);
    return played.speech(speechAt(1000));
  };

  it('[WR10, WR11, WR19, OR14, TR10] clears, truncates, closes out and cancels, in this order', () => {
    const { played, response_id, item_id } = speaking();
    played.playback(playedOf(item_id, 250));
    const frames = atSpeech(played);
    expect(types(frames)).toEqual([
      'input_audio_buffer.speech_started',
      'output_audio_buffer.cleared',
      'conversation.item.truncated',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(frames[1]).toMatchObject({ response_id });
    expect(frames[2]).toMatchObject({ item_id, audio_end_ms: 250 });
    expect(frames[4]).toMatchObject({ transcript: 'words to hear' });
    expect(frames[6]!.item!.content).toEqual([{ type: 'output_audio', transcript: null }]);
    expect(played.done().map(({ do: name }) => name)).toEqual(['open_turn', 'clear_playback', 'cut_audio', 'cancel']);
  });

  it('[WR10, VA28] clears after response.done too, and cancels nothing', () => {
    const { played, response_id, item_id } = speaking();
    played.engine({ type: 'done' });
    played.playback(playedOf(item_id, 10));
    expect(atSpeech(played)).toMatchObject([
      { type: 'input_audio_buffer.speech_started' },
      { type: 'output_audio_buffer.cleared', response_id },
      { type: 'conversation.item.truncated', item_id, audio_end_ms: 10 },
    ]);
  });

  it('[WR10] clears nothing when interrupt_response is false', () => {
    const { played } = speaking(call({ interrupt_response: false }));
    expect(types(atSpeech(played))).toEqual(['input_audio_buffer.speech_started']);
    expect(played.done()).toMatchObject([{ do: 'open_turn' }]);
  });

  it('[WR10] sends nothing when everything was played', () => {
    const { played, response_id } = speaking();
    played.engine({ type: 'done' });
    played.playback({ type: 'drained', response_id });
    expect(types(atSpeech(played))).toEqual(['input_audio_buffer.speech_started']);
  });

  it('[WR11] truncates at whole milliseconds, never past what was sent', () => {
    const { played, item_id } = speaking();
    played.playback({ type: 'played', item_id, content_index: 0, bytes: 4847 });
    expect(bufferEvents(atSpeech(played)).at(-1)).toMatchObject({ audio_end_ms: 100 });
    const other = speaking();
    other.played.playback(playedOf(other.item_id, 60_000));
    expect(types(bufferEvents(atSpeech(other.played)))).toEqual(['output_audio_buffer.cleared']);
  });
});

describe('the microphone of a call', () => {
  it('[WR15] is an input of its own: append is refused, commit and clear are not', () => {
    const played = call({}, { session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    expect(errorOf(played.client({ ...append(100), event_id: 'mine' }))).toMatchObject({
      code: 'invalid_value',
      param: 'type',
      event_id: 'mine',
    });
    expect(played.media(200)).toEqual([]);
    expect(played.done()).toMatchObject([{ do: 'append_audio' }]);
    expect(types(played.client({ type: 'input_audio_buffer.commit' }))[0]).toBe('input_audio_buffer.committed');
    expect(types(played.client({ type: 'input_audio_buffer.clear' }))).toEqual(['input_audio_buffer.cleared']);
  });

  it('[WR31] drops its oldest audio when the buffer is full, and refuses nothing', () => {
    const played = call(
      {},
      { limits: { buffer_ms: 300 }, session: { type: 'realtime', audio: { input: { turn_detection: null } } } },
    );
    for (let i = 0; i < 4; i++) expect(played.media(100)).toEqual([]);
    expect(played.done()).toMatchObject([{ do: 'trim_audio', bytes: 4800 }, { do: 'append_audio' }]);
    expect(played.state.buffer).toMatchObject({ bytes: 300 * 48, appended: 400 * 48 });
  });
});

describe('the idle timer of a call', () => {
  const finished = () => {
    const spoken = speaking(call({ idle_timeout_ms: 6000 }));
    spoken.played.engine({ type: 'done' });
    return spoken;
  };
  const hasFired = (frames: readonly Frame[]) => types(frames).includes('input_audio_buffer.timeout_triggered');

  it('[VA19] starts when playback stops', () => {
    const { played, response_id } = finished();
    expect(played.wait(60_000)).toEqual([]);
    played.playback({ type: 'drained', response_id });
    expect(played.wait(5999)).toEqual([]);
    expect(hasFired(played.wait(1))).toBe(true);
  });

  it('[VA19] starts when playback is cleared', () => {
    const { played } = finished();
    played.client(clear);
    expect(hasFired(played.wait(6000))).toBe(true);
  });

  it('[VA20] does not start when the client acted during playback', () => {
    const { played, response_id } = finished();
    played.client(create(user('wait')));
    played.playback({ type: 'drained', response_id });
    expect(played.wait(60_000)).toEqual([]);
  });

  it('[VA19] starts at response.done when nothing plays', () => {
    const played = call({ idle_timeout_ms: 6000 });
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'silent' }, { type: 'done' });
    expect(hasFired(played.wait(6000))).toBe(true);
  });
});

it('[LM12] a drained call ends when its last answer has been played', () => {
  const { played, response_id } = speaking();
  played.host({ type: 'drain' });
  played.engine({ type: 'done' });
  expect(played.state.phase).toBe('draining');
  played.playback({ type: 'drained', response_id });
  expect(played.done()).toMatchObject([{ do: 'close', code: 1001 }]);
});
