// Spans of a log.

import { readFileSync } from 'node:fs';
import { readRecordingLine } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from '../log/frame-log.ts';
import { laneRows } from './lane-rows.ts';
import type { SpanKind } from './span.ts';
import { createSpans } from './spans.ts';

const RECORDINGS = new URL('../../../../tests/golden/recordings/', import.meta.url);

function spansOf(lines: readonly string[]) {
  const log = createFrameLog({ soon: (call) => call() });
  for (const [index, line] of lines.entries()) log.append(readRecordingLine(line, index + 1));
  const spans = createSpans(log);
  spans.advance();
  const of = (kind: SpanKind) => spans.spans.filter((span) => span.kind === kind).map(({ from, to }) => [from, to]);
  return { spans, of };
}

const golden = (name: string) =>
  readFileSync(new URL(`${name}.jsonl`, RECORDINGS), 'utf8')
    .trim()
    .split('\n');
const from = (side: 'client' | 'server', ...events: [at: number, event: object][]) =>
  events.map(([at, event]) => JSON.stringify({ at, from: side, event }));

describe('createSpans', () => {
  it('[CO77] shows what a call played of each answer, from its start to its end or to a clear', () => {
    const played = (name: string, response_id: string) => ({ type: `output_audio_buffer.${name}`, response_id });
    const { spans, of } = spansOf(
      from(
        'server',
        [0, { type: 'response.created', response: { id: 'r' } }],
        [100, played('started', 'r')],
        [300, { type: 'response.done', response: { id: 'r', status: 'completed' } }],
        [900, played('stopped', 'r')],
        [1000, { type: 'response.created', response: { id: 's' } }],
        [1100, played('started', 's')],
        [1500, played('cleared', 's')],
      ),
    );
    expect(of('playback')).toEqual([
      [100, 900],
      [1100, 1500],
    ]);
    expect(spans.spans.filter(({ lane }) => lane === 'played').map(({ label }) => label)).toEqual([
      'Played',
      'Played, then cleared',
    ]);
    expect(laneRows(spans.spans, 2000).map(({ lane }) => lane)).toContain('played');
    expect(laneRows([], 0).map(({ lane }) => lane)).not.toContain('played');
  });

  it('shows speech, the silence that ended it, the stages of the answer, and its first sound', () => {
    const delta = { response_id: 'r', item_id: 'a', output_index: 0, content_index: 0 };
    const { of, spans } = spansOf(
      from(
        'server',
        [
          0,
          {
            type: 'session.created',
            session: { audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } } } },
          },
        ],
        [1000, { type: 'input_audio_buffer.speech_started', item_id: 'u' }],
        [2000, { type: 'input_audio_buffer.speech_stopped', item_id: 'u' }],
        [2001, { type: 'input_audio_buffer.committed', item_id: 'u' }],
        [2010, { type: 'response.created', response: { id: 'r' } }],
        [2100, { type: 'conversation.item.input_audio_transcription.completed', item_id: 'u' }],
        [2200, { type: 'response.output_audio_transcript.delta', ...delta, delta: 'Hi' }],
        [2300, { type: 'response.output_audio.delta', ...delta, delta: 'AAAA'.repeat(1600) }],
        [2400, { type: 'response.done', response: { id: 'r', status: 'completed' } }],
      ),
    );
    expect(of('speech')).toEqual([[1000, 1700]]);
    expect(of('response')).toEqual([[2010, 2400]]);
    // The stages of the turn follow each other. The answer waited for the transcript, so it is one of them.
    const stages = (['vad', 'request', 'stt', 'llm', 'tts'] as const).map((kind) => of(kind));
    expect(stages).toEqual([[[1700, 2000]], [[2000, 2010]], [[2010, 2100]], [[2100, 2200]], [[2200, 2300]]]);
    expect(of('transcription')).toEqual([]);
    expect(of('first-audio')).toEqual([[1700, 2300]]);
    expect(of('playback')).toEqual([[2300, 2400]]); // 4800 bytes
    expect(spans.ticks.at).toHaveLength(9);
  });

  it('[CO33] places speech where it was spoken, and times the first audio from its end', () => {
    const delta = { response_id: 'r', item_id: 'a', delta: 'AAAA' };
    const detection = { type: 'server_vad', silence_duration_ms: 200 };
    // 100 ms of audio each, appended half a second after the session began.
    const audio = 'AAAA'.repeat(1600);
    const appends = Array.from({ length: 20 }, (_, n): [number, object] => [
      600 + 100 * n,
      { type: 'input_audio_buffer.append', audio },
    ]);
    const speech = { item_id: 'u' };
    const log = [
      ...from('server', [0, { type: 'session.created', session: { audio: { input: { turn_detection: detection } } } }]),
      ...from('client', ...appends.slice(0, 12)),
      ...from('server', [1750, { type: 'input_audio_buffer.speech_started', audio_start_ms: 350, ...speech }]),
      ...from('client', ...appends.slice(12)),
      ...from(
        'server',
        [2540, { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 1700, ...speech }],
        [2550, { type: 'response.created', response: { id: 'r' } }],
        [2900, { type: 'response.output_audio.delta', ...delta }],
      ),
    ];
    const { of } = spansOf(log);
    expect(of('speech')).toEqual([[850, 2000]]);
    expect(of('vad')).toEqual([[2000, 2540]]);
    expect(of('first-audio')).toEqual([[2000, 2900]]);
  });

  it('times the first sound from the request that was answered, as reports do, not from one that was refused', () => {
    const delta = { response_id: 'r', item_id: 'a', delta: 'AAAA' };
    const refusal = { code: 'invalid_value', event_id: 'mine' };
    const { of } = spansOf([
      ...from('client', [0, { type: 'response.create', event_id: 'mine' }]),
      ...from('server', [10, { type: 'error', error: refusal }]),
      ...from('client', [1000, { type: 'response.create' }]),
      ...from('server', [1010, { type: 'response.created', response: { id: 'r' } }]),
      ...from('server', [1300, { type: 'response.output_audio.delta', ...delta }]),
    ]);
    expect(of('first-audio')).toEqual([[1000, 1300]]);
  });

  it('shows an interruption, from the voice to the end, and what of the sound was heard', () => {
    const delta = { response_id: 'r', item_id: 'a', delta: 'AAAA'.repeat(16_000) };
    const { of } = spansOf(
      from(
        'server',
        [0, { type: 'response.created', response: { id: 'r' } }],
        [10, { type: 'response.output_audio.delta', ...delta }],
        [500, { type: 'input_audio_buffer.speech_started', item_id: 'u' }],
        [
          520,
          {
            type: 'response.done',
            response: { id: 'r', status: 'cancelled', status_details: { reason: 'turn_detected' } },
          },
        ],
        [600, { type: 'conversation.item.truncated', item_id: 'a', audio_end_ms: 490 }],
      ),
    );
    expect(of('barge-in')).toEqual([[500, 520]]);
    expect(of('playback')).toEqual([[10, 500]]);
    expect(of('speech')).toEqual([[500, null]]);
  });

  it('shows calls until they are answered, approvals, and calls of MCP servers', () => {
    const { of } = spansOf([
      ...from('server', [
        5,
        { type: 'response.output_item.added', item: { type: 'function_call', call_id: 'c', name: 'f' } },
      ]),
      ...from('client', [
        90,
        { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c' } },
      ]),
    ]);
    expect(of('function')).toEqual([[5, 90]]);
    const mcp = spansOf(golden('mcp'));
    expect(mcp.of('listing')[0]).toEqual([0, 80]);
    expect(mcp.of('approval').length).toBeGreaterThan(1);
    expect(mcp.of('mcp').every(([, to]) => to !== null)).toBe(true);
    expect(mcp.spans.spans.filter(({ hasFailed }) => hasFailed).length).toBeGreaterThan(1);
  });

  it.each(['speech-turns', 'truncation', 'tool-round', 'errors', 'drain'])(
    'every span of %s ends no earlier than it begins',
    (name) => {
      const { spans } = spansOf(golden(name));
      expect(spans.spans.length).toBeGreaterThan(0);
      for (const { from: begun, to } of spans.spans) if (to !== null) expect(to).toBeGreaterThanOrEqual(begun);
      expect(spans.ticks.at.length).toBeGreaterThan(0);
    },
  );

  it('reads on where it stopped, and takes nothing amiss', () => {
    const log = createFrameLog({ soon: (call) => call() });
    const spans = createSpans(log);
    spans.advance();
    const odd = [
      { type: 'response.done' },
      { type: 'error' },
      { type: 'response.created', response: null },
      { type: 'x.delta' },
    ];
    for (const [index, line] of from('server', ...odd.map((event): [number, object] => [1, event])).entries())
      log.append(readRecordingLine(line, index + 1));
    spans.advance();
    spans.advance();
    expect(spans.spans.map(({ kind }) => kind)).toEqual(['error']);
  });
});
