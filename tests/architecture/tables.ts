// Lookups in tables of ours by a string that a peer may have sent, read off the sources with their types. `TABLE[key]` of a plain
// object finds `constructor` and `__proto__` as well; `tables.test.ts` asks for a guard.

import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  jsx: ts.JsxEmit.ReactJSX,
  jsxImportSource: 'preact',
  types: ['node'],
  customConditions: ['colloquy-source'],
  allowImportingTsExtensions: true,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/** The sources that are built into a package. */
const productFiles = (): string[] =>
  readdirSync(`${root}/packages`).flatMap((name) =>
    readdirSync(`${root}/packages/${name}/src`, { recursive: true })
      .map((path) => `${root}/packages/${name}/src/${String(path)}`)
      .filter((path) => /(?<!\.test|\.d)\.tsx?$/.test(path)),
  );

/** Each unguarded lookup as `path: text`, in the sources of the packages, or in `files`: path from the root → source. */
export function unguardedLookups(files: ReadonlyMap<string, string> = new Map()): string[] {
  const invented = new Map([...files].map(([path, text]) => [`${root}/${path}`, text]));
  const paths = files.size > 0 ? [...invented.keys()] : productFiles();
  const host = ts.createCompilerHost(OPTIONS, true);
  const { getSourceFile } = host;
  host.getSourceFile = (path, version, ...rest) => {
    const text = invented.get(path);
    return text === undefined
      ? getSourceFile(path, version, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  };
  const program = ts.createProgram(paths, OPTIONS, host);
  const checker = program.getTypeChecker();
  const match: string[] = [];
  for (const path of paths) {
    const source = program.getSourceFile(path);
    if (source) visit(source, checker, (node) => match.push(`${relative(root, path)}: ${node.getText(source)}`));
  }
  return match;
}

function visit(node: ts.Node, checker: ts.TypeChecker, tell: (node: ts.Node) => void): void {
  if (isLookup(node, checker)) tell(node);
  ts.forEachChild(node, (child) => visit(child, checker, tell));
}

function isLookup(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (ts.isElementAccessExpression(node)) {
    const { expression: table, argumentExpression: key } = node;
    if (isAssigned(node) || !isTable(table, checker) || isGuarded(node, table, key)) return false;
    return isOpen(key, checker) || (isChoice(key, checker) && isFunction(node, checker));
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.InKeyword) return false;
  return isTable(node.right, checker) && isOpen(node.left, checker);
}

const isAssigned = (node: ts.ElementAccessExpression) =>
  ts.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;

const partsOf = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);

/** An object whose values have a type. A value that was parsed has `unknown` ones, and is looked into, not dispatched on. */
const isTable = (node: ts.Expression, checker: ts.TypeChecker): boolean =>
  !hasNoPrototype(node, checker) &&
  partsOf(checker.getTypeAtLocation(node)).some((type) => {
    if (!(type.flags & ts.TypeFlags.Object) || checker.isArrayLikeType(type)) return false;
    const values = type.getStringIndexType();
    if (values) return (values.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) === 0;
    return type.getNumberIndexType() === undefined;
  });

/** Whether the table is a variable made with `__proto__: null` or `Object.create(null)`. */
function hasNoPrototype(node: ts.Expression, checker: ts.TypeChecker): boolean {
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declared = symbol?.valueDeclaration;
  const made = declared && ts.isVariableDeclaration(declared) ? declared.initializer?.getText() : undefined;
  return made !== undefined && /^\{\s*__proto__: null|^Object\.create\(null/.test(made);
}

const OPEN = ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.Any | ts.TypeFlags.Unknown;

/** A key that can be any string: by its type, or by that of what was cast. */
const isOpen = (key: ts.Expression, checker: ts.TypeChecker): boolean =>
  partsOf(checker.getTypeAtLocation(key)).some(({ flags }) => (flags & OPEN) !== 0) ||
  (ts.isAsExpression(key) && isOpen(key.expression, checker));

/** A key that is one of several names, as far as its type can be trusted. */
const isChoice = (key: ts.Expression, checker: ts.TypeChecker): boolean =>
  !ts.isLiteralExpression(key) &&
  !(ts.isConditionalExpression(key) && ts.isLiteralExpression(key.whenTrue) && ts.isLiteralExpression(key.whenFalse)) &&
  partsOf(checker.getTypeAtLocation(key)).some(({ flags }) => (flags & ts.TypeFlags.StringLike) !== 0);

/** What is found would be called: there a type that lies does most harm. */
const isFunction = (node: ts.Expression, checker: ts.TypeChecker): boolean =>
  partsOf(checker.getTypeAtLocation(node)).some((type) => type.getCallSignatures().length > 0);

/** Whether `Object.hasOwn(table, key)` stands in the function around the lookup, or one that is around that as an arrow. */
function isGuarded(node: ts.Node, table: ts.Expression, key: ts.Expression): boolean {
  const [of, by] = [table, ts.isAsExpression(key) ? key.expression : key].map((each) => each.getText());
  for (let around = node.parent; around; around = around.parent) {
    if (ts.isFunctionLike(around) && around.getText().includes(`Object.hasOwn(${of}, ${by})`)) return true;
    if (ts.isFunctionDeclaration(around) || ts.isMethodDeclaration(around)) return false;
  }
  return false;
}
