// Finds regular expressions in built files that can take more than linear time, by analysis and not by timing.
//
// `scslre` searches the automaton of a pattern for two ways to match the same text (quadratic or exponential backtracking) and
// for a
// search that restarts at every character.

import { readFileSync } from 'node:fs';
import { analyse } from 'scslre';
import ts from 'typescript';

/**
 * The regular expressions of a JavaScript file: literals as they are written, and calls of `RegExp`, whose pattern is known at run
 * time only.
 */
export function regexpsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  const literals = [];
  let calls = 0;
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) literals.push(node.text);
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.text === 'RegExp') calls += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { literals, calls };
}

/** Why a literal can take more than linear time, one line for each reason; empty when it cannot. */
export function slowness(literal) {
  const end = literal.lastIndexOf('/');
  const { reports } = analyse({ source: literal.slice(1, end), flags: literal.slice(end + 1) });
  return reports.map(({ type, exponential, character }) => {
    const cost = exponential ? 'exponential' : 'quadratic';
    return `${literal} is ${cost} in the number of ${JSON.stringify(character.pick)} (${type})`;
  });
}
