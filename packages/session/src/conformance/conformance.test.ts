// Conformance of logs: valid recordings pass, and each manipulation is reported with rule and line.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLogLine } from '../recording/foreign-log.ts';
import { createConformance } from './conformance.ts';

const folder = new URL('../../../../tests/golden/recordings/', import.meta.url);
const linesOf = (name: string) => readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n');

function problemsOf(lines: readonly string[]) {
  const conformance = createConformance();
  return lines.flatMap((line, index) => conformance.observe(readLogLine(line, index + 1)));
}

type Frame = Record<string, unknown> & { type: string };

/** The bare server events of a recording. */
const framesOf = (name: string): Frame[] =>
  linesOf(name)
    .map((line) => JSON.parse(line))
    .flatMap(({ from, event }) => (from === 'server' ? [event] : []));

const rulesIn = (frames: readonly Frame[]) => problemsOf(frames.map((frame) => JSON.stringify(frame)));
const where = (frames: readonly Frame[], type: string) => {
  const at = frames.findIndex((frame) => frame.type === type);
  expect(at, type).toBeGreaterThanOrEqual(0);
  return at;
};
const without = (frames: readonly Frame[], type: string) => frames.toSpliced(where(frames, type), 1);
const changed = (frames: readonly Frame[], type: string, change: object) => {
  const at = where(frames, type);
  return frames.with(at, { ...frames[at]!, ...change });
};

describe('a log of another tool', () => {
  it.each(['constructor', '__proto__', 'toString', 'valueOf'])(
    '[CD15] may name a role %s: a violation, no error',
    (role) => {
      const item = {
        id: 'item_1',
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role,
        content: [{ type: role }],
      };
      const added = { type: 'conversation.item.added', event_id: 'e', previous_item_id: null, item };
      expect(rulesIn([added])).toContainEqual(expect.objectContaining({ rule: 'E5', line: 1 }));
    },
  );

  it.each([
    ['{"at":1,"from":"wire","issue":{"code":"invalid_json","param":null}}', 'issue.message: expected a string'],
    ['{"at":1,"from":"wire","issue":{"code":7,"param":null,"message":"m"}}', 'issue.code: expected a string or null'],
    ['{"at":1,"from":"wire","issue":{"code":null,"param":{},"message":"m"}}', 'issue.param: expected a string or null'],
    ['{"at":1e999,"from":"clock"}', 'at: expected a number from 0'],
    [
      '{"at":1,"from":"engine","response_id":"r","event":{"type":"constructor"}}',
      'event.type: a name that is not known',
    ],
    ['{"at":1,"from":"engine","event":{"type":"done"}}', 'response_id: expected a string'],
    ['{"at":1,"from":"speech","event":{"type":"started"}}', 'event.audio_ms: expected a number'],
    ['{"at":1,"from":"tools","event":{"type":"listed","item_id":"i","tools":{}}}', 'event.tools: expected a list'],
    [
      '{"at":1,"from":"client","event":{"type":"x"},"audio_bytes":{"length":9}}',
      'audio_bytes: expected a list of numbers from 0',
    ],
  ])('[LG2] names what a line of a recording lacks inside: %s', (line, message) => {
    expect(problemsOf([line])).toEqual([{ line: 1, from: null, event_type: null, rule: 'LOG', message }]);
  });

  it('[CD15] reports an existing rule for an unknown error code', () => {
    const wire = (code: string) => JSON.stringify({ at: 1, from: 'wire', issue: { code, param: null, message: 'm' } });
    expect(problemsOf([wire('constructor')])).toMatchObject([{ rule: 'ER10', message: 'm' }]);
  });
});

