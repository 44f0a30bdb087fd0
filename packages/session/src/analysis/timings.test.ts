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

  describe('of a spoken turn', () => {
    const settings = (detection: object) => ({
      ...created,
      session: { audio: { input: { turn_detection: detection } } },
    });
    const vad = settings({ type: 'server_vad', silence_duration_ms: 200 });
    // 100 ms of audio each, appended when the last of it was spoken.
    const audio = 'AAAA'.repeat(1600);
    const appends = (from: number, count: number) =>
      Array.from({ length: count }, (_, n): Row => [from + 100 * n, { type: 'input_audio_buffer.append', audio }]);
    const stopped = (audio_end_ms?: number) => ({
      ...{ type: 'input_audio_buffer.speech_stopped', event_id: 'e', item_id: 'i' },
      ...(audio_end_ms !== undefined && { audio_end_ms }),
    });
    const call = { type: 'function_call', call_id: 'c', name: 'f' };
    const output = { type: 'function_call_output', call_id: 'c', output: '' };

    it('[CO33] counts from the end of speech on the audio clock, without the silence that ended the turn', () => {
      const rows: Row[] = [
        [0, vad],
        ...appends(600, 12),
        [1760, stopped(1200)], // spoken until 1000 of the audio clock
        [1770, begun],
        [2000, transcriptDelta],
        [2100, sound],
        [2500, ended()],
      ];
      expect(timed(rows)).toMatchObject([
        { asked_at: 1500, turn_ended_at: 1500, first_output_ms: 500, first_audio_ms: 600, total_ms: 1000 },
      ]);
    });

    it('[CO33] counts the stated silence if the log has no audio, and none that is not stated', () => {
      const rows = (detection: object): Row[] => [
        [0, settings(detection)],
        [1000, stopped(900)],
        [1010, begun],
        [1300, sound],
        [1400, ended()],
      ];
      const firstAudio = (detection: object) => timed(rows(detection))[0]?.first_audio_ms;
      expect(firstAudio({ type: 'server_vad', silence_duration_ms: 300 })).toBe(600);
      expect(firstAudio({ type: 'server_vad' })).toBe(800);
      expect(firstAudio({ type: 'semantic_vad' })).toBe(300);
    });

    it('[CO33] counts bytes of hidden audio', () => {
      const stopwatch = createStopwatch();
      const lines = [
        { at: 0, from: 'server', event: vad },
        {
          at: 1000,
          from: 'client',
          event: { type: 'input_audio_buffer.append', audio: '[REDACTED]' },
          audio_bytes: [48_000],
        },
        { at: 1050, from: 'server', event: stopped(800) },
        { at: 1060, from: 'server', event: begun },
        { at: 1100, from: 'server', event: sound },
        { at: 1200, from: 'server', event: ended() },
      ];
      const rows = lines.flatMap((line, index) => {
        const frame = loggedFrame(readLogLine(JSON.stringify(line), index + 1));
        return (frame && stopwatch.observe(frame)) ?? [];
      });
      expect(rows).toMatchObject([{ asked_at: 600, first_audio_ms: 500 }]);
    });

    it('[CO33] counts from there if calls come first, and from the request after a typed message', () => {
      const withCall = { ...ended(), response: { id: 'r', status: 'completed', output: [call] } };
      const rows: Row[] = [
        [0, vad],
        [1000, stopped()],
        [1010, begun],
        [1300, withCall],
        [1700, { type: 'conversation.item.create', item: output }],
        [1710, { type: 'response.create' }],
        [1720, begun],
        [2000, sound],
        [2100, ended()],
        [3000, { type: 'conversation.item.create', item: { type: 'message', role: 'user', content: [] } }],
        [3010, { type: 'response.create' }],
        [3020, begun],
        [3200, sound],
        [3300, ended()],
      ];
      expect(timed(rows)).toMatchObject([
        { asked_at: 800, first_audio_ms: null },
        { asked_at: 1710, turn_ended_at: 800, first_audio_ms: 1200, total_ms: 390 },
        { asked_at: 3010, turn_ended_at: 3010, first_audio_ms: 190 },
      ]);
    });

    it('counts an out-of-band response from its own request', () => {
      const aside = { ...begun, response: { id: 'r', conversation_id: null } };
      const rows: Row[] = [
        [0, vad],
        [1000, stopped()],
        [1005, { type: 'response.create' }],
        [1010, aside],
        [1300, sound],
        [1400, ended()],
      ];
      expect(timed(rows)).toMatchObject([{ asked_at: 1005, first_audio_ms: 295 }]);
    });
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

  it('[CO77] counts the first audio of a call from when it is played', () => {
    const [timing] = timed([
      [0, begun],
      [700, { type: 'output_audio_buffer.started', response_id: 'r' }],
      [900, ended({})],
    ]);
    expect(timing).toMatchObject({ first_output_ms: 700, first_audio_ms: 700 });
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
