// What holds for the sources as a whole. Imports point up the list, never down, never sideways:
//
//   protocol  ◀──  session  ◀──  server  ◀──  cli          protocol, session  ◀──  console
//
// and a few dangerous words stand only where they are meant to. Each exception is a row with its reason.

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMember, type Node, readJson, readSources, type Source } from './sources.ts';

/** Package → what it may import of ours, whether it may know Node, and whether what it is built with becomes a part of it. */
const PACKAGES: Record<string, { ours: readonly string[]; node: boolean; bundled?: boolean }> = {
  protocol: { ours: [], node: false },
  session: { ours: ['@colloquy/protocol'], node: false },
  server: { ours: ['@colloquy/protocol', '@colloquy/session'], node: true, bundled: true },
  cli: { ours: ['@colloquy/protocol', '@colloquy/session', '@colloquy/server'], node: true },
  console: { ours: ['@colloquy/protocol', '@colloquy/session'], node: false, bundled: true },
};

/** Readers of frames that have passed the guard, and of text that is no frame. */
const MAY_PARSE_JSON: Record<string, string> = {
  'packages/session/src/recording/recording.ts': 'lines of a recording',
  'packages/protocol/src/codec/json-scan.ts': 'the guard itself: it has measured the text before',
  'packages/server/src/http/routes/status.ts': 'our own package.json',
  'packages/server/src/testing/calls.ts': 'arguments of calls, for the test that asks for them',
  'packages/cli/src/config.ts': "the operator's own file",
  'packages/cli/src/reach.ts': "a server's answer over HTTP, and its refusals, cut short",
  'packages/cli/src/version.ts': 'our own package.json',
  'packages/console/src/parts/remembered.ts': 'what this browser kept of its own settings',
  'packages/cli/src/prices.ts': 'a file of prices, ours or the one that is named',
};

/** Where base64 becomes bytes. */
const MAY_DECODE_BASE64: Record<string, string> = {
  'packages/protocol/src/codec/base64.ts': 'the strict reader itself',
};

/** Where a table forgets its types, and how often. */
const MAY_SAY_ANY: Record<string, number> = {};

const sources = readSources();
const products = sources.filter((source) => !source.isTest);
const isBuiltin = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

/** `@colloquy/protocol/beta` → `@colloquy/protocol`; `ws/x` → `ws`. */
const packageOf = (name: string) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** Where a condition holds in the sources, without the files that may. */
function places(match: (node: Node) => boolean, allowed: Record<string, unknown>, among: readonly Source[] = products) {
  return among
    .filter((source) => !Object.hasOwn(allowed, source.path))
    .flatMap((source) => source.nodes.filter(match).map(source.at));
}

