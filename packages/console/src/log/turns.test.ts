// Turns of a log, their stages and statistics.

import { readFileSync } from 'node:fs';
import { readLogLine } from '@colloquy/session';
import { countWork } from '@support/count-work.ts';
import { type LoggedTurn, spokenLog } from '@support/spoken-log.ts';
import { describe, expect, it } from 'vitest';
import { createFrameLog } from './frame-log.ts';
import { stagesOf, stageTimes, type Turn } from './turn.ts';
import { costOfTurn } from './turn-cost.ts';
import { turnStatistics } from './turn-statistics.ts';
import { createTurns } from './turns.ts';

const RECORDINGS = new URL('../../../../tests/golden/recordings/', import.meta.url);
const golden = (name: string) =>
  readFileSync(new URL(`${name}.jsonl`, RECORDINGS), 'utf8')
    .trim()
    .split('\n');

function logOf(lines: readonly string[]) {
  const log = createFrameLog({ soon: (call) => call() });
  for (const [index, line] of lines.entries()) log.append(readLogLine(line, index + 1));
  return { log, turns: log.turns };
}
const turnsOf = (lines: readonly string[]): readonly Turn[] => logOf(lines).turns.turns;
const timesOf = (turn: Turn | undefined) => Object.fromEntries(turn ? stageTimes(stagesOf(turn)) : []);

const weather: LoggedTurn = {
  ...{ text: 'What is the weather?', speechMs: 1500, sttMs: 200, llmMs: 300, clauseMs: 100, ttsMs: 150 },
  ...{ answer: 'It is sunny.', answerMs: 2000 },
};

