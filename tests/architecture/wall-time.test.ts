// No test asserts on wall time: it says how busy the machine was. Bounds are proved by counted work (`@support/count-work.ts`) or a
// clock the test turns; speed is reported by the benches. CONTRIBUTING.md, "Tests", says what to use instead.

import { expect, it } from 'vitest';
import { isMember, type Node, readTests } from './sources.ts';

/** Tests that read the clock, and why each is no assertion on elapsed time that a busy machine could break. */
const MAY_READ_THE_CLOCK: Record<string, string> = {
  'tests/console/past.test.ts': 'reports the time between two frames of the screen, and asserts nothing on it',
  'tests/faults/relay.test.ts': 'a date an hour ahead, in a header, with a minute to spare',
  'tests/server/client-secrets.test.ts': 'the beginning of an injected clock',
  'tests/support/lifetime.ts': 'brackets a stated moment between request and check',
  'tests/support/relay-pair.ts': 'the clock of the relay under test, which a test may turn on',
  'tests/support/wait-until.ts': 'the generous limit of a wait',
  'tests/voice/turns.test.ts': 'a lower bound: never early; a busy machine only makes it truer',
  'packages/server/src/http/tls.test.ts': 'a moment in the future, given to what is tested',
};

const tests = readTests();

const readsTheClock = (node: Node) =>
  isMember(node, 'performance', 'now') ||
  isMember(node, 'Date', 'now') ||
  isMember(node, 'process', 'hrtime') ||
  isMember(node, 'process', 'cpuUsage');

it('no test reads the clock, but for those with a reason', () => {
  const readers = tests.filter(({ path }) => !Object.hasOwn(MAY_READ_THE_CLOCK, path));
  expect(readers.flatMap(({ nodes, at }) => nodes.filter(readsTheClock).map(at))).toEqual([]);
});

it('every exception is still needed', () => {
  const needed = tests.filter(({ nodes }) => nodes.some(readsTheClock)).map(({ path }) => path);
  expect(Object.keys(MAY_READ_THE_CLOCK).filter((path) => !needed.includes(path))).toEqual([]);
});

it('no test polls with a loop of its own: waitUntil names what it waits for', () => {
  const isSleep = (node: Node) =>
    node.type === 'CallExpression' && ['setTimeout', 'pause', 'sleep'].includes(String((node.callee as Node).name));
  const waits = (node: Node) =>
    (node.type === 'WhileStatement' || node.type === 'DoWhileStatement') && contains(node.body, isSleep);
  const loops = tests.filter(({ path }) => path.endsWith('.test.ts') || path.endsWith('-suite.ts'));
  expect(loops.flatMap(({ nodes, at }) => nodes.filter(waits).map(at))).toEqual([]);
});

/** Whether a node or anything inside it is such a one. */
function contains(value: unknown, is: (node: Node) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof (value as Node).type === 'string' && is(value as Node)) return true;
  return Object.values(value).some((child) => contains(child, is));
}
