import type { RealtimeConversationItem, ServerEvent } from '@colloquy/protocol';
import { countWork } from '@support/count-work.ts';
import { describe, expect, it } from 'vitest';
import { createMirror, type Mirror, type MirrorOptions } from './mirror.ts';

type Item = RealtimeConversationItem;

const ids = (mirror: Mirror) => mirror.items().map((item) => item.id);
const codes = (mirror: Mirror) => mirror.issues().map(({ code }) => code);

/** A mirror after some events, which are written without irrelevant fields. */
function seen(events: readonly object[], options?: MirrorOptions): Mirror {
  const mirror = createMirror(options);
  for (const event of events) mirror.apply(event);
  return mirror;
}

const spokenItem = (id: string, text = id): Item => ({
  id,
  type: 'message',
  role: 'user',
  status: 'completed',
  content: [{ type: 'input_text', text }],
});
const spoken = (id: string, transcript: string | null = null): Item => ({
  id,
  type: 'message',
  role: 'user',
  status: 'completed',
  content: [{ type: 'input_audio', transcript }],
});
const answer = (id: string, content: unknown[] = [], status = 'in_progress') =>
  ({ id, object: 'realtime.item', type: 'message', role: 'assistant', status, content }) as Item;

const added = (item: Item, previous_item_id?: string | null) => ({
  type: 'conversation.item.added',
  item,
  ...(previous_item_id === undefined ? {} : { previous_item_id }),
});
const done = (item: Item, previous_item_id: string | null = null) => ({
  type: 'conversation.item.done',
  item,
  previous_item_id,
});
const of = (item_id: string, content_index = 0) => ({
  response_id: 'r',
  item_id,
  output_index: 0,
  content_index,
});
const created = (id = 'r', conversation_id: string | null = 'conv') => ({
  type: 'response.created',
  response: { id, status: 'in_progress', output: [], conversation_id },
});
const responseDone = (output: unknown[], id = 'r', conversation_id: string | null = 'conv') => ({
  type: 'response.done',
  response: { id, status: 'completed', output, conversation_id },
});
const opened = (id: string, previous: string | null = null) => [
  created(),
  { type: 'response.output_item.added', response_id: 'r', output_index: 0, item: answer(id) },
  added(answer(id), previous),
];
const part = (id: string, what: 'added' | 'done', part: object, index = 0) => ({
  type: `response.content_part.${what}`,
  ...of(id, index),
  part,
});
const delta = (id: string, stream: string, delta: string, index = 0) => ({
  type: `response.output_${stream}.delta`,
  ...of(id, index),
  delta,
});
const transcription = (item_id: string, what: string, fields: object, content_index = 0) => ({
  type: `conversation.item.input_audio_transcription.${what}`,
  item_id,
  content_index,
  ...fields,
});

describe('order', () => {
  it('[MI2] follows previous_item_id of added', () => {
    const mirror = seen([
      added(spokenItem('a'), null),
      added(spokenItem('b'), 'a'),
      added(spokenItem('c'), 'a'),
      added(spokenItem('z'), null),
    ]);
    expect(ids(mirror)).toEqual(['z', 'a', 'c', 'b']);
  });

  it('[MI2] handles conversation.item.created, the older name, too', () => {
    const event = { type: 'conversation.item.created', previous_item_id: null, item: spokenItem('a') };
    expect(ids(seen([event, added(spokenItem('b'), 'a')]))).toEqual(['a', 'b']);
  });

  it('[MI2] places an item last when its predecessor is unknown, until that arrives', () => {
    const mirror = seen([added(spokenItem('a'), null), added(spokenItem('c'), 'b'), added(spokenItem('d'), 'c')]);
    expect(ids(mirror)).toEqual(['a', 'c', 'd']);
    mirror.apply(added(spokenItem('b'), null));
    expect(ids(mirror)).toEqual(['b', 'c', 'd', 'a']);
  });

  it('[MI3, OR12] does not move an item for done, though the live service sends null', () => {
    const mirror = seen([added(spokenItem('a'), null), ...opened('b', 'a'), done(answer('b', [], 'completed'), null)]);
    expect(ids(mirror)).toEqual(['a', 'b']);
    expect(mirror.issues()).toEqual([]);
  });

  it('[CV7] places first for null, and last when the predecessor is absent', () => {
    expect(ids(seen([added(spokenItem('a'), null), added(spokenItem('b')), added(spokenItem('c'), null)]))).toEqual([
      'c',
      'a',
      'b',
    ]);
  });

  it('[MI2] places an item by added when its done came first', () => {
    const mirror = seen([added(spokenItem('a'), null), added(spokenItem('b'), 'a'), done(spokenItem('c'), null)]);
    expect(ids(mirror)).toEqual(['a', 'b', 'c']);
    mirror.apply(added(spokenItem('c'), 'a'));
    expect(ids(mirror)).toEqual(['a', 'c', 'b']);
    expect(codes(mirror)).toEqual([]);
  });

  it('[MI1] records an issue for a circle and for an item after itself', () => {
    const mirror = seen([added(spokenItem('a'), 'a'), added(spokenItem('b'), 'c'), added(spokenItem('c'), 'b')]);
    expect(ids(mirror)).toEqual(['a', 'b', 'c']);
    expect(codes(mirror)).toEqual(['circular_order', 'circular_order']);
  });
});

