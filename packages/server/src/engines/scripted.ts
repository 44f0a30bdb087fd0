// Engine that plays a scenario, for tests in place of a paid API. Format: `scenario.ts` of @colloquy/session; a server
// in one line: `test-server.ts`.

import { setTimeout as sleep } from 'node:timers/promises';
import { ColloquyError } from '@colloquy/protocol';
import {
  cutDeltas,
  type Moment,
  momentOf,
  type ResponseRequest,
  type Scenario,
  type ScenarioCondition,
  type ScenarioStep,
  type ScenarioTurn,
} from '@colloquy/session';
import type { Engine, EngineHost, EngineOutput } from './engine.ts';
import { speakWord, tone } from './tone.ts';
import { withLatestTranscript } from './transcripts.ts';

/** An engine that also reports how the scenario went. */
export interface ScriptedEngine extends Engine {
  /**
   * Throws `ColloquyError` `invalid_configuration` listing responses without a matching turn, calls that were not
   * offered, and turns that were never used.
   */
  assertComplete(): void;
  /** True if a `fail` step of the scenario ended this response. */
  failsOnPurpose(responseId: string): boolean;
}

/** Longest tone of one delta, in milliseconds. */
const MAX_TONE_MS = 400;

/**
 * Plays a scenario: the first turn that matches and is not used up answers. Turns are used up across all sessions of
 * the engine, so use a new engine for each test.
 *
 * In a strict scenario (the default) each turn answers `times` times, 1 if it is not set, and a response without a
 * matching turn ends `failed`.
 */
export function scripted(scenario: Scenario): ScriptedEngine {
  const strict = scenario.strict ?? true;
  const used = scenario.turns.map(() => 0);
  const problems: string[] = [];
  const scriptedFailures = new Set<string>();
  const allowed = (turn: ScenarioTurn) => turn.times ?? (strict ? 1 : Number.POSITIVE_INFINITY);

  return {
    name: 'scripted',
    needsTranscript: true,
    async *respond(request, host) {
      const moment = momentOf(await withLatestTranscript(request.context, host));
      if (host.signal.aborted) return;
      const index = scenario.turns.findIndex(
        (turn, i) => (used[i] ?? 0) < allowed(turn) && failing(turn.when ?? {}, moment).length === 0,
      );
      const turn = scenario.turns[index];
      if (!turn) {
        problems.push(explain(scenario, used, allowed, moment));
        return yield* failUnmatched();
      }
      used[index] = (used[index] ?? 0) + 1;
      const missing = notOffered(turn, request);
      if (missing !== undefined) {
        problems.push(`${label(turn, index)}: ${missing}`);
        return yield* failWith('invalid_tool_call', missing);
      }
      if (turn.reply.some((step) => step.fail !== undefined)) scriptedFailures.add(request.response_id);
      yield* play(turn, request, host);
    },
    failsOnPurpose: (responseId) => scriptedFailures.has(responseId),
    assertComplete() {
      const idle = scenario.turns.flatMap((turn, i) =>
        (used[i] ?? 0) < (turn.times ?? 1) ? [`${label(turn, i)} answered ${used[i]} of ${turn.times ?? 1} times`] : [],
      );
      if (problems.length === 0 && (!strict || idle.length === 0)) return;
      const lines = [...problems, ...(strict ? idle : [])];
      throw new ColloquyError(
        'invalid_configuration',
        `scenario${scenario.name ? ` '${scenario.name}'` : ''} is not complete:\n${lines.join('\n')}`,
      );
    },
  };
}

const failUnmatched = () => failWith('internal_error', 'no turn of the scenario answers this response');

async function* failWith(code: string, message: string): AsyncIterable<EngineOutput> {
  yield { type: 'failed', error: { code, message } };
}

/**
 * Describes the first function of a turn that this session does not offer. The session itself checks tools of a named
 * MCP server.
 */
function notOffered({ reply }: ScenarioTurn, { tools }: ResponseRequest): string | undefined {
  const names = new Set(tools.map(({ name }) => name));
  const missing = reply.find(
    (step) => step.call !== undefined && step.server_label === undefined && !names.has(step.call),
  );
  if (!missing) return undefined;
  const offered = names.size === 0 ? 'no tools' : [...names].join(', ');
  return `The scenario calls ${missing.call}; this session offers ${offered}. Send it in session.update.`;
}

async function* play(turn: ScenarioTurn, request: ResponseRequest, host: EngineHost): AsyncIterable<EngineOutput> {
  try {
    for (const step of turn.reply) {
      if (step.fail !== undefined) {
        yield* fail(step, host);
        return;
      }
      yield* perform(step, request, host.signal);
    }
    if (turn.usage) yield { type: 'usage', usage: turn.usage };
    const finish = turn.finish ?? 'completed';
    yield finish === 'completed' ? { type: 'done' } : { type: 'done', reason: finish };
  } catch (error) {
    if (!host.signal.aborted) throw error; // // the abort of a wait ends a cancelled response
  }
}

