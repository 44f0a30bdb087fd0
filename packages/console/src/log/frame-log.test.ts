import { readFileSync } from 'node:fs';
import { encodeBase64 } from '@colloquy/protocol';
import { createMirror, type RecordingEntry } from '@colloquy/session';
import { goldenLog as golden, frameLogOf as logOf } from '@support/frame-logs.ts';
import { describe, expect, it } from 'vitest';
import { createFrameLog, type FrameLog } from './frame-log.ts';
import { eventsOf } from './row-events.ts';

const RECORDINGS = new URL('../../../../tests/golden/recordings/', import.meta.url);

let line = 0;
const frame = (event: object, at = 0): RecordingEntry => ({
  ...{ line: ++line, kind: 'frame' },
  frame: { at, from: 'server', event: event as never },
});
const sent = (event: object, at = 0): RecordingEntry => ({
  ...{ line: ++line, kind: 'input' },
  input: { at, from: 'client', event: event as never },
});
const message = (id: string, role = 'user', content: object[] = [{ type: 'input_text', text: id }]) => ({
  ...{ id, object: 'realtime.item', type: 'message', role, status: 'completed', content },
});
const added = (id: string, previous_item_id: string | null, item: object = message(id)) =>
  frame({ type: 'conversation.item.added', event_id: 'e', previous_item_id, item });
function made(...entries: RecordingEntry[]): FrameLog {
  const log = createFrameLog({ soon: () => {} });
  for (const entry of entries) log.append(entry);
  return log;
}

describe('a log', () => {
  it('tells the screen once, however many lines come', () => {
    const due: (() => void)[] = [];
    const log = createFrameLog({ soon: (call) => void due.push(call) });
    for (const id of ['a', 'b', 'c']) log.append(added(id, null));
    expect(due).toHaveLength(1);
    expect(log.version.value).toBe(0);
    due[0]?.();
    expect(log.version.value).toBe(1);
    log.append(added('d', null));
    expect(due).toHaveLength(2);
  });

  it.each(['truncation', 'deferral', 'tool-round', 'speech-turns', 'mcp'])(
    'shows the conversation of %s as it stood after any number of rows, in any order',
    (name) => {
      const log = golden(name);
      const all = log.rows.length;
      const fresh = (count: number) => {
        const mirror = createMirror();
        for (const row of log.rows.slice(0, count)) for (const event of eventsOf(row)) mirror.apply(event);
        return mirror;
      };
      for (const count of [3, all - 2, 9, 1, 0, all >> 1, all >> 2, all]) {
        expect(log.mirrorAt(count).items()).toEqual(fresh(count).items());
        expect(log.mirrorAt(count).responses()).toEqual(fresh(count).responses());
      }
      expect(log.mirrorAt().items()).toEqual(fresh(all).items());
    },
  );

  it('goes back and forth in a long log as if it had been read anew', { tags: 'long' }, () => {
    const log = createFrameLog({ soon: () => {} });
    for (let i = 0; i < 20_000; i++) log.append(added(`item_${i}`, i === 0 ? null : `item_${i - 1}`));
    for (const count of [19_999, 5000, 5001, 12_345, 3, 20_000, 7000]) {
      expect(log.mirrorAt(count).items()).toHaveLength(count);
      expect(log.mirrorAt(count).items().at(-1)?.id).toBe(`item_${count - 1}`);
    }
  });

  it('finds the row of a line, and the last before it', () => {
    const log = logOf('{"type":"response.cancel"}\n\n\n{"type":"response.cancel"}\n');
    expect([0, 1, 2, 3, 4, 9].map((at) => log.indexOfLine(at))).toEqual([-1, 0, 0, 0, 1, 1]);
  });

  it('begins with a snapshot where it begins in the middle', () => {
    const lines = readFileSync(new URL('text-turn.jsonl', RECORDINGS), 'utf8').trim().split('\n');
    const whole = logOf(lines.join('\n'));
    const from = lines.findIndex((text) => text.includes('"from":"snapshot"'));
    expect(from).toBeGreaterThan(0);
    const rest = logOf([lines[0], ...lines.slice(from)].join('\n'));
    expect(rest.mirrorAt().items()).toEqual(whole.mirrorAt().items());
    expect(rest.mirrorAt().session).toEqual(whole.mirrorAt().session);
  });

  it('names what breaks the protocol, by row, and what cannot be read', () => {
    const log = logOf(
      '{"type":"session.created","event_id":"e","session":{}}\n{"not" json}\n{"type":"response.done"}\n',
    );
    expect([...log.violations.keys()]).toEqual([0, 1, 2]);
    expect(log.violations.get(1)).toMatchObject([{ rule: 'LOG', line: 2 }]);
    expect(log.rows.map(({ from, type }) => `${from} ${type}`)).toEqual([
      'server session.created',
      'log damaged',
      'server response.done',
    ]);
  });

  it('counts the times of a foreign log from its beginning', () => {
    const log = logOf(
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01.500Z']
        .map((time) => JSON.stringify({ time, direction: 'send', event: { type: 'response.cancel' } }))
        .join('\n'),
    );
    expect(log.rows.map(({ at }) => at)).toEqual([0, 1500]);
  });
});

