// Advice on turns: what it rests on, and when there is none.

import { readLogLine } from '@colloquy/session';
import { type LoggedTurn, spokenLog } from '@support/spoken-log.ts';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from '../log/frame-log.ts';
import { pausesIn, pausesOf } from '../log/pauses.ts';
import { stagesOf, type Turn } from '../log/turn.ts';
import { turnStatistics } from '../log/turn-statistics.ts';
import { type Advice, adviceOn } from './advice.ts';

const plain: LoggedTurn = {
  ...{ text: 'What is the weather?', speechMs: 2400, sttMs: 80, llmMs: 300, clauseMs: 60, ttsMs: 120 },
  ...{ answer: 'It is sunny.', answerMs: 2000 },
};
const paused: LoggedTurn = {
  ...plain,
  pauses: [
    [400, 160],
    [1000, 180],
    [1600, 200],
  ],
};

/** Advice on each turn of a log. */
function adviceIn(turns: readonly LoggedTurn[], silenceMs = 500): Advice[][] {
  const log = createFrameLog({ soon: (call) => call() });
  for (const [index, line] of spokenLog(turns, silenceMs).entries()) log.append(readLogLine(line, index + 1));
  const all = log.turns.turns;
  const session = log.mirrorAt().session ?? undefined;
  const input = { turns: all, statistics: turnStatistics(all), session, pauses: pausesOf(log, all) };
  return all.map((turn: Turn) => adviceOn({ turn, stages: stagesOf(turn), ...input }));
}
const named = (advice: readonly Advice[] | undefined, id: Advice['id']) => advice?.find((each) => each.id === id);

describe('advice', () => {
  it('[CO39] suggests a shorter silence, with the risk counted from the pauses of the user', () => {
    const [first] = adviceIn([paused, paused]);
    const silence = named(first, 'silence');
    expect(silence?.finding).toBe('500 ms of 1.06 s is waiting for silence.');
    expect(silence?.change).toBe('With silence_duration_ms: 250 instead of 500 this turn would take about 812 ms.');
    expect(silence?.risk).toBe("Risk: 0 of the user's 6 pauses were longer than 250 ms.");
    expect(silence?.update).toMatchObject({
      audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 250, create_response: true } } },
    });
  });

  it('[CO39] says nothing about the silence if the log has no pauses, or if they are as long', () => {
    expect(named(adviceIn([plain, plain])[0], 'silence')).toBeUndefined();
    const slow = { ...plain, pauses: [0, 1, 2].map((n) => [300 + 700 * n, 440] as const) };
    expect(named(adviceIn([slow, slow])[0], 'silence')).toBeUndefined();
  });

  it('[CO39] finds turns that ended too early', () => {
    const [first, second] = adviceIn([{ ...plain, interruptedMs: 100, answerMs: 900 }, plain], 300);
    const early = named(first, 'turn-end');
    expect(early?.finding).toMatch(/^The user went on \d+ ms after this turn, .* 1 of 2 turns ended too early\.$/);
    expect(early?.update).toMatchObject({ audio: { input: { turn_detection: { type: 'server_vad' } } } });
    expect(named(second, 'turn-end')).toBeUndefined();
  });

  it('[CO39] names what dominates: a tool, a slow token, a late clause, a long clause, the transcript', () => {
    const tool = adviceIn([{ ...plain, tool: { name: 'get_weather', ms: 1200 } }]);
    expect(named(tool[0], 'tool')?.finding).toMatch(/^get_weather took 1\.20 s of \d\.\d\d s, in silence\.$/);
    const slow = adviceIn([plain, plain, plain, { ...plain, llmMs: 1500 }]);
    expect(named(slow[3], 'first-token')?.finding).toBe(
      'The model took 1.50 s to its first token; p50 of this session is 300 ms (4 turns).',
    );
    expect(named(slow[0], 'first-token')).toBeUndefined();
    expect(named(adviceIn([{ ...plain, clauseMs: 600 }])[0], 'clause')?.finding).toContain('600 ms');
    const long = {
      ...plain,
      ttsMs: 700,
      answer: 'It is sunny in the whole of the country today and it will remain so.',
    };
    expect(named(adviceIn([long])[0], 'speech')?.finding).toBe('TTS took 700 ms for a first clause of 68 characters.');
    expect(named(adviceIn([{ ...plain, ttsMs: 700 }])[0], 'speech')).toBeUndefined();
    expect(named(adviceIn([{ ...plain, sttMs: 700 }])[0], 'transcript')?.change).toContain('gpt-4o-transcribe');
  });

  it('[CO39] is silent about a turn without numbers', () => {
    expect(adviceIn([plain])[0]).toEqual([]);
  });
});

describe('pausesIn', () => {
  it('measures quiet between sounds, and neither before nor after them', () => {
    const peaks = (ms: number, level: number) => Array<number>(ms / 20).fill(level);
    const speech = [...peaks(300, 0), ...peaks(400, 0.4), ...peaks(240, 0.01), ...peaks(400, 0.5), ...peaks(60, 0)];
    expect(pausesIn([...speech, ...peaks(200, 0.4), ...peaks(500, 0)])).toEqual([240]);
    expect(pausesIn([])).toEqual([]);
  });
});