describe('parts', () => {
  it('[MI4] builds text from deltas and replaces it at done', () => {
    const mirror = seen([...opened('a'), part('a', 'added', { type: 'text', text: '' })]);
    expect(mirror.item('a')).toMatchObject({ content: [{ type: 'output_text', text: '' }] });
    mirror.apply(delta('a', 'text', 'Hel'));
    mirror.apply(delta('a', 'text', 'lo'));
    expect(mirror.item('a')).toMatchObject({ content: [{ type: 'output_text', text: 'Hello' }] });
    expect(mirror.parts('a')).toMatchObject([{ content_index: 0, status: 'in_progress' }]);
    mirror.apply({ type: 'response.output_text.done', ...of('a'), text: 'Hello!' });
    expect(mirror.parts('a')).toMatchObject([{ status: 'completed', part: { type: 'output_text', text: 'Hello!' } }]);
    mirror.apply(part('a', 'done', { type: 'text', text: 'Hello!!' }));
    expect(mirror.item('a')).toEqual(answer('a', [{ type: 'output_text', text: 'Hello!!' }]));
    expect(mirror.issues()).toEqual([]);
  });

  it('[MI4] turns an audio part into output_audio with its transcript', () => {
    const mirror = seen([
      ...opened('a'),
      part('a', 'added', { type: 'audio', transcript: '' }),
      delta('a', 'audio_transcript', 'Hel'),
      delta('a', 'audio', 'AAAA'),
      delta('a', 'audio_transcript', 'lo'),
    ]);
    expect(mirror.item('a')).toEqual(answer('a', [{ type: 'output_audio', transcript: 'Hello' }]));
    mirror.apply({ type: 'response.output_audio.done', ...of('a') });
    expect(mirror.parts('a')[0]?.status).toBe('in_progress');
    mirror.apply({ type: 'response.output_audio_transcript.done', ...of('a'), transcript: 'Hello' });
    mirror.apply(part('a', 'done', { type: 'audio', transcript: 'Hello' }));
    expect(mirror.parts('a')[0]?.status).toBe('completed');
    expect(mirror.audio('a')).toEqual([]);
  });

  it('holds a part until the parts before it arrive', () => {
    const mirror = seen([...opened('a'), delta('a', 'text', 'second', 1)]);
    expect(mirror.item('a')).toMatchObject({ content: [] });
    expect(mirror.parts('a')).toMatchObject([{ content_index: 1, part: { text: 'second' } }]);
    mirror.apply(delta('a', 'text', 'first', 0));
    expect(mirror.item('a')).toMatchObject({ content: [{ text: 'first' }, { text: 'second' }] });
  });

  it('[MI4] appends argument deltas and replaces them at done', () => {
    const call: Item = {
      id: 'f',
      type: 'function_call',
      status: 'in_progress',
      name: 'n',
      call_id: 'c',
      arguments: '',
    };
    const ids = { response_id: 'r', item_id: 'f', output_index: 0, call_id: 'c' };
    const mirror = seen([
      created(),
      { type: 'response.output_item.added', response_id: 'r', output_index: 0, item: call },
      added(call, null),
      { type: 'response.function_call_arguments.delta', ...ids, delta: '{"a"' },
      { type: 'response.function_call_arguments.delta', ...ids, delta: ':1}' },
    ]);
    expect(mirror.item('f')).toEqual({ ...call, arguments: '{"a":1}' });
    mirror.apply({ type: 'response.function_call_arguments.done', ...ids, name: 'n', arguments: '{"a":2}' });
    mirror.apply({ type: 'response.function_call_arguments.delta', ...ids, delta: 'late' });
    expect(mirror.item('f')).toEqual({ ...call, arguments: '{"a":2}' });
    expect(codes(mirror)).toEqual(['late']);
  });

  it('ignores a delta after done and records an issue', () => {
    const whole = answer('a', [{ type: 'output_text', text: 'whole' }], 'completed');
    const mirror = seen([...opened('a'), delta('a', 'text', 'wh'), done(whole), delta('a', 'text', 'ole')]);
    expect(mirror.items()).toEqual([whole]);
    expect(mirror.issues()).toMatchObject([{ code: 'late', item_id: 'a', event_type: 'response.output_text.delta' }]);
  });

  it('keeps streamed content when announcements come late', () => {
    const mirror = seen([delta('a', 'text', 'Hello'), part('a', 'added', { type: 'text', text: '' })]);
    mirror.apply(added(answer('a'), null));
    expect(mirror.items()).toEqual([answer('a', [{ type: 'output_text', text: 'Hello' }])]);
    const call: Item = { id: 'f', type: 'function_call', name: 'n', call_id: 'c', arguments: '' };
    const ids = { response_id: 'r', item_id: 'f', output_index: 1, call_id: 'c' };
    mirror.apply({ type: 'response.function_call_arguments.delta', ...ids, delta: '{}' });
    mirror.apply(added(call, 'a'));
    expect(mirror.item('f')).toEqual({ ...call, arguments: '{}' });
  });

  it('adds a pending part when an item brings the part before it', () => {
    const mirror = seen([...opened('a'), delta('a', 'text', 'second', 1)]);
    mirror.apply({ type: 'conversation.item.retrieved', item: answer('a', [{ type: 'output_text', text: 'first' }]) });
    expect(mirror.item('a')).toMatchObject({ content: [{ text: 'first' }, { text: 'second' }] });
  });

  it('ignores a delta after the done of its stream, not of other streams', () => {
    const mirror = seen([...opened('a'), delta('a', 'audio_transcript', 'Hi')], { audio: 'keep' });
    mirror.apply({ type: 'response.output_audio_transcript.done', ...of('a'), transcript: 'Hi' });
    mirror.apply(delta('a', 'audio_transcript', ' again'));
    mirror.apply(delta('a', 'audio', 'AAAA'));
    expect(mirror.item('a')).toMatchObject({ content: [{ transcript: 'Hi' }] });
    expect(mirror.audio('a')).toEqual(['AAAA']);
    expect(codes(mirror)).toEqual(['late']);
  });

  it('ignores text for a part of another kind and records an issue', () => {
    const mirror = seen([...opened('a'), delta('a', 'text', 'a'), delta('a', 'audio_transcript', 'b')]);
    expect(mirror.item('a')).toMatchObject({ content: [{ type: 'output_text', text: 'a' }] });
    expect(codes(mirror)).toEqual(['contradiction']);
  });

  it('[MI10] stores audio chunks only when requested', () => {
    const chunk = 'AAAA'.repeat(10);
    const mirror = seen([...opened('a')], { audio: 'keep' });
    const list = mirror.audio('a');
    for (let i = 0; i < 20_000; i++) mirror.apply(delta('a', 'audio', chunk));
    expect(mirror.audio('a')).toHaveLength(20_000);
    expect(mirror.audio('a')[19_999]).toBe(chunk);
    expect(list).not.toBe(mirror.audio('b'));
    expect(JSON.stringify(mirror.items())).not.toContain('AAAA');
  });
});

