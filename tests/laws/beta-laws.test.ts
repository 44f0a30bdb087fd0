// The law of the beta bridge: who reads a session through it knows the same conversation as who reads it as it is.

import { type ClientEvent, decodeClientEvent } from '@colloquy/protocol';
import { BETA_SERVER_EVENT_TYPES, createBetaState, toBetaServerFrames, toGaClientFrame } from '@colloquy/protocol/beta';
import { createMirror, createSession, type EngineEvent, type Input, type SpeechEvent, step } from '@colloquy/session';
import { createBetaReader } from '@support/beta-reader.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SEED = 20267;
const RUNS = Number(process.env.COLLOQUY_SEEDS ?? 1000);

/** What a schedule may hold. Numbers choose among what there is at that moment. */
type Move =
  | { by: 'client'; event: object }
  | { by: 'sideband'; event: object }
  | { by: 'about'; pick: number; make: (id: string) => object }
  | { by: 'engine'; pick: number; event: EngineEvent }
  | { by: 'speech'; event: (id: string) => SpeechEvent };

const textOf = fc.constantFrom('a', 'Hello', ' there', '"type":"response.output_text.delta"', '');
const client = (event: object): Move => ({ by: 'client', event });
const messageArbitrary = (role: string, type: string) =>
  textOf.map((text) =>
    client({ type: 'conversation.item.create', item: { type: 'message', role, content: [{ type, text }] } }),
  );
const spoken = (ms: number, value = 0) => Buffer.alloc(48 * ms, value).toString('base64');

const ofClient: fc.Arbitrary<Move> = fc.oneof(
  messageArbitrary('user', 'input_text'),
  messageArbitrary('user', 'text'),
  messageArbitrary('assistant', 'text'),
  messageArbitrary('system', 'input_text'),
  fc.constantFrom(
    client({ type: 'session.update', session: { modalities: ['text'], temperature: 0.6 } }),
    client({ type: 'session.update', session: { modalities: ['text', 'audio'], turn_detection: null } }),
    client({ type: 'session.update', session: { tools: [{ name: 'look' }], max_response_output_tokens: 'inf' } }),
    client({ type: 'response.create', response: { tools: [{ name: 'look' }] } }),
    client({ type: 'session.update', session: { input_audio_transcription: { model: 'whisper-1' } } }),
    client({ type: 'session.update', event_id: 'bad', session: { output_modalities: ['text'] } }),
    client({ type: 'response.create' }),
    client({ type: 'response.create', response: { modalities: ['text'], temperature: 1.2 } }),
    client({ type: 'response.create', response: { conversation: 'none', input: [] } }),
    client({ type: 'response.create', response: { temperature: 9 } }),
    client({ type: 'response.cancel' }),
    client({ type: 'input_audio_buffer.append', audio: spoken(120) }),
    client({ type: 'input_audio_buffer.commit' }),
    client({ type: 'nonsense' }),
  ),
);

const about = (make: (id: string) => object): fc.Arbitrary<Move> =>
  fc.nat(20).map((pick) => ({ by: 'about', pick, make }));
const ofItems = fc.oneof(
  about((item_id) => ({ type: 'conversation.item.delete', item_id })),
  about((item_id) => ({ type: 'conversation.item.retrieve', item_id })),
  about((item_id) => ({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 5 })),
  about((previous_item_id) => ({
    type: 'conversation.item.create',
    previous_item_id,
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'between' }] },
  })),
);

/** A GA client on the same session may say what beta cannot. */
const IMAGE = { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' };
const ofSideband: fc.Arbitrary<Move> = fc
  .constantFrom([IMAGE], [IMAGE, { type: 'input_text', text: 'look' }], [{ type: 'input_text', text: 'see' }, IMAGE])
  .map((content) => ({
    by: 'sideband',
    event: { type: 'conversation.item.create', item: { type: 'message', role: 'user', content } },
  }));

const delta: fc.Arbitrary<EngineEvent> = fc.oneof(
  textOf.map((text): EngineEvent => ({ type: 'text.delta', delta: text })),
  textOf.map((text): EngineEvent => ({ type: 'transcript.delta', delta: text })),
  fc.nat(255).map((value): EngineEvent => ({ type: 'audio.delta', audio: spoken(10, value), bytes: 480 })),
);
const turn = fc.constantFrom<EngineEvent>(
  { type: 'message' },
  { type: 'call', name: 'look' },
  { type: 'arguments.delta', delta: '{"a":' },
  { type: 'done' },
  { type: 'done', reason: 'max_output_tokens' },
  { type: 'failed', error: { code: 'upstream_error', message: 'gone' } },
);
const ofEngine: fc.Arbitrary<Move> = fc
  .tuple(fc.nat(3), fc.oneof({ weight: 5, arbitrary: delta }, { weight: 2, arbitrary: turn }))
  .map(([pick, event]) => ({ by: 'engine', pick, event }));

const ofSpeech = fc.constantFrom<Move>(
  { by: 'speech', event: () => ({ type: 'started', audio_ms: 10 }) },
  { by: 'speech', event: () => ({ type: 'stopped', audio_ms: 200 }) },
  { by: 'speech', event: (item_id) => ({ type: 'transcription.delta', item_id, delta: 'I' }) },
  {
    by: 'speech',
    event: (item_id) => ({
      type: 'transcription.completed',
      item_id,
      transcript: 'I said',
      usage: { type: 'duration', seconds: 1 },
    }),
  },
);

const schedule = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: ofClient },
    { weight: 2, arbitrary: ofItems },
    { weight: 1, arbitrary: ofSideband },
    { weight: 8, arbitrary: ofEngine },
    { weight: 2, arbitrary: ofSpeech },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);

