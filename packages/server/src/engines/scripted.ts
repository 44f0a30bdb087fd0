// The scripted engine: plays a scenario. People run it in their tests in place of a paid API.
// The format is `scenario.ts`; starting a server with it in one line is `test-server.ts`.

import { setTimeout as sleep } from 'node:timers/promises';
import { ColloquyError, type RealtimeConversationItem } from '@colloquy/protocol';
import type { ResponseRequest } from '@colloquy/session';
import type { Engine, EngineHost, EngineOutput } from './engine.ts';
import type { Scenario, ScenarioCondition, ScenarioStep, ScenarioTurn } from './scenario.ts';
import { splitWords } from './split-words.ts';
import { speakWord } from './tone.ts';
import { withLatestTranscript } from './transcripts.ts';

/** An engine that also tells how a scenario went. */
export interface ScriptedEngine extends Engine {
  /** Throws `ColloquyError` `invalid_configuration` that lists responses no turn answered, calls that were not offered and turns nobody asked for. */
  assertComplete(): void;
  /** Whether a `fail` step of the scenario ended this response. */
  failsOnPurpose(responseId: string): boolean;
}

/** What the conditions of a turn are held against. */
interface Moment {
  text: string;
  turn: number;
  /** Outputs at the very end of the context, latest last, with the function or tool each answers. */
  outputs: { tool: string | undefined; output: string }[];
}

/**
 * Plays a scenario: the first turn that holds and is not used up answers. Turns are used up across all sessions of the engine, so
 * give each test an engine of its own.
 *
 * In a strict scenario (the default) each turn answers `times` times, once unless it says otherwise, and a response that no turn
 * answers ends `failed`.
 */
export function scripted(scenario: Scenario): ScriptedEngine {
  const strict = scenario.strict ?? true;
  const used = scenario.turns.map(() => 0);
  const problems: string[] = [];
  const meantToFail = new Set<string>();
  const allowed = (turn: ScenarioTurn) => turn.times ?? (strict ? 1 : Number.POSITIVE_INFINITY);

  return {
    name: 'scripted',
    needsWords: true,
    async *respond(request, host) {
      const moment = momentOf(await withLatestTranscript(request.context, host));
      if (host.signal.aborted) return;
      const index = scenario.turns.findIndex(
        (turn, i) => (used[i] ?? 0) < allowed(turn) && failing(turn.when ?? {}, moment).length === 0,
      );
      const turn = scenario.turns[index];
      if (!turn) {
        problems.push(explain(scenario, used, allowed, moment));
        return yield* refuse();
      }
      used[index] = (used[index] ?? 0) + 1;
      const missing = notOffered(turn, request);
      if (missing !== undefined) {
        problems.push(`${label(turn, index)}: ${missing}`);
        return yield* failWith('invalid_tool_call', missing);
      }
      if (turn.reply.some((step) => step.fail !== undefined)) meantToFail.add(request.response_id);
      yield* play(turn, request, host);
    },
    failsOnPurpose: (responseId) => meantToFail.has(responseId),
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

const refuse = () => failWith('internal_error', 'no turn of the scenario answers this response');

async function* failWith(code: string, message: string): AsyncIterable<EngineOutput> {
  yield { type: 'failed', error: { code, message } };
}

/** Says which function of a turn this session does not offer, if any. Tools of a named MCP server are the session's to know. */
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
    if (!host.signal.aborted) throw error; // an aborted wait is how a cancelled response ends
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
    const named = step.call_id === undefined ? {} : { call_id: step.call_id };
    const at = step.server_label === undefined ? {} : { server_label: step.server_label };
    yield { type: 'call', name: step.call, ...named, ...at };
    const given = step.arguments ?? {};
    await pause();
    yield { type: 'arguments.delta', delta: typeof given === 'string' ? given : JSON.stringify(given), ...named };
  } else if (step.say !== undefined) {
    if (step.new_item || step.phase !== undefined)
      yield { type: 'message', ...(step.phase === undefined ? {} : { phase: step.phase }) };
    const spoken = request.config.output_modalities.includes('audio');
    for (const delta of cut(step.say, step.delta ?? 'word')) {
      await pause();
      if (!spoken) {
        yield { type: 'text.delta', delta };
        continue;
      }
      yield { type: 'transcript.delta', delta };
      for (const _word of delta.match(/\S+/g) ?? []) yield speakWord(request.config.audio.output.format);
    }
  }
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
      return; // `cut`: the stream just ends, and the host sees that it never said `done`
  }
}

/** Deltas of a text. Blanks stay with the word after them, so that the deltas add up to the text. */
function cut(text: string, by: 'word' | 'character' | 'whole'): string[] {
  if (by === 'whole' || text === '') return [text];
  return by === 'character' ? [...text] : splitWords(text);
}

function momentOf(context: readonly RealtimeConversationItem[]): Moment {
  const users = context.filter((item) => item.type === 'message' && item.role === 'user');
  const names = new Map(
    context.flatMap((item) => (item.type === 'function_call' ? [[item.call_id ?? '', item.name] as const] : [])),
  );
  const outputs: Moment['outputs'] = [];
  for (const item of context.toReversed()) {
    if (item.type === 'function_call_output') outputs.unshift({ tool: names.get(item.call_id), output: item.output });
    else if (item.type === 'mcp_call')
      outputs.unshift({ tool: item.name, output: item.output ?? item.error?.message ?? '' });
    else if (!item.type.startsWith('mcp_')) break; // lists and approvals stand between a call and its result
  }
  return { text: wordsOf(users.at(-1)), turn: users.length, outputs };
}

/** The words of a message: its texts and transcripts, joined by blanks. */
export function wordsOf(item: RealtimeConversationItem | undefined): string {
  if (item?.type !== 'message') return '';
  return item.content
    .flatMap((part) => ('text' in part ? [part.text ?? ''] : 'transcript' in part ? [part.transcript ?? ''] : []))
    .filter((words) => words !== '')
    .join(' ');
}

/** Longest text a pattern of a scenario is held against. */
const MATCHED_LENGTH = 10_000;

/** The conditions that do not hold, in words. */
function failing(when: ScenarioCondition, moment: Moment): string[] {
  const { outputs, text, turn } = moment;
  const contains = (whole: string, piece: string) => whole.toLowerCase().includes(piece.toLowerCase());
  const checks: [boolean, string][] = [
    [when.text === undefined || contains(text, when.text), `text: ${when.text}`],
    [
      when.matches === undefined || new RegExp(when.matches, 'iu').test(text.slice(0, MATCHED_LENGTH)),
      `matches: ${when.matches}`,
    ],
    [when.turn === undefined || when.turn === turn, `turn: ${when.turn}`],
    [when.tool === undefined || outputs.some(({ tool }) => tool === when.tool), `tool: ${when.tool}`],
    [
      when.output === undefined || outputs.some(({ output }) => contains(output, when.output ?? '')),
      `output: ${when.output}`,
    ],
  ];
  // An answer to what was said does not also answer what a tool returned, unless it names the turn.
  if (outputs.length > 0 && when.tool === undefined && when.output === undefined && (when.text ?? when.matches))
    checks.push([false, 'tool: (none named, but the latest item is a tool result)']);
  return checks.flatMap(([holds, words]) => (holds ? [] : [words]));
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
