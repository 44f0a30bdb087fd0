// The vocabulary of docs/style.md: banned identifiers in the sources and tests, banned phrases in documents and in text for
// users. The tables are in names.ts.

import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read } from '../docs/documents.ts';
import { ALLOWED_NAMES, ALLOWED_PHRASES, BANNED_NAMES, BANNED_PHRASES } from './names.ts';
import { type Node, readSources, readTests, type Source } from './sources.ts';

const sources = [...new Map([...readSources(), ...readTests()].map((source) => [source.path, source])).values()];

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

const NAMED_BY_ID = new Set([
  'VariableDeclarator',
  'FunctionDeclaration',
  'ClassDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);
const NAMED_BY_KEY = new Set(['MethodDefinition', 'PropertyDefinition', 'TSPropertySignature', 'TSMethodSignature']);

/** The identifiers that a node defines: variables, functions, parameters, members and types. */
function definedBy(node: Node): Node[] {
  if (NAMED_BY_ID.has(node.type)) return bindings(node.id);
  if (NAMED_BY_KEY.has(node.type)) return isNode(node.key) ? bindings(node.key) : [];
  return Array.isArray(node.params) ? node.params.flatMap(bindings) : [];
}

/** The identifiers that a pattern binds, `{ a, b: [c] = [] }` included. */
function bindings(pattern: unknown): Node[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
    case 'PrivateIdentifier':
      return [pattern];
    case 'ObjectPattern':
      return (pattern.properties as Node[]).flatMap((each) => bindings(each.value ?? each.argument));
    case 'ArrayPattern':
      return (pattern.elements as unknown[]).flatMap(bindings);
    case 'AssignmentPattern':
      return bindings(pattern.left);
    case 'RestElement':
      return bindings(pattern.argument);
    default:
      return [];
  }
}

interface Definition {
  readonly name: string;
  /** `path:line`. */
  readonly at: string;
  /** `path: name`, as in the table of exceptions. */
  readonly key: string;
}

const definitionsOf = ({ path, nodes, at }: Source): Definition[] =>
  nodes.flatMap(definedBy).map((node) => {
    const name = String(node.name);
    return { name, at: at(node), key: `${path}: ${name}` };
  });

/** Text for users: string literals and JSX text with at least two words, outside of tests. */
const userTexts = ({ nodes, at }: Source) =>
  nodes.flatMap((node) => {
    const text = node.type === 'TemplateElement' ? (node.value as { raw: string }).raw : node.value;
    const isText = node.type === 'Literal' || node.type === 'JSXText' || node.type === 'TemplateElement';
    return isText && typeof text === 'string' && /[a-z] [a-z]/i.test(text) ? [{ at: at(node), text }] : [];
  });

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```$/gms, (code) => code.replaceAll(/[^\n]/g, ''));

/** The banned phrases of a text as `place: phrase → replacement`. */
const phrasesIn = (place: string, text: string) =>
  BANNED_PHRASES.flatMap(({ phrase, use }) => {
    const match = phrase.exec(text);
    return match ? [`${place}: ${match[0]} → ${use}`] : [];
  });

const isAllowed = (match: string) =>
  Object.keys(ALLOWED_PHRASES).some((key) => {
    const [path = '', phrase = ''] = key.split(': ');
    return match.startsWith(`${path}:`) && match.includes(`: ${phrase} →`);
  });

describe('names', () => {
  const definitions = sources.filter(({ isGenerated }) => !isGenerated).flatMap(definitionsOf);

  it.each(BANNED_NAMES)('$name: at most $atMost definitions remain; use $use', ({ name, use, atMost }) => {
    const places = definitions.filter((each) => name.test(each.name) && !Object.hasOwn(ALLOWED_NAMES, each.key));
    const message = `${places.length} definitions, at most ${atMost}. Use ${use}:\n${places.map(({ at }) => at).join('\n')}`;
    expect(places.length, message).toBeLessThanOrEqual(atMost);
  });

  it('have no exception that is not needed', () => {
    const keys = new Set(definitions.map(({ key }) => key));
    expect(Object.keys(ALLOWED_NAMES).filter((key) => !keys.has(key))).toEqual([]);
  });
});

describe('phrases', () => {
  it('are plain in documents', () => {
    const matches = DOCUMENTS.flatMap((path) =>
      withoutCode(read(path))
        .split('\n')
        .flatMap((line, index) => phrasesIn(`${path}:${index + 1}`, line)),
    );
    expect(matches.filter((each) => !isAllowed(each))).toEqual([]);
  });

  it('are plain in text for users of the console and the command line', () => {
    const shownTo = sources.filter(({ path, isTest }) => /^packages\/(console|cli)\//.test(path) && !isTest);
    const matches = shownTo.flatMap(userTexts).flatMap(({ at, text }) => phrasesIn(at, text));
    expect(matches.filter((each) => !isAllowed(each))).toEqual([]);
  });

  it('are reported with their place and a replacement', () => {
    expect(phrasesIn('x.md:1', 'Whoever puts it into effect')).toEqual(['x.md:1: Whoever → name the actor']);
    expect(phrasesIn('x.md:2', 'It applies the settings.')).toEqual([]);
  });
});
