// Latency and token usage of a log.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loggedFrame, readLogLine } from '../recording/foreign-log.ts';
import { createStopwatch } from './timings.ts';

type Row = [at: number | null, event: { type: string; [field: string]: unknown }];

function timed(rows: readonly Row[]) {
  const stopwatch = createStopwatch();
  return rows.flatMap(([time, event], index) => {
    const entry = readLogLine(JSON.stringify({ ...(time !== null && { time }), from: undefined, event }), index + 1);
    return stopwatch.observe(loggedFrame(entry)!) ?? [];
  });
}

const created = { type: 'session.created', event_id: 'e', session: { model: 'gpt-realtime' } };
const begun = { type: 'response.created', event_id: 'e', response: { id: 'r' } };
const transcriptDelta = { type: 'response.output_audio_transcript.delta', event_id: 'e', response_id: 'r', delta: 'a' };
const sound = { type: 'response.output_audio.delta', event_id: 'e', response_id: 'r', delta: '' };
const ended = (usage: object | null = null) => ({
  type: 'response.done',
  event_id: 'e',
  response: { id: 'r', status: 'completed', usage },
});

describe('createStopwatch', () => {
  it('measures from response.create', () => {
    const rows: Row[] = [
      [0, created],
      [100, { type: 'response.create' }],
      [110, begun],
      [300, transcriptDelta],
      [350, sound],
      [900, ended()],
    ];
    expect(timed(rows)).toMatchObject([
      {
        kind: 'response',
        id: 'r',
        line: 6,
        model: 'gpt-realtime',
        status: 'completed',
        reason: null,
        first_output_ms: 200,
        first_audio_ms: 250,
        total_ms: 800,
      },
    ]);
  });

  it('returns unfinished responses in the order they began', () => {
    const stopwatch = createStopwatch();
    const rows: Row[] = [
      [0, created],
      [100, begun],
      [130, transcriptDelta],
      [140, { ...begun, response: { id: 'other' } }],
      [900, ended()],
    ];
    const observe = ([time, event]: Row, index: number) =>
      stopwatch.observe(loggedFrame(readLogLine(JSON.stringify({ time, event }), index + 1))!);
    rows.slice(0, 4).forEach(observe);
    const cut = { kind: 'response', status: 'in_progress', model: 'gpt-realtime', total_ms: null };
    expect(stopwatch.unfinished()).toMatchObject([
      { ...cut, id: 'r', line: 2, first_output_ms: 30 },
      { ...cut, id: 'other', line: 4, first_output_ms: null },
    ]);
    observe(rows[4]!, 4);
    expect(stopwatch.unfinished()).toMatchObject([{ id: 'other' }]);
  });

  it('returns the timing so far of a response in progress, and nothing after its end', () => {
    const stopwatch = createStopwatch();
    const frames = (
      [
        [0, created],
        [100, begun],
        [130, transcriptDelta],
        [150, sound],
        [160, sound],
        [900, ended()],
      ] as Row[]
    ).map(([time, event], index) => loggedFrame(readLogLine(JSON.stringify({ time, event }), index + 1))!);
    const soFar = frames.map((frame) => {
      stopwatch.observe(frame);
      return stopwatch.soFar(frame)?.first_audio_ms;
    });
    expect(soFar).toEqual([undefined, undefined, null, 50, 50, undefined]);
    expect(stopwatch.soFar(frames[3]!)).toBeUndefined();
  });

  it('measures from the end of speech when a turn started the response', () => {
    const stopped = { type: 'input_audio_buffer.speech_stopped', event_id: 'e', item_id: 'i' };
    expect(
      timed([
        [50, stopped],
        [60, begun],
        [80, transcriptDelta],
        [90, ended()],
      ]),
    ).toMatchObject([{ first_output_ms: 30, total_ms: 40 }]);
  });

  it('drops refused requests', () => {
    const ask = { type: 'response.create', event_id: 'mine' };
    const error = { type: 'error', event_id: 'e', error: { code: 'invalid_value', event_id: 'mine' } };
    expect(
      timed([
        [0, ask],
        [1, error],
        [500, begun],
        [600, ended()],
      ]),
    ).toMatchObject([{ total_ms: 100 }]);
  });

  it('returns null times when the log has none', () => {
    expect(
      timed([
        [null, begun],
        [null, transcriptDelta],
        [null, ended()],
      ]),
    ).toMatchObject([{ asked_at: null, first_output_ms: null, first_audio_ms: null, total_ms: null }]);
  });

  it('separates cached tokens from others', () => {
    const usage = {
      input_tokens: 140,
      output_tokens: 30,
      input_token_details: {
        text_tokens: 100,
        audio_tokens: 40,
        image_tokens: 0,
        cached_tokens: 64,
        cached_tokens_details: { text_tokens: 60, audio_tokens: 4, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 10, audio_tokens: 20 },
    };
    expect(
      timed([
        [0, begun],
        [1, ended(usage)],
      ])[0]?.usage,
    ).toEqual({
      input_text: 40,
      input_audio: 36,
      input_image: 0,
      cached_text: 60,
      cached_audio: 4,
      cached_image: 0,
      output_text: 10,
      output_audio: 20,
      seconds: 0,
    });
    expect(
      timed([
        [0, begun],
        [1, ended({ input_tokens: 5, output_tokens: 'x' })],
      ])[0]?.usage,
    ).toMatchObject({
      input_text: 5,
      output_text: 0,
    });
  });

  it('finds responses and transcriptions in recordings', () => {
    const file = new URL('../../../../tests/golden/recordings/speech-turns.jsonl', import.meta.url);
    const stopwatch = createStopwatch();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const timings = lines.flatMap((line, index) => {
      const frame = loggedFrame(readLogLine(line, index + 1));
      return (frame && stopwatch.observe(frame)) ?? [];
    });
    const counted = (type: string) => lines.filter((line) => line.includes(`"type":"${type}"`)).length;
    expect(timings.filter(({ kind }) => kind === 'response')).toHaveLength(counted('response.done'));
    const transcriptions = timings.filter(({ kind }) => kind === 'transcription');
    expect(transcriptions.length).toBeGreaterThan(0);
    for (const { total_ms } of timings) expect(total_ms).toBeGreaterThanOrEqual(0);
  });
});