describe('createTurns', () => {
  it('[CO38] divides the wait of a spoken turn into stages that add up to the time to first audio', () => {
    const { turns, log } = logOf(spokenLog([weather]));
    const [turn] = turns.turns;
    expect(timesOf(turn)).toEqual({ vad: 500, request: 2, stt: 200, llm: 300, clause: 100, tts: 150 });
    expect(turn).toMatchObject({ input: 'spoken', text: 'What is the weather?', firstAudioMs: 1252 });
    expect(turn?.firstAudioMs).toBe(log.timingOf('resp_0')?.first_audio_ms);
    expect(turn?.responses).toMatchObject([{ status: 'completed', audioMs: 2000 }]);
  });

  it('[CO77] counts the first audio of a call from when it is played', () => {
    const at = (time: number, event: object) => JSON.stringify({ at: time, from: 'server', event });
    const [turn] = turnsOf([
      at(0, { type: 'input_audio_buffer.speech_started', item_id: 'u', audio_start_ms: 0 }),
      at(500, { type: 'input_audio_buffer.speech_stopped', item_id: 'u', audio_end_ms: 500 }),
      at(510, { type: 'response.created', response: { id: 'r' } }),
      at(800, { type: 'output_audio_buffer.started', response_id: 'r' }),
      at(900, { type: 'response.done', response: { id: 'r', status: 'completed' } }),
    ]);
    expect(turn?.responses).toMatchObject([{ firstAudioAt: 800 }]);
    expect(turn?.firstAudioMs).toBe(300);
  });

  it('[CO38] counts a tool call, and the responses before and after it, into one turn', () => {
    const [turn] = turnsOf(spokenLog([{ ...weather, tool: { name: 'get_weather', ms: 700 } }]));
    expect(timesOf(turn)).toEqual({
      vad: 500,
      request: 2 + 4,
      stt: 200,
      llm: 300 + 80 + 300,
      tool: 701,
      clause: 100,
      tts: 150,
    });
    expect(turn?.responseIds).toEqual(['resp_call_0', 'resp_0']);
    expect(turn?.responses[0]?.calls).toEqual([{ name: 'get_weather', kind: 'function' }]);
    expect(turn?.itemIds).toEqual(['item_user_0', 'item_call_0', 'item_output_0', 'item_answer_0']);
  });

  it('[CO38] ends a turn when the user speaks again, and states what was heard of its answer', () => {
    const { turns, log } = logOf(spokenLog([{ ...weather, interruptedMs: 900 }, weather]));
    const [first, second] = turns.turns;
    expect(first).toMatchObject({ heardMs: 900, responses: [{ status: 'cancelled', reason: 'turn_detected' }] });
    expect(first?.interruptedAt).toBeDefined();
    expect(second?.speech?.from).toBeLessThan(first?.interruptedAt ?? 0);
    expect(second).toMatchObject({ heardMs: undefined, interruptedAt: undefined });
    // Events that come later belong to the answer they are about.
    const truncated = log.rows.find(({ type }) => type === 'conversation.item.truncated');
    expect(turns.ofRow(truncated?.index ?? -1)).toBe(first);
    expect(turns.ofItem('item_answer_1')).toBe(second);
    expect(turns.ofResponse('resp_0')).toBe(first);
  });

  it('[CO38] gives only the stages that the events of a foreign log tell', () => {
    const message = { id: 'u', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] };
    const rows: [string, object][] = [
      ['00.000', { type: 'conversation.item.create', item: message }],
      ['00.100', { type: 'response.create' }],
      ['00.150', { type: 'response.created', response: { id: 'r', status: 'in_progress' } }],
      ['00.900', { type: 'response.output_audio.delta', response_id: 'r', item_id: 'a', delta: 'AAAA' }],
    ];
    const lines = rows.map(([second, event]) => JSON.stringify({ ts: `2026-01-01T00:00:${second}Z`, event }));
    const [turn] = turnsOf(lines);
    expect(turn).toMatchObject({ input: 'typed', text: 'Hi', firstAudioMs: 800 });
    expect(timesOf(turn)).toEqual({ request: 50, llm: 750 });
    // Without times there are turns, and no stages.
    const [timeless] = turnsOf(rows.map(([, event]) => JSON.stringify(event)));
    expect(timeless?.responseIds).toEqual(['r']);
    expect(timeless && stagesOf(timeless)).toEqual([]);
  });

  it.each(['speech-turns', 'truncation', 'tool-round', 'errors', 'drain', 'mcp', 'mcp-reference', 'text-turn'])(
    '[CO38] reads %s: stages follow each other, every response has a turn',
    (name) => {
      const { turns, log } = logOf(golden(name));
      const created = log.rows.filter(({ type }) => type === 'response.created');
      expect(turns.turns.flatMap(({ responseIds }) => responseIds)).toHaveLength(created.length);
      for (const turn of turns.turns) {
        const stages = stagesOf(turn);
        for (const [index, { from }] of stages.entries()) if (index > 0) expect(from).toBe(stages[index - 1]?.to);
        const sum = [...stageTimes(stages).values()].reduce((all, ms) => all + ms, 0);
        if (turn.firstAudioMs !== undefined) expect(sum).toBeCloseTo(turn.firstAudioMs);
        expect(costOfTurn(log, turn).input).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('keeps sessions of one log apart, and accepts any events', () => {
    const created = (id: string) => ({ type: 'session.created', event_id: 'e', session: { id, type: 'realtime' } });
    const item = (text: string) => ({
      ...{ type: 'conversation.item.added', event_id: 'e' },
      item: { id: 'same', type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    const odd = [
      { type: 'response.done' },
      { type: 'response.created', response: null },
      { type: 'x.delta', item_id: 5 },
    ];
    const events = [created('sess_a'), item('one'), created('sess_b'), item('two'), ...odd];
    const { turns } = logOf(events.map((event) => JSON.stringify(event)));
    expect(turns.turns.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(turns.ofItem('same')?.text).toBe('two');
  });

  it('does work for new rows only', async () => {
    const lines = spokenLog(Array.from({ length: 40 }, () => weather));
    const log = createFrameLog({ soon: (call) => call() });
    const turns = createTurns(log.rows);
    const entries = lines.map((line, index) => readLogLine(line, index + 1));
    const half = entries.length >> 1;
    const advance = (from: number, to: number) => {
      for (const entry of entries.slice(from, to)) log.append(entry);
      return countWork(() => turns.advance());
    };
    const first = await advance(0, half);
    const second = await advance(half, entries.length);
    expect(second).toBeLessThan(2 * first);
    expect(await countWork(() => turns.advance())).toBeLessThan(first / 100);
  });
});

describe('turnStatistics', () => {
  it('[CO38] gives p50 and p95 of the wait and of each stage', () => {
    const turns = turnsOf(spokenLog([100, 200, 300, 400].map((llmMs) => ({ ...weather, llmMs }))));
    const { firstAudio, stages } = turnStatistics(turns);
    expect(stages.get('llm')).toEqual({ count: 4, p50: 200, p95: 400 });
    expect(firstAudio).toEqual({ count: 4, p50: 1152, p95: 1352 });
    expect(stages.has('tool')).toBe(false);
    expect(turnStatistics([]).firstAudio).toBeUndefined();
  });
});
