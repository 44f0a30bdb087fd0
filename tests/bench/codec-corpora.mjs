// The frames of `codec.bench.mjs`: the same for every run, of the sizes that real sessions have.

/** Numbers below 1, the same ones every time. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const next = numbers(20260801);
const pick = (list) => list[Math.floor(next() * list.length)];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const id = (prefix) => `${prefix}_${Array.from({ length: 21 }, () => pick(LETTERS)).join('')}`;
const WORDS = 'the a quick brown fox said that it would rain on the harbour before noon, so we left early'.split(' ');
const words = (count) => Array.from({ length: count }, () => pick(WORDS)).join(' ');

/** Base64 of so many characters, of bytes that look random. */
function base64(characters) {
  const bytes = Buffer.alloc((characters / 4) * 3);
  for (let i = 0; i < bytes.length; i++) bytes[i] = next() * 256;
  return bytes.toString('base64');
}

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** One part of one response, whose deltas share all but the event id. */
function part() {
  const place = { response_id: id('resp'), item_id: id('item'), output_index: 0, content_index: 0 };
  return (type, more) => ({ type: `response.${type}`, event_id: id('event'), ...place, ...more });
}

const textDeltas = times(40, part).flatMap((delta) =>
  times(50, () => delta('output_text.delta', { delta: ` ${words(1)}` })),
);

const content = [
  { role: 'user', content: [{ type: 'input_text', text: words(24) }] },
  { role: 'user', content: [{ type: 'input_audio', transcript: words(18) }] },
  {
    role: 'user',
    content: [
      { type: 'input_text', text: words(8) },
      { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
    ],
  },
  { role: 'assistant', content: [{ type: 'output_audio', transcript: words(22) }] },
  { role: 'assistant', content: [{ type: 'output_text', text: words(24) }] },
];
const itemAdded = () => ({
  type: 'conversation.item.added',
  event_id: id('event'),
  previous_item_id: id('item'),
  item: { id: id('item'), object: 'realtime.item', type: 'message', status: 'completed', ...pick(content) },
});
const callAdded = () => ({
  type: 'conversation.item.added',
  event_id: id('event'),
  previous_item_id: id('item'),
  item: {
    id: id('item'),
    object: 'realtime.item',
    type: 'function_call',
    status: 'completed',
    name: 'get_weather',
    call_id: id('call'),
    arguments: JSON.stringify({ city: words(3), days: 3, units: 'metric', note: words(6) }),
  },
});
const itemsAdded = times(1000, (i) => (i % 5 === 4 ? callAdded() : itemAdded()));

const tool = (i) => ({
  type: 'function',
  name: `tool_${i}`,
  description: words(14),
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string', description: words(5) },
      days: { type: 'integer', minimum: 1, maximum: 14 },
      units: { type: 'string', enum: ['metric', 'imperial'] },
    },
    required: ['city'],
    additionalProperties: false,
  },
});
const sessionUpdated = () => ({
  type: 'session.updated',
  event_id: id('event'),
  session: {
    type: 'realtime',
    object: 'realtime.session',
    id: id('sess'),
    model: 'gpt-realtime',
    output_modalities: ['audio'],
    instructions: words(60),
    tools: times(20, tool),
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: 1786012345,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24000 },
        transcription: { model: 'gpt-4o-mini-transcribe', language: null, prompt: null },
        noise_reduction: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          idle_timeout_ms: null,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
    },
    include: null,
  },
});
const sessions = times(60, sessionUpdated);

const audioDeltas = (characters, count) =>
  times(Math.ceil(count / 40), part)
    .flatMap((delta) => times(40, () => delta('output_audio.delta', { delta: base64(characters) })))
    .slice(0, count);

/** One spoken answer, from the user's first sound to the bill. */
function voiceTurn() {
  const event = part();
  const { response_id, item_id } = event('x');
  const user = id('item');
  const plain = (type, more) => ({ type, event_id: id('event'), ...more });
  const item = { id: item_id, object: 'realtime.item', type: 'message', role: 'assistant' };
  const response = {
    object: 'realtime.response',
    id: response_id,
    conversation_id: id('conv'),
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' } },
    metadata: null,
  };
  const transcript = words(40);
  const spoken = { ...item, status: 'completed', content: [{ type: 'output_audio', transcript }] };
  const outer = { response_id, output_index: 0 };
  return [
    plain('input_audio_buffer.speech_started', { audio_start_ms: 1200, item_id: user }),
    plain('input_audio_buffer.speech_stopped', { audio_end_ms: 3200, item_id: user }),
    plain('input_audio_buffer.committed', { previous_item_id: id('item'), item_id: user }),
    plain('conversation.item.added', {
      previous_item_id: id('item'),
      item: {
        id: user,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript: null }],
      },
    }),
    plain('response.created', {
      response: { ...response, status: 'in_progress', status_details: null, output: [], usage: null },
    }),
    plain('response.output_item.added', { ...outer, item: { ...item, status: 'in_progress', content: [] } }),
    plain('conversation.item.added', { previous_item_id: user, item: { ...item, status: 'in_progress', content: [] } }),
    event('content_part.added', { part: { type: 'audio', transcript: '' } }),
    ...times(40, () => [
      event('output_audio_transcript.delta', { delta: ` ${words(1)}` }),
      event('output_audio.delta', { delta: base64(16_000) }),
    ]).flat(),
    event('output_audio.done'),
    event('output_audio_transcript.done', { transcript }),
    event('content_part.done', { part: { type: 'audio', transcript } }),
    plain('response.output_item.done', { ...outer, item: spoken }),
    plain('conversation.item.done', { previous_item_id: user, item: spoken }),
    plain('response.done', {
      response: {
        ...response,
        status: 'completed',
        status_details: null,
        output: [spoken],
        usage: {
          total_tokens: 253,
          input_tokens: 132,
          output_tokens: 121,
          input_token_details: {
            text_tokens: 119,
            audio_tokens: 13,
            image_tokens: 0,
            cached_tokens: 64,
            cached_tokens_details: { text_tokens: 64, audio_tokens: 0, image_tokens: 0 },
          },
          output_token_details: { text_tokens: 30, audio_tokens: 91 },
        },
      },
    }),
    plain('rate_limits.updated', {
      rate_limits: [{ name: 'tokens', limit: 40000, remaining: 39000, reset_seconds: 1.5 }],
    }),
  ];
}

const appends = times(200, () => ({ type: 'input_audio_buffer.append', audio: base64(6400) }));

/** As a socket gives it: one flat string, not a tree of pieces. */
const frame = (event) => Buffer.from(JSON.stringify(event)).toString();

/** Name → frames, and who sends them. */
export const CORPORA = {
  'text delta': { from: 'server', frames: textDeltas.map(frame) },
  'item.added': { from: 'server', frames: itemsAdded.map(frame) },
  'session, 20 tools': { from: 'server', frames: sessions.map(frame) },
  'voice turn': { from: 'server', frames: times(3, voiceTurn).flat().map(frame) },
  'audio 8 kB': { from: 'server', frames: audioDeltas(8192, 120).map(frame) },
  'audio 64 kB': { from: 'server', frames: audioDeltas(65_536, 40).map(frame) },
  'append 6.4 kB': { from: 'client', frames: appends.map(frame) },
};
