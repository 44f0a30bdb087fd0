// What the list says of a line beside its type.

import { frameLogOfLines, goldenLog } from '@support/frame-logs.ts';
import { describe, expect, it } from 'vitest';
import { rowPreview, runPreview } from './row-preview.ts';

const previewOf = (from: string, event: object) => {
  const log = frameLogOfLines({ at: 0, from, ...(from === 'wire' ? event : { event }) });
  return rowPreview(log.rows[0] as never);
};
const item = (fields: object) => ({ type: 'conversation.item.added', event_id: 'e', item: fields });

describe('the preview of a line', () => {
  it.each<[string, object]>([
    [
      'Could not parse · invalid_json',
      { type: 'error', error: { type: 't', code: 'invalid_json', message: 'Could not parse' } },
    ],
    [
      'gpt-realtime · marin · server_vad · 1 tool',
      {
        type: 'session.created',
        session: {
          ...{ model: 'gpt-realtime', tools: [{}] },
          audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'marin' } },
        },
      },
    ],
    [
      'user · It is cold.',
      item({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'It is\ncold.' }] }),
    ],
    [
      'get_weather({"city":"Oslo"})',
      item({ type: 'function_call', name: 'get_weather', arguments: '{"city":"Oslo"}' }),
    ],
    ['books · lend({})', item({ type: 'mcp_call', server_label: 'books', name: 'lend', arguments: '{}' })],
    ['denied', item({ type: 'mcp_approval_response', approve: false })],
    ['Sunny.', { type: 'response.output_text.done', text: 'Sunny.' }],
    ['heard 0.35 s', { type: 'conversation.item.truncated', item_id: 'i', audio_end_ms: 350 }],
    [
      'cancelled · turn_detected · 12 in, 7 out',
      {
        type: 'response.done',
        response: {
          ...{ status: 'cancelled', status_details: { reason: 'turn_detected' } },
          usage: { input_tokens: 12, output_tokens: 7 },
        },
      },
    ],
    ['requests 9/10', { type: 'rate_limits.updated', rate_limits: [{ name: 'requests', limit: 10, remaining: 9 }] }],
    ['', { type: 'response.output_audio.delta', delta: 'AAAA' }],
  ])('[CO61] is %j', (preview, event) => {
    expect(previewOf('server', event)).toBe(preview);
  });

  it('[CO61] names the fields that an update sets', () => {
    const event = { type: 'session.update', session: { type: 'realtime', instructions: 'x', tools: [] } };
    expect(previewOf('client', event)).toBe('instructions, tools');
  });

  it('[CO61] contains no credential, and is short', () => {
    const text = `my key is sk-abcdefghijk ${'word '.repeat(100)}`;
    const preview = previewOf('server', { type: 'response.output_text.done', text });
    expect(preview).toMatch(/^my key is \[REDACTED\] word/);
    expect(preview.length).toBeLessThan(210);
  });

  it('[CO61] joins the texts of a run', () => {
    const delta = (text: string) => ({
      at: 0,
      from: 'server',
      event: { type: 'response.output_text.delta', delta: text },
    });
    const { rows } = frameLogOfLines(delta('It '), delta('is '), delta('cold.'));
    expect(runPreview(rows)).toBe('It is cold.');
  });

  it('[CO61] shows no audio of any recording', () => {
    for (const name of ['audio-turn', 'speech-turns', 'mcp', 'errors', 'tool-round'])
      for (const row of goldenLog(name).rows) expect(rowPreview(row)).not.toMatch(/[A-Za-z0-9+/=]{64}/);
  });
});
