import { encodeBase64 } from '@colloquy/protocol';
import { begun, CREATED, done, ITEM, relay } from '@support/relay-pair.ts';
import { describe, expect, it } from 'vitest';
import type { AudioPart, PlayedPart } from '../calls/call-audio.ts';
import { MemoryCallAudio } from '../calls/memory-call-audio.ts';
import type { RelayEffect, RelayInput } from './relay-input.ts';
import { createRelayState } from './relay-state.ts';
import { stepRelay } from './relay-step.ts';

const AUDIO = encodeBase64(new Uint8Array(4800));
const PART = { response_id: 'resp_a', item_id: 'item_a', content_index: 0 };
const DELTA = { type: 'response.output_audio.delta', ...PART, output_index: 0, delta: AUDIO };
const SPEECH = { type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'item_u' };
const CLEAR = { type: 'output_audio_buffer.clear', event_id: 'clear_1' };
/** 25 of 100 ms are on the wire. */
const PLAYED: PlayedPart = { ...PART, sentBytes: 4800, playedBytes: 1200 };

const created = (interrupt_response: boolean) => ({
  ...CREATED,
  session: {
    ...CREATED.session,
    audio: { input: { turn_detection: { type: 'server_vad', interrupt_response } }, output: {} },
  },
});

/** A relayed call, step by step. */
function call() {
  const budgets = { idleMs: 1000, totalMs: 1000 };
  const rules = { locked: [], config: undefined };
  let state = createRelayState({ rules, budgets, sessionMs: 60_000, drainCode: 1001, idSeed: 'seed', isCall: true });
  const apply = (input: RelayInput): readonly RelayEffect[] => {
    const next = stepRelay(state, input);
    state = next.state;
    return next.effects;
  };
  const frame = (event: object) => JSON.stringify({ event_id: 'event_up', ...event });
  return {
    apply,
    upstream: (event: object, played: PlayedPart[] = []) =>
      apply({ at: 0, from: 'upstream', frame: frame(event), played }),
    client: (event: object, played: PlayedPart[] = []) =>
      apply({ at: 0, from: 'client', frame: JSON.stringify(event), played }),
  };
}

/** What the client gets, what the upstream gets, and what is done with the audio, in order. */
const outcome = (effects: readonly RelayEffect[]) =>
  effects.map((effect) => {
    if (effect.do === 'send') return effect.event.type;
    if (effect.do !== 'request') return effect.do;
    const { type, item_id, content_index, audio_end_ms } = JSON.parse(effect.text);
    return { type, item_id, content_index, audio_end_ms };
  });

const TRUNCATE = { type: 'conversation.item.truncate', item_id: 'item_a', content_index: 0, audio_end_ms: 25 };

describe('the output audio of a relayed call', () => {
  it('[RL16, WR4, WR5, WR6] is played and not sent, and announced as it is played', () => {
    const { upstream, apply } = call();
    upstream(created(true));
    upstream(begun('resp_a'));
    expect(upstream(DELTA)).toEqual([
      { do: 'record', from: 'server', event: { event_id: 'event_up', ...DELTA } },
      { do: 'play_audio', ...PART, format: { type: 'audio/pcm', rate: 24_000 }, audio: AUDIO },
    ]);
    const report = (type: 'started' | 'drained') =>
      outcome(apply({ at: 0, from: 'playback', event: { type, response_id: 'resp_a' } }));
    expect(report('started')).toEqual(['output_audio_buffer.started']);
    expect(outcome(upstream(done('resp_a')))).toEqual(['response.done', 'end_playback']);
    expect(report('drained')).toEqual(['output_audio_buffer.stopped']);
    expect(report('drained')).toEqual([]);
  });

  it('[RL17, WR10, WR19] is cleared when speech interrupts it, and truncated upstream at what was played', () => {
    const { upstream } = call();
    upstream(created(true));
    upstream(begun('resp_a'));
    upstream(DELTA);
    expect(outcome(upstream(SPEECH, [PLAYED]))).toEqual([
      'input_audio_buffer.speech_started',
      'clear_playback',
      'output_audio_buffer.cleared',
      TRUNCATE,
    ]);
    expect(outcome(upstream(DELTA))).toEqual(['record']);
    expect(outcome(upstream(done('resp_a')))).toEqual(['response.done']);
  });

  it('[RL17] plays on when speech does not interrupt', () => {
    const { upstream } = call();
    upstream(created(false));
    upstream(begun('resp_a'));
    upstream(DELTA);
    expect(outcome(upstream(SPEECH, [PLAYED]))).toEqual(['input_audio_buffer.speech_started']);
  });

  it('[RL17, WR7, WR8] is cleared by the client, which the upstream is not told', () => {
    const { upstream, client, apply } = call();
    upstream(created(true));
    expect(outcome(client(CLEAR))).toEqual(['record']);
    upstream(begun('resp_a'));
    upstream(DELTA);
    upstream(done('resp_a'));
    expect(outcome(client(CLEAR, [PLAYED]))).toEqual([
      'record',
      'clear_playback',
      'output_audio_buffer.cleared',
      TRUNCATE,
    ]);
    expect(outcome(apply({ at: 0, from: 'playback', event: { type: 'drained', response_id: 'resp_a' } }))).toEqual([]);
    expect(outcome(client(CLEAR))).toEqual(['record', 'output_audio_buffer.cleared']);
  });

  it('[RL17] is not truncated where it was played to its end', () => {
    const { upstream, client } = call();
    upstream(created(true));
    upstream(begun('resp_a'));
    upstream(DELTA);
    expect(outcome(client(CLEAR, [{ ...PLAYED, playedBytes: 4800 }]))).not.toContainEqual(
      expect.objectContaining({ type: 'conversation.item.truncate' }),
    );
  });

  it('[RL7, RL16] ends when the relay ends its response', () => {
    const { upstream, apply } = call();
    upstream(created(true));
    upstream(begun('resp_a'));
    upstream(DELTA);
    const effects = stepLate(apply);
    expect(effects.slice(-2)).toEqual(['response.done', 'end_playback']);
  });
});

