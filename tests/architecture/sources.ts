// The sources of the packages as syntax trees, for the facts in `imports.test.ts`: read off what is written, so that no
// configuration can be switched off quietly.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Any node of the tree; what it has beyond its `type` is looked at with care. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface Source {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  /** The folder under `packages`. */
  readonly package: string;
  readonly isTest: boolean;
  readonly isGenerated: boolean;
  readonly lines: number;
  /** Every node of the file, parents first. */
  readonly nodes: readonly Node[];
  /** Where a node stands, for messages: `path:line`. */
  readonly at: (node: Node) => string;
  /** How many lines a node has. */
  readonly linesOf: (node: Node) => number;
  /** What the file imports or re-exports, types and `import()` included. */
  readonly imports: readonly { readonly from: string; readonly at: string; readonly isLazy: boolean }[];
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* walk(each);
  if (!isNode(value)) return;
  yield value;
  for (const child of Object.values(value)) if (typeof child === 'object') yield* walk(child);
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function readSource(path: string): Source {
  const text = readFileSync(`${root}/${path}`, 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const nodes = [...walk(program)];
  const at = (node: Node) => `${path}:${text.slice(0, node.start).split('\n').length}`;
  const linesOf = (node: Node) => text.slice(node.start, node.end).split('\n').length;
  const imports = nodes
    .filter((node) => IMPORTING.has(node.type) && isNode(node.source))
    .map((node) => ({
      from: String((node.source as Node).value),
      at: at(node),
      isLazy: node.type === 'ImportExpression',
    }));
  return {
    path,
    package: path.split('/')[1] ?? '',
    isTest: path.endsWith('.test.ts') || path.endsWith('.test.tsx'),
    isGenerated: path.includes('.generated.'),
    lines: text.split('\n').length,
    nodes,
    at,
    linesOf,
    imports,
  };
}

/** Every TypeScript file under `packages/<name>/src`. */
export function readSources(): Source[] {
  return readdirSync(`${root}/packages`)
    .filter((name) => existsSync(`${root}/packages/${name}/src`))
    .flatMap((name) =>
      readdirSync(`${root}/packages/${name}/src`, { recursive: true }).map(
        (path) => `packages/${name}/src/${String(path).replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map(readSource);
}

/** Every test of the packages, and every TypeScript file under `tests` but the benches and the clients of others. */
export function readTests(): Source[] {
  const under = readdirSync(`${root}/tests`, { recursive: true }).map(
    (path) => `tests/${String(path).replaceAll('\\', '/')}`,
  );
  const ours = under.filter(
    (path) => /\.tsx?$/.test(path) && !/^tests\/(bench|compat\/livekit)\/|node_modules/.test(path),
  );
  return [...ours.sort().map(readSource), ...readSources().filter(({ isTest }) => isTest)];
}

/** A JSON file of ours, by its path from the repository's root. */
export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
}

/** Whether the node is `object.member`, as in `JSON.parse`; any member when none is named. */
export function isMember(node: unknown, object: string, member?: string): boolean {
  if (!isNode(node) || node.type !== 'MemberExpression') return false;
  const { object: left, property: right } = node as { object?: Node; property?: Node };
  if (left?.type !== 'Identifier' || left.name !== object) return false;
  return member === undefined || right?.name === member || right?.value === member;
}
