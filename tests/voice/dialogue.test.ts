// Spoken dialogues with a real server over real sockets: Flite speaks the user, Silero and PocketSphinx hear, rules answer, and
// the answer is listened to in the same way. When turns begin and end is `turns.test.ts`.

import type { RealtimeAudioFormat, ServerEvent } from '@colloquy/protocol';
import type { Conversation } from '@support/conversation.ts';
import { allOf, noise, openParts } from '@support/parts.ts';
import { type OfflineParts, spokenSessions } from '@support/spoken-sessions.ts';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);

describe.skipIf(!parts)(parts ? 'a spoken dialogue' : `a spoken dialogue (${missing})`, () => {
  // Run even when the tests are skipped, to learn their names.
  const { begin, transcribe, speak, listenTo, answerOf, heardBy, endAll, close } = spokenSessions(
    parts ?? ({} as OfflineParts),
  );
  afterEach(endAll);
  afterAll(close);

  /** The events of one item, in order, deltas once. */
  const storyOf = (conversation: Conversation, itemId: string) =>
    conversation.events
      .filter((event) => itemOf(event) === itemId)
      .map(({ type }) => type)
      .filter((type, index, all) => type !== all[index - 1]);

  it('[VA1, VA2, VA3, VA7, TX1, TX3, EN2] remembers over two turns, each of one id, answered words first', async () => {
    const conversation = await begin();
    const items: string[] = [];
    for (const [input, answer, received] of [
      ['My name is Mary.', 'Nice to meet you, mary.', /nice to meet you/],
      ['What is my name?', 'Your name is mary.', /your name is mar/],
    ] as const) {
      conversation.say(await speak(input));
      const { text, id } = await answerOf(conversation);
      expect(text).toBe(answer);
      expect(await listenTo(conversation.audioOf(id))).toMatch(received);

      const { item_id, usage } = await conversation.next('conversation.item.input_audio_transcription.completed');
      expect(usage).toMatchObject({ type: 'duration' });
      items.push(item_id);
      const story = storyOf(conversation, item_id).filter((type) => !type.includes('transcription'));
      expect(story).toEqual([
        'input_audio_buffer.speech_started',
        'input_audio_buffer.speech_stopped',
        'input_audio_buffer.committed',
        'conversation.item.added',
        'conversation.item.done',
      ]);
      const answered = conversation.events.filter((event) => 'response_id' in event && event.response_id === id);
      const deltaIndex = answered.findIndex(({ type }) => type === 'response.output_audio_transcript.delta');
      expect(deltaIndex).toBeGreaterThan(-1);
      expect(deltaIndex).toBeLessThan(answered.findIndex(({ type }) => type === 'response.output_audio.delta'));
    }
    expect(new Set(items).size).toBe(2);
    expect(conversation.of('conversation.item.input_audio_transcription.completed')).toHaveLength(2);
    expect(conversation.of('error')).toEqual([]);
  });

  it('[TX2, FN1] calls a tool that the user asks for, and tells what came of it, no transcripts shown', async () => {
    const location = { type: 'string' };
    const parameters = { type: 'object', properties: { location }, required: ['location'] };
    const tools = [{ type: 'function', name: 'get_weather', parameters }];
    const conversation = await begin({ session: { tools }, input: { transcription: null } });
    conversation.say(await speak('What is the weather like in Paris today?'));
    const { call_id, arguments: input } = await conversation.next('response.function_call_arguments.done');
    expect(JSON.parse(input)).toEqual({ location: 'paris' });
    await conversation.next('response.done');
    const item = { type: 'function_call_output', call_id, output: '{"forecast":"It will be sunny in the afternoon."}' };
    conversation.send({ type: 'conversation.item.create', item });
    conversation.send({ type: 'response.create' });
    const received = await listenTo(conversation.audioOf((await answerOf(conversation)).id));
    expect(received).toMatch(/weather/);
    expect(received).toMatch(/sunny.*afternoon/);
    expect(conversation.types().filter((type) => type.includes('transcription'))).toEqual([]);
  });

  it('[VA8, VA10] is interrupted in the middle of a sentence, falls silent, and hears the first words', async () => {
    // An answer of a quarter minute is still being spoken when the user begins.
    const conversation = await begin({ engine: 'paced' });
    conversation.say(await speak('Please help me.'));
    await conversation.next('response.output_audio.delta');
    conversation.say(await speak('What is the weather like in Paris today?'));
    const { response } = await conversation.next('response.done');
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
    await heardBy(conversation);
    expect(await heardBy(conversation)).toBe('what is the weather like in paris today');

    const id = response.id ?? '';
    const about = (event: ServerEvent) => 'response_id' in event && event.response_id === id;
    const [, interruption] = conversation.of('input_audio_buffer.speech_started');
    const ended = conversation.events.findIndex((event) => event.type === 'response.done' && event.response.id === id);
    expect(conversation.events.indexOf(interruption as ServerEvent)).toBeLessThan(ended);
    expect(conversation.events.slice(ended + 1).filter(about)).toEqual([]);
    expect(conversation.audioOf(id).length / SPEECH_HZ).toBeLessThan(6);
  });

  it.each<RealtimeAudioFormat>([{ type: 'audio/pcmu' }, { type: 'audio/pcma' }])(
    '[VA26, EN2] is held over a telephone, to the sample: $type',
    async (format) => {
      const conversation = await begin({ format });
      conversation.say(await speak('Hello! How are you doing today?'));
      const { text, id } = await answerOf(conversation);
      expect(text).toBe('I am doing well, thank you. How can I help you?');
      let samples = 0;
      for (const clause of ['I am doing well, ', 'thank you. ', 'How can I help you?']) {
        samples += Math.ceil((await speak(clause)).length / 2);
      }
      expect(conversation.bytesOf(id).length).toBe(samples);
      expect(await listenTo(conversation.audioOf(id))).toMatch(/doing well/);
    },
  );

  it('keeps two people apart who speak in turn, and at the same time', async () => {
    const [ann, ben] = await Promise.all([begin(), begin()]);
    ann.say(await speak('My name is Mary.', 'slt'));
    expect((await answerOf(ann)).text).toMatch(/mary/);
    ben.say(await speak('My name is Peter.', 'rms'));
    expect((await answerOf(ben)).text).toMatch(/peter/);
    ann.say(await speak('What is my name?', 'slt'));
    ben.say(await speak('What is my name?', 'rms'));
    expect((await answerOf(ann)).text).toBe('Your name is mary.');
    expect((await answerOf(ben)).text).toBe('Your name is peter.');
    // Nothing of either has crossed: not an id, not a word.
    const idsOf = ({ events }: Conversation) =>
      events.flatMap((event) => [event.event_id, itemOf(event)].filter((id) => id !== undefined));
    const his = new Set(idsOf(ben));
    expect(idsOf(ann).filter((id) => his.has(id))).toEqual([]);
    expect(wordsIn(ann)).not.toMatch(/peter/i);
    expect(wordsIn(ben)).not.toMatch(/mary/i);
  });

  it('[TX3, TX12, IB12] is heard turn by turn by hand as well, with another engine', async () => {
    const conversation = await begin({
      engine: 'parrot',
      session: { output_modalities: ['text'] },
      input: { turn_detection: null },
    });
    conversation.appendAudio(await speak('What is the weather like in Paris today?'));
    conversation.send({ type: 'input_audio_buffer.commit' });
    const { item_id } = await conversation.next('input_audio_buffer.committed');
    expect(await heardBy(conversation)).toBe('what is the weather like in paris today');
    conversation.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await conversation.next('conversation.item.retrieved');
    expect(item).toMatchObject({ content: [{ transcript: 'what is the weather like in paris today' }] });
  });

  it('[VA27, TX6, TX16, TX19] can be a transcription alone, with deltas that stay', async () => {
    const conversation = await transcribe({
      audio: { input: { transcription: { model: 'gpt-transcribe', language: 'en' } } },
    });
    conversation.say(await speak('Hello! How are you doing today?'));
    const { item_id } = await conversation.next('input_audio_buffer.speech_started');
    const completed = await conversation.next('conversation.item.input_audio_transcription.completed');
    expect(completed).toMatchObject({ item_id, transcript: 'hello how are you doing today' });
    const deltas = conversation.of('conversation.item.input_audio_transcription.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(completed.transcript);
    expect(completed.usage).toMatchObject({ type: 'duration' });
    expect(conversation.types().filter((type) => type.startsWith('response.') || type.startsWith('rate'))).toEqual([]);
  });

  it('[TX7] makes nothing of a sound that is no word', async () => {
    const conversation = await begin({ engine: 'parrot', input: { turn_detection: null } });
    conversation.appendAudio(noise(800, 40));
    conversation.send({ type: 'input_audio_buffer.commit' });
    expect(await heardBy(conversation)).toBe('');
  });
});

const itemOf = (event: ServerEvent): string | undefined =>
  'item_id' in event ? event.item_id : 'item' in event && event.item ? event.item.id : undefined;

/** All that the events say but sound, in which any letters may stand. */
const wordsIn = ({ events }: Conversation): string =>
  JSON.stringify(events.filter(({ type }) => type !== 'response.output_audio.delta'));
