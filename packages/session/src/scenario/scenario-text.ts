// A scenario as YAML, readable and without a parser's library. Reading it is the server's `read-scenario.ts`.

import type { Scenario, ScenarioStep, ScenarioTurn } from './scenario.ts';

/** YAML of a scenario. `comments` precede it, each on lines of its own. */
export function scenarioText(scenario: Scenario, comments: readonly string[] = []): string {
  const { turns, notes, ...head } = scenario;
  return [
    ...comments.map((comment) => `# ${oneLine(comment)}`),
    ...rows(head, ''),
    ...(notes?.length ? ['notes:', ...notes.map((note) => `  - ${scalar(note)}`)] : []),
    ...(turns.length === 0 ? ['turns: []'] : ['turns:']),
    ...turns.flatMap(turnRows),
    '',
  ].join('\n');
}

function turnRows({ name, when, reply, ...rest }: ScenarioTurn): string[] {
  const rowsOfTurn = [
    ...rows({ name, when }, ''),
    ...(reply.length === 0 ? ['reply: []'] : ['reply:', ...reply.flatMap(stepRows)]),
    ...rows(rest, ''),
  ];
  return asEntry(rowsOfTurn, '  ');
}

const stepRows = (step: ScenarioStep): string[] => asEntry(rows(step, ''), '  ');

const asEntry = (lines: readonly string[], indent: string): string[] =>
  lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`);

const rows = (fields: object, indent: string): string[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${indent}${name}: ${scalar(value)}`],
  );

/** JSON is YAML too; U+2028 and U+2029 would end a line for some readers. */
const scalar = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
