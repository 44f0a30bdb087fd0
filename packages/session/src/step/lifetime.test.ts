import { countWork } from '@support/count-work.ts';
import { audio, create, errorOf, play, texting, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { createSession } from './create-session.ts';
import { deadline } from './lifetime.ts';
import { step } from './step.ts';

const HOUR = 3_600_000;
const wrong = (event_id: string) => ({ type: 'response.cancel' as const, event_id });

describe('opening', () => {
  it('[SE1] ignores events before the session is open', () => {
    const state = createSession({ seed: [1, 2, 3, 4], model: 'm', started_at: 0 });
    expect(deadline(state)).toBeUndefined();
    const early = step(state, { at: 0, from: 'client', event: { type: 'response.create' } });
    expect(early).toEqual({ state, effects: [], refused: null });
    const opened = step(state, { at: 0, from: 'host', event: { type: 'open' } });
    expect(opened.effects.map((effect) => effect.do)).toEqual(['send', 'configure_speech', 'detect']);
    expect(step(opened.state, { at: 0, from: 'host', event: { type: 'open' } }).effects).toEqual([]);
  });
});

describe('closing', () => {
  it('[SE28, ER24, ER51] sends response.done, error and close at the maximum duration', () => {
    const played = play();
    played.wait(HOUR - 1000);
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'I was' }, audio(100));
    played.client(create(user('waiting', 'w')));
    const frames = played.wait(1000);
    expect(types(frames)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
      'conversation.item.added',
      'conversation.item.done',
      'error',
    ]);
    const message = 'Your session hit the maximum duration of 60 minutes.';
    expect(frames.at(-1)!.error).toEqual({
      type: 'invalid_request_error',
      code: 'session_expired',
      message,
      param: null,
      event_id: null,
    });
    expect(played.done()).toMatchObject([{ do: 'cancel' }, { do: 'close', code: 1001, reason: message }]);
    expect(played.client({ type: 'response.create' })).toEqual([]);
    expect(deadline(played.state)).toBeUndefined();
  });

  it('[LM8] takes the maximum duration from the host', () => {
    const played = play({ limits: { max_duration_ms: 1_800_000 } });
    expect(played.frames[0]!.session.expires_at).toBe(1_700_001_800);
    expect(played.wait(1_800_000).at(-1)!.error.message).toContain('30 minutes');
  });

  it('[LM10, ER43] ends the session after more than 100 refusals in 10 s', () => {
    const played = play(texting);
    played.client({ type: 'response.create' });
    for (let i = 0; i < 100; i++)
      expect(errorOf(played.client({ ...wrong(`e${i}`), response_id: 'x' })).event_id).toBe(`e${i}`);
    const frames = played.client({ ...wrong('last'), response_id: 'x' });
    expect(types(frames)).toEqual(['error', 'response.done', 'rate_limits.updated', 'error']);
    expect(frames[0]!.error.event_id).toBe('last');
    expect(frames.at(-1)!.error).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      event_id: null,
    });
    expect(played.done().at(-1)).toMatchObject({ do: 'close', code: 1008 });
  });

  it('[ER6] continues when refusals are spread over time', () => {
    const played = play();
    for (let i = 0; i < 500; i++) {
      played.wait(101);
      errorOf(played.client(wrong(`e${i}`)));
    }
  });

  it('[LM12] finishes running responses and starts none while draining', () => {
    const played = play(texting);
    played.client({ type: 'response.create' });
    expect(played.host({ type: 'drain' })).toEqual([]);
    expect(played.done()).toEqual([]);
    expect(errorOf(played.client({ type: 'response.create', response: { conversation: 'none' } })).code).toBe(
      'draining',
    );
    expect(types(played.engine({ type: 'text.delta', delta: 'bye' }, { type: 'done' })).slice(-2)).toEqual([
      'response.done',
      'rate_limits.updated',
    ]);
    expect(played.done()).toMatchObject([{ do: 'close', code: 1001 }]);
    const idle = play();
    idle.host({ type: 'drain' });
    expect(idle.done()).toMatchObject([{ do: 'close', code: 1001 }]);
  });

  it('stops engines and sends nothing when the client disconnects', () => {
    const played = play();
    played.client({ type: 'response.create' });
    played.client({ type: 'response.create', response: { conversation: 'none' } });
    expect(played.host({ type: 'close' })).toEqual([]);
    expect(played.done()).toMatchObject([{ do: 'cancel' }, { do: 'cancel' }]);
    expect(played.host({ type: 'close' })).toEqual([]);
  });
});

describe('refusals', () => {
  it('[ER2, ER3] states the event_id of the client event, or null', () => {
    const played = play();
    expect(errorOf(played.client(wrong('mine')))).toMatchObject({ event_id: 'mine' });
    expect(errorOf(played.client({ type: 'response.cancel' })).event_id).toBeNull();
    expect(errorOf(played.client({ type: 'response.cancel', event_id: null })).event_id).toBeNull();
    expect(Object.keys(played.frames.at(-1)!.error).sort()).toEqual(['code', 'event_id', 'message', 'param', 'type']);
  });

  it('[ER4] cuts ids in messages to printable characters and keeps messages on one line', () => {
    const item_id = `line\nbreak\u0000${'x'.repeat(900)}`;
    const { message } = errorOf(play().client({ type: 'conversation.item.delete', item_id }));
    expect(message).toBe(`Error deleting item: the item with id 'line?break?${'x'.repeat(53)}' does not exist.`);
  });

  it('[ER25, WR9] refuses output_audio_buffer.clear on a WebSocket', () => {
    const error = errorOf(play().client({ type: 'output_audio_buffer.clear' }));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'type' });
    expect(error.message).toMatch(
      /^Invalid value: 'output_audio_buffer.clear'. Supported values are: 'session.update', /,
    );
  });
});

describe('cost', () => {
  it('takes constant time per delta in a conversation of 10 or 5000 items, and after 4000 deltas', {
    tags: 'long',
  }, () => {
    const speaking = (count: number) => {
      const played = play({ ...texting, limits: { items: 20_000 } });
      let { state } = played;
      const tell = (event: object) => {
        state = step(state, { at: 0, from: 'client', event: event as never }).state;
      };
      for (let i = 0; i < count; i++) tell(create(user('hi', `u${i}`)));
      tell({ type: 'response.create' });
      return { state, response_id: state.responses[0]!.id };
    };
    const cost = ({ state: before, response_id }: ReturnType<typeof speaking>) => {
      let state = before;
      const deltas = (count: number) => {
        for (let i = 0; i < count; i++) {
          const event = { type: 'text.delta', delta: 'word ' } as const;
          state = step(state, { at: 0, from: 'engine', response_id, event }).state;
        }
      };
      deltas(200);
      const early = countWork(() => deltas(200));
      deltas(3400);
      return { early, late: countWork(() => deltas(200)) };
    };
    const [small, large] = [cost(speaking(10)), cost(speaking(5000))];
    expect(large.late / small.late).toBeLessThan(2);
    expect(large.late / large.early).toBeLessThan(2);
  });
});