/** Plays a schedule with a beta client at the far end of the bridge, and a GA mirror and a beta reader at this one. */
function play(moves: readonly Move[]) {
  let session = createSession({ seed: [1, 2, 3, 4], model: 'm', started_at: 0 });
  let bridge = createBetaState();
  let transcribing = 'none';
  const mirror = createMirror({ audio: 'keep' });
  const reader = createBetaReader();
  const received: { type: string }[] = [];
  const errors: (string | null)[] = [];
  let frames = 0;

  const feed = (input: Input) => {
    const next = step(session, input);
    session = next.state;
    for (const effect of next.effects) {
      if (effect.do === 'transcribe') transcribing = effect.item_id;
      if (effect.do !== 'send') continue;
      const frame = JSON.stringify(effect.event);
      mirror.apply(JSON.parse(frame));
      const bridged = toBetaServerFrames(bridge, frame);
      bridge = bridged.state;
      for (const each of bridged.frames) {
        const event = JSON.parse(each);
        received.push(event);
        if (event.type === 'error') errors.push(event.error.event_id);
        reader.apply(event);
      }
    }
  };
  const receive = (frame: string) => {
    const decoded = decodeClientEvent(frame, { profile: 'server' });
    if (!decoded.ok) return feed({ at: 0, from: 'wire', issue: decoded.issues[0], event_id: decoded.event_id });
    const { value, audio_bytes = [] } = decoded;
    feed({ at: 0, from: 'client', event: value as ClientEvent, audio_bytes });
  };
  const say = (event: object) => {
    const mapped = toGaClientFrame(bridge, JSON.stringify(event));
    bridge = mapped.state;
    frames++;
    receive(mapped.frame);
  };

  feed({ at: 0, from: 'host', event: { type: 'open' } });
  for (const move of moves) {
    if (move.by === 'client') say(move.event);
    else if (move.by === 'sideband') receive(JSON.stringify(move.event));
    else if (move.by === 'about') {
      const ids = mirror.items().map((item) => item.id ?? '');
      say(move.make(ids[move.pick % Math.max(1, ids.length)] ?? 'nobody'));
    } else if (move.by === 'speech') feed({ at: 0, from: 'speech', event: move.event(transcribing) });
    else {
      const response = session.responses[move.pick % Math.max(1, session.responses.length)];
      if (response) feed({ at: 0, from: 'engine', response_id: response.id, event: move.event });
    }
  }
  return { mirror, reader, told: received, errors, frames, bridge };
}

/** The mirror's conversation, in the terms of the reader: without what beta does not have. */
const known = (mirror: ReturnType<typeof createMirror>) =>
  mirror.items().map((item) => {
    const content = item.type === 'message' ? item.content.filter((part) => part.type !== 'input_image') : [];
    return {
      id: item.id,
      type: item.type,
      texts: content.map(
        (part) => ('text' in part ? part.text : 'transcript' in part ? part.transcript : null) ?? null,
      ),
      audio: content.map((_, index) =>
        mirror
          .audio(item.id ?? '', index)
          .map((chunk) => Buffer.from(chunk, 'base64').toString('hex'))
          .join(''),
      ),
      arguments: item.type === 'function_call' ? item.arguments : '',
    };
  });

const read = (reader: ReturnType<typeof createBetaReader>) =>
  reader.items().map(({ id, type, texts, audio, arguments: input }) => ({
    id,
    type,
    texts: texts.map((text) => text ?? null),
    audio: texts.map((_, index) => audio[index]?.toString('hex') ?? ''),
    arguments: input,
  }));

describe('the beta bridge', () => {
  it(`[BT11] a beta reader knows the words, audio and order a GA mirror knows (${RUNS} runs, seed ${SEED})`, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(schedule, (moves) => {
        const { mirror, reader, told: translate } = play(moves);
        for (const { type } of translate) seen.add(type);
        expect(read(reader)).toEqual(known(mirror));
        expect(reader.complaints).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // A law over schedules that say nothing would hold of anything.
    for (const type of ['response.audio.delta', 'response.text.delta', 'conversation.item.truncated', 'error'])
      expect([...seen]).toContain(type);
  });

  it(`[BT9] says nothing beta does not know, and forgets what is over (${RUNS} runs, seed ${SEED})`, () => {
    fc.assert(
      fc.property(schedule, (moves) => {
        const { told: translate, errors, bridge } = play(moves);
        for (const { type } of translate) expect(BETA_SERVER_EVENT_TYPES).toContain(type);
        expect(bridge.pending).toEqual([]);
        expect(errors.filter((event_id) => event_id !== null && event_id !== 'bad')).toEqual([]);
        const running = translate.filter(({ type }) => type === 'response.created').length;
        const done = translate.filter(({ type }) => type === 'response.done').length;
        expect(bridge.responses).toHaveLength(running - done);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
