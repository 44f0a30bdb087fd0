import { append, audio, create, errorOf, play, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const truncate = (item_id: string, audio_end_ms: number, content_index = 0) => ({
  type: 'conversation.item.truncate' as const,
  event_id: 'mine',
  item_id,
  content_index,
  audio_end_ms,
});
const retrieve = (item_id: string) => ({ type: 'conversation.item.retrieve' as const, item_id });

/** A session with a response in progress: 500 ms of audio so far. */
const speaking = () => {
  const played = play();
  played.client({ type: 'response.create' });
  const [opened] = played.engine({ type: 'transcript.delta', delta: 'words to ' }, audio(500));
  return { played, id: opened!.item!.id! };
};
/** A session whose response is done. */
const spoken = () => {
  const { played, id } = speaking();
  played.engine({ type: 'done' });
  return { played, id };
};

describe('conversation.item.truncate', () => {
  it('[TR1, TR4] sends only truncated, cuts the audio and deletes the transcript', () => {
    const { played, id } = spoken();
    const frames = played.client(truncate(id, 200));
    expect(types(frames)).toEqual(['conversation.item.truncated']);
    expect(frames[0]).toMatchObject({ item_id: id, content_index: 0, audio_end_ms: 200 });
    expect(played.done()).toEqual([{ do: 'cut_audio', item_id: id, content_index: 0, bytes: 9600 }]);
    expect(played.client(retrieve(id))[0]!.item!.content).toEqual([{ type: 'output_audio', transcript: null }]);
  });

  it('[TR2] accepts 0, and refuses fractions and negative numbers', () => {
    const { played, id } = spoken();
    expect(types(played.client(truncate(id, 0)))).toEqual(['conversation.item.truncated']);
    expect(played.done()).toMatchObject([{ bytes: 0 }]);
    expect(errorOf(played.client(truncate(id, -1)))).toMatchObject({
      code: 'integer_below_min_value',
      param: 'audio_end_ms',
    });
    expect(errorOf(played.client(truncate(id, 0.5)))).toMatchObject({ code: 'invalid_type', param: 'audio_end_ms' });
  });

  it('[TR2, TR3] accepts the end of the audio and refuses a position past it', () => {
    const { played, id } = spoken();
    const before = JSON.stringify(played.state.items);
    expect(errorOf(played.client(truncate(id, 501)))).toEqual({
      type: 'invalid_request_error',
      code: 'invalid_value',
      param: null,
      message: 'Audio content of 500ms is already shorter than 501ms',
      event_id: 'mine',
    });
    expect(JSON.stringify(played.state.items)).toBe(before);
    expect(types(played.client(truncate(id, 500)))).toEqual(['conversation.item.truncated']);
  });

  it('[TR5] keeps the heard audio in later contexts, without the transcript', () => {
    const { played, id } = spoken();
    played.client(truncate(id, 200));
    played.client({ type: 'response.create' });
    const respond = played.done().find((effect) => effect.do === 'respond');
    expect(respond!.request.context).toMatchObject([{ id, content: [{ type: 'output_audio', transcript: null }] }]);
    expect(JSON.stringify(respond)).not.toContain('words to');
  });

  it('[TR6] refuses an unknown item', () => {
    expect(errorOf(play().client(truncate('x', 0)))).toMatchObject({
      code: 'item_truncate_invalid_item_id',
      param: null,
      message: "Error truncating item: the item with id 'x' does not exist.",
    });
  });

  it('[TR7] refuses items without assistant audio', () => {
    const played = play();
    played.client(create(user('hi', 'a')));
    played.client(
      create({ type: 'message', role: 'assistant', id: 'b', content: [{ type: 'output_text', text: 'hi' }] }),
    );
    played.client(append(200));
    const [committed] = played.client({ type: 'input_audio_buffer.commit' });
    for (const id of ['a', 'b', committed!.item_id]) {
      expect(errorOf(played.client(truncate(id, 0)))).toMatchObject({
        code: null,
        param: null,
        message: 'Only model output audio messages can be truncated',
      });
    }
  });

  it('[TR8] refuses a content_index without audio', () => {
    const { played, id } = spoken();
    expect(errorOf(played.client(truncate(id, 0, 1)))).toMatchObject({ code: 'invalid_value', param: 'content_index' });
  });

  it('[TR9, TR10] does not stop generation: later audio is sent and not stored', () => {
    const { played, id } = speaking();
    expect(errorOf(played.client(truncate(id, 501))).code).toBe('invalid_value');
    expect(types(played.client(truncate(id, 300)))).toEqual(['conversation.item.truncated']);
    const frames = played.engine({ type: 'transcript.delta', delta: 'say' }, audio(500), { type: 'done' });
    expect(types(frames).slice(0, 2)).toEqual([
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
    ]);
    const find = (type: string) => frames.find((frame) => frame.type === type)!;
    expect(find('response.output_audio_transcript.done').transcript).toBe('words to say');
    expect(find('conversation.item.done').item!.content).toEqual([{ type: 'output_audio', transcript: null }]);
    expect(played.client(retrieve(id))[0]!.item!.content).toEqual([{ type: 'output_audio', transcript: null }]);
    expect(errorOf(played.client(truncate(id, 301))).message).toBe(
      'Audio content of 300ms is already shorter than 301ms',
    );
  });

  it('[TR11] sends only truncated after a cancel', () => {
    const { played, id } = speaking();
    played.client({ type: 'response.cancel' });
    expect(types(played.client(truncate(id, 100)))).toEqual(['conversation.item.truncated']);
  });

  it('[TR12] accepts a second truncation only to an earlier end', () => {
    const { played, id } = spoken();
    played.client(truncate(id, 300));
    expect(types(played.client(truncate(id, 200)))).toEqual(['conversation.item.truncated']);
    expect(errorOf(played.client(truncate(id, 201))).message).toBe(
      'Audio content of 200ms is already shorter than 201ms',
    );
  });

  it('[SE15] unfixes the voice when no audio is left', () => {
    for (const { played, id } of [spoken(), speaking()]) {
      played.client(truncate(id, 0));
      played.engine({ type: 'done' });
      const session = { type: 'realtime', audio: { output: { voice: 'alloy' } } };
      expect(types(played.client({ type: 'session.update', session }))).toEqual(['session.updated']);
    }
  });
});
