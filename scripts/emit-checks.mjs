// Writes packages/protocol/src/checks.generated.ts: the schemas as plain code, for the frames that are right.
//
//   node scripts/emit-checks.mjs            writes the file
//   node scripts/emit-checks.mjs --check    says whether the file is current, and changes nothing
//
// Each check is true only of values that `check(node, value, 'tolerant')` has nothing against; what is wrong with the others,
// `check` says. Shapes that are alike to a tolerant reader share one function.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const SOURCES = new URL('../packages/protocol/src/', import.meta.url);
const TARGET = new URL('checks.generated.ts', SOURCES);

/** Name of the check → file and name of the schema. */
const ROOTS = {
  isServerEvent: ['realtime-server-events.ts', 'ServerEvent'],
  isClientEvent: ['realtime-client-events.ts', 'ClientEvent'],
};

const HEAD = `// Written by scripts/emit-checks.mjs from the schemas; not for editing. One function per shape.
// Each is true only of values, as JSON.parse makes them, that \`check(…, 'tolerant')\` finds nothing wrong with. What holds
// audio, an image or a key is made to print redacted on the way.

import { hold, holdHeaders } from './masked.ts';

type Value = Record<string, unknown>;
`;

/** Body of a function → its name. */
const names = new Map();
const functions = [];

/** The function with this body, made on first use. */
function shared(body) {
  const known = names.get(body);
  if (known) return known;
  const name = `is${names.size}`;
  names.set(body, name);
  functions.push(`function ${name}(v: Value): boolean {\n${body}\n}\n`);
  return name;
}

/** An expression that is true when `value`, a name or a path, is what the node asks for. */
function test(node, value) {
  switch (node.kind) {
    case 'string':
    case 'choice':
      return `typeof ${value} === 'string'`;
    case 'boolean':
      return `typeof ${value} === 'boolean'`;
    case 'integer':
      return `Number.isInteger(${value})`;
    case 'number':
      return `Number.isFinite(${value})`;
    case 'json':
      return node.object ? isObject(value) : `${value} !== undefined`;
    case 'optional':
      return isAnything(node.of) ? 'true' : `(${value} == null || ${test(notNull(node.of), value)})`;
    case 'nullable':
      return `(${value} === null || ${test(node.of, value)})`;
    case 'either':
      return `(${node.of.map((each) => test(each, value)).join(' || ')})`;
    case 'lazy':
      return test(node.get(), value);
    default:
      return `${shared(bodyOf(node))}(${value} as Value)`;
  }
}

const isObject = (value) => `(typeof ${value} === 'object' && ${value} !== null && !Array.isArray(${value}))`;
const isAnything = (node) => node.kind === 'json' && !node.object;
const notNull = (node) => (node.kind === 'nullable' ? node.of : node);
const isRequired = (node) => node.kind !== 'optional';

/** The inside of a function for what holds other values. */
function bodyOf(node) {
  switch (node.kind) {
    case 'array':
      return `  if (!Array.isArray(v)) return false;
  for (let i = 0; i < v.length; i++) if (!(${test(node.of, 'v[i]')})) return false;
  return true;`;
    case 'record':
      return `  if (!${isObject('v')}) return false;
  for (const k in v) if (!(${test(node.of, 'v[k]')})) return false;
  return true;`;
    case 'object':
      return `  return ${allOf(node, undefined)};`;
    case 'variants':
      return variantsBody(node);
    default:
      throw new Error(`no code for a node of kind ${node.kind}`);
  }
}

const inner = (node) => (node.kind === 'optional' || node.kind === 'nullable' ? inner(node.of) : node);
const isSecret = (node) => node.kind === 'string' && (node.secret === 'media' || node.secret === 'key');

/** One field of `v`; if it is a secret, `v` holds one. */
function testField(name, field) {
  const value = `v.${name}`;
  const node = inner(field);
  if (isSecret(node)) return `${test(field, value)} && hold(v, ${value})`;
  if (node.kind !== 'record' || !isSecret(node.of)) return test(field, value);
  return `(${value} == null || (${test(node, value)} && holdHeaders(${value} as object)))`;
}

/** What makes an object right. The tag has been read when a variant is judged, and an array has no field that is required. */
function allOf(node, tag) {
  const fields = Object.entries(node.fields).filter(([name]) => name !== tag);
  const tests = fields.map(([name, field]) => testField(name, field)).filter((each) => each !== 'true');
  if (tag) return tests.join(' && ') || 'true';
  const own = fields.some(([, field]) => isRequired(field)) ? "typeof v === 'object' && v !== null" : isObject('v');
  return [own, ...tests].join(' && ');
}

function variantsBody(node) {
  const cases = new Map();
  for (const [name, each] of Object.entries(node.of)) {
    const right = shared(`  return ${allOf(each, node.tag)};`);
    cases.set(right, [...(cases.get(right) ?? []), name]);
  }
  const lines = [...cases].map(
    ([right, tags]) => `${tags.map((tag) => `    case '${tag}':\n`).join('')}      return ${right}(v);\n`,
  );
  return `  if (typeof v !== 'object' || v === null) return false;
  switch (v.${node.tag}) {\n${lines.join('')}    default:\n      return false;\n  }`;
}

async function source() {
  const roots = [];
  for (const [name, [file, schema]] of Object.entries(ROOTS)) {
    const { module } = await runnerImport(fileURLToPath(new URL(file, SOURCES)), { logLevel: 'error' });
    const right = test(module[schema].node, 'value');
    roots.push(`/** True only of a right \`${schema}\` of a known type. */
export const ${name} = (value: unknown): boolean => ${right};\n`);
  }
  return [HEAD, ...roots, ...functions].join('\n');
}

const text = await source();
if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(TARGET, 'utf8') === text;
  console.log(
    isCurrent ? 'checks.generated.ts is current' : 'checks.generated.ts is stale: node scripts/emit-checks.mjs',
  );
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(TARGET, text);
  console.log(`checks.generated.ts: ${functions.length} functions, ${text.length} characters`);
}
