import { readRecordingLine } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../log/log-row.ts';
import { afterRow, NOTHING_HAPPENED, phaseOf, type TalkSound } from './talk-phase.ts';

type Event = { readonly type: string; readonly [field: string]: unknown };
const server = (type: string, fields: object = {}) => ['server', { type, ...fields }] as const;
const client = (type: string, fields: object = {}) => ['client', { type, ...fields }] as const;

const SILENT: TalkSound = { microphone: 'open', isSpeaking: false };
function labelAfter(events: readonly (readonly [string, Event])[], sound: TalkSound = SILENT): string {
  let progress = NOTHING_HAPPENED;
  for (const [index, [from, event]] of events.entries()) {
    const line = JSON.stringify({ at: index, from, event: { event_id: 'e', ...event } });
    progress = afterRow(progress, rowOf(readRecordingLine(line, index + 1), index, 0));
  }
  return phaseOf(progress, sound).label;
}

const started = server('input_audio_buffer.speech_started', { item_id: 'i', audio_start_ms: 0 });
const stopped = server('input_audio_buffer.speech_stopped', { item_id: 'i', audio_end_ms: 1 });
const created = server('response.created', { response: { id: 'resp_1' } });
const delta = server('response.output_audio.delta', { response_id: 'resp_1', item_id: 'a', delta: 'AA==' });
const done = server('response.done', { response: { id: 'resp_1', status: 'completed' } });
const call = { type: 'function_call', call_id: 'call_1', name: 'get_weather', id: 'f' };
const called = server('response.output_item.done', { response_id: 'resp_1', item: call });
const output = client('conversation.item.create', {
  item: { type: 'function_call_output', call_id: 'call_1', output: '' },
});
const mcp = { type: 'mcp_call', id: 'm', name: 'lend' };

describe('[CO56] the state of a talk', () => {
  it.each<[string, (readonly [string, Event])[], Partial<TalkSound>]>([
    ['Connected', [], { microphone: 'off' }],
    ['Listening', [], {}],
    ['Hearing you', [started], {}],
    ['Hearing you', [], { microphone: 'held' }],
    ['Thinking', [started, stopped], {}],
    ['Thinking', [client('response.create')], { microphone: 'off' }],
    ['Listening', [client('response.create'), server('error', { error: { message: 'x' } })], {}],
    ['Thinking', [started, stopped, created], {}],
    ['Answering', [created, delta], {}],
    ['Speaking', [created, delta], { isSpeaking: true }],
    ['Speaking', [created, delta, done], { isSpeaking: true }],
    ['Hearing you', [created, delta, started], { isSpeaking: true }],
    ['Listening', [created, delta, done], {}],
    ['Calling get_weather', [created, called, done], {}],
    ['Connected', [created, called, done, output], { microphone: 'off' }],
    ['Calling lend', [created, server('response.output_item.added', { item: mcp })], {}],
    [
      'Thinking',
      [created, server('response.output_item.added', { item: mcp }), server('conversation.item.done', { item: mcp })],
      {},
    ],
    ['Connected', [created, called, server('session.created')], { microphone: 'off' }],
    ['Listening', [started, server('input_audio_buffer.cleared')], {}],
  ])('is "%s" after %j with %j', (label, events, sound) =>
    expect(labelAfter(events, { ...SILENT, ...sound })).toBe(label),
  );

  it('says whether there is an answer to interrupt', () => {
    const running = { ...NOTHING_HAPPENED, response: 'resp_1' };
    expect(phaseOf(running, SILENT).isAnswering).toBe(true);
    expect(phaseOf(NOTHING_HAPPENED, { ...SILENT, isSpeaking: true }).isAnswering).toBe(true);
    expect(phaseOf(NOTHING_HAPPENED, SILENT).isAnswering).toBe(false);
  });
});
