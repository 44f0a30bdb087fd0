// The shape of the sources: no cycles between files, short functions, short files.

import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Node, readSources } from './sources.ts';

const MAX_FUNCTION_LINES = 120;
const MAX_FILE_LINES = 300;

/** Functions that may be longer: `path name` → why. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

/** Files that may be longer: declarations and tables, which nobody reads from top to bottom. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'packages/protocol/src/wire/realtime-session.ts': 'declarations: every shape of a session',
  'packages/protocol/src/wire/realtime-conversation.ts': 'declarations: items and content parts',
  'packages/protocol/src/wire/realtime-server-events.ts': 'declarations: server events',
  'packages/cli/src/config.ts': 'a table: options, their environment variables and their help',
  'packages/session/src/conformance/event-rules.ts': 'a table: what each server event must hold',
};

const sources = readSources().filter(({ isTest, isGenerated }) => !isTest && !isGenerated);

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** The files that a file imports, types included, without what is loaded on demand. */
const importsOf = new Map(
  sources.map(({ path, imports }) => [
    path,
    imports
      .filter(({ from, isLazy }) => from.startsWith('.') && !isLazy)
      .map(({ from }) => posix.join(posix.dirname(path), from)),
  ]),
);

/** A way from a file back to itself, or `undefined`. */
function cycleThrough(start: string): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const next of importsOf.get(path) ?? []) {
      if (next === start) return wayTo(path, before);
      if (before.has(next)) continue;
      before.set(next, path);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(path: string, before: ReadonlyMap<string, string>): string[] {
  const previous = before.get(path);
  return previous === undefined ? [path] : [...wayTo(previous, before), path];
}

describe('files', () => {
  it('import each other without a cycle', () => {
    expect(sources.length).toBeGreaterThan(250);
    expect(sources.map(({ path }) => cycleThrough(path)).filter((cycle) => cycle !== undefined)).toEqual([]);
  });

  it(`have at most ${MAX_FILE_LINES} lines, except declarations and tables`, () => {
    const long = sources.filter(({ lines }) => lines > MAX_FILE_LINES + 1).map(({ path }) => path);
    expect(long.sort()).toEqual(Object.keys(LONG_FILES).sort());
  });
});

describe('functions of server and session', () => {
  it(`have at most ${MAX_FUNCTION_LINES} lines`, () => {
    const long = sources
      .filter((source) => source.package === 'server' || source.package === 'session')
      .flatMap(({ path, nodes, linesOf }) =>
        nodes
          .filter((node) => FUNCTIONS.has(node.type) && linesOf(node) > MAX_FUNCTION_LINES)
          .map((node) => `${path} ${(node.id as Node | null)?.name ?? 'anonymous'}`),
      );
    expect(long.sort()).toEqual(Object.keys(LONG_FUNCTIONS).sort());
  });
});
