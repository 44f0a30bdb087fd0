// Writes packages/protocol/src/schema/checks.generated.ts: the schemas as plain code, the fast path for valid frames.
//
//   node scripts/emit-checks.mjs            writes the file
//   node scripts/emit-checks.mjs --check    reports whether the file is current
//
// A generated check returns a number for values that `check(node, value, 'tolerant')` accepts; other values, and those that
// `guardValue` must look at, go to `check`. The number is explained in packages/protocol/src/schema/measure.ts. Shapes that are
// equal to a tolerant reader share one function.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const SOURCES = new URL('../packages/protocol/src/', import.meta.url);
const TARGET = new URL('schema/checks.generated.ts', SOURCES);

/** Name of the check → file and name of the schema. */
const ROOTS = {
  measureServerEvent: ['wire/realtime-server-events.ts', 'ServerEvent'],
  measureClientEvent: ['wire/realtime-client-events.ts', 'ClientEvent'],
};

const HEAD = `// Written by scripts/emit-checks.mjs from the schemas; not for editing. One function per shape.
// Each answers how many characters of JSON a value takes at least, or NaN when check(…, 'tolerant') may find something wrong.

import { holdHeaders } from '../redact/masked.ts';
import { absent, boolean, booleanOr, integer, integerOr, isObject, json, jsonObject, number, or, secret, secretOr, text, textOr, unknown } from './measure.ts';

type Value = Record<string, unknown>;
`;

/** Body of a function → its name. */
const names = new Map();
const functions = [];

/** The function with this body, made on first use. */
function shared(body) {
  const known = names.get(body);
  if (known) return known;
  const name = `m${names.size}`;
  names.set(body, name);
  functions.push(`function ${name}(v: Value): number {\n${body}\n}\n`);
  return name;
}

const WORDS = { string: 'text', choice: 'text', boolean: 'boolean', integer: 'integer', number: 'number' };
const HAS_OPTIONAL = new Set(['text', 'boolean', 'integer']);

const isSecret = (node) => node.kind === 'string' && (node.secret === 'media' || node.secret === 'key');
const withoutNull = (node) => (node.kind === 'nullable' ? node.of : node);

/** An expression that measures `value`, a name or a path. */
function measure(node, value) {
  const word = WORDS[node.kind];
  if (word) return `${word}(${value})`;
  switch (node.kind) {
    case 'json':
      return node.object ? `jsonObject(${value})` : `json(${value})`;
    case 'nullable':
      return `(${value} === null ? 4 : ${measure(node.of, value)})`;
    case 'either':
      return node.of.reduceRight(
        (other, each) => `(${takes(each, value)} ? ${measure(each, value)} : ${other})`,
        'NaN',
      );
    case 'lazy':
      return measure(node.get(), value);
    default:
      return `${shared(bodyOf(node))}(${value} as never)`;
  }
}

/** Whether a value has the JSON type of a node, so that this node judges it. */
function takes(node, value) {
  if (node.kind === 'array') return `Array.isArray(${value})`;
  const word = WORDS[node.kind];
  if (!word) return `isObject(${value})`;
  return `typeof ${value} === '${word === 'text' ? 'string' : word === 'boolean' ? 'boolean' : 'number'}'`;
}

/** Characters of a key, its quotes, its colon and a comma. */
const keyLength = (name) => name.length + 4;

/** One field of `v`: an expression, and the characters that are certain besides it. */
function measureField(name, field) {
  const value = `v.${name}`;
  const key = keyLength(name);
  if (field.kind !== 'optional') return isSecret(field) ? [`secret(v, ${value})`, key] : [measure(field, value), key];
  const node = withoutNull(field.of);
  if (isSecret(node)) return [`secretOr(v, ${value}, ${key})`, 0];
  const word = WORDS[node.kind];
  if (HAS_OPTIONAL.has(word)) return [`${word}Or(${value}, ${key})`, 0];
  const own = /^(m\d+)\(.* as never\)$/.exec(measure(node, value))?.[1];
  const isHeaders = node.kind === 'record' && isSecret(node.of);
  if (own && !isHeaders) return [`or(${value}, ${key}, ${own})`, 0];
  const present = `${key} + ${measure(node, value)}`;
  const given = isHeaders ? `holdHeaders(${value}) && ${present}` : present;
  return [`(${value} == null ? absent(${value}, ${key}) : ${given})`, 0];
}