async function* perform(
  step: ScenarioStep,
  request: ResponseRequest,
  signal: AbortSignal,
): AsyncIterable<EngineOutput> {
  const pause = async () => step.delay_ms && (await sleep(step.delay_ms, undefined, { signal }));
  if (step.wait_ms !== undefined) {
    await sleep(step.wait_ms, undefined, { signal });
  } else if (step.call !== undefined) {
    const callId = step.call_id === undefined ? {} : { call_id: step.call_id };
    const at = step.server_label === undefined ? {} : { server_label: step.server_label };
    yield { type: 'call', name: step.call, ...callId, ...at };
    const args = step.arguments ?? {};
    await pause();
    yield { type: 'arguments.delta', delta: typeof args === 'string' ? args : JSON.stringify(args), ...callId };
  } else if (step.say !== undefined) {
    if (step.new_item || step.phase !== undefined)
      yield { type: 'message', ...(step.phase === undefined ? {} : { phase: step.phase }) };
    const isSpoken = request.config.output_modalities.includes('audio');
    const deltas = cutDeltas(step.say, step.delta ?? 'word');
    for (const [index, delta] of deltas.entries()) {
      await pause();
      if (!isSpoken) yield { type: 'text.delta', delta };
      else yield* speakDelta(delta, step, index / deltas.length, (index + 1) / deltas.length, request);
    }
  }
}

/** A piece of a transcript with its tone: one for each word, or its share of the step's `audio_ms`, from one part of it to another. */
function* speakDelta(
  delta: string,
  { audio_ms }: ScenarioStep,
  from: number,
  to: number,
  { config }: ResponseRequest,
): Iterable<EngineOutput> {
  const { format } = config.audio.output;
  if (delta !== '' || audio_ms === undefined) yield { type: 'transcript.delta', delta };
  if (audio_ms === undefined) {
    for (const _word of delta.match(/\S+/g) ?? []) yield speakWord(format);
    return;
  }
  const end = Math.round(audio_ms * to);
  for (let at = Math.round(audio_ms * from); at < end; at += MAX_TONE_MS)
    yield { type: 'audio.delta', audio: tone(format.type, Math.min(MAX_TONE_MS, end - at)) };
}

async function* fail(step: ScenarioStep, host: EngineHost): AsyncIterable<EngineOutput> {
  switch (step.fail) {
    case 'error':
      yield {
        type: 'failed',
        error: { code: step.code ?? 'internal_error', message: step.message ?? 'the scenario says so' },
      };
      return;
    case 'stall':
      await new Promise<void>((resolve) => {
        if (host.signal.aborted) resolve();
        else host.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return;
    case 'drop':
      host.drop();
      return;
    default:
      return; // // `cut`: the stream ends without `done`, which the host detects
  }
}

/** Characters of the user's text that a regular expression is tested on. */
const MAX_MATCHED_CHARS = 10_000;

/** Describes the conditions that do not hold. */
function failing(when: ScenarioCondition, moment: Moment): string[] {
  const { outputs, text, turn } = moment;
  const contains = (whole: string, piece: string) => whole.toLowerCase().includes(piece.toLowerCase());
  const checks: [boolean, string][] = [
    [when.text === undefined || contains(text, when.text), `text: ${when.text}`],
    [
      when.matches === undefined || new RegExp(when.matches, 'iu').test(text.slice(0, MAX_MATCHED_CHARS)),
      `matches: ${when.matches}`,
    ],
    [when.turn === undefined || when.turn === turn, `turn: ${when.turn}`],
    [when.tool === undefined || outputs.some(({ tool }) => tool === when.tool), `tool: ${when.tool}`],
    [
      when.output === undefined || outputs.some(({ output }) => contains(output, when.output ?? '')),
      `output: ${when.output}`,
    ],
  ];
  // A turn that matches on text does not also answer a tool result, unless it names the tool or the output.
  if (outputs.length > 0 && when.tool === undefined && when.output === undefined && (when.text ?? when.matches))
    checks.push([false, 'tool: (none named, but the latest item is a tool result)']);
  return checks.flatMap(([holds, label]) => (holds ? [] : [label]));
}

const label = (turn: ScenarioTurn, index: number) => `turns[${index}]${turn.name ? ` '${turn.name}'` : ''}`;

function explain(
  scenario: Scenario,
  used: readonly number[],
  allowed: (turn: ScenarioTurn) => number,
  moment: Moment,
): string {
  const outputs = moment.outputs.map(({ tool, output }) => `\n    tool ${tool ?? '(unknown)'}: ${output}`);
  const turns = scenario.turns.map((turn, i) => {
    const why = (used[i] ?? 0) >= allowed(turn) ? ['used up'] : failing(turn.when ?? {}, moment);
    return `\n  - ${label(turn, i)}: ${why.join('; ')}`;
  });
  return `no turn answers turn ${moment.turn}\n    text: ${moment.text}${outputs.join('')}${turns.join('')}`;
}
