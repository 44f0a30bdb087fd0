import { record } from '@support/record.ts';
import { append, audio, create, play, SEED, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { describeDifference, replay, restore } from './replay.ts';

const options = { seed: SEED, model: 'test-model', started_at: 1_700_000_000_000 };

/** A session with text, audio, an image and a refusal. */
function inputs() {
  const played = play();
  played.client(create(user('my secret word')));
  const image_url = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n').toString('base64')}`;
  played.client(create({ type: 'message', role: 'user', content: [{ type: 'input_image', image_url }] }));
  played.client(append(300));
  played.client({ type: 'input_audio_buffer.commit' });
  played.wait(10);
  played.client({ type: 'response.create' });
  played.engine({ type: 'transcript.delta', delta: 'a secret answer' }, audio(100));
  played.client({ type: 'conversation.item.delete', item_id: 'none' });
  played.wait(5);
  played.engine({ type: 'done' });
  return played.inputs;
}

/** The lines with one of them changed. */
function tampered(lines: readonly string[], at: number, change: (line: string) => string | undefined): string[] {
  return lines.flatMap((line, index) => (index === at ? (change(line) ?? []) : line));
}

describe('replay', () => {
  const lines = record(options, inputs());
  const find = (word: string) => lines.findIndex((line) => line.includes(word) && line.includes('"server"'));

  it.each(['key', 'media', 'content'] as const)('reproduces the events when redacted at level %s', async (level) => {
    const result = await replay(record(options, inputs(), { level, snapshotsAfter: [0, 5] }));
    expect(result.difference).toBeUndefined();
    expect(result).toMatchObject({ ok: true, inputs: inputs().length, unread: [], snapshots: 2 });
    expect(result.frames).toBe(lines.length - 1 - result.inputs);
  });

  it('reports where an event differs, without its text', async () => {
    const at = find('"a secret answer"');
    const changed = tampered(lines, at, (line) => line.replace('a secret answer', 'another secret'));
    const { ok, difference } = await replay(changed);
    expect(ok).toBe(false);
    expect(describeDifference(difference!)).toBe(
      [
        `line ${at + 1}: the session says something else`,
        '  at        event.delta',
        '  recorded  hidden text of 14 characters',
        '  replayed  hidden text of 15 characters',
      ].join('\n'),
    );
  });

  it('reports other differences in clear', async () => {
    const at = find('"response.done"');
    const changed = tampered(lines, at, (line) => line.replace('"status":"completed"', '"status":"failed"'));
    expect((await replay(changed)).difference).toMatchObject({
      line: at + 1,
      path: 'event.response.status',
      recorded: '"failed"',
      replayed: '"completed"',
    });
    const later = tampered(lines, at, (line) => line.replace(/"at":\d+/, '"at":99'));
    expect((await replay(later)).difference).toMatchObject({ path: 'at', recorded: '99', replayed: '15' });
  });

  it('detects another order of keys, an added key and a missing key', async () => {
    const at = find('"conversation.item.added"');
    const swapped = tampered(lines, at, (line) => line.replace(/("event_id":"[^"]*"),("type":"[^"]*")/, '$2,$1'));
    expect((await replay(swapped)).difference).toMatchObject({
      line: at + 1,
      message: 'the same values in another order',
    });
    const more = tampered(lines, at, (line) =>
      line.replace('"previous_item_id":null', '"previous_item_id":null,"x":1'),
    );
    expect((await replay(more)).difference).toMatchObject({ path: 'event.x', recorded: '1', replayed: 'nothing' });
  });

  it('detects a missing event, an extra event, and an early end', async () => {
    const at = find('"conversation.item.done"');
    const fewer = await replay(tampered(lines, at, () => undefined));
    expect(fewer.difference).toMatchObject({ line: at + 1 });
    const more = await replay([...lines.slice(0, at + 1), lines[at]!, ...lines.slice(at + 1)]);
    expect(more.difference).toMatchObject({ line: at + 2, message: expect.stringContaining('sends no frame here') });
    const early = await replay(lines.slice(0, -1));
    expect(early.difference).toMatchObject({ line: lines.length, message: expect.stringContaining('ends before') });
  });

  it('lists unreadable lines, and is then not ok', async () => {
    const result = await replay([...lines, '{"at":20,"from":"clie']);
    expect(result).toMatchObject({ ok: false, unread: [{ line: lines.length + 1, message: 'not JSON' }] });
    expect(result.difference).toBeUndefined();
    expect(await replay([lines[0]!, '{"type":"session.update"}', ...lines.slice(1)])).toMatchObject({ ok: false });
  });

  it('does not throw on invalid recordings', async () => {
    const header = JSON.parse(lines[0]!);
    const withHeader = (fields: object) => replay([JSON.stringify({ ...header, ...fields }), ...lines.slice(1)]);
    expect((await replay([])).difference?.message).toBe('there is no header');
    expect((await replay(lines.slice(1))).difference?.message).toBe('an input before the header');
    expect((await replay([lines[0]!, lines[0]!])).difference?.message).toBe('a second header');
    expect((await withHeader({ seed: null, options: null })).difference?.message).toContain('another server');
    expect((await withHeader({ seed: [9, 9, 9, 9] })).difference?.path).toBe('session');
    expect((await withHeader({ options: { session: { type: 'realtime', audio: 7, tools: 7 } } })).ok).toBe(false);
    const hostile = '{"at":1,"from":"client","event":{"type":"conversation.item.create"}}';
    const opened = lines.slice(0, 3);
    expect((await replay([...opened, hostile])).ok).toBe(false);
    expect((await replay([...opened, hostile.replace('conversation.item.create', 'no.such')])).ok).toBe(false);
  });

  it('detects a snapshot of another state', async () => {
    const recorded = record(options, inputs(), { snapshotsAfter: [2] });
    const at = recorded.findIndex((line) => line.includes('"snapshot"'));
    const changed = tampered(recorded, at, (line) => line.replace('"model":"test-model"', '"model":"other"'));
    expect((await replay(changed)).difference).toMatchObject({
      line: at + 1,
      path: 'state.model',
      recorded: '"other"',
      replayed: '"test-model"',
    });
    const plain = record(options, inputs().slice(0, 2), { snapshotsAfter: [1] });
    const larger = tampered(plain, plain.length - 1, (line) => line.replace(/"size":\d+/, '"size":1'));
    expect((await replay(larger)).difference?.path).toMatch(/size$/);
  });
});

describe('restore', () => {
  it('restores the state from a snapshot and the inputs after it', async () => {
    const whole = await restore(record(options, inputs(), { level: 'key' }));
    expect(whole).toEqual(JSON.parse(JSON.stringify((await replay(record(options, inputs()))).state && whole)));
    for (const after of [0, 3, 7]) {
      const lines = record(options, inputs(), { level: 'key', snapshotsAfter: [after] });
      const at = lines.findIndex((line) => line.includes('"snapshot"'));
      expect(await restore(lines.slice(at))).toEqual(JSON.parse(JSON.stringify(whole)));
    }
  });

  it('returns undefined for an empty recording', async () => {
    expect(await restore(['{"at":1,"from":"clock"}'])).toBeUndefined();
  });
});
