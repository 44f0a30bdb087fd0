import { decodeBase64 } from '@colloquy/protocol';
import { describe, expect, it } from 'vitest';
import { type RecordingEntry, readRecordingLine } from '../recording/recording.ts';
import { type ClientReplay, createClientReplay } from './client-replay.ts';

let count = 0;
const entry = (line: object): RecordingEntry => readRecordingLine(JSON.stringify(line), ++count);
const server = (event: object) => entry({ at: 1, from: 'server', event });
const client = (event: object, audio_bytes: number[] = []) => entry({ at: 1, from: 'client', event, audio_bytes });
const header = (options: object) =>
  entry({ recording: 1, session: 's', started_at: 0, hidden: [], seed: [1, 2, 3, 4], options });
const CREATED = { type: 'session.created', event_id: 'e1', session: { id: 'sess_1', type: 'realtime' } };
const CREATE = { type: 'response.create' };
const done = (id: string, status: string) => ({ type: 'response.done', response: { id, status } });
const item = (id: string) => ({ type: 'conversation.item.added', item: { id, type: 'message', role: 'user' } });

/** The client events, as they would be sent now. */
const sent = (replay: ClientReplay, of: RecordingEntry) => {
  const replayed = replay.read(of);
  return replayed && replay.send(replayed);
};

describe('sent events', () => {
  it('sends an event when the server has sent what preceded it', () => {
    const replay = createClientReplay();
    expect(replay.read(server(CREATED))).toBeUndefined();
    expect(replay.isDue).toBe(false);
    replay.observe(CREATED);
    expect(replay.isDue).toBe(true);
    replay.read(client(CREATE));
    for (const event of [{ type: 'response.created', response: { id: 'r' } }, done('r', 'completed')])
      replay.read(server(event));
    replay.observe({ type: 'response.created', response: { id: 'live' } } as never);
    expect(replay.isDue).toBe(false);
    expect(replay.giveUp()).toEqual(['response.done']);
    expect(replay.isDue).toBe(true);
  });

  it('waits neither for errors nor rate limits, and for one delta of many', () => {
    const replay = createClientReplay();
    const delta = (id: string) => ({ type: 'response.output_text.delta', response_id: id, delta: 'x' });
    replay.read(server({ type: 'error', error: { code: 'x' } }));
    replay.read(server({ type: 'rate_limits.updated', rate_limits: [] }));
    expect(replay.isDue).toBe(true);
    for (let i = 0; i < 5; i += 1) replay.read(server(delta('r')));
    expect(replay.isDue).toBe(false);
    replay.observe(delta('live'));
    expect(replay.isDue).toBe(true);
  });

  it("sends the ids of the live server, and the client's own ids unchanged", () => {
    const replay = createClientReplay();
    replay.read(server(CREATED));
    replay.observe({ ...CREATED, session: { id: 'sess_live' } } as never);
    replay.read(server(item('item_1')));
    replay.observe(item('item_live'));
    const messageItem = {
      ...{ type: 'conversation.item.create', event_id: 'item_1', previous_item_id: 'item_1' },
      item: { id: 'mine', type: 'message', content: [{ type: 'input_text', text: 'item_1' }] },
    };
    expect(sent(replay, client(messageItem))).toEqual({ ...messageItem, previous_item_id: 'item_live' });
    expect(sent(replay, client({ type: 'conversation.item.delete', item_id: 'unknown' }))).toMatchObject({
      item_id: 'unknown',
    });
  });

  it('sends silence for redacted audio, a blank image for images, and text unchanged', () => {
    const replay = createClientReplay();
    const audioOf = (event: object | undefined) => decodeBase64((event as { audio: string }).audio);
    const append = { type: 'input_audio_buffer.append', audio: '[REDACTED]' };
    expect(audioOf(sent(replay, client(append, [480])))).toEqual(new Uint8Array(480));
    const pcmu = { audio: { input: { format: { type: 'audio/pcmu' } } } };
    replay.read(server({ type: 'session.updated', session: pcmu }));
    expect(audioOf(sent(replay, client(append, [2])))).toEqual(new Uint8Array([0xff, 0xff]));
    const content = [
      { type: 'input_audio', audio: '[REDACTED]' },
      { type: 'input_image', image_url: '[REDACTED]' },
      { type: 'input_text', text: '[REDACTED]' },
      { type: 'input_audio', audio: 'AAAA' },
    ];
    const create = { type: 'conversation.item.create', item: { type: 'message', role: 'user', content } };
    expect(sent(replay, client(create, [1, 3]))).toMatchObject({
      item: {
        content: [
          { audio: '/w==' },
          { image_url: expect.stringMatching(/^data:image\/png;base64,/) },
          { text: '[REDACTED]' },
          { audio: 'AAAA' },
        ],
      },
    });
    expect(replay.read(client(append))).toBeUndefined();
    // A line whose counts are no array of whole numbers is damaged: it is neither sent nor counted as skipped.
    for (const odd of [[1e12], [-1], [1.5], ['3'], 'x', { 0: {} }, null])
      expect(replay.read(client(append, odd as never))).toBeUndefined();
    expect(replay.end()).toMatchObject({ sent: 3, skipped: 3, hidden: { audio: 6, images: 1, words: 1 } });
  });

  it('starts with the configuration of the log’s session', () => {
    const replay = createClientReplay();
    const session = { type: 'realtime', output_modalities: ['text'] };
    replay.read(header({ model: 'm', session }));
    const first = replay.read(server(CREATED));
    expect(first).toMatchObject({ event: { type: 'session.update', session } });
    replay.observe(CREATED);
    expect(replay.isDue).toBe(true);
    if (first) replay.send(first);
    expect(replay.isDue).toBe(false);
    replay.observe({ type: 'session.updated' });
    expect(replay.end()).toMatchObject({ ok: true, sent: 1, differences: [] });
  });

  it('skips frames that could not be decoded', () => {
    const replay = createClientReplay();
    const issue = { code: 'invalid_json', param: null, message: 'x' };
    expect(replay.read(entry({ at: 1, from: 'wire', issue, event_id: null }))).toBeUndefined();
    expect(replay.end()).toMatchObject({ sent: 0, skipped: 1 });
  });
});

