// When turns begin and end, with real speech at a real server over real sockets. What is said in them is `dialogue.test.ts`.

import { BEFORE_MS, type Conversation, PCM } from '@support/conversation.ts';
import { allOf, joined, mixed, noise, openParts, silence } from '@support/parts.ts';
import { type OfflineParts, spokenSessions } from '@support/spoken-sessions.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bytesOf, samplesOf } from '../../packages/server/src/audio/convert.ts';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);

const SAMPLES_PER_MS = SPEECH_HZ / 1000;
/** How far the detector may be from the truth, in milliseconds. */
const TOLERANCE_MS = 150;
/** Nobody recognises anything, nobody answers: turns alone. */
const TURNS_ONLY = { engine: 'parrot', session: { output_modalities: ['text'] } } as const;

describe.skipIf(!parts)(parts ? 'a spoken turn' : `a spoken turn (${missing})`, () => {
  // Run even when the tests are skipped, to learn their names.
  const { begin, speak, answerOf, heardBy, heardOf, untilGuessed, endAll, close } = spokenSessions(
    parts ?? ({} as OfflineParts),
  );
  afterEach(endAll);
  afterAll(close);

  const serverVad = (settings: object) => ({
    transcription: null,
    turn_detection: { type: 'server_vad', ...settings },
  });
  /** Only what is loud, so that its length is that of the speech. */
  async function loud(text: string): Promise<Int16Array> {
    const samples = await speak(text);
    const isLoud = (sample: number) => Math.abs(sample) > 500;
    return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1);
  }
  const msOf = (samples: Int16Array) => samples.length / SAMPLES_PER_MS;
  const started = (conversation: Conversation) => conversation.of('input_audio_buffer.speech_started');

  it('[VA4, VA5, VA6, VA11, IB16] is counted on all audio written, and is that very stretch of it', async () => {
    const conversation = await begin({ ...TURNS_ONLY, input: serverVad({ create_response: false }) });
    const nine = await loud('nine nine nine nine');
    const turn = joined(silence(600), nine, silence(1200));
    const sent = bytesOf(resampleAll(turn, SPEECH_HZ, 24_000), PCM);
    for (const beginMs of [0, sent.length / 48]) {
      conversation.appendAudio(turn);
      const { audio_start_ms } = await conversation.next('input_audio_buffer.speech_started');
      const { audio_end_ms, item_id } = await conversation.next('input_audio_buffer.speech_stopped');
      // 300 ms of padding before, 500 ms of silence after.
      expect(Math.abs(beginMs + 600 - 300 - audio_start_ms)).toBeLessThan(TOLERANCE_MS);
      expect(Math.abs(beginMs + 600 + msOf(nine) + 500 - audio_end_ms)).toBeLessThan(TOLERANCE_MS);
      conversation.send({ type: 'conversation.item.retrieve', item_id });
      const { item } = await conversation.next('conversation.item.retrieved');
      const part = item.type === 'message' ? item.content[0] : undefined;
      const stored = Buffer.from((part?.type === 'input_audio' && part.audio) || '', 'base64');
      const [from, to] = [audio_start_ms - beginMs, audio_end_ms - beginMs].map((ms) => Math.round(ms * 24) * 2);
      expect(stored.length).toBe((to as number) - (from as number));
      expect(stored.equals(Buffer.from(sent.subarray(from, to)))).toBe(true);
    }
    expect(conversation.types()).not.toContain('response.created');
  });

  it('[VA3] goes on over pauses that are shorter than its silence, whatever that is', async () => {
    const [first, second] = [await loud('What is the weather'), await loud('in Paris today?')];
    await Promise.all(
      [200, 500, 1500].map(async (silence_duration_ms) => {
        const conversation = await begin({ ...TURNS_ONLY, input: serverVad({ silence_duration_ms }) });
        conversation.say(joined(first, silence(silence_duration_ms - 100), second, silence(silence_duration_ms)));
        const { audio_end_ms } = await conversation.next('input_audio_buffer.speech_stopped');
        const end = BEFORE_MS + msOf(first) + (silence_duration_ms - 100) + msOf(second) + silence_duration_ms;
        expect(Math.abs(audio_end_ms - end)).toBeLessThan(TOLERANCE_MS);
        expect(started(conversation)).toHaveLength(1);
      }),
    );
  });

  it('[VA3] takes a pause inside a sentence for what it is, and hears the sentence', async () => {
    const conversation = await begin();
    conversation.say(joined(await speak('What is the weather'), silence(100), await speak('in Paris today?')));
    expect(await heardBy(conversation)).toMatch(/weather.*paris/);
    expect(started(conversation)).toHaveLength(1);
  });

  it('[VA4] keeps as much from before the speech as it is told to', async () => {
    const nine = await loud('nine nine nine nine');
    const starts = await Promise.all(
      [0, 100, 700].map(async (prefix_padding_ms) => {
        const conversation = await begin({ ...TURNS_ONLY, input: serverVad({ prefix_padding_ms }) });
        conversation.appendAudio(joined(silence(1000), nine));
        return (await conversation.next('input_audio_buffer.speech_started')).audio_start_ms;
      }),
    );
    const [none, some, much] = starts as [number, number, number];
    expect(Math.abs(none - 1000)).toBeLessThan(TOLERANCE_MS);
    expect([none - some, none - much]).toEqual([100, 700]);
  });

  it('[VA14] is not begun by noise, however long, and is found within it', async () => {
    const conversation = await begin();
    conversation.appendAudio(noise(5000, 400));
    conversation.appendAudio(noise(5000, 800, 'pink'));
    const question = joined(silence(300), await speak('What is two plus two?'), silence(1200));
    conversation.appendAudio(mixed(question, noise(msOf(question), 200, 'pink')));
    expect((await answerOf(conversation)).text).toBe('2 plus 2 is 4.');
    expect(started(conversation)).toHaveLength(1);
    expect(started(conversation)[0]?.audio_start_ms).toBeGreaterThan(9900);
  });

  it('[VA5, VA6] is found where it begins and ends in a soft voice as well', async () => {
    const conversation = await begin({ ...TURNS_ONLY, input: serverVad({ prefix_padding_ms: 0 }) });
    const nine = await loud('nine nine nine nine');
    conversation.appendAudio(
      joined(
        silence(600),
        nine.map((sample) => sample / 12),
        silence(1200),
      ),
    );
    const { audio_start_ms } = await conversation.next('input_audio_buffer.speech_started');
    const { audio_end_ms } = await conversation.next('input_audio_buffer.speech_stopped');
    expect(Math.abs(600 - audio_start_ms)).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs(600 + msOf(nine) + 500 - audio_end_ms)).toBeLessThan(TOLERANCE_MS);
  });

  it('[VA14] is not begun by soft noise that sets in after speech and a silence', async () => {
    const { detector } = parts as OfflineParts;
    const turns: Int16Array[] = [];
    for (const text of [
      'My name is Mary.',
      'What is my name?',
      'Hello! How are you doing today?',
      'My name is Mary.',
    ]) {
      turns.push(silence(300), await speak(text), silence(1200));
    }
    const spoken = joined(...turns);
    for (let shift = 0; shift < 8; shift += 1) {
      const edges: string[] = [];
      const detection = detector.listen({
        turnDetection: { type: 'server_vad' },
        atMs: 0,
        onEdge: ({ type }) => void edges.push(type),
      });
      // Frames are counted from the beginning, so that the noise sets in elsewhere within one each time.
      const sound = joined(silence(shift * 4), spoken, noise(3000, 300, 'white', shift + 1));
      for (let at = 0; at < sound.length; at += 1600) await detection.write(sound.subarray(at, at + 1600));
      detection.close();
      expect(edges.filter((type) => type === 'started')).toHaveLength(4);
    }
  });

  it('[IB18, IB21] is rid of its noise before it is heard, where that is asked for; its audio is kept as it was', async () => {
    const question = joined(silence(1500), await speak('What is two plus two?'), silence(1200));
    const noisy = mixed(question, noise(msOf(question), 400));
    /** How loud the noise before the speech is, to the recogniser and in the item's audio. */
    const receive = async (noise_reduction: object | null) => {
      const conversation = await begin({ ...TURNS_ONLY, input: { noise_reduction } });
      conversation.appendAudio(noisy);
      await heardBy(conversation);
      const { item_id } = await conversation.next('input_audio_buffer.committed');
      conversation.send({ type: 'conversation.item.retrieve', item_id });
      const { item } = await conversation.next('conversation.item.retrieved');
      const part = item.type === 'message' ? item.content[0] : undefined;
      const stored = Buffer.from((part?.type === 'input_audio' && part.audio) || '', 'base64');
      const padding = 100 * SAMPLES_PER_MS;
      return {
        heard: decibels(heardOf(conversation).subarray(0, padding)),
        levels: decibels(samplesOf(stored, PCM).subarray(0, padding)),
      };
    };
    const without = await receive(null);
    const [near, far] = [await receive({ type: 'near_field' }), await receive({ type: 'far_field' })];
    expect(without.heard - near.heard).toBeGreaterThan(6);
    expect(near.heard - far.heard).toBeGreaterThan(4);
    for (const { levels } of [near, far]) expect(Math.abs(levels - without.levels)).toBeLessThan(1);
  });

  it('[VA15] is heard in one large append as well, and so is the next', async () => {
    const conversation = await begin(TURNS_ONLY);
    const all = joined(
      silence(300),
      await speak('Hello!'),
      silence(1200),
      await speak('What is two plus two?'),
      silence(900),
    );
    const audio = Buffer.from(bytesOf(resampleAll(all, SPEECH_HZ, 24_000), PCM)).toString('base64');
    conversation.send({ type: 'input_audio_buffer.append', audio });
    await heardBy(conversation);
    expect(await heardBy(conversation)).toMatch(/two plus two/);
    expect(conversation.of('input_audio_buffer.speech_stopped')).toHaveLength(2);
  });

  const change = (conversation: Conversation, settings: object) => {
    const turn_detection = { type: 'server_vad', ...settings };
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
  };

  it('[SE23, SE22] goes on to its end when a flag changes while it is spoken', async () => {
    for (const [settings, isAnswered] of [
      [{ create_response: false }, false],
      [{ interrupt_response: false, idle_timeout_ms: 20_000 }, true],
      [{ threshold: 0.6, prefix_padding_ms: 100, silence_duration_ms: 700 }, true],
    ] as const) {
      const conversation = await begin(TURNS_ONLY);
      conversation.appendAudio(joined(silence(300), await speak('What is the weather')));
      const { item_id } = await conversation.next('input_audio_buffer.speech_started');
      change(conversation, settings);
      conversation.appendAudio(joined(await speak('in Paris today?'), silence(1500)));
      expect((await conversation.next('input_audio_buffer.committed')).item_id).toBe(item_id);
      expect(await heardBy(conversation)).toMatch(/weather.*paris/);
      if (isAnswered) await conversation.next('response.done');
      expect(started(conversation)).toHaveLength(1);
      expect(conversation.types().includes('response.created')).toBe(isAnswered);
    }
  });

  it('[SE23] ends by the silence it began with, and the next by the one it was told meanwhile, in one append', async () => {
    const conversation = await begin({ ...TURNS_ONLY, input: serverVad({ create_response: false }) });
    const nine = await loud('nine nine nine nine');
    conversation.appendAudio(joined(silence(600), nine));
    await conversation.next('input_audio_buffer.speech_started');
    change(conversation, { silence_duration_ms: 1500 });
    const rest = joined(silence(800), nine, silence(900), nine, silence(2000));
    const audio = Buffer.from(bytesOf(resampleAll(rest, SPEECH_HZ, 24_000), PCM)).toString('base64');
    conversation.send({ type: 'input_audio_buffer.append', audio });
    await conversation.until(() => conversation.of('input_audio_buffer.speech_stopped').length === 2);
    const [first, second] = conversation.of('input_audio_buffer.speech_stopped');
    const nineEnds = 600 + msOf(nine);
    expect(Math.abs(nineEnds + 500 - (first?.audio_end_ms ?? 0))).toBeLessThan(TOLERANCE_MS);
    const lastEnds = nineEnds + 800 + msOf(nine) + 900 + msOf(nine);
    expect(Math.abs(lastEnds + 1500 - (second?.audio_end_ms ?? 0))).toBeLessThan(TOLERANCE_MS);
    const [, again] = started(conversation);
    expect(Math.abs(nineEnds + 800 - 300 - (again?.audio_start_ms ?? 0))).toBeLessThan(TOLERANCE_MS);
  });

  it('[SE23] ends with its type, and what was said can be committed by hand', async () => {
    const conversation = await begin(TURNS_ONLY);
    const text = joined(silence(300), await speak('What is two plus two?'));
    conversation.appendAudio(text);
    const { item_id } = await conversation.next('input_audio_buffer.speech_started');
    conversation.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    conversation.send({ type: 'input_audio_buffer.commit' });
    const committed = await conversation.next('input_audio_buffer.committed');
    expect(committed.item_id).not.toBe(item_id);
    conversation.send({ type: 'conversation.item.retrieve', item_id: committed.item_id });
    const { item } = await conversation.next('conversation.item.retrieved');
    const part = item.type === 'message' ? item.content[0] : undefined;
    const stored = Buffer.from((part?.type === 'input_audio' && part.audio) || '', 'base64');
    expect(stored.equals(Buffer.from(bytesOf(resampleAll(text, SPEECH_HZ, 24_000), PCM)))).toBe(true);
    expect(conversation.types()).not.toContain('input_audio_buffer.speech_stopped');
  });

  it('[VA16] is one turn to semantic_vad where it is two to server_vad', async () => {
    const [first, second] = [await loud('My name is'), await loud('Mary.')];
    const inPieces = async (turn_detection: object, untilJudged: (conversation: Conversation) => Promise<void>) => {
      const conversation = await begin({ ...TURNS_ONLY, input: { turn_detection } });
      conversation.appendAudio(joined(silence(300), first, silence(300)));
      await untilJudged(conversation);
      // Long enough also where the last word is not there yet when the silence is judged.
      conversation.appendAudio(joined(silence(700), second, silence(5000)));
      return conversation;
    };
    // The silence is judged by the words that are there by then.
    const semantic = await inPieces({ type: 'semantic_vad', eagerness: 'auto' }, (conversation) =>
      untilGuessed(conversation, /my name is$/),
    );
    expect(await heardBy(semantic)).toMatch(/^my name is mar/);
    expect(started(semantic)).toHaveLength(1);
    const server = await inPieces({ type: 'server_vad' }, async () => {});
    expect(await heardBy(server)).not.toMatch(/mar/);
    await server.until(() => started(server).length === 2);
  });

  it.each([
    ['high', 2000, 400],
    ['auto', 4000, 700],
    ['low', 8000, 1200],
  ])(
    '[VA16] waits longest after words that break off, by eagerness: %s, %i ms',
    async (eagerness, brokenMs, wholeMs) => {
      for (const [text, input, waitMs] of [
        ['My name is', /^my name is/, brokenMs],
        ['Hello! How are you doing today?', /doing today$/, wholeMs],
      ] as const) {
        const conversation = await begin({
          ...TURNS_ONLY,
          input: { turn_detection: { type: 'semantic_vad', eagerness } },
        });
        const samples = await loud(text);
        conversation.appendAudio(joined(silence(300), samples, silence(300)));
        await untilGuessed(conversation, input);
        conversation.appendAudio(silence(brokenMs + 500));
        const { audio_end_ms } = await conversation.next('input_audio_buffer.speech_stopped');
        expect(Math.abs(audio_end_ms - 300 - msOf(samples) - waitMs)).toBeLessThan(TOLERANCE_MS);
      }
    },
  );

  it('[VA18, VA19, VA21, VA22, VA23] that does not come for a while is asked for, once, and then taken', async () => {
    const idle_timeout_ms = 5000;
    const detection = { type: 'server_vad', idle_timeout_ms };
    const question = await speak('What is two plus two?');
    const conversation = await begin({ input: { turn_detection: detection } });
    const saidAt = performance.now();
    conversation.say(question);
    const { id } = await answerOf(conversation);
    conversation.appendAudio(silence(6000));
    const triggered = await conversation.next('input_audio_buffer.timeout_triggered');
    expect(conversation.of('input_audio_buffer.timeout_triggered')).toHaveLength(1);
    // Never early; how late is the machine's business, and when the answer was done was seen late as well.
    expect(performance.now() - saidAt).toBeGreaterThan(idle_timeout_ms + msOf(conversation.audioOf(id)) - 200);
    expect(triggered.audio_end_ms - triggered.audio_start_ms).toBe(idle_timeout_ms);
    // On a busy machine the next question may take longer than the timeout.
    const turn_detection = { ...detection, idle_timeout_ms: null };
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection } } } });
    expect((await answerOf(conversation)).response.status).toBe('completed');
    const silent = conversation.of('conversation.item.input_audio_transcription.completed').at(-1);
    expect(silent).toMatchObject({ item_id: triggered.item_id, transcript: '' });
    conversation.say(question);
    expect((await answerOf(conversation)).text).toBe('2 plus 2 is 4.');
  });
});

const decibels = (samples: Int16Array): number =>
  10 * Math.log10(samples.reduce((sum, each) => sum + each ** 2, 0) / samples.length);