/** The upstream makes no progress for longer than its budget. */
const stepLate = (apply: ReturnType<typeof call>['apply']) =>
  outcome(apply({ at: 0, from: 'host', event: { type: 'upstream_closed', code: 1006, reason: '' } })).filter(
    (each) => each !== 'warn' && each !== 'close',
  );

/** A call that plays nothing, and has 10 ms more to play than the relay reads ahead. */
class SlowCallAudio extends MemoryCallAudio {
  override unplayedBytes = 0;

  override play(part: AudioPart, audio: Uint8Array): void {
    super.play(part, audio);
    this.unplayedBytes = 300_010 * 48;
  }
}

describe('the input audio of a relayed call', () => {
  it('[RL16, WR15] is sent upstream in the format of its session, and refused as an event', async () => {
    const callAudio = new MemoryCallAudio();
    const { send, say, next, forwarded } = relay({ callAudio });
    const format = { type: 'audio/pcmu' };
    say({ ...CREATED, session: { ...CREATED.session, audio: { input: { format }, output: { format } } } });
    await next();
    callAudio.input.push(new Uint8Array(1920));
    const { audio, ...append } = await forwarded();
    expect(append).toEqual({ type: 'input_audio_buffer.append' });
    expect(Buffer.from(String(audio), 'base64').length).toBeGreaterThan(200);
    send({ type: 'input_audio_buffer.append', audio: AUDIO, event_id: 'e1' });
    expect(await next()).toMatchObject({
      type: 'error',
      error: { code: 'invalid_value', param: 'type', event_id: 'e1' },
    });
    send({ type: 'input_audio_buffer.commit' });
    expect(await forwarded()).toEqual({ type: 'input_audio_buffer.commit' });
  });

  it('[RL16] is not read ahead of what is played without bound', async () => {
    const callAudio = new SlowCallAudio();
    const { say, next } = relay({ callAudio });
    say(CREATED, begun('resp_a'), DELTA, { type: 'response.output_audio.done', ...PART, output_index: 0 });
    const types = [];
    for (let index = 0; index < 3; index += 1) types.push((await next()).type);
    expect(types.at(-1)).toBe('output_audio_buffer.started');
    callAudio.unplayedBytes = 0;
    expect((await next()).type).toBe('response.output_audio.done');
  });

  it('[RL16] of an answer reaches the call, and its audio no event', async () => {
    const callAudio = new MemoryCallAudio();
    const { say, next } = relay({ callAudio });
    say(CREATED, begun('resp_a'), { type: 'conversation.item.added', previous_item_id: null, item: ITEM }, DELTA);
    const types = [];
    for (let index = 0; index < 4; index += 1) types.push((await next()).type);
    expect(types).toEqual([
      'session.created',
      'response.created',
      'conversation.item.added',
      'output_audio_buffer.started',
    ]);
    expect(callAudio.played()).toEqual([{ ...PART, sentBytes: 4800, playedBytes: 4800 }]);
    say(done('resp_a'));
    expect([(await next()).type, (await next()).type]).toEqual(['response.done', 'output_audio_buffer.stopped']);
  });
});
