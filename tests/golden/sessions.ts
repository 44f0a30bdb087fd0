// The sessions whose recordings are kept: what each is told. `node scripts/record-goldens.mjs` plays them and writes
// `recordings/<name>.jsonl`; `replay.test.ts` holds the session to what was written.

import type { Input, SessionOptions } from '@colloquy/session';
import { append, audio, create, type Played, play, SEED, texting, user } from '@support/session-harness.ts';

interface Golden {
  options: SessionOptions;
  inputs: Input[];
}

const BASE = { seed: SEED, model: 'golden-model', started_at: 1_767_225_600_000 } as const;

const weather = { type: 'function', name: 'weather', parameters: { type: 'object', properties: {} } } as const;
const docs = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.example/mcp' } as const;
const unreachable = { type: 'mcp', server_label: 'gone', server_url: 'https://gone.example/mcp' } as const;
const listed = [
  { name: 'find', description: 'Finds a book.', input_schema: { type: 'object' }, hash: 'find 1' },
  { name: 'lend', input_schema: true, annotations: { readOnlyHint: true }, title: 'Lend a book', hash: 'lend 1' },
];
const manual = { input: { turn_detection: null } } as const;
const image_url = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64')}`;

/** An image, audio and words: what a recording may hide. */
const picture = { type: 'message', role: 'user', content: [{ type: 'input_image', image_url, detail: 'low' }] };

const spoken = (played: Played, text: readonly string[], ms = 200) => {
  played.engine(...text.map((delta) => ({ type: 'transcript.delta', delta }) as const));
  for (let sent = 0; sent < ms; sent += 100) {
    played.wait(40);
    played.engine(audio(Math.min(100, ms - sent)));
  }
};