describe('transcription', () => {
  it('[MI5, TX4] stores a transcription before its item and applies it afterwards', () => {
    const mirror = seen([
      transcription('u', 'delta', { delta: 'Hi ' }),
      transcription('u', 'delta', { delta: 'there' }),
    ]);
    expect(mirror.items()).toEqual([]);
    expect(mirror.parts('u')).toMatchObject([{ transcription: { status: 'in_progress', text: 'Hi there' } }]);
    mirror.apply(transcription('u', 'completed', { transcript: 'Hi, there.' }));
    mirror.apply(added(spoken('u'), null));
    mirror.apply(done(spoken('u'), null));
    expect(mirror.items()).toEqual([spoken('u', 'Hi, there.')]);
    expect(mirror.issues()).toEqual([]);
  });

  it('[TX5] replaces the deltas by completed', () => {
    const mirror = seen([
      added(spoken('u'), null),
      transcription('u', 'delta', { delta: ' um hello' }),
      transcription('u', 'completed', { transcript: 'Hello.' }),
      transcription('u', 'delta', { delta: 'more' }),
    ]);
    expect(mirror.items()).toEqual([spoken('u', 'Hello.')]);
    expect(codes(mirror)).toEqual(['late']);
  });

  it('[MI7] changes only the part with its content_index', () => {
    const two = {
      ...spoken('u'),
      content: [...(spoken('u') as never as { content: [] }).content, { type: 'input_audio', transcript: null }],
    };
    const mirror = seen([added(two as Item, null), transcription('u', 'completed', { transcript: 'second' }, 1)]);
    expect(mirror.item('u')).toMatchObject({ content: [{ transcript: null }, { transcript: 'second' }] });
  });

  it('[TX8, TX10] stores failures and segments beside the item', () => {
    const error = { type: 'transcription_error', code: 'audio_unintelligible', message: 'm', param: null };
    const segment = { id: 's', text: 'Hi', speaker: 'A', start: 0.5, end: 1 };
    const mirror = seen([
      added(spoken('u'), null),
      transcription('u', 'segment', segment),
      transcription('u', 'failed', { error }),
    ]);
    expect(mirror.parts('u')).toMatchObject([{ transcription: { status: 'failed', error, segments: [segment] } }]);
    expect(mirror.item('u')).toEqual(spoken('u'));
  });

  it('[CD6] assumes part 0 and an empty delta when the fields are absent', () => {
    const type = 'conversation.item.input_audio_transcription.delta';
    const mirror = seen([
      { type, item_id: 'u', delta: 'a' },
      { type, item_id: 'u', content_index: 0 },
    ]);
    expect(mirror.parts('u')).toMatchObject([{ content_index: 0, transcription: { text: 'a' } }]);
    expect(mirror.issues()).toEqual([]);
  });

  it('[MI1] bounds the transcriptions of items that never arrive', () => {
    const mirror = createMirror();
    for (let i = 0; i < 3000; i++) mirror.apply(transcription(`u${i}`, 'delta', { delta: 'x' }));
    expect(mirror.parts('u999')).toHaveLength(1);
    expect(mirror.parts('u1500')).toHaveLength(0);
  });
});