describe('marks', () => {
  it('tell what was inserted before others, and where deleted items stood', () => {
    const deleted = (item_id: string) => frame({ type: 'conversation.item.deleted', event_id: 'e', item_id });
    const log = made(
      added('a', null),
      added('b', 'a'),
      added('first', null),
      added('between', 'a'),
      added('c', 'b'),
      deleted('b'),
      deleted('c'),
      added('d', 'between'),
    );
    expect([...log.session(undefined).marks.inserted]).toEqual([
      ['first', 2],
      ['between', 3],
    ]);
    expect(log.session(undefined).marks.deleted.map(({ item, after, row }) => [item.id, after, row])).toEqual([
      ['b', 'between', 5],
      ['c', 'between', 6],
    ]);
  });
});

it('the words of a truncated part are remembered beside it', () => {
  const content = [{ type: 'output_audio', transcript: 'one two three' }];
  const log = made(
    added('a', null, message('a', 'assistant', content)),
    frame({ type: 'conversation.item.truncated', event_id: 'e', item_id: 'a', content_index: 0, audio_end_ms: 5 }),
  );
  expect(log.mirrorAt().item('a')).toMatchObject({ content: [{ type: 'output_audio', transcript: null }] });
  expect(log.session(undefined).marks.unheardText('a', 0, 2)).toMatchObject({ text: 'one two three', row: 1 });
  expect(log.session(undefined).marks.unheardText('a', 0, 1)).toBeUndefined();
});