describe('imports', () => {
  it('knows every package there is', () => {
    const match = new Set(sources.map((source) => source.package));
    expect([...match].filter((name) => !Object.hasOwn(PACKAGES, name))).toEqual([]);
    expect(match.size).toBeGreaterThanOrEqual(4);
  });

  it('are relative within a package, or name a package above', () => {
    const wrong: string[] = [];
    for (const { package: name, path, isTest, imports } of sources) {
      const { ours, node, bundled } = PACKAGES[name] ?? { ours: [], node: false };
      const manifest = readJson(`packages/${name}/package.json`) as Record<string, object>;
      const { dependencies, optionalDependencies, devDependencies } = manifest;
      const named = { ...dependencies, ...optionalDependencies, ...(bundled && devDependencies) };
      for (const { from, at } of imports) {
        if (from.startsWith('.')) {
          const target = posix.join(posix.dirname(path), from);
          const isAllowed = target.startsWith(`packages/${name}/src/`) || (isTest && target.startsWith('tests/'));
          if (!isAllowed) wrong.push(`${at} leaves its package: ${from}`);
          if (!isTest && /\.test\.tsx?$/.test(from)) wrong.push(`${at} imports a test: ${from}`);
        } else if (packageOf(from).startsWith('@colloquy/') || packageOf(from) === 'colloquy') {
          if (!ours.includes(packageOf(from))) wrong.push(`${at} points the wrong way: ${from}`);
        } else if (isTest) {
          // A test may use Node and what is installed for tests; the compiler of the product never sees it.
        } else if (isBuiltin(from)) {
          if (!node) wrong.push(`${at} needs Node: ${from}`);
        } else if (!Object.hasOwn(named, packageOf(from))) {
          wrong.push(`${at} imports what its package.json does not name: ${from}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('make no cycle between packages', () => {
    const above = new Map<string, Set<string>>();
    for (const { package: name, imports } of products) {
      const named = imports.map(({ from }) => /^@colloquy\/(\w+)/.exec(from)?.[1]).filter((each) => each !== undefined);
      above.set(name, new Set([...(above.get(name) ?? []), ...named]));
    }
    const reach = (from: string, seen: Set<string>): Set<string> => {
      for (const next of above.get(from) ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect([...above.keys()].filter((name) => reach(name, new Set()).has(name))).toEqual([]);
  });

  it('leave protocol and session without the types of Node and of the browser', () => {
    const base = readJson('tsconfig.base.json').compilerOptions as Record<string, unknown>;
    expect(base).toMatchObject({ types: [], lib: ['ES2023'] });
    for (const name of ['protocol', 'session']) {
      const own = readJson(`packages/${name}/tsconfig.json`).compilerOptions as Record<string, unknown>;
      expect(own, name).not.toHaveProperty('types');
      expect(own, name).not.toHaveProperty('lib');
    }
  });
});

/** Exceptions that are none any more: the file is there and does not do what it is excused for. */
const needless = (match: (node: Node) => boolean, allowed: Record<string, unknown>) =>
  products.filter(({ path, nodes }) => Object.hasOwn(allowed, path) && !nodes.some(match)).map(({ path }) => path);

describe('words that stand only where they are meant to', () => {
  it('JSON.parse: in the codec and in readers of our own files', () => {
    const parses = (node: Node) => isMember(node, 'JSON', 'parse');
    expect(places(parses, MAY_PARSE_JSON)).toEqual([]);
    expect(needless(parses, MAY_PARSE_JSON)).toEqual([]);
  });

  it('base64 to bytes: only through the strict reader', () => {
    // A call that is given the word, as `Buffer.from(text, 'base64')`; to print base64, `toString` is given it too.
    const decodes = (node: Node) => {
      if (node.type !== 'CallExpression') return false;
      const { callee, arguments: input } = node as unknown as { callee: Node; arguments: Node[] };
      const isGivenIt = input.some(({ type, value }) => type === 'Literal' && /^base64(url)?$/.test(String(value)));
      const name = (callee.property as Node | undefined)?.name ?? callee.name;
      return (isGivenIt && name !== 'toString') || ['atob', 'fromBase64', 'setFromBase64'].includes(String(name));
    };
    expect(places(decodes, MAY_DECODE_BASE64)).toEqual([]);
    expect(needless(decodes, MAY_DECODE_BASE64)).toEqual([]);
  });

  it('console: in the command line alone', () => {
    const talkative = products.filter((source) => source.package !== 'cli');
    expect(places((node) => isMember(node, 'console'), {}, talkative)).toEqual([]);
  });

  it('any: where a table forgets its types', () => {
    const counts = products.map(({ path, nodes }) => [
      path,
      nodes.filter(({ type }) => type === 'TSAnyKeyword').length,
    ]);
    expect(counts.filter(([path, count]) => Number(count) > (MAY_SAY_ANY[String(path)] ?? 0))).toEqual([]);
  });

  it('eval and new Function: nowhere', () => {
    const evaluates = (node: Node) =>
      ['CallExpression', 'NewExpression'].includes(node.type) &&
      ['eval', 'Function'].includes(String((node.callee as Node).name));
    expect(places(evaluates, {})).toEqual([]);
  });
});