describe('truncation, deletion and retrieval', () => {
  const audio = answer('a', [{ type: 'output_audio', transcript: 'one two three' }], 'completed');
  const cut = { type: 'conversation.item.truncated', item_id: 'a', content_index: 0, audio_end_ms: 200 };

  it('[MI6, TR4] deletes the transcript of a truncated part', () => {
    const mirror = seen([added(audio, null), done(audio), cut]);
    expect(mirror.items()).toEqual([answer('a', [{ type: 'output_audio', transcript: null }], 'completed')]);
    expect(mirror.parts('a')).toMatchObject([{ audio_end_ms: 200 }]);
  });

  it('[MI6] cuts audio to the millisecond, in the format of its response', () => {
    const audio = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');
    const mirror = seen(
      [
        {
          type: 'response.created',
          response: { id: 'r', conversation_id: 'conv', audio: { output: { format: { type: 'audio/pcmu' } } } },
        },
        added(answer('a'), null),
        ...[100, 100, 100].map((bytes) => delta('a', 'audio', audio(bytes))),
        { ...cut, audio_end_ms: 20 },
        delta('a', 'audio', audio(100)),
      ],
      { audio: 'keep' },
    );
    const bytes = mirror.audio('a').map((chunk) => Buffer.from(chunk, 'base64'));
    expect(bytes.map((each) => each.length)).toEqual([100, 60]);
    expect(mirror.audio('a')[1]).toBe(audio(60));
  });

  it('[TR10] drops deltas and done after a truncation', () => {
    const mirror = seen([
      ...opened('a'),
      delta('a', 'audio_transcript', 'one '),
      cut,
      delta('a', 'audio_transcript', 'two'),
    ]);
    mirror.apply({ type: 'response.output_audio_transcript.done', ...of('a'), transcript: 'one two' });
    mirror.apply(part('a', 'done', { type: 'audio', transcript: 'one two' }));
    mirror.apply(done(audio));
    mirror.apply({ type: 'response.output_item.done', response_id: 'r', output_index: 0, item: audio });
    mirror.apply(responseDone([audio]));
    expect(mirror.items()).toEqual([answer('a', [{ type: 'output_audio', transcript: null }], 'completed')]);
  });

  it('[MI6] removes a deleted item for good', () => {
    const mirror = seen([added(spokenItem('u'), null), ...opened('a', 'u'), done(audio)]);
    mirror.apply({ type: 'conversation.item.deleted', item_id: 'a' });
    mirror.apply({ type: 'response.output_item.done', response_id: 'r', output_index: 0, item: audio });
    mirror.apply(delta('a', 'text', 'x'));
    mirror.apply(responseDone([audio]));
    expect(ids(mirror)).toEqual(['u']);
    expect(mirror.item('a')).toBeUndefined();
    mirror.apply({ type: 'conversation.item.deleted', item_id: 'a' });
    expect(codes(mirror)).toEqual(['late', 'late', 'not_introduced']);
  });

  it('starts afresh when an item reuses the id of a deleted one', () => {
    const deleted = { type: 'conversation.item.deleted', item_id: 'u' };
    const mirror = seen([added(spoken('u'), null), transcription('u', 'completed', { transcript: 'old' }), deleted]);
    mirror.apply(added(spoken('u'), null));
    expect(mirror.items()).toEqual([spoken('u')]);
  });

  it('[MI6] replaces the content at retrieved, except its audio', () => {
    const withAudio = { ...answer('a', [{ type: 'output_audio', transcript: 'other', audio: 'AAAA' }], 'completed') };
    const event = { type: 'conversation.item.retrieved', item: withAudio };
    const other = [answer('a', [{ type: 'output_audio', transcript: 'other' }], 'completed')];
    expect(seen([added(audio, null), event]).items()).toEqual(other);
    const mirror = seen([added(audio, null), cut, event], { audio: 'keep' });
    expect(mirror.items()).toEqual(other);
    expect(mirror.audio('a')).toEqual(['AAAA']);
  });

  it('[MI14] keeps a known transcript when an item is retrieved or done without one, unless it was truncated', () => {
    for (const transcript of [{}, { transcript: null }]) {
      const bare = answer('a', [{ type: 'output_audio', ...transcript }], 'completed');
      const retrieved = { type: 'conversation.item.retrieved', item: bare };
      for (const event of [retrieved, done(bare), responseDone([bare])]) {
        expect(seen([...opened('a'), delta('a', 'audio_transcript', 'one'), event]).items()).toEqual([
          answer('a', [{ type: 'output_audio', transcript: 'one' }], 'completed'),
        ]);
      }
      expect(seen([added(audio, null), cut, retrieved]).items()).toEqual([bare]);
    }
    const retrieved = { type: 'conversation.item.retrieved', item: spoken('u') };
    expect(seen([added(spoken('u', 'what I said'), null), retrieved]).items()).toEqual([spoken('u', 'what I said')]);
  });
});

