import { append, play, types } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const LOGPROBS = [{ token: 'hi', logprob: -0.1, bytes: [104, 105] }];
const transcribed = (transcription: object | null = { model: 'whisper-1' }, more: object = {}) =>
  play({ session: { type: 'realtime', ...more, audio: { input: { transcription } } } as never });

/** Commits a second of audio and returns its item id. */
const commit = (played: ReturnType<typeof play>): string => {
  played.client(append(1000));
  return played.client({ type: 'input_audio_buffer.commit' })[0]!.item_id;
};
const transcript = (played: ReturnType<typeof play>, item_id: string) => {
  const [frame] = played.client({ type: 'conversation.item.retrieve', item_id });
  return (frame!.item!.content as { transcript?: unknown }[])[0]!.transcript;
};
const PREFIX = 'conversation.item.input_audio_transcription';

describe('transcription', () => {
  it('[TX1, TX3, TX5, TX12, CV31] sends deltas and exactly one end, also during a response', () => {
    const played = transcribed();
    const item_id = commit(played);
    expect(played.done()).toMatchObject([
      { do: 'commit_audio' },
      { do: 'transcribe', item_id, transcription: { model: 'whisper-1' }, logprobs: false },
    ]);
    expect(transcript(played, item_id)).toBeNull();
    played.client({ type: 'response.create' });
    expect(played.speech({ type: 'transcription.delta', item_id, delta: ' Hel' })[0]).toMatchObject({
      type: `${PREFIX}.delta`,
      item_id,
      content_index: 0,
      delta: 'Hel',
    });
    const [rest, completed] = played.speech({ type: 'transcription.completed', item_id, transcript: 'Hello.' });
    expect(rest).toMatchObject({ type: `${PREFIX}.delta`, item_id, content_index: 0, delta: 'lo.' });
    expect(completed).toMatchObject({ type: `${PREFIX}.completed`, item_id, content_index: 0, transcript: 'Hello.' });
    expect(transcript(played, item_id)).toBe('Hello.');
    expect(played.speech({ type: 'transcription.completed', item_id, transcript: 'again' })).toEqual([]);
    expect(played.speech({ type: 'transcription.delta', item_id, delta: 'late' })).toEqual([]);
  });

  it('[TX2] sends nothing when transcription is off', () => {
    const played = transcribed(null);
    const item_id = commit(played);
    expect(played.done().map((effect) => effect.do)).toEqual(['commit_audio']);
    expect(played.speech({ type: 'transcription.completed', item_id, transcript: 'hi' })).toEqual([]);
    expect(transcript(played, item_id)).toBeNull();
  });

  it('[TX4, OR6] sends deltas under the id of the open turn', () => {
    const played = transcribed();
    played.client(append(1000));
    const [started] = played.speech({ type: 'started', audio_ms: 500 });
    const { item_id } = started!;
    expect(types(played.speech({ type: 'transcription.delta', item_id, delta: 'hi' }))).toEqual([`${PREFIX}.delta`]);
    expect(played.speech({ type: 'transcription.delta', item_id: 'other', delta: 'hi' })).toEqual([]);
    played.speech({ type: 'stopped', audio_ms: 1000 });
    expect(types(played.speech({ type: 'transcription.completed', item_id, transcript: 'hi' }))).toEqual([
      `${PREFIX}.completed`,
    ]);
  });

  it('[TX6] reports usage in seconds, or in tokens for the gpt-4o family', () => {
    const cost = (model: string) => {
      const played = transcribed({ model });
      const item_id = commit(played);
      return played.speech({ type: 'transcription.completed', item_id, transcript: 'hi there' })[1]!.usage;
    };
    expect(cost('whisper-1')).toEqual({ type: 'duration', seconds: 1 });
    expect(cost('gpt-4o-mini-transcribe')).toEqual({
      type: 'tokens',
      total_tokens: 12,
      input_tokens: 10,
      output_tokens: 2,
      input_token_details: { text_tokens: 0, audio_tokens: 10 },
    });
    const played = transcribed();
    const item_id = commit(played);
    const usage = { type: 'duration', seconds: 3 } as const;
    expect(played.speech({ type: 'transcription.completed', item_id, transcript: '', usage })[0]).toMatchObject({
      usage,
    });
  });

  it('[TX7] completes with an empty transcript when nothing is intelligible', () => {
    const played = transcribed();
    const item_id = commit(played);
    const [completed] = played.speech({ type: 'transcription.completed', item_id, transcript: '' });
    expect(completed).toMatchObject({ type: `${PREFIX}.completed`, transcript: '' });
    expect(transcript(played, item_id)).toBe('');
  });

  it('[TX8] sends failed without param and without error, and the turn continues', () => {
    const played = transcribed();
    const item_id = commit(played);
    const error = { type: 'server_error', code: 'internal_error', message: 'it broke' };
    const frames = played.speech({ type: 'transcription.failed', item_id, error });
    expect(types(frames)).toEqual([`${PREFIX}.failed`]);
    expect(frames[0]!.error).toEqual(error);
    expect(transcript(played, item_id)).toBeNull();
    expect(types(played.client({ type: 'response.create' }))).toEqual(['response.created']);
  });

  it('[TX9] sends log probabilities only when requested', () => {
    const transcribe = (more: object) => {
      const played = transcribed({ model: 'whisper-1' }, more);
      const item_id = commit(played);
      return [
        ...played.speech({ type: 'transcription.delta', item_id, delta: 'hi', logprobs: LOGPROBS }),
        ...played.speech({ type: 'transcription.completed', item_id, transcript: 'hi', logprobs: LOGPROBS }),
      ];
    };
    for (const frame of transcribe({})) expect(frame).not.toHaveProperty('logprobs');
    const include = ['item.input_audio_transcription.logprobs'];
    for (const frame of transcribe({ include })) expect(frame.logprobs).toEqual(LOGPROBS);
  });

  it('[TX10, TX11] sends segments in seconds, and passes languages on', () => {
    const played = transcribed();
    const item_id = commit(played);
    const segment = { text: 'hi', speaker: 'A', start: 0.5, end: 1.25 };
    expect(played.speech({ type: 'transcription.segment', item_id, ...segment })[0]).toMatchObject({
      type: `${PREFIX}.segment`,
      content_index: 0,
      ...segment,
    });
    const [, completed] = played.speech({ type: 'transcription.completed', item_id, transcript: 'hi', languages: [] });
    expect(completed!.languages).toEqual([]);
  });

  it('[TX13] sends nothing more for a deleted item', () => {
    const played = transcribed();
    const item_id = commit(played);
    played.client({ type: 'conversation.item.delete', item_id });
    expect(played.speech({ type: 'transcription.delta', item_id, delta: 'hi' })).toEqual([]);
    expect(played.speech({ type: 'transcription.completed', item_id, transcript: 'hi' })).toEqual([]);
  });

  it('[TX14] applies a change from the next turn on', () => {
    const played = transcribed();
    const before = commit(played);
    played.client({ type: 'session.update', session: { type: 'realtime', audio: { input: { transcription: null } } } });
    const after = commit(played);
    expect(types(played.speech({ type: 'transcription.completed', item_id: before, transcript: 'hi' }))).toEqual([
      `${PREFIX}.delta`,
      `${PREFIX}.completed`,
    ]);
    expect(played.speech({ type: 'transcription.completed', item_id: after, transcript: 'hi' })).toEqual([]);
  });

  it('[TX15, TX18] interleaves items, and sends one delta for a transcriber that does not stream', () => {
    const played = transcribed();
    const [first, second] = [commit(played), commit(played)];
    const frames = [
      ...played.speech({ type: 'transcription.delta', item_id: second, delta: 'two' }),
      ...played.speech({ type: 'transcription.completed', item_id: first, transcript: 'one' }),
      ...played.speech({ type: 'transcription.completed', item_id: second, transcript: 'two' }),
    ];
    expect(frames.map((frame) => frame.item_id)).toEqual([second, first, first, second]);
  });

  it('[TX19] sends deltas that add up to the transcript, whatever white space they have', () => {
    const played = transcribed();
    played.client(append(1000));
    const { item_id } = played.speech({ type: 'started', audio_ms: 0 })[0]!;
    const frames = [
      ...played.speech({ type: 'transcription.delta', item_id, delta: ' ' }),
      ...played.speech({ type: 'transcription.delta', item_id, delta: ' Good ' }),
      ...played.speech({ type: 'stopped', audio_ms: 900 }),
      ...played.speech({ type: 'transcription.delta', item_id, delta: ' ' }),
      ...played.speech({ type: 'transcription.delta', item_id, delta: 'day' }),
      ...played.speech({ type: 'transcription.completed', item_id, transcript: ' Good  day to you. ' }),
    ].filter(({ type }) => type.startsWith(PREFIX));
    expect(frames.map(({ delta, transcript: whole }) => delta ?? whole)).toEqual([
      'Good',
      '  day',
      ' to you.',
      'Good  day to you.',
    ]);
  });

  it('[TX19] fails without a transcript when a transcriber retracts text', () => {
    const played = transcribed();
    const item_id = commit(played);
    played.speech({ type: 'transcription.delta', item_id, delta: 'Good dye' });
    const frames = played.speech({ type: 'transcription.completed', item_id, transcript: 'Good day.' });
    expect(frames).toMatchObject([{ type: `${PREFIX}.failed`, item_id, error: { code: 'transcription_failed' } }]);
    expect(transcript(played, item_id)).toBeNull();
    expect(played.speech({ type: 'transcription.completed', item_id, transcript: 'Good dye.' })).toEqual([]);
  });
});
