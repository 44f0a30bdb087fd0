// Rules and tests, held against each other: SPEC.md and the rules of the ports on one side, the titles of the tests on the
// other, and between them `tests/spec/not-yet.json`, the rules that wait.
//
//   node scripts/check-spec.mjs           says what disagrees, and fails when anything does
//   node scripts/check-spec.mjs --write   first drops from the list every rule that has a test, and rewrites the last
//                                         column of the rules from the tests
//
// A rule is met when a test that is expected to pass cites it, `[CV5]`, in its title. Titles are read off the sources: the
// first argument of `it(…)` and `test(…)`, and, for tables of cases, any string that begins like one: `'[CV5] inserts …'`.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, root } from './run.mjs';

/** Where rules are defined: what a client can observe, and what each port owes inside the server. */
const DOCUMENTS = ['SPEC.md', 'docs/spec/ports.md'].filter((path) => existsSync(join(root, path)));
const NOT_YET = 'tests/spec/not-yet.json';
const RULE = /^\| \[([A-Z]{2}\d+)\]/;
const CITATION = /\[([A-Z]{2}\d+(?:, [A-Z]{2}\d+)*)\]/g;
const TITLE_LIKE = /['"`](?=\[[A-Z]{2}\d+(?:, [A-Z]{2}\d+)*\] )/g;
const MET = 'met';
const WAITING = 'not yet';
const WITHDRAWN = 'withdrawn';
const STATUSES = [MET, WAITING, WITHDRAWN];

/** A table row without its last cell, and that cell: the rule's status, `undefined` where the table has no such column. */
function splitStatus(line) {
  const [, rest, status] = /^(.*\|) ([^|]*) \|$/.exec(line) ?? [];
  return STATUSES.includes(status) ? { rest, status } : { rest: line, status: undefined };
}

const readAll = () => DOCUMENTS.map((path) => readFileSync(join(root, path), 'utf8')).join('\n');

/** Rule id → the status its row claims. A rule defined twice is a fault. */
export function readRules(spec, faults = []) {
  const rules = new Map();
  for (const line of spec.split('\n')) {
    const id = RULE.exec(line)?.[1];
    if (!id) continue;
    if (rules.has(id)) faults.push(`${id} is defined twice`);
    rules.set(id, splitStatus(line).status);
  }
  return rules;
}

/** From the position of a `(`, that of the matching `)`; brackets inside strings are skipped. */
function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const char = text[at];
    if (char === "'" || char === '"' || char === '`') at = endOfString(text, at);
    else if (char === '(') depth += 1;
    else if (char === ')' && --depth === 0) return at;
  }
  return text.length;
}

/** From the position of a quote, that of the quote that ends the string. */
function endOfString(text, open) {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[open]) return at;
  }
  return text.length;
}

const skipSpace = (text, at) => at + /^\s*/.exec(text.slice(at, at + 400))[0].length;

/** The string that stands at `at`, joined with those added to it by `+`; `''` where there is none. */
function stringAt(text, at) {
  let title = '';
  for (let from = skipSpace(text, at); '\'"`'.includes(text[from] || ' '); ) {
    const end = endOfString(text, from);
    title += text.slice(from + 1, end);
    from = skipSpace(text, end + 1);
    if (text[from] !== '+') break;
    from = skipSpace(text, from + 1);
  }
  return title;
}

const idsIn = (title) => [...title.matchAll(CITATION)].flatMap(([, ids]) => ids.split(', '));

const isCommentedOut = (text, at) => /^\s*(\/\/|\/?\*)/.test(text.slice(text.lastIndexOf('\n', at) + 1, at + 1));

/**
 * The ids a test file cites: `passing` by tests that are to pass, `failing` by expected failures. What is skipped or still
 * to be written cites nothing.
 */
