// Scenarios: what the scripted engine answers, written down in YAML or JSON. The shape, its checks and its text form.
// What plays them is `engines/scripted.ts`; the format is explained in docs/scenarios.md.

import { ColloquyError, type Issue, RealtimeUsage } from '@colloquy/protocol';
import {
  array,
  boolean,
  choice,
  either,
  integer,
  jsonObject,
  object,
  optional,
  type Schema,
  string,
} from '@colloquy/protocol/schema';
import { parseConfigText } from '../config-text.ts';

/** When a turn of the scenario is the answer. Every condition given must hold; none at all holds always. */
export interface ScenarioCondition {
  /** The text or transcript of the latest user message contains this, letter case aside. */
  text?: string;
  /** The text or transcript of the latest user message matches this regular expression, letter case aside. */
  matches?: string;
  /** The context holds exactly so many user messages: 1 is the first turn. */
  turn?: number;
  /** The latest item is the output of a call of this function, or the result of a call of this tool of an MCP server. */
  tool?: string;
  /** That output contains this. Needs no `tool`. */
  output?: string;
}

/** One thing an answer does. Exactly one of `say`, `call`, `wait_ms`, `fail`. */
export interface ScenarioStep {
  /** Words: text, or a transcript with a tone of 200 ms per word, by the response's output modality. */
  say?: string;
  /** Begins a message of its own instead of going on with the one before. Only with `say`. */
  new_item?: boolean;
  /** Passed on as the message's `phase`. Only with `say`. */
  phase?: string;
  /** What one delta holds. Only with `say`. @default 'word' */
  delta?: 'word' | 'character' | 'whole';
  /** Calls this function, or the one MCP tool of this name. */
  call?: string;
  /** The call's arguments: an object, or text that need not be JSON. Only with `call`. @default {} */
  arguments?: Record<string, unknown> | string;
  /** Only with `call`; made up by the session when absent. */
  call_id?: string;
  /** Calls that MCP server's tool. Only with `call`. */
  server_label?: string;
  /** Milliseconds before each delta of this step. @default 0 */
  delay_ms?: number;
  /** Milliseconds of silence. */
  wait_ms?: number;
  /**
   * A fault. `error`: the engine reports one. `stall`: it says nothing more. `drop`: the connection is lost. `cut`: its stream
   * ends without an end.
   */
  fail?: 'error' | 'stall' | 'drop' | 'cut';
  /** Code of an `error`. @default 'internal_error' */
  code?: string;
  /** Message of an `error`. */
  message?: string;
}

/** A turn: the first one whose condition holds and which is not used up answers. */
export interface ScenarioTurn {
  /** For messages; never on the wire. */
  name?: string;
  when?: ScenarioCondition;
  reply: ScenarioStep[];
  /** Stated as the response's usage instead of the session's own count. */
  usage?: RealtimeUsage;
  /** How the response ends. @default 'completed' */
  finish?: 'completed' | 'max_output_tokens' | 'content_filter';
  /** How often it may answer. @default unlimited, or once for each turn when `strict` */
  times?: number;
}

/** A whole scenario. */
export interface Scenario {
  /** The format: 1. */
  scenario: number;
  name?: string;
  /** A response no turn answers fails, and is told by `assertComplete`. @default true */
  strict?: boolean;
  turns: ScenarioTurn[];
}

const ScenarioStep: Schema<ScenarioStep> = object<ScenarioStep>({
  say: optional(string()),
  new_item: optional(boolean()),
  phase: optional(string()),
  delta: optional(choice('word', 'character', 'whole')),
  call: optional(string()),
  arguments: optional(either(jsonObject(), string())),
  call_id: optional(string()),
  server_label: optional(string()),
  delay_ms: optional(integer({ min: 0, max: 600_000 })),
  wait_ms: optional(integer({ min: 0, max: 600_000 })),
  fail: optional(choice('error', 'stall', 'drop', 'cut')),
  code: optional(string()),
  message: optional(string()),
});

/** The schema of a scenario, published as JSON Schema in docs/scenario.schema.json. */
export const Scenario: Schema<Scenario> = object<Scenario>({
  scenario: integer({ min: 1, max: 1 }),
  name: optional(string()),
  strict: optional(boolean()),
  turns: array(
    object<ScenarioTurn>({
      name: optional(string()),
      when: optional(
        object<ScenarioCondition>({
          text: optional(string()),
          matches: optional(string()),
          turn: optional(integer({ min: 1 })),
          tool: optional(string()),
          output: optional(string()),
        }),
      ),
      reply: array(ScenarioStep),
      usage: optional(RealtimeUsage),
      finish: optional(choice('completed', 'max_output_tokens', 'content_filter')),
      times: optional(integer({ min: 1 })),
    }),
  ),
});

const ACTIONS = ['say', 'call', 'wait_ms', 'fail'] as const;

/**
 * Reads a scenario from YAML or JSON text, or takes one that is data already.
 *
 * Throws `ColloquyError` `invalid_configuration` that names the file and the field: `weather.yaml: turns[1].reply[0]: …`.
 * Runs nothing the text holds: YAML tags other than the standard ones are refused.
 */
export function readScenario(source: string | Scenario, name = 'scenario'): Scenario {
  const value: unknown = typeof source === 'string' ? parseConfigText(source, name) : source;
  const issue = Scenario.check(value, 'server') ?? checkSteps(value as Scenario);
  if (issue) throw new ColloquyError('invalid_configuration', `${name}: ${issue.message}`);
  return value as Scenario;
}

function checkSteps(scenario: Scenario): Issue | undefined {
  for (const [t, turn] of scenario.turns.entries()) {
    const pattern = turn.when?.matches;
    if (pattern !== undefined && !isPattern(pattern))
      return wrong(`turns[${t}].when.matches`, 'is not a regular expression');
    for (const [s, step] of turn.reply.entries()) {
      const given = ACTIONS.filter((action) => step[action] !== undefined);
      if (given.length !== 1)
        return wrong(`turns[${t}].reply[${s}]`, `needs exactly one of ${ACTIONS.join(', ')}; it has ${given.length}`);
    }
  }
  return undefined;
}

const wrong = (param: string, what: string): Issue => ({ code: 'invalid_value', param, message: `'${param}' ${what}` });

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false; // the caller says which field holds it
  }
}