describe('a server', () => {
  it.each(readdirSync(folder))('reports no violation in the recording %s', (name) => {
    expect(problemsOf(linesOf(name)).filter(({ from }) => from !== 'client')).toEqual([]);
  });

  const text = framesOf('text-turn.jsonl');
  const audio = framesOf('audio-turn.jsonl');
  const speech = framesOf('speech-turns.jsonl');
  const tool = framesOf('tool-round.jsonl');
  const delta = where(text, 'response.output_text.delta');

  it.each<[string, Frame[], string]>([
    ['OR1', [...text.slice(1), text[0]!], 'session.created'],
    ['OR1', [text[0]!, ...text], 'session.created'],
    ['OR2', without(text, 'conversation.item.done'), 'conversation.item.added'],
    ['OR4', without(text, 'response.content_part.added'), 'response.output_text.delta'],
    ['OR4', text.filter(({ type }) => type !== 'conversation.item.added'), 'response.content_part.added'],
    ['OR5', audio.filter(({ type }) => !type.endsWith('transcript.delta')), 'response.output_audio.delta'],
    ['OR7', without(text, 'response.output_text.done'), 'response.content_part.done'],
    ['OR7', without(text, 'response.content_part.done'), 'response.output_item.done'],
    ['OR9', without(text, 'response.output_item.done'), 'response.done'],
    ['OR16', without(text, 'response.output_item.added'), 'response.content_part.added'],
    ['OR16', without(text, 'response.created'), 'response.output_item.added'],
    [
      'OR16',
      changed(speech, 'conversation.item.done', { item: { ...item(speech), id: 'nobody' } }),
      'conversation.item.done',
    ],
    ['RS5', text.toSpliced(delta, 0, text[where(text, 'response.created')]!), 'response.created'],
    ['RS18', text.toSpliced(delta, 0, text[delta]!), 'response.output_text.done'],
    [
      'RS18',
      changed(tool, 'response.function_call_arguments.done', { arguments: '{}' }),
      'response.function_call_arguments.done',
    ],
    ['E15', changed(audio, 'response.output_audio.delta', { delta: 'AAA' }), 'response.output_audio.delta'],
    ['E16', changed(text, 'conversation.item.added', { previous_item_id: 'nobody' }), 'conversation.item.added'],
    ['E17', changed(text, 'response.done', { response: { ...response(text), metadata: { a: 'b' } } }), 'response.done'],
    ['E19', text.toSpliced(1, 0, { type: 'session.invented', event_id: 'event_1' }), 'session.invented'],
    [
      'E20',
      changed(speech, 'input_audio_buffer.speech_stopped', { item_id: 'other' }),
      'input_audio_buffer.speech_stopped',
    ],
    ['W7', changed(text, 'session.created', { session: { type: 'realtime' } }), 'session.created'],
    ['W4.2', changed(text, 'response.content_part.added', { output_index: undefined }), 'response.content_part.added'],
  ])('[%s] is held to it', (rule, frames, type) => {
    const violations = rulesIn(frames);
    expect(violations).toContainEqual(expect.objectContaining({ rule, event_type: type, from: 'server' }));
    // Reported for its own line.
    for (const { line, event_type } of violations) expect(frames[line - 1]?.type).toBe(event_type);
  });

  function item(frames: readonly Frame[]) {
    return frames[where(frames, 'conversation.item.done')]?.item as object;
  }
  function response(frames: readonly Frame[]) {
    return frames[where(frames, 'response.done')]?.response as object;
  }

  it('reports nothing for ids from before the log begins', () => {
    expect(rulesIn(text.slice(where(text, 'response.created') + 3))).toEqual([]);
  });

  it('[ER2] reports an error whose event_id is of no client event', () => {
    const error = { type: 'invalid_request_error', code: 'invalid_value', message: 'No.', param: null };
    const log = (event_id: string | null) =>
      rulesIn([
        text[0]!,
        { type: 'response.cancel', event_id: 'mine' },
        { type: 'error', event_id: 'event_1', error: { ...error, event_id } },
      ]);
    expect(log('mine')).toEqual([]);
    expect(log(null)).toEqual([]);
    expect(log('another')).toMatchObject([{ rule: 'ER2', line: 3 }]);
  });

  it('checks translation events in a translation session', () => {
    const session = { type: 'translation', id: 's', expires_at: 1, model: 'm', audio: { input: {}, output: {} } };
    const violations = rulesIn([
      { type: 'session.created', event_id: 'event_1', session },
      { type: 'session.output_transcript.delta', event_id: 'event_2', delta: 5 },
    ]);
    expect(violations.map(({ line, rule }) => [line, rule])).toContainEqual([2, 'W4.2']);
  });

  it('checks only what holds for every event in a beta log', () => {
    const beta = { type: 'session.created', event_id: 'event_1', session: { modalities: ['text'] } };
    expect(rulesIn([beta, { type: 'response.text.delta', event_id: 'event_2', delta: 'a' }])).toEqual([]);
    expect(rulesIn([beta, { type: 'response.text.delta', delta: 'a' }])).toMatchObject([{ rule: 'E1', line: 2 }]);
  });
});