describe('sessions', () => {
  const begun = (id?: string) => ({ type: 'session.created', session: { type: 'realtime', ...(id && { id }) } });
  /** Session `one` with items A and B, then session `two` with C and D. */
  const two = [begun('one'), added(spokenItem('A'), null), added(spokenItem('B'), 'A')];
  const more = [begun('two'), added(spokenItem('C'), null), added(spokenItem('D'), 'C')];

  it('[MI12] shows the latest session and keeps the earlier one when session.created has another id', () => {
    const mirror = seen([...two, ...opened('X', 'B'), ...more]);
    expect(ids(mirror)).toEqual(['C', 'D']);
    expect(mirror.session?.id).toBe('two');
    expect(mirror.responses()).toEqual([]);
    const [earlier, ...others] = mirror.earlier();
    expect(others).toEqual([]);
    expect(earlier?.session?.id).toBe('one');
    expect(earlier?.items().map(({ id }) => id)).toEqual(['A', 'B', 'X']);
    expect(earlier?.response('r')?.output).toEqual([answer('X')]);
    expect(mirror.item('A')).toBeUndefined();
  });

  it('[MI12] keeps a restored history when its items reuse ids of the previous session', () => {
    const restored = [begun('two'), added(spokenItem('B', 'again'), null), added(spokenItem('A', 'again'), 'B')];
    const mirror = seen([...two, ...restored]);
    expect(mirror.items()).toEqual([spokenItem('B', 'again'), spokenItem('A', 'again')]);
    expect(mirror.issues()).toEqual([]);
    expect(mirror.earlier()[0]?.items()).toEqual([spokenItem('A'), spokenItem('B')]);
  });

  it('[MI12] publishes session.began before the changes of a new session, and only for another session', () => {
    const mirror = createMirror();
    const changes: unknown[] = [];
    mirror.subscribe('session.began', ({ earlier_session_id, session }) =>
      changes.push([earlier_session_id, session.id, ids(mirror), mirror.earlier().length]),
    );
    mirror.subscribe('session.changed', ({ session }) => changes.push(session.id));
    for (const event of [...two, ...more]) mirror.apply(event);
    expect(changes).toEqual(['one', ['one', 'two', [], 1], 'two']);
  });

  it('[MI13] keeps the conversation when session.created has the same id or none', () => {
    for (const again of [begun('one'), begun()]) {
      const mirror = seen([...two, again, added(spokenItem('C'), 'B')]);
      expect(ids(mirror)).toEqual(['A', 'B', 'C']);
      expect(mirror.earlier()).toEqual([]);
    }
  });

  it('[MI13] resumes an earlier session when its id returns, and leaves returned items unchanged', () => {
    const mirror = seen([...two, ...more]);
    const [earlier] = mirror.earlier();
    mirror.apply(begun('one'));
    mirror.apply(added(spokenItem('E'), 'B'));
    expect(ids(mirror)).toEqual(['A', 'B', 'E']);
    expect(mirror.earlier().map(({ session }) => session?.id)).toEqual(['two']);
    expect(earlier?.items().map(({ id }) => id)).toEqual(['A', 'B']);
  });

  it('[MI11, MI12] copies the earlier sessions into a fork and separates later ones', () => {
    const mirror = seen([...two, ...more]);
    const fork = mirror.fork();
    fork.apply(begun('three'));
    expect(fork.earlier().map(({ session }) => session?.id)).toEqual(['one', 'two']);
    expect(mirror.earlier().map(({ session }) => session?.id)).toEqual(['one']);
    expect(ids(mirror)).toEqual(['C', 'D']);
  });
});