/** Name → how the session is opened, and what it is told. */
const SCRIPTS: Readonly<Record<string, [options: Partial<SessionOptions>, tell: (played: Played) => void]>> = {
  'text-turn': [
    texting,
    (played) => {
      played.wait(12);
      played.client({
        type: 'session.update',
        event_id: 'e1',
        session: { type: 'realtime', instructions: 'Be brief.' },
      });
      played.client(create({ ...user('Hello?', 'greeting'), note: 'kept as it is' }));
      played.client(create({ type: 'message', role: 'system', content: [] }, 'root'));
      played.wait(8);
      played.client({ type: 'response.create', response: { metadata: { turn: '1' }, max_output_tokens: 200 } });
      played.engine({ type: 'text.delta', delta: 'Hello' });
      played.wait(30);
      played.engine({ type: 'text.delta', delta: ' there.' }, { type: 'done' });
      played.client({ type: 'conversation.item.retrieve', item_id: 'greeting' });
      played.client({ type: 'conversation.item.delete', item_id: 'greeting' });
      played.host({ type: 'close' });
    },
  ],
  'audio-turn': [
    { session: { type: 'realtime', audio: { input: { ...manual.input, transcription: { model: 'whisper-1' } } } } },
    (played) => {
      for (let i = 0; i < 3; i++) {
        played.wait(100);
        played.client(append(100));
      }
      const [committed] = played.client({ type: 'input_audio_buffer.commit' });
      const item_id = committed!.item_id as string;
      played.client({ type: 'response.create' });
      played.wait(60);
      played.speech({ type: 'transcription.delta', item_id, delta: ' What time' });
      spoken(played, ['It is', ' noon.'], 300);
      played.speech({ type: 'transcription.completed', item_id, transcript: 'What time is it?' });
      played.engine(
        { type: 'usage', usage: { input_tokens: 40, output_tokens: 12, total_tokens: 52 } },
        { type: 'done' },
      );
      played.client({ type: 'conversation.item.retrieve', item_id });
      played.client({
        type: 'session.update',
        event_id: 'too_late',
        session: { type: 'realtime', audio: { output: { voice: 'alloy' } } },
      });
    },
  ],
  'tool-round': [
    { session: { ...texting.session, tools: [weather], tool_choice: 'auto' } },
    (played) => {
      played.client(create(user('Is it warm in Oslo and in Rome?')));
      played.client({ type: 'response.create' });
      played.engine(
        { type: 'text.delta', delta: 'Let me look.' },
        { type: 'call', name: 'weather', call_id: 'call_oslo' },
        { type: 'arguments.delta', delta: '{"city": ' },
        { type: 'call', name: 'weather', call_id: 'call_rome' },
        { type: 'arguments.delta', call_id: 'call_oslo', delta: '"Oslo"}' },
        { type: 'arguments.delta', call_id: 'call_rome', delta: '{"city":"Rome"}' },
        { type: 'done' },
      );
      played.wait(250);
      played.client(create({ type: 'function_call_output', call_id: 'call_oslo', output: '4' }));
      played.client(create({ type: 'function_call_output', call_id: 'call_rome', output: '{"degrees":21}' }));
      played.client(create({ type: 'function_call_output', call_id: 'call_rome', output: 'again' }));
      played.client({ type: 'response.create' });
      played.engine({ type: 'text.delta', delta: 'Only in Rome.' }, { type: 'done' });
    },
  ],
  'out-of-band': [
    texting,
    (played) => {
      const answering = () => played.state.responses.map(({ id }) => id);
      played.client(create(user('Tell me a story.', 'ask')));
      played.client({ type: 'response.create' });
      const [story] = answering();
      played.client({
        type: 'response.create',
        response: {
          conversation: 'none',
          instructions: 'Classify.',
          metadata: { topic: 'class' },
          input: [{ type: 'item_reference', id: 'ask' }, user('And this?')],
        },
      });
      const aside = answering().at(-1) as string;
      const piece = (response_id: string, event: object) =>
        played.tell({ at: 0, from: 'engine', response_id, event } as Input);
      piece(story as string, { type: 'text.delta', delta: 'Once' });
      piece(aside, { type: 'text.delta', delta: 'a request' });
      piece(story as string, { type: 'text.delta', delta: ' upon a time' });
      piece(aside, { type: 'done' });
      played.client({ type: 'response.cancel' });
      piece(story as string, { type: 'text.delta', delta: ' too late' });
      played.client(create(user('Thanks.')));
    },
  ],
  'cancel-mid-response': [
    { session: { type: 'realtime', audio: manual } },
    (played) => {
      played.client(create(user('Count to ten.')));
      played.client({ type: 'response.create', event_id: 'count' });
      spoken(played, ['One,', ' two,']);
      played.client({ type: 'response.create', event_id: 'second' });
      played.client({ type: 'response.cancel', event_id: 'stop' });
      played.engine({ type: 'transcript.delta', delta: ' three' }, { type: 'done' });
      played.client({ type: 'response.cancel', event_id: 'stop_again' });
    },
  ],
  truncation: [
    { session: { type: 'realtime', audio: manual } },
    (played) => {
      const item = () =>
        played.frames.findLast(({ type }) => type === 'response.output_item.added')!.item!.id as string;
      const truncate = (audio_end_ms: number) =>
        played.client({ type: 'conversation.item.truncate', item_id: item(), content_index: 0, audio_end_ms });
      played.client(create(user('Go on.')));
      played.client({ type: 'response.create' });
      spoken(played, ['All of', ' this']);
      truncate(120);
      spoken(played, [' unheard']);
      played.engine({ type: 'done' });
      truncate(60);
      truncate(90);
      played.client({ type: 'response.create' });
      spoken(played, ['And this'], 300);
      played.engine({ type: 'done' });
      truncate(0);
      played.client({ type: 'conversation.item.retrieve', item_id: item() });
    },
  ],
  deferral: [
    texting,
    (played) => {
      played.client(create(user('first', 'first')));
      played.client({ type: 'response.create' });
      played.engine({ type: 'text.delta', delta: 'Answer' });
      played.client(create(user('waits', 'waits')));
      played.client(create(user('waits before', 'before'), 'first'));
      played.client(create(user('never'), 'nowhere'));
      played.client(create(user('orphan', 'orphan'), 'gone_by_then'));
      played.client({ type: 'conversation.item.delete', item_id: 'first' });
      played.engine({ type: 'done' });
      played.client(create(user('last', 'last')));
    },
  ],
  errors: [
    { ...texting, limits: { refusals: 20, output_idle_ms: 5000, first_output_ms: 2000 } },
    (played) => {
      played.client({ type: 'no.such.event', event_id: 'e1' } as never);
      played.client({ type: 'session.update', event_id: 'e2', session: { type: 'realtime', colour: 'red' } });
      played.client({ type: 'session.update', session: { type: 'transcription' } });
      played.client(create({ type: 'message', role: 'user', content: [{ type: 'output_text', text: 'x' }] }));
      played.client({ type: 'conversation.item.delete', event_id: 'e3', item_id: 'nothing' });
      played.client({ type: 'conversation.item.retrieve', item_id: 'nothing' });
      played.client({ type: 'conversation.item.truncate', item_id: 'nothing', content_index: 0, audio_end_ms: 1 });
      played.client({ type: 'input_audio_buffer.append', audio: '@@@@' });
      played.client({ type: 'input_audio_buffer.commit' });
      played.client({ type: 'output_audio_buffer.clear' });
      played.tell({
        at: 0,
        from: 'wire',
        issue: { code: 'invalid_json', param: null, message: 'Not JSON.' },
        event_id: null,
      });
      played.client({ type: 'response.create', event_id: 'breaks' });
      played.engine(
        { type: 'text.delta', delta: 'I was about to' },
        { type: 'failed', error: { code: 'upstream_error', message: 'The upstream hung up.' } },
      );
      played.client({ type: 'response.create', event_id: 'stalls' });
      played.wait(2000);
      played.client({ type: 'response.create', event_id: 'long' });
      played.engine({ type: 'text.delta', delta: 'cut' }, { type: 'done', reason: 'max_output_tokens' });
    },
  ],
  'speech-turns': [
    {
      session: {
        type: 'realtime',
        audio: {
          input: {
            turn_detection: { type: 'server_vad', silence_duration_ms: 200, idle_timeout_ms: 5000 },
            transcription: { model: 'gpt-4o-transcribe' },
          },
        },
      },
    },
    (played) => {
      played.client(append(1000));
      const [started] = played.speech({ type: 'started', audio_ms: 400 });
      const item_id = started!.item_id as string;
      played.speech({ type: 'transcription.delta', item_id, delta: 'Tell' });
      played.speech({ type: 'stopped', audio_ms: 900 });
      spoken(played, ['Well,', ' once']);
      played.speech({ type: 'transcription.completed', item_id, transcript: 'Tell me.' });
      played.client(append(1000));
      played.speech({ type: 'started', audio_ms: 1500 });
      played.engine({ type: 'transcript.delta', delta: ' upon' });
      played.speech({ type: 'stopped', audio_ms: 1900 });
      spoken(played, ['Yes?']);
      played.engine({ type: 'done' });
      played.wait(6000);
      spoken(played, ['Still there?'], 100);
      played.engine({ type: 'done' });
      played.client({ type: 'input_audio_buffer.clear' });
    },
  ],
  // A call over WebRTC: an answer that is played to its end, barge-in during the next, and a clear by the client.
  call: [
    {
      playback: true,
      session: {
        type: 'realtime',
        audio: { input: { turn_detection: { type: 'server_vad' }, transcription: { model: 'gpt-4o-transcribe' } } },
      },
    },
    (played) => {
      const playing = () => played.effects.findLast((effect) => effect.do === 'play_audio')!;
      const report = (type: 'started' | 'drained') => played.playback({ type, response_id: playing().response_id });
      const reportPlayed = (ms: number) => {
        const { item_id, content_index } = playing();
        played.playback({ type: 'played', item_id, content_index, bytes: ms * 48 });
      };
      const turn = (audio_ms: number, transcript: string, played_ms = 0) => {
        for (let i = 0; i < 25; i++) {
          played.wait(40);
          played.media(40);
        }
        if (played_ms > 0) reportPlayed(played_ms);
        const [started] = played.speech({ type: 'started', audio_ms });
        const item_id = started!.item_id as string;
        played.speech({ type: 'stopped', audio_ms: audio_ms + 600 });
        played.speech({ type: 'transcription.completed', item_id, transcript });
      };
      turn(300, 'Is it late?');
      played.engine({ type: 'transcript.delta', delta: 'It is noon.' }, audio(200));
      report('started');
      played.engine(audio(300), { type: 'done' });
      played.wait(480);
      report('drained');
      turn(1300, 'Tell me a story.');
      spoken(played, ['Once', ' upon a time'], 1500);
      report('started');
      turn(2300, 'A shorter one.', 1020);
      spoken(played, ['A cat sat.'], 400);
      report('started');
      played.engine({ type: 'done' });
      reportPlayed(180);
      played.client({ type: 'response.cancel', event_id: 'over' });
      played.client({ type: 'output_audio_buffer.clear', event_id: 'hush' });
      played.client({ type: 'output_audio_buffer.clear', event_id: 'hush_again' });
      played.client({ ...append(20), event_id: 'not_here' });
      played.client({ type: 'conversation.item.retrieve', item_id: playing().item_id });
    },
  ],
  'transcription-session': [
    {
      session: {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            transcription: { model: 'gpt-4o-transcribe-diarize', language: 'en' },
            turn_detection: { type: 'server_vad' },
          },
        },
        include: ['item.input_audio_transcription.logprobs'],
      },
    },
    (played) => {
      played.client({ type: 'input_audio_buffer.append', audio: Buffer.alloc(8000, 0xff).toString('base64') });
      const [started] = played.speech({ type: 'started', audio_ms: 300 });
      const item_id = started!.item_id as string;
      played.speech({ type: 'stopped', audio_ms: 900 });
      const logprobs = [{ token: 'Good', logprob: -0.1, bytes: [71, 111, 111, 100] }];
      played.speech({ type: 'transcription.delta', item_id, delta: 'Good', logprobs });
      played.speech({ type: 'transcription.segment', item_id, text: 'Good day.', speaker: 'A', start: 0.1, end: 0.6 });
      played.speech({ type: 'transcription.completed', item_id, transcript: 'Good day.' });
      played.client({ type: 'response.create', event_id: 'no' });
      const [committed] = played.client(append(20)).concat(played.client({ type: 'input_audio_buffer.commit' }));
      played.wait(10);
      played.speech({
        type: 'transcription.failed',
        item_id: String(committed!.item_id ?? item_id),
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'Nothing was heard.' },
      });
    },
  ],
  'max-duration': [
    { session: { type: 'realtime', audio: manual }, limits: { max_duration_ms: 60_000 } },
    (played) => {
      played.client(create(picture));
      played.wait(59_900);
      played.client({ type: 'response.create' });
      spoken(played, ['Time is'], 100);
      played.wait(1000);
      played.client(create(user('too late')));
    },
  ],
  mcp: [
    {
      allow_unapproved_tools: true,
      session: {
        ...texting.session,
        tools: [weather, { ...docs, require_approval: { never: { tool_names: ['find'] } } }],
      },
    },
    (played) => {
      const latest = (type: string) => played.frames.findLast(({ item }) => item?.type === type)!.item!.id as string;
      const answer = (approve: boolean, reason: string | null = null) =>
        played.client(
          create({
            type: 'mcp_approval_response',
            approval_request_id: latest('mcp_approval_request'),
            approve,
            reason,
          }),
        );
      const call = (name: string, input: string, more: { type: 'text.delta'; delta: string }[] = []) => {
        played.client({ type: 'response.create' });
        played.engine(
          ...more,
          { type: 'call', name, server_label: 'docs' },
          { type: 'arguments.delta', delta: input.slice(0, 6) },
          { type: 'arguments.delta', delta: input.slice(6) },
          { type: 'done' },
        );
      };
      played.wait(80);
      played.tools({ type: 'listed', item_id: latest('mcp_list_tools'), tools: listed });
      played.client({ type: 'session.update', session: { type: 'realtime', tools: [weather, docs, unreachable] } });
      played.tools({ type: 'list_failed', item_id: latest('mcp_list_tools') });
      played.client(create(user('Find the manual and lend it to me.')));
      call('find', '{"title":"manual"}', [{ type: 'text.delta', delta: 'Let me see.' }]);
      answer(true);
      played.wait(120);
      played.tools({ type: 'called', item_id: latest('mcp_call'), output: 'On shelf 3.' });
      call('lend', '{"title": "manual", "days": 3}');
      answer(false, 'not today');
      answer(true);
      call('lend', '{"title":"manual"}');
      played.client({
        type: 'session.update',
        session: { type: 'realtime', tools: [{ ...docs, require_approval: 'never' }] },
      });
      answer(true);
      played.tools({
        type: 'call_failed',
        item_id: latest('mcp_call'),
        error: { type: 'http_error', code: 503, message: 'Busy.' },
      });
      call('find', '{"title":"atlas"}');
      played.client({ type: 'conversation.item.retrieve', item_id: latest('mcp_call') });
      played.client({ type: 'response.cancel' });
      played.tools({ type: 'called', item_id: latest('mcp_call'), output: 'too late' });
      call('find', 'atlas');
      call('find', '{}');
      played.wait(30_000);
    },
  ],
  drain: [
    texting,
    (played) => {
      played.client(create(user('Quick!')));
      played.client({ type: 'response.create' });
      played.host({ type: 'drain' });
      played.client({ type: 'response.create', response: { conversation: 'none' } });
      played.engine({ type: 'text.delta', delta: 'Done.' }, { type: 'done' });
    },
  ],
};

export const GOLDEN_NAMES: readonly string[] = Object.keys(SCRIPTS).sort();

/** Plays a session by its name. */
export function playGolden(name: string): Golden {
  const [options, tell] = SCRIPTS[name] as (typeof SCRIPTS)[string];
  const played = play({ ...BASE, ...options });
  tell(played);
  return { options: { ...BASE, ...options }, inputs: played.inputs };
}