describe('a client', () => {
  it.each<[string, object]>([
    ['ER10', { type: 'response.cancel', event_id: 'x'.repeat(513) }],
    ['ER12', { type: 'input_audio_buffer.append', audio: '?' }],
    ['ER13', { type: 'input_audio_buffer.append', audio: 1 }],
    ['ER14', { type: 'conversation.item.delete' }],
    ['ER15', { type: 'response.cancel', invented: true }],
  ])('[%s] is held to it', (rule, event) => {
    expect(problemsOf([JSON.stringify(event)])).toMatchObject([{ rule, from: 'client', line: 1 }]);
  });

  it('[ER11] reports a client event of unknown type', () => {
    const log = '{"direction":"send","event":{"type":"response.begin"}}';
    expect(problemsOf([log])).toMatchObject([{ rule: 'ER11', from: 'client', event_type: 'response.begin' }]);
  });

  it('reports nothing for redacted values', () => {
    const content = [
      { type: 'input_audio', audio: '[REDACTED]', transcript: '[REDACTED]' },
      { type: 'input_image', image_url: '[REDACTED]' },
    ];
    const item = { type: 'message', role: 'user', content };
    expect(problemsOf([JSON.stringify({ type: 'conversation.item.create', item })])).toEqual([]);
    expect(problemsOf([JSON.stringify({ type: 'input_audio_buffer.append', audio: '[REDACTED]' })])).toEqual([]);
  });

  it('[ER8] reports a frame that the recording says was not decoded', () => {
    const rules = problemsOf(linesOf('errors.jsonl')).map(({ rule }) => rule);
    expect(rules).toEqual(['ER11', 'ER15', 'ER12', 'ER12', 'ER8']);
  });
});

describe('the log itself', () => {
  it('[LOG] reports where a log is cut off or its times decrease', () => {
    const lines = linesOf('text-turn.jsonl');
    const cut = [...lines.slice(0, 5), lines[5]!.slice(0, 20)];
    expect(problemsOf(cut)).toEqual([{ line: 6, from: null, event_type: null, rule: 'LOG', message: 'not JSON' }]);
    const last = lines.findLastIndex((line) => line.includes('"from":"server"'));
    const early = lines.with(last, lines[last]!.replace(/"at":\d+/, '"at":0'));
    expect(problemsOf(early)).toMatchObject([{ rule: 'LOG', line: last + 1 }]);
  });

  it('[LOG] neither throws on garbage nor quotes it', () => {
    const deep = `{"type":"response.create","response":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const odd = [
      '',
      'CANARY',
      '{',
      '[]',
      'null',
      '{"type":5}',
      deep,
      `{"type":"error","error":${deep}}`,
      '\u0000\u001b[2J',
    ];
    expect(JSON.stringify(problemsOf(odd))).not.toContain('CANARY');
    expect(problemsOf(odd).filter(({ rule }) => rule === 'LOG').length).toBeGreaterThan(2);
  });
});
