import { audio, create, play, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../step/engine-event.ts';
import { step } from '../step/step.ts';
import {
  type RecordingEntry,
  type RecordingLine,
  readRecording,
  readRecordingLine,
  recordingHeader,
  recordingLine,
} from './recording.ts';

const options = { seed: [1, 2, 3, 4], model: 'm', started_at: 1_700_000_000_000 } as const;

const server = (event: object): RecordingLine => ({ at: 5, from: 'server', event }) as RecordingLine;
const engine = (event: EngineEvent): RecordingLine => ({ at: 5, from: 'engine', response_id: 'resp', event });
const written = (line: RecordingLine, level?: 'key' | 'media' | 'content') => JSON.parse(recordingLine(line, level));

async function read(lines: Iterable<string> | AsyncIterable<string>): Promise<RecordingEntry[]> {
  const entries: RecordingEntry[] = [];
  for await (const entry of readRecording(lines)) entries.push(entry);
  return entries;
}

describe('recordingHeader', () => {
  it('contains the options of createSession and what is redacted', () => {
    const header = JSON.parse(recordingHeader({ ...options, kind: 'transcription' }));
    expect(header).toEqual({
      recording: 1,
      session: expect.stringMatching(/^sess_/),
      started_at: 1_700_000_000_000,
      hidden: ['key', 'media'],
      seed: [1, 2, 3, 4],
      options: { model: 'm', kind: 'transcription' },
    });
    expect(JSON.parse(recordingHeader(options, 'key')).hidden).toEqual(['key']);
    expect(JSON.parse(recordingHeader(options, 'content')).hidden).toEqual(['key', 'media', 'words']);
  });

  it('contains no seed for a session of another server', () => {
    const header = JSON.parse(recordingHeader({ session: 'sess_x', started_at: 1 }));
    expect(header).toMatchObject({ session: 'sess_x', seed: null, options: null });
  });

  it('[RD10] contains no key', () => {
    const tool = { type: 'mcp', server_label: 's', server_url: 'https://x', authorization: 'CANARY' } as const;
    expect(recordingHeader({ ...options, session: { type: 'realtime', tools: [tool] } }, 'key')).not.toContain(
      'CANARY',
    );
  });
});

describe('recordingLine', () => {
  const image = 'data:image/png;base64,iVBORw0KGgo=';

  it('[RD10] redacts audio and images unless they are requested', () => {
    const lines: [RecordingLine, string][] = [
      [server({ type: 'response.output_audio.delta', delta: 'CANARY' }), 'CANARY'],
      [
        server({ type: 'conversation.item.added', item: { content: [{ type: 'input_image', image_url: image }] } }),
        image,
      ],
      [engine({ type: 'audio.delta', audio: 'CANARY', bytes: 3 }), 'CANARY'],
      [{ at: 5, from: 'media', event: { type: 'audio', audio: 'CANARY', bytes: 3 } }, 'CANARY'],
      [
        { at: 0, from: 'client', event: { type: 'input_audio_buffer.append', audio: 'CANARY' }, audio_bytes: [3] },
        'CANARY',
      ],
    ];
    for (const [line, canary] of lines) {
      expect(recordingLine(line)).not.toContain(canary);
      expect(recordingLine(line, 'content')).not.toContain(canary);
      expect(recordingLine(line, 'key')).toContain(canary);
    }
    expect(written(lines[2]![0]).event).toEqual({ type: 'audio.delta', audio: '[REDACTED]', bytes: 3 });
    expect(written(lines[3]![0]).event).toEqual({ type: 'audio', audio: '[REDACTED]', bytes: 3 });
    expect(written(lines[4]![0]).audio_bytes).toEqual([3]);
  });

  it('escapes the two separators that JSON leaves unescaped', () => {
    const line = recordingLine(engine({ type: 'text.delta', delta: 'a\u2028b\u2029c\nd' }));
    expect(line).not.toMatch(/[\u2028\u2029\n]/);
    expect(JSON.parse(line).event.delta).toBe('a\u2028b\u2029c\nd');
  });

  it('[RD10] contains no key', () => {
    const event = { type: 'session.update', session: { tools: [{ type: 'mcp', headers: { 'x-any': 'CANARY' } }] } };
    const line = { at: 0, from: 'client', event } as never;
    for (const level of ['key', 'media', 'content'] as const)
      expect(recordingLine(line, level)).not.toContain('CANARY');
    expect(recordingLine(server({ type: 'x', note: 'Bearer CANARY' }), 'key')).not.toContain('CANARY');
  });

  it('keeps text, and redacts it at level content', () => {
    const lines: RecordingLine[] = [
      server({ type: 'response.output_text.delta', delta: 'CANARY' }),
      engine({ type: 'text.delta', delta: 'CANARY' }),
      engine({ type: 'transcript.delta', delta: 'CANARY' }),
      engine({ type: 'arguments.delta', delta: 'CANARY' }),
      { at: 0, from: 'speech', event: { type: 'transcription.delta', item_id: 'i', delta: 'CANARY' } },
      { at: 0, from: 'speech', event: { type: 'transcription.completed', item_id: 'i', transcript: 'CANARY' } },
      {
        at: 0,
        from: 'speech',
        event: { type: 'transcription.segment', item_id: 'i', text: 'CANARY', speaker: 'A', start: 0, end: 1 },
      },
      { at: 0, from: 'client', event: { type: 'conversation.item.create', item: user('CANARY') as never } },
    ];
    for (const line of lines) {
      expect(recordingLine(line)).toBe(JSON.stringify(line));
      expect(recordingLine(line, 'content')).not.toContain('CANARY');
      expect(written(line, 'content').event.type).toBe((line as { event: { type: string } }).event.type);
    }
  });

  it('redacts nothing else of an engine event, and does not change its input', () => {
    const usage = { total_tokens: 1, output_token_details: { text_tokens: 1 } };
    const lines = [
      engine({ type: 'message', phase: 'commentary' }),
      engine({ type: 'call', name: 'f', call_id: 'c' }),
      engine({ type: 'usage', usage }),
      engine({ type: 'done', reason: 'max_output_tokens' }),
      engine({ type: 'failed', error: { code: 'upstream_error', message: 'it broke' } }),
    ];
    for (const line of lines) {
      const copy = structuredClone(line);
      expect(written(line, 'content')).toEqual(line);
      expect(line).toEqual(copy);
    }
  });

  it('writes a snapshot of 10,000 items completely', () => {
    let { state } = play();
    for (let i = 0; i < 10_000; i++) {
      const event = create(user(`words ${i}`, `item_${i}`)) as never;
      state = step(state, { at: i, from: 'client', event }).state;
    }
    const line: RecordingLine = { at: 1, from: 'snapshot', format: 1, state };
    expect(written(line).state).toEqual(JSON.parse(JSON.stringify(state)));
    expect(recordingLine(line, 'content')).not.toMatch(/words 77|friendly assistant/);
  });
});

describe('recordingLine', () => {
  it.each(['key', 'media', 'content'] as const)(
    '[RD3, RD12] hides a credential wherever it stands, at level %s',
    (level) => {
      const key = 'sk-CANARY1234';
      const lines: unknown[] = [
        { at: 1, from: 'wire', issue: { code: 'invalid_json', param: key, message: key }, event_id: key },
        { at: 1, from: 'client', event: { type: 'response.cancel', event_id: key, response_id: key } },
        { at: 1, from: 'server', event: { type: key, event_id: key, [key]: { id: key, role: key } } },
        { at: 1, from: 'engine', response_id: key, event: { type: 'call', name: key, call_id: key } },
        { at: 1, from: 'engine', response_id: key, event: { type: 'done', reason: key } },
        { at: 1, from: 'engine', response_id: key, event: { type: 'text.delta', delta: '' } },
        { at: 1, from: 'speech', event: { type: 'transcription.delta', item_id: key, delta: key } },
        { at: 1, from: 'tools', event: { type: 'called', item_id: key, output: key } },
      ];
      for (const line of lines) expect(recordingLine(line as RecordingLine, level)).not.toMatch(/CANARY/);
      expect(recordingHeader({ session: key, started_at: 1 }, level, key)).not.toMatch(/CANARY/);
    },
  );
});

describe('readRecording', () => {
  it('reads what was written', async () => {
    const played = play({ playback: true });
    played.media(200);
    played.client({ type: 'input_audio_buffer.commit' });
    played.client({ type: 'response.create' });
    played.engine({ type: 'transcript.delta', delta: 'Hi' }, audio(20), { type: 'done' });
    const { response_id, item_id } = played.effects.find((effect) => effect.do === 'play_audio')!;
    played.playback({ type: 'started', response_id });
    played.playback({ type: 'played', item_id, content_index: 0, bytes: 100 });
    played.playback({ type: 'drained', response_id });
    const lines: RecordingLine[] = [
      ...played.inputs,
      ...played.frames.map((event) => ({ at: 0, from: 'server', event }) as RecordingLine),
      { at: 9, from: 'clock' },
      { at: 9, from: 'wire', issue: { code: 'invalid_json', param: null, message: 'm' }, event_id: null },
      { at: 9, from: 'snapshot', format: 1, state: played.state },
    ];
    const entries = await read([recordingHeader(options, 'key'), ...lines.map((line) => recordingLine(line, 'key'))]);
    expect(entries.map(({ line }) => line)).toEqual(entries.map((_, index) => index + 1));
    expect(entries[0]).toMatchObject({ kind: 'header', header: { seed: [1, 2, 3, 4] } });
    const values = entries.slice(1).map((entry) => {
      if (entry.kind === 'input') return entry.input;
      if (entry.kind === 'frame') return entry.frame;
      return entry.kind === 'snapshot' ? entry.snapshot : entry;
    });
    expect(values).toEqual(JSON.parse(JSON.stringify(lines)));
  });

  it('reads streamed lines and skips blank ones', async () => {
    async function* lines() {
      yield recordingHeader(options);
      yield '';
      yield ' {"at":1,"from":"clock"}\r';
    }
    const entries = await read(lines());
    expect(entries.map(({ kind, line }) => `${line} ${kind}`)).toEqual(['1 header', '3 input']);
  });

  it.each([
    ['{"at":1,"from":"client","event":{"type":"session.up', 'damaged', 'not JSON'],
    ['{"at":-1,"from":"clock"}', 'damaged', 'at: expected a number from 0'],
    ['{"at":"CANARY","from":"clock"}', 'damaged', 'at: expected a number from 0'],
    ['{"at":1,"from":"client","event":"CANARY"}', 'damaged', 'event: expected an object with a type'],
    ['{"at":1,"from":"server","event":{}}', 'damaged', 'event: expected an object with a type'],
    ['{"at":1,"from":"gap","lines":7}', 'damaged', expect.stringContaining('could not keep up')],
    ['{"at":1,"from":"media","event":{"type":"audio","audio":""}}', 'damaged', 'event.bytes: expected a number'],
    ['{"at":1,"from":"playback","event":{"type":"drained"}}', 'damaged', 'event.response_id: expected a string'],
    ['{"at":1,"from":"wire"}', 'damaged', 'issue: expected an object'],
    ['{"at":1,"from":"snapshot","format":1}', 'damaged', 'state: expected an object'],
    ['{"recording":1}', 'damaged', 'session: expected a string'],
    [
      '{"recording":1,"session":"s","started_at":1,"hidden":[],"seed":[1,2,3],"options":{}}',
      'damaged',
      'seed: expected four unsigned 32-bit integers',
    ],
    ['{"recording":2,"new":true}', 'foreign', 'a recording of another format'],
    ['{"at":1,"from":"snapshot","format":2,"state":{}}', 'foreign', 'a snapshot of another format'],
    ['{"at":1,"from":"elsewhere","event":{"type":"x"}}', 'foreign', 'from: a word that is not known'],
    ['[1,2]', 'foreign', 'not an object'],
    ['{"level":30,"msg":"CANARY"}', 'foreign', 'neither a line of a recording nor an event'],
  ])('names %s', (text, kind, message) => {
    expect(readRecordingLine(text, 7)).toEqual({ line: 7, kind, message });
  });

  it('reads bare events of other tools with their sender', async () => {
    const entries = await read(['{"type":"session.update","session":{}}', '{"type":"session.updated","session":{}}']);
    expect(entries).toMatchObject([
      { kind: 'event', from: 'client' },
      { kind: 'event', from: 'server' },
    ]);
  });

  it('refuses lines above the maximum length', () => {
    expect(readRecordingLine('x'.repeat(18 * 1024 * 1024), 1)).toMatchObject({ kind: 'damaged' });
    expect(readRecordingLine(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 1)).toMatchObject({ kind: 'foreign' });
  });
});
