// Spoken dialogues with a whole session: Flite speaks the user, Silero and PocketSphinx hear, rules answer, and the answer is
// listened to in the same way.

import type { MessageItem, RealtimeAudioFormat } from '@colloquy/protocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { offline } from '../../packages/server/src/engines/offline.ts';
import { parrot } from '../../packages/server/src/engines/parrot.ts';
import { bytesOf } from '../../packages/server/src/speech/session-audio.ts';
import { type Conversation, type ConversationOptions, converse, type Of, PCM } from './conversation.ts';
import { allOf, joined, mixed, noise, openParts, silence, spoken } from './parts.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);
const open: Conversation[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  if (opened.detector.ok) opened.detector.part.close();
  if (opened.transcriber.ok) await opened.transcriber.part.close();
  if (opened.speaker.ok) await opened.speaker.part.close();
});

const ALL_AT_ONCE = { leadMs: Number.POSITIVE_INFINITY };

describe.skipIf(!parts)(parts ? 'a spoken dialogue' : `a spoken dialogue (${missing})`, () => {
  // Run even when the tests are skipped, to learn their names.
  const { detector, transcriber, speaker } = parts ?? ({} as NonNullable<typeof parts>);
  const speak = (text: string, voice?: string) => spoken(speaker, text, voice);

  function begin(options: Partial<ConversationOptions> & { session?: object } = {}): Conversation {
    const { session, ...rest } = options;
    const engine = offline({ speaker, pace: ALL_AT_ONCE, now: () => new Date(2026, 2, 3, 15, 30) });
    const conversation = converse({ engine, speech: { detector, transcriber }, ...rest });
    open.push(conversation);
    const format = options.format ?? PCM;
    const input = { format, transcription: { model: 'pocketsphinx' } };
    const audio = { input, output: { format, voice: 'rms' } };
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio, ...session } });
    return conversation;
  }

  /** What a response says, as its transcript and as it is heard. */
  async function answerOf(conversation: Conversation) {
    const { response } = await conversation.next('response.done');
    const message = response.output?.find((item): item is MessageItem => item.type === 'message');
    const part = message?.content[0];
    const text = part?.type === 'output_audio' ? part.transcript : undefined;
    return { response, text, heard: await listenTo(conversation.audioOf(response.id ?? '')) };
  }

  async function listenTo(samples: Int16Array): Promise<string> {
    const utterance = transcriber.open({ speaker: 'the test', signal: new AbortController().signal });
    utterance.write(samples);
    return (await utterance.finish()).transcript;
  }

  it('[VA1, VA2, VA7, TX1] is a turn, its words and a spoken answer, all under one item id', async () => {
    const conversation = begin();
    conversation.say(await speak('What is two plus two?'));
    const { text, heard } = await answerOf(conversation);
    expect(text).toBe('2 plus 2 is 4.');
    expect(heard).toMatch(/two plus two is four/);
    const { transcript, item_id, usage } = await conversation.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(transcript).toMatch(/two plus two/);
    expect(usage).toMatchObject({ type: 'duration' });
    const turn = conversation.events.filter((event) => 'item_id' in event && event.item_id === item_id);
    expect(turn.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'input_audio_buffer.speech_started',
        'input_audio_buffer.speech_stopped',
        'input_audio_buffer.committed',
      ]),
    );
  });

  it('[VA4, VA5, VA6, IB16] counts its milliseconds on the audio written, padding and closing silence included', async () => {
    const conversation = begin();
    const nine = await speak('nine nine nine nine');
    const first = nine.findIndex((sample) => Math.abs(sample) > 500) / 16;
    const last = nine.findLastIndex((sample) => Math.abs(sample) > 500) / 16;
    for (const beginMs of [0, nine.length / 16 + 1500]) {
      conversation.say(nine);
      const { audio_start_ms } = await conversation.next('input_audio_buffer.speech_started');
      const { audio_end_ms } = await conversation.next('input_audio_buffer.speech_stopped');
      // 300 ms of silence before, and as much padding again.
      const early = beginMs + first - audio_start_ms;
      const late = audio_end_ms - (beginMs + 300 + last) - 500;
      expect(Math.abs(early)).toBeLessThan(150);
      expect(Math.abs(late)).toBeLessThan(150);
    }
  });

  it('remembers what it was told', async () => {
    const conversation = begin();
    conversation.say(await speak('My name is Mary.'));
    expect((await answerOf(conversation)).text).toBe('Nice to meet you, mary.');
    conversation.say(await speak('What is my name?'));
    const { text, heard } = await answerOf(conversation);
    expect(text).toBe('Your name is mary.');
    expect(heard).toMatch(/your name is mar/);
  });

  it('hears the user where the session shows no transcripts', async () => {
    const conversation = begin({ session: { audio: { input: { transcription: null }, output: { voice: 'rms' } } } });
    conversation.say(await speak('Hello! How are you doing today?'));
    expect((await answerOf(conversation)).text).toMatch(/doing well/);
    expect(conversation.types().filter((type) => type.includes('transcription'))).toEqual([]);
  });

  it('calls a tool that the user asks for, and tells what came of it', async () => {
    const location = { type: 'string' };
    const parameters = { type: 'object', properties: { location }, required: ['location'] };
    const conversation = begin({ session: { tools: [{ type: 'function', name: 'get_weather', parameters }] } });
    conversation.say(await speak('What is the weather like in Paris today?'));
    const { call_id, arguments: given } = await conversation.next('response.function_call_arguments.done');
    expect(JSON.parse(given)).toEqual({ location: 'paris' });
    await conversation.next('response.done');
    const item = { type: 'function_call_output', call_id, output: '{"forecast":"It will be sunny in the afternoon."}' };
    conversation.send({ type: 'conversation.item.create', item });
    conversation.send({ type: 'response.create' });
    const { heard } = await answerOf(conversation);
    expect(heard).toMatch(/weather/);
    expect(heard).toMatch(/sunny.*afternoon/);
  });

  it('[VA8, VA10] is interrupted in the middle of a sentence, and hears the first words', async () => {
    // Paced: an answer of a quarter minute is still being spoken when the user begins.
    const conversation = begin({ engine: offline({ speaker, pace: { leadMs: 200 } }) });
    conversation.say(await speak('Please help me.'));
    await conversation.next('response.output_audio.delta');
    conversation.say(await speak('What is the weather like in Paris today?'));
    const { response } = await conversation.next('response.done');
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
    const seconds = conversation.audioOf(response.id ?? '').length / 16_000;
    expect(seconds).toBeLessThan(6);
    await conversation.next('conversation.item.input_audio_transcription.completed');
    const { transcript } = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('what is the weather like in paris today');
  });

  it('[VA3] takes a pause inside a sentence for what it is', async () => {
    const conversation = begin();
    const [first, second] = [await speak('What is the weather'), await speak('in Paris today?')];
    conversation.say(joined(first, silence(100), second));
    await answerOf(conversation);
    const started = conversation.events.filter(({ type }) => type === 'input_audio_buffer.speech_started');
    expect(started).toHaveLength(1);
    const { transcript } = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toMatch(/weather.*paris/);
  });

  it('[VA14] is not begun by noise', async () => {
    const conversation = begin();
    conversation.hear(noise(5000, 400));
    conversation.hear(noise(5000, 800, 'pink'));
    const weather = joined(silence(300), await speak('What is two plus two?'), silence(1200));
    conversation.hear(mixed(weather, noise(weather.length / 16, 200, 'pink')));
    expect((await answerOf(conversation)).text).toBe('2 plus 2 is 4.');
    const started = conversation.events.filter(
      ({ type }) => type === 'input_audio_buffer.speech_started',
    ) as Of<'input_audio_buffer.speech_started'>[];
    expect(started).toHaveLength(1);
    expect(started[0]?.audio_start_ms).toBeGreaterThan(9900);
  });

  it.each<RealtimeAudioFormat>([{ type: 'audio/pcmu' }, { type: 'audio/pcma' }])(
    '[VA26] is held over a telephone: $type',
    async (format) => {
      const conversation = begin({ format });
      conversation.say(await speak('Hello! How are you doing today?'));
      const { text, response } = await answerOf(conversation);
      expect(text).toMatch(/^(?:Hello|I am doing well)/);
      expect(conversation.audioOf(response.id ?? '').length).toBeGreaterThan(16_000);
    },
  );

  it('[VA15] hears turns in one large append as well', async () => {
    const conversation = begin();
    const all = joined(
      silence(300),
      await speak('Hello!'),
      silence(1200),
      await speak('What is two plus two?'),
      silence(900),
    );
    const audio = Buffer.from(bytesOf(resampleAll(all, 16_000, 24_000), PCM)).toString('base64');
    conversation.send({ type: 'input_audio_buffer.append', audio });
    await conversation.next('input_audio_buffer.speech_stopped');
    await conversation.next('input_audio_buffer.speech_stopped');
    await conversation.next('conversation.item.input_audio_transcription.completed');
    const { transcript } = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toMatch(/two plus two/);
  });

  it('keeps two people apart who speak in turn, and at the same time', async () => {
    const [ann, ben] = [begin(), begin()];
    ann.say(await speak('My name is Mary.', 'slt'));
    ben.say(await speak('My name is Peter.', 'rms'));
    expect((await answerOf(ann)).text).toMatch(/mary/);
    expect((await answerOf(ben)).text).toMatch(/peter/);
    ann.say(await speak('What is my name?', 'slt'));
    ben.say(await speak('What is my name?', 'rms'));
    expect((await answerOf(ann)).text).toBe('Your name is mary.');
    expect((await answerOf(ben)).text).toBe('Your name is peter.');
  });

  it('[TX3, IB12] is heard turn by turn by hand as well, with another engine', async () => {
    const conversation = begin({ engine: parrot() });
    const turn_detection = null;
    conversation.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection } }, output_modalities: ['text'] },
    });
    conversation.hear(await speak('What is the weather like in Paris today?'));
    conversation.send({ type: 'input_audio_buffer.commit' });
    const { transcript } = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('what is the weather like in paris today');
  });

  it('[VA27, TX16] can be a transcription alone', async () => {
    const conversation = converse({
      engine: offline({ speaker }),
      speech: { detector, transcriber },
      opening: { kind: 'transcription' },
    });
    open.push(conversation);
    const transcription = { model: 'gpt-transcribe', language: 'en' };
    conversation.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription } } },
    });
    conversation.say(await speak('Hello! How are you doing today?'));
    const { transcript } = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('hello how are you doing today');
    expect(conversation.types().filter((type) => type.startsWith('response.'))).toEqual([]);
  });

  it('[VA16] waits for more after words that break off, less long after words that do not', async () => {
    const waited = async (text: string) => {
      const turn_detection = { type: 'semantic_vad', eagerness: 'high' };
      const audio = { input: { turn_detection, transcription: { model: 'pocketsphinx' } }, output: { voice: 'rms' } };
      const conversation = begin({ session: { audio } });
      const samples = await speak(text);
      conversation.hear(joined(silence(300), samples));
      // Time for the words to be there when the silence is judged; how long that is, is counted in audio.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      conversation.hear(silence(3000));
      const { audio_end_ms } = await conversation.next('input_audio_buffer.speech_stopped');
      return audio_end_ms - 300 - samples.length / 16;
    };
    const whole = await waited('What is the weather like in Paris today?');
    const broken = await waited('My name is');
    expect(whole).toBeLessThan(700);
    expect(broken).toBeGreaterThan(1500);
  });
});