export function citationsIn(text) {
  const passing = new Set();
  const failing = new Set();
  const isTitleOfTest = new Set();
  for (const match of text.matchAll(/(?<![\w.])(?:it|test)((?:\.\w+)*)\s*(?=[(`])/g)) {
    if (isCommentedOut(text, match.index)) continue;
    const modifiers = match[1].split('.').slice(1);
    let open = match.index + match[0].length;
    // `it.each(table)(title, …)` and its like: the title is in the second pair of brackets.
    if (modifiers.some((name) => ['each', 'for', 'skipIf', 'runIf'].includes(name))) {
      const end = text[open] === '`' ? endOfString(text, open) : closing(text, open);
      open = skipSpace(text, end + 1);
    }
    if (text[open] !== '(') continue;
    const start = skipSpace(text, open + 1);
    isTitleOfTest.add(start);
    if (modifiers.includes('skip') || modifiers.includes('todo')) continue;
    for (const id of idsIn(stringAt(text, start))) (modifiers.includes('fails') ? failing : passing).add(id);
  }
  for (const { index } of text.matchAll(TITLE_LIKE)) {
    if (isTitleOfTest.has(index) || isCommentedOut(text, index)) continue;
    for (const id of idsIn(text.slice(index, endOfString(text, index)))) passing.add(id);
  }
  return { passing, failing };
}

/** Every file that may hold tests: those beside the sources, and all of `tests`, where contract suites live too. */
export function testFiles() {
  const under = (folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => !path.includes('/node_modules/') && !path.includes('/dist/'));
  return [
    ...under('packages').filter((path) => /^packages\/\w+\/src\/.*\.test\.ts$/.test(path)),
    ...under('tests').filter((path) => path.endsWith('.ts') && !path.startsWith('tests/spec/')),
  ].sort();
}

/** Reads both sides; `passing` and `failing` map a rule id to the files that cite it. */
export function readCitations() {
  const passing = new Map();
  const failing = new Map();
  for (const file of testFiles()) {
    const found = citationsIn(readFileSync(join(root, file), 'utf8'));
    for (const id of found.passing) passing.set(id, [...(passing.get(id) ?? []), file]);
    for (const id of found.failing) failing.set(id, [...(failing.get(id) ?? []), file]);
  }
  return { passing, failing };
}

function statusOf(id, { passing }, claimed) {
  if (claimed === WITHDRAWN) return WITHDRAWN;
  return passing.has(id) ? MET : WAITING;
}

/** Takes out of the list what has a test by now, and rewrites the column. What lost its test is not put back: that is a fault. */
function write(citations) {
  const list = JSON.parse(readFileSync(join(root, NOT_YET), 'utf8'));
  const isTested = (id) => citations.passing.has(id) || citations.failing.has(id);
  const waiting = Object.entries(list.rules).filter(([id]) => !isTested(id));
  list.rules = Object.fromEntries(waiting);
  writeFileSync(join(root, NOT_YET), `${JSON.stringify(list, null, 2)}\n`);

  for (const path of DOCUMENTS) {
    const text = readFileSync(join(root, path), 'utf8');
    writeFileSync(join(root, path), withStatuses(text, citations));
  }
}

/** The document with the column as the tests have it; a table of rules that lacks the column is given one. */
function withStatuses(text, citations) {
  const lines = text.split('\n');
  return lines
    .map((line, index) => {
      const id = RULE.exec(line)?.[1];
      if (id) {
        const { rest, status } = splitStatus(line);
        return `${rest} ${statusOf(id, citations, status)} |`;
      }
      const firstRow = [1, 2].map((below) => lines[index + below] ?? '').find((each) => RULE.test(each));
      if (!firstRow || !line.startsWith('|') || splitStatus(firstRow).status) return line;
      return `${line}${/^[|\s:-]+$/.test(line) ? '---|' : ' status |'}`;
    })
    .join('\n');
}

function check() {
  const faults = [];
  const rules = readRules(readAll(), faults);
  const citations = readCitations();
  const { passing, failing } = citations;
  const list = JSON.parse(readFileSync(join(root, NOT_YET), 'utf8'));
  const isListed = (id) => Object.hasOwn(list.rules, id);

  for (const [id, claimed] of rules) {
    const status = statusOf(id, citations, claimed);
    if (claimed !== status) faults.push(`${id} reads '${claimed}' and is '${status}' by its tests: --write`);
    if (status === WITHDRAWN) continue;
    if (isListed(id) && passing.has(id))
      faults.push(`${id} has a test (${passing.get(id)[0]}) and is still listed: --write`);
    if (isListed(id) && failing.has(id))
      faults.push(`${id} is an expected failure twice (${failing.get(id)[0]}): --write`);
    if (passing.has(id) && failing.has(id)) {
      faults.push(`${id} is met by ${passing.get(id)[0]} and expected to fail in ${failing.get(id)[0]}: say which`);
    }
    if (!isListed(id) && !passing.has(id) && !failing.has(id)) {
      faults.push(`${id} has no test and is not listed in ${NOT_YET}`);
    }
  }
  for (const [id, files] of [...passing, ...failing]) {
    if (!rules.has(id)) faults.push(`${files[0]} cites ${id}, which no document defines`);
    else if (rules.get(id) === WITHDRAWN) faults.push(`${files[0]} cites ${id}, which was withdrawn`);
  }
  for (const [id, reason] of Object.entries(list.rules)) {
    if (!rules.has(id)) faults.push(`${NOT_YET} lists ${id}, which no document defines`);
    if (!Object.hasOwn(list.reasons, reason))
      faults.push(`${NOT_YET} gives ${id} the reason '${reason}', which it does not explain`);
  }

  for (const fault of faults) process.stdout.write(`${fault}\n`);
  const met = [...rules.keys()].filter((id) => passing.has(id)).length;
  process.stdout.write(`rules: ${rules.size}, met ${met}, not yet ${rules.size - met}, faults ${faults.length}\n`);
  return faults.length === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) {
  if (process.argv.includes('--write')) write(readCitations());
  process.exitCode = check();
}