describe('differences', () => {
  function compare(recorded: object[], live: object[], words = false) {
    const replay = createClientReplay({ words });
    count = 0;
    for (const event of recorded) replay.read(server(event));
    for (const event of live) replay.observe(event as { type: string });
    return replay.end();
  }
  const response = (id: string, status = 'completed', text = 'hello') => [
    { type: 'response.created', event_id: `e${id}`, response: { id, status: 'in_progress' } },
    { type: 'response.output_text.delta', response_id: id, delta: 'h' },
    { type: 'response.output_text.done', response_id: id, text },
    done(id, status),
  ];

  it('reports nothing when only ids, deltas, text, counts and the order of lanes differ', () => {
    const recorded = [CREATED, ...response('r1'), ...response('r2'), item('i')];
    const [created, delta, ...rest] = response('live', 'completed', 'other words');
    const live = [CREATED, created, item('x'), delta, delta, delta, ...rest, ...response('live 2')] as object[];
    expect(compare(recorded, live)).toMatchObject({ ok: true, differences: [], more_differences: 0 });
    expect(compare(recorded, live)).toMatchObject({ frames: { recorded: 10, live: 12 } });
  });

  it('reports differences by lane, with the line of the log', () => {
    expect(compare([CREATED, ...response('a')], [CREATED, ...response('b', 'failed').slice(0, 1)])).toMatchObject({
      ok: false,
      differences: [
        { lane: 'response 1', only: 'recorded', label: 'response.output_text.delta', line: 3 },
        { lane: 'response 1', only: 'recorded', label: 'response.output_text.done', line: 4 },
        { lane: 'response 1', only: 'recorded', label: 'response.done completed', line: 5 },
      ],
    });
    const errors = compare(
      [],
      [{ type: 'error', error: { code: 'invalid_value', param: 'item.id', message: 'words' } }],
    );
    expect(errors.differences).toEqual([
      { lane: 'errors', only: 'live', label: 'error invalid_value item.id', line: null },
    ]);
  });

  it('pairs common events when one side has more', () => {
    const recorded = [item('1'), { type: 'conversation.item.deleted', item_id: '1' }, item('2'), item('3')];
    const { differences } = compare(recorded, [recorded[0], recorded[2], { type: 'x.y' }, recorded[3]] as object[]);
    expect(differences.map(({ only, label }) => `${only} ${label}`)).toEqual([
      'recorded conversation.item.deleted',
      'live x.y',
    ]);
  });

  it('compares text when requested', () => {
    const { differences } = compare(response('a'), response('b', 'completed', 'hullo'), true);
    expect(differences.map(({ label }) => label)).toEqual([
      'response.output_text.done "hello"',
      'response.output_text.done "hullo"',
    ]);
  });

  it('counts differences past the limit in bounded memory', () => {
    const { ok, differences, more_differences } = compare(
      Array.from({ length: 5000 }, (_, at) => ({ type: `a.x${at}` })),
      Array.from({ length: 5000 }, (_, at) => ({ type: `b.x${at}` })),
    );
    expect([ok, differences.length, more_differences]).toEqual([false, 200, 9800]);
  });

  it('does not throw on invalid events', () => {
    const odd = [{ type: '__proto__' }, { type: 'response.done', response: null }, { type: 'error', error: 5 }];
    expect(compare(odd, odd)).toMatchObject({ ok: true });
  });
});