describe('responses', () => {
  it('[OB2] keeps items of an out-of-band response out of the conversation', () => {
    const other = answer('o', [{ type: 'output_text', text: 'aside' }], 'completed');
    const mirror = seen([
      added(spokenItem('u'), null),
      created('r', null),
      { type: 'response.output_item.added', response_id: 'r', output_index: 0, item: answer('o') },
      delta('o', 'text', 'asi'),
    ]);
    expect(ids(mirror)).toEqual(['u']);
    expect(mirror.response('r')?.output).toEqual([answer('o', [{ type: 'output_text', text: 'asi' }])]);
    mirror.apply(responseDone([other], 'r', null));
    expect(ids(mirror)).toEqual(['u']);
    expect(mirror.item('o')).toEqual(other);
    expect(mirror.issues()).toEqual([]);
  });

  it('adds an item to the conversation when a conversation event names it', () => {
    const mirror = seen([created('r', null), { type: 'response.output_item.added', ...of('o'), item: answer('o') }]);
    expect(ids(mirror)).toEqual([]);
    mirror.apply({ type: 'conversation.item.retrieved', item: answer('o') });
    mirror.apply(responseDone([answer('o')], 'r', null));
    expect(ids(mirror)).toEqual(['o']);
  });

  it('places an item that only its response announces', () => {
    const mirror = seen([
      added(spokenItem('u'), null),
      created(),
      { type: 'response.output_item.added', response_id: 'r', output_index: 0, item: answer('a') },
    ]);
    expect(ids(mirror)).toEqual(['u', 'a']);
  });

  it('creates placeholders for deltas when joining midway, and completes them at done', () => {
    const mirror = seen([delta('a', 'text', 'lo')]);
    expect(mirror.items()).toEqual([answer('a', [{ type: 'output_text', text: 'lo' }])]);
    expect(mirror.response('r')).toMatchObject({ id: 'r', status: 'in_progress' });
    expect(codes(mirror)).toEqual(['not_introduced', 'not_introduced']);
    const whole = answer('a', [{ type: 'output_text', text: 'Hello' }], 'completed');
    mirror.apply(done(whole, 'earlier'));
    mirror.apply(responseDone([whole]));
    expect(mirror.items()).toEqual([whole]);
    expect(mirror.response('r')).toMatchObject({ status: 'completed', output: [whole] });
  });

  it('removes items when their response turns out to be out of band', () => {
    const mirror = seen([delta('o', 'text', 'lo'), { ...delta('o', 'text', '!') }]);
    expect(ids(mirror)).toEqual(['o']);
    mirror.apply(responseDone([answer('o', [{ type: 'output_text', text: 'Hello!' }], 'completed')], 'r', null));
    expect(ids(mirror)).toEqual([]);
    expect(mirror.item('o')).toMatchObject({ status: 'completed' });
  });

  it('creates placeholders for calls when joining midway', () => {
    const ids = { response_id: 'r', item_id: 'f', output_index: 0 };
    const mirror = seen([
      { type: 'response.function_call_arguments.delta', ...ids, call_id: 'c', delta: '}' },
      { type: 'response.mcp_call_arguments.delta', ...ids, item_id: 'm', delta: '}' },
    ]);
    expect(mirror.items()).toMatchObject([
      { type: 'function_call', call_id: 'c', arguments: '}' },
      { type: 'mcp_call', arguments: '}' },
    ]);
    mirror.apply({ type: 'response.function_call_arguments.done', ...ids, call_id: 'c', name: 'n', arguments: '{}' });
    expect(mirror.item('f')).toMatchObject({ name: 'n', arguments: '{}' });
  });

  it('adds items from response.done when their own events were lost', () => {
    const mirror = seen([created(), responseDone([answer('a', [], 'completed')])]);
    expect(ids(mirror)).toEqual(['a']);
  });

  it('ignores events of a response after it is done', () => {
    const mirror = seen([...opened('a'), responseDone([]), delta('a', 'text', 'x'), created(), responseDone([])]);
    expect(mirror.item('a')).toMatchObject({ content: [] });
    expect(mirror.response('r')?.status).toBe('completed');
    expect(codes(mirror)).toEqual(['late', 'late', 'duplicate']);
  });

  it('reports the progress of an MCP call or listing', () => {
    const call: Item = { id: 'm', type: 'mcp_call', name: 'n', server_label: 's', arguments: '{}', output: null };
    const mirror = seen([added(call, null), { type: 'response.mcp_call.in_progress', item_id: 'm', output_index: 0 }]);
    expect(mirror.stage('m')).toBe('in_progress');
    mirror.apply({ type: 'response.mcp_call.failed', item_id: 'm', output_index: 0 });
    expect(mirror.stage('m')).toBe('failed');
    mirror.apply({ type: 'mcp_list_tools.completed', item_id: 'unknown' });
    expect(codes(mirror)).toEqual(['not_introduced']);
  });
});