/** The inside of a function for what holds other values. */
function bodyOf(node, isRoot = false) {
  switch (node.kind) {
    case 'array':
      return `  if (!Array.isArray(v)) return NaN;
  let n = 1;
  for (let i = 0; i < v.length; i++) n += 1 + ${measure(node.of, 'v[i]')};
  return n;`;
    case 'record':
      return `  if (!isObject(v)) return NaN;
  let n = 1;
  for (const k in v) n += k.length + 4 + ${measure(node.of, 'v[k]')};
  return n;`;
    case 'object':
      return `  return isObject(v) ? ${sumOf(node)} : NaN;`;
    case 'variants':
      return variantsBody(node, isRoot ? '-Infinity' : 'unknown(v)');
    default:
      throw new Error(`no code for a node of kind ${node.kind}`);
  }
}

/** What the fields of an object take together, but for those that are measured elsewhere. */
function sumOf(node, elsewhere = new Set()) {
  let certain = 1;
  const terms = [];
  for (const [name, field] of Object.entries(node.fields)) {
    if (elsewhere.has(name)) continue;
    const [term, characters] = measureField(name, field);
    terms.push(term);
    certain += characters;
  }
  return [certain, ...terms].join(' + ');
}

/** A sum that begins with a number, made larger by another. */
const plus = (more, sum) => sum.replace(/^\d+/, (certain) => String(Number(certain) + more));

/** Fields that all variants have, and have in the same way: they are measured once. */
function commonFields({ of, tag }) {
  const [first, ...others] = Object.values(of);
  const term = (node, name) => node.fields[name] && measureField(name, node.fields[name]).join();
  return Object.keys(first.fields).filter(
    (name) => name !== tag && others.every((other) => term(other, name) === term(first, name)),
  );
}

/**
 * Tags are told apart by their length first, which is cheaper than comparing them one after the other. An event of an unknown type
 * is judged by whoever reads frames; anything else of an unknown kind is kept.
 */
function variantsBody(node, other) {
  const common = commonFields(node);
  const [first] = Object.values(node.of);
  const shared = common.map((name) => measureField(name, first.fields[name]));
  const certain = shared.reduce((sum, [, characters]) => sum + characters, keyLength(node.tag) + 2);
  const elsewhere = new Set([node.tag, ...common]);
  const lengths = new Map();
  for (const [name, each] of Object.entries(node.of)) {
    const sum = sumOf(each, elsewhere);
    const cases = lengths.get(name.length) ?? new Map();
    lengths.set(name.length, cases.set(sum, [...(cases.get(sum) ?? []), name]));
  }
  const branch = (sum, tags, length) =>
    `      if (${tags.map((tag) => `t === '${tag}'`).join(' || ')}) return n + ${plus(length, sum)};\n`;
  const lines = [...lengths].map(
    ([length, cases]) =>
      `    case ${length}:\n${[...cases].map(([sum, tags]) => branch(sum, tags, length)).join('')}      return ${other};\n`,
  );
  const untagged = node.mayLackTag ? `  if (t === undefined) return ${other};\n` : '';
  return `  if (!isObject(v)) return NaN;
  const t = v.${node.tag};
${untagged}  if (typeof t !== 'string') return NaN;
  const n = ${[certain, ...shared.map(([term]) => term)].join(' + ')};
  switch (t.length) {\n${lines.join('')}    default:\n      return ${other};\n  }`;
}

async function source() {
  const roots = [];
  for (const [name, [file, schema]] of Object.entries(ROOTS)) {
    const { module } = await runnerImport(fileURLToPath(new URL(file, SOURCES)), { logLevel: 'error' });
    const own = `${shared(bodyOf(module[schema].node, true))}(value as never)`;
    roots.push(`/** Of a \`${schema}\`; \`-Infinity\` for one of an unknown type. */
export const ${name} = (value: unknown): number => ${own};\n`);
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
