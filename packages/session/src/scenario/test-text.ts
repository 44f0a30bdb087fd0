// A test as text, for node:test or vitest: it plays a scenario of a log to the log's own client and compares what was said
// and called. What it is made of is `scenario-of-log.ts`.

import type { LogScenario } from './scenario-of-log.ts';

export type TestRunner = 'node' | 'vitest';

/** Longest line of data, in characters. */
const MAX_LINE_CHARS = 100;
/** Time for everything but the pauses of the scenario and the client's own, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** A test file, an ES module. `name` is the log's. */
export function testText(made: LogScenario, name: string, runner: TestRunner): string {
  const { scenario, client, spoken, outline, kind, hasRefusals } = made;
  const { notes: _notes, ...played } = scenario;
  const options = [
    'scenario',
    ...(spoken.length > 0 ? ['spoken'] : []),
    ...(hasRefusals ? ['assertComplete: false'] : []),
  ].join(', ');
  const play = `await server.play(client${kind === 'transcription' ? ", { kind: 'transcription' }" : ''});`;
  const timeout = TIMEOUT_MS + pausesOf(made);
  return [
    ...comments(made, name),
    ...HEADS[runner],
    '',
    `const scenario = ${source(played)};`,
    '',
    ...(spoken.length > 0
      ? ['// Where the user speaks, in milliseconds of the audio.', `const spoken = ${source(spoken)};`, '']
      : []),
    '// What the client did, and what it waited for.',
    `const client = ${source(client)};`,
    '',
    '// What was said and called.',
    `const outline = ${source(outline)};`,
    '',
    ...(runner === 'node'
      ? [
          `test(${string(name)}, { timeout: ${timeout} }, async (t) => {`,
          `  const server = await startServerFor(t, { ${options} });`,
          `  ${play}`,
          '  assert.deepEqual(server.outline(), outline);',
          '});',
        ]
      : [
          `const test = base.extend({ server: serverFixture({ ${options} }) });`,
          '',
          `test(${string(name)}, { timeout: ${timeout} }, async ({ server }) => {`,
          `  ${play}`,
          '  expect(server.outline()).toEqual(outline);',
          '});',
        ]),
    '',
  ].join('\n');
}

const HEADS: Readonly<Record<TestRunner, readonly string[]>> = {
  node: [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    "import { startServerFor } from '@colloquy/server/testing';",
  ],
  vitest: [
    "import { serverFixture } from '@colloquy/server/testing';",
    "import { expect, test as base } from 'vitest';",
  ],
};

const comments = ({ notes, hasRefusals }: LogScenario, name: string): string[] => [
  `// Made of ${oneLine(name)} by 'colloquy convert --to test'. Put your own agent in the place of 'server.play'.`,
  ...(hasRefusals
    ? ['// The server refuses some events of this client, so that the scenario is not asserted to be complete.']
    : []),
  ...(notes.length > 0 ? ['// What the recording holds and this test does not:'] : []),
  ...notes.map(({ line, message }) => `//   line ${line}: ${oneLine(message)}`),
];

/** Pauses of all answers, in milliseconds. */
const pausesOf = ({ scenario }: LogScenario): number =>
  scenario.turns
    .flatMap(({ reply }) => reply)
    .reduce(
      (sum, { wait_ms = 0, delay_ms = 0, say = '' }) => sum + wait_ms + delay_ms * (say.split(/\s+/).length + 1),
      0,
    );

/** A literal of JavaScript, on one line if it is short. */
function source(value: unknown, indent = ''): string {
  const line = literal(value);
  if (indent.length + line.length <= MAX_LINE_CHARS || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((each) => `${inner}${source(each, inner)},\n`).join('')}${indent}]`;
  const fields = entriesOf(value).map(([name, each]) => `${inner}${name}: ${source(each, inner)},\n`);
  return `{\n${fields.join('')}${indent}}`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return string(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = entriesOf(value).map(([name, each]) => `${name}: ${literal(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Fields with names as source; `__proto__` would set the prototype. */
const entriesOf = (value: object): [string, unknown][] =>
  Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([name, each]) => [
      /^[a-z_]\w*$/i.test(name) && name !== '__proto__' ? name : name === '__proto__' ? "['__proto__']" : string(name),
      each,
    ]);

/** In single quotes, unless that needs an escape. */
function string(text: string): string {
  const json = JSON.stringify(text).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g, escaped);
  return json.includes('\\') || text.includes("'") ? json : `'${json.slice(1, -1)}'`;
}

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