describe('unknown and malformed events', () => {
  it('[MI8] stores unknown events, items and parts and lists them', () => {
    const event = { type: 'response.video.delta', delta: 'x' };
    const odd = { id: 'v', type: 'video_call', frames: 3 } as never;
    const mixed = answer(
      'a',
      [
        { type: 'output_text', text: 'hi' },
        { type: 'output_video', url: 'x' },
      ],
      'completed',
    );
    const image = {
      ...spokenItem('i'),
      content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }],
    } as Item;
    const mirror = seen([event, added(odd, null), added(mixed, 'v'), done(mixed, 'v'), added(image, 'a')]);
    expect(mirror.unknown()).toEqual([event]);
    expect(mirror.items()).toEqual([odd, mixed, image]);
    expect(new Set(codes(mirror))).toEqual(new Set(['unknown_event', 'unknown_item', 'unknown_part']));
  });

  it('[MI1] stores an item without an id once', () => {
    const { id: _, ...nameless } = spokenItem('x', 'hello') as Item & { id: string };
    const mirror = seen([added(nameless as Item, null), done(nameless as Item), added(nameless as Item, null)]);
    expect(mirror.items()).toEqual([nameless, nameless]);
    const { id: __, ...made } = answer('x', [{ type: 'output_text', text: 'hi' }], 'completed') as Item & {
      id: string;
    };
    const twice = seen([
      created(),
      { type: 'response.output_item.added', response_id: 'r', output_index: 0, item: { ...made, content: [] } },
      added({ ...made, content: [] } as Item, null),
      done(made as Item),
      { type: 'response.output_item.done', response_id: 'r', output_index: 0, item: made },
      responseDone([made]),
    ]);
    expect(twice.items()).toEqual([made]);
  });

  it('[MI1] keeps streamed content when a message has no content', () => {
    const { content: _, ...bare } = answer('a') as Item & { content: unknown };
    expect(seen([added(bare as Item, null)]).items()).toEqual([answer('a')]);
    const mirror = seen([...opened('a'), delta('a', 'text', 'hi'), done(bare as Item)]);
    expect(mirror.items()).toEqual([answer('a', [{ type: 'output_text', text: 'hi' }])]);
    expect(codes(mirror)).toEqual(['malformed']);
  });

  const hostile = {
    get type(): string {
      throw new Error('secret');
    },
  };
  it.each([
    [undefined],
    [null],
    [0],
    ['{"type":"error"}'],
    [[]],
    [{}],
    [{ type: 7 }],
    [hostile],
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('secret');
          },
        },
      ),
    ],
    [{ type: '__proto__' }],
    [{ type: 'constructor' }],
    [{ type: 'conversation.item.added' }],
    [{ type: 'conversation.item.added', item: 'x', previous_item_id: 3 }],
    [{ type: 'conversation.item.added', item: { id: '__proto__', type: 'message', content: [null, 1, []] } }],
    [{ type: 'conversation.item.added', item: { id: 7, type: {} } }],
    [{ type: 'conversation.item.deleted' }],
    [{ type: 'conversation.item.truncated', item_id: 'x', audio_end_ms: -1 }],
    [{ type: 'conversation.item.input_audio_transcription.completed', item_id: 'x', content_index: 1e9 }],
    [{ type: 'response.created', response: null }],
    [{ type: 'response.created', response: {} }],
    [{ type: 'response.done', response: { output: [null, {}, 'x'] } }],
    [{ type: 'response.output_text.delta', item_id: 'x', content_index: -1, delta: 'x' }],
    [{ type: 'response.output_text.delta', item_id: {}, response_id: [], delta: {} }],
    [{ type: 'response.content_part.added', item_id: 'x', response_id: 'r', part: 3 }],
    [{ type: 'session.created' }],
  ])('[MI1] survives %#', (frame) => {
    const mirror = seen([added(spokenItem('a'), null)]);
    mirror.apply(frame);
    expect(mirror.issues().length).toBeGreaterThan(0);
    expect(JSON.stringify(mirror.issues())).not.toContain('secret');
    mirror.apply(added(spokenItem('b'), 'a'));
    expect(ids(mirror)).toEqual(expect.arrayContaining(['a', 'b']));
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('[MI1] does not throw on an event nested 100,000 deep', () => {
    let deep: unknown = 0;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const mirror = seen([added({ ...spokenItem('a'), deep } as never, null), { type: 'x.y', deep }]);
    expect(ids(mirror)).toEqual(['a']);
  });

  it('stores only the latest issues', () => {
    const mirror = createMirror();
    for (let i = 0; i < 5000; i++) mirror.apply({ type: `x${i}` });
    expect(mirror.issues().length).toBeLessThan(2001);
    expect(mirror.unknown().at(-1)).toEqual({ type: 'x4999' });
  });

  it('changes neither its input nor items it has returned', () => {
    const freeze = (value: unknown): unknown => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const mirror = seen(
      [
        ...opened('a'),
        delta('a', 'text', 'x'),
        transcription('u', 'completed', { transcript: 'hi' }),
        added(spoken('u'), 'a'),
        done(answer('a', [{ type: 'output_audio', transcript: 'x', audio: 'AAAA' }], 'completed')),
        { type: 'conversation.item.truncated', item_id: 'a', content_index: 0, audio_end_ms: 0 },
      ].map((event) => freeze(structuredClone(event)) as object),
    );
    const before = mirror.items();
    expect(mirror.items()).toBe(before);
    const copy = structuredClone(before);
    mirror.apply({ type: 'conversation.item.deleted', item_id: 'u' });
    expect(before).toEqual(copy);
    expect(mirror.items()).not.toBe(before);
    expect(mirror.issues()).toEqual([]);
  });
});