describe('the audio of items', () => {
  const bytes = (length: number, value: number) => encodeBase64(new Uint8Array(length).fill(value));
  const append = (audio: string) => sent({ type: 'input_audio_buffer.append', audio });
  const committed = (item_id: string) =>
    frame({ type: 'input_audio_buffer.committed', event_id: 'e', item_id, previous_item_id: null });
  const span = (log: FrameLog, id: string, count?: number) => {
    const part = log.session(undefined).audio.of(id, 0, count);
    return part && { chunks: part.chunks.map(({ bytes: length }) => length), from: part.from, to: part.to };
  };

  it('is what was appended since the last commit', () => {
    const log = made(append(bytes(96, 1)), append(bytes(48, 2)), committed('a'), append(bytes(480, 3)), committed('b'));
    expect(span(log, 'a')).toEqual({ chunks: [96, 48], from: 0, to: 144 });
    expect(span(log, 'b')).toEqual({ chunks: [480], from: 0, to: 480 });
    expect(span(log, 'c')).toBeUndefined();
  });

  it('is what turn detection says, and nothing that was cleared', () => {
    const speech = (type: string, fields: object) =>
      frame({ type: `input_audio_buffer.speech_${type}`, event_id: 'e', item_id: 'a', ...fields });
    const log = made(
      append(bytes(4800, 1)),
      append(bytes(4800, 2)),
      speech('started', { audio_start_ms: 150 }),
      append(bytes(4800, 3)),
      speech('stopped', { audio_end_ms: 280 }),
      committed('a'),
      frame({ type: 'input_audio_buffer.cleared', event_id: 'e' }),
      append(bytes(96, 4)),
      committed('b'),
    );
    expect(span(log, 'a')).toEqual({ chunks: [4800, 4800], from: 2400, to: 8640 });
    expect(span(log, 'b')).toEqual({ chunks: [96], from: 0, to: 96 });
  });

  it('[IB3] is whole samples where an append was cut inside one, also after a commit dropped what was left of it', () => {
    const triggered = { event_id: 'e', item_id: 'c', audio_start_ms: 7, audio_end_ms: 10 };
    const log = made(
      append(bytes(97, 1)),
      append(bytes(96, 2)),
      committed('a'),
      append(bytes(95, 3)),
      append(bytes(97, 4)),
      committed('b'),
      append(bytes(97, 5)),
      frame({ type: 'input_audio_buffer.timeout_triggered', ...triggered }),
      committed('c'),
      append(bytes(95, 6)),
      committed('d'),
    );
    expect(span(log, 'a')).toEqual({ chunks: [97, 96], from: 0, to: 192 });
    expect(span(log, 'b')).toEqual({ chunks: [95, 97], from: 0, to: 192 });
    expect(span(log, 'd')).toEqual({ chunks: [97, 95], from: 96, to: 192 });
    expect(
      log
        .session(undefined)
        .audio.of('b', 0)
        ?.chunks.map(({ continued }) => continued),
    ).toEqual([undefined, 1]);
  });

  it('of an answer is all that came, as far as is looked at, however much was heard', () => {
    const delta = (audio: string) =>
      frame({ type: 'response.output_audio.delta', event_id: 'e', item_id: 'x', content_index: 0, delta: audio });
    const log = made(
      delta(bytes(96, 1)),
      delta('[REDACTED]'),
      delta(bytes(48, 1)),
      frame({ type: 'conversation.item.truncated', event_id: 'e', item_id: 'x', content_index: 0, audio_end_ms: 1 }),
    );
    expect(span(log, 'x')).toEqual({ chunks: [96, 48], from: 0, to: undefined });
    expect(span(log, 'x', 2)).toEqual({ chunks: [96], from: 0, to: undefined });
    expect(span(log, 'x', 0)).toBeUndefined();
  });
});

describe('two sessions', () => {
  const item = (id: string) => ({
    id,
    type: 'message',
    role: 'user',
    content: [{ type: 'input_audio', transcript: null }],
  });
  const session = (id: string, format: string) => [
    frame({ type: 'session.created', session: { id, audio: { input: { format: { type: format } } } } }),
    sent({ type: 'input_audio_buffer.append', audio: encodeBase64(new Uint8Array(80)) }),
    frame({ type: 'input_audio_buffer.committed', item_id: 'a' }),
    frame({ type: 'conversation.item.added', previous_item_id: null, item: item('a') }),
    frame({ type: 'conversation.item.deleted', item_id: id === 'one' ? 'a' : 'none' }),
  ];

  it('[MI12] keeps what became of the items of each, also where their ids are the same', () => {
    const log = made(...session('one', 'audio/pcmu'), ...session('two', 'audio/pcm'));
    expect(
      log
        .mirrorAt()
        .earlier()
        .map((each) => each.session?.id),
    ).toEqual(['one']);
    expect(log.session('one').marks.deleted.map(({ row }) => row)).toEqual([4]);
    expect(log.session('two').marks.deleted).toEqual([]);
    const [one, two] = ['one', 'two'].map((id) => log.session(id).audio.of('a', 0));
    expect(one).toMatchObject({ format: { type: 'audio/pcmu' }, from: 0, chunks: [{ row: 1 }] });
    expect(two).toMatchObject({ format: { type: 'audio/pcm' }, from: 0, chunks: [{ row: 6 }] });
  });

  it('[MI12] shows the first alone where a moment of it is looked at', () => {
    const log = made(...session('one', 'audio/pcmu'), ...session('two', 'audio/pcm'));
    const then = log.mirrorAt(4);
    expect([then.session?.id, then.earlier().length, then.items().length]).toEqual(['one', 0, 1]);
  });
});