it('[MI17] knows which response plays', () => {
  const playback = (status: string, response_id: unknown) => ({ type: `output_audio_buffer.${status}`, response_id });
  const mirror = createMirror();
  const changes: object[] = [];
  mirror.subscribe('playback.changed', (change) => changes.push(change));
  expect(mirror.playing).toBeNull();
  mirror.apply(playback('started', 'r1'));
  expect([mirror.playing, mirror.fork().playing]).toEqual(['r1', 'r1']);
  mirror.apply(playback('cleared', 'r2'));
  expect(mirror.playing).toBe('r1');
  mirror.apply(playback('stopped', 'r1'));
  mirror.apply(playback('started', 'r2'));
  mirror.apply(playback('cleared', 'r2'));
  expect(mirror.playing).toBeNull();
  expect(changes).toHaveLength(5);
  expect(changes.at(-1)).toEqual({ type: 'playback.changed', response_id: 'r2', status: 'cleared' });
  expect(codes(mirror)).toEqual([]);
  mirror.apply(playback('started', 7));
  expect([mirror.playing, ...codes(mirror)]).toEqual([null, 'malformed']);
});

it('keeps the latest session object', () => {
  const session = { type: 'realtime', object: 'realtime.session', id: 'sess' };
  const mirror = seen([
    { type: 'session.created', session: {} },
    { type: 'session.updated', session },
  ] as ServerEvent[]);
  expect(mirror.session).toEqual(session);
});

it('[MI1] handles 100,000 items and a delta in the middle in constant time each', () => {
  const mirror = createMirror();
  const blocks = countWork(() => {
    for (let i = 0; i < 100_000; i++) {
      mirror.apply(added(spokenItem(`i${i}`), i === 0 ? null : `i${i - 1}`));
      mirror.apply(done(spokenItem(`i${i}`), null));
    }
    for (let i = 0; i < 10_000; i++) mirror.apply(added(spokenItem(`m${i}`), 'i50000'));
    for (let i = 0; i < 10_000; i++) mirror.apply(delta('answer', 'text', 'word '));
    expect(mirror.items()).toHaveLength(110_001);
  });
  // About 300 for each event; a scan of the items would be tens of thousands.
  expect(blocks).toBeLessThan(220_000 * 1000);
});
