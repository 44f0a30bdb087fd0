// Code in the Markdown files and in docstrings: JSON and YAML parse, JavaScript and TypeScript compile against the packages.
// readme.test.ts runs some of it.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { type CodeBlock, codeBlocks, DOCUMENTS, read, root } from './documents.ts';

const BLOCKS = DOCUMENTS.flatMap((path) => codeBlocks(path, read(path)));
const inLanguage = (...languages: string[]) => BLOCKS.filter(({ language }) => languages.includes(language));

/** JSON of documents may leave something out with `…`: `{…}` and `,…}` stand for more fields. */
const withoutEllipsis = (code: string) => code.replaceAll(/,?\s*…\s*([}\]])/g, '$1');

/** Why a text does not parse, with its place, or `undefined`. */
function parseFault({ at }: CodeBlock, parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return `${at}: ${String(error)}`;
  }
}

/** The code of every `@example` in the sources of the packages that have a reference. */
const EXAMPLES: CodeBlock[] = ['protocol', 'session', 'server'].flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true })
    .map((path) => `packages/${name}/src/${String(path).replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) => examplesOf(path, read(path))),
);

function examplesOf(path: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^ *\* @example\b.*\n((?: *\*(?![/]| @\w).*\n)*)/gm)].map(({ index, 1: body = '' }) => ({
    at: `${path}:${text.slice(0, index).split('\n').length + 1}`,
    language: 'ts',
    code: body.replaceAll(/^ *\* ?/gm, '').replaceAll(/^```.*$/gm, ''),
  }));
}

/** A block that names no package of ours shows another library, a shape or a fragment; it is parsed and not compiled. */
const usesOurs = ({ code }: CodeBlock) => /from '@colloquy\//.test(code);

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tests/tsconfig.json'), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, join(root, 'tests'));
  const lib = ['lib.esnext.d.ts', 'lib.dom.d.ts'];
  return { ...parsed.options, lib, allowJs: true, checkJs: true, noUncheckedIndexedAccess: false };
}

/** What the compiler says of the blocks, each a module of its own beside given.ts; none of them is written to the disk. */
function compileFaults(blocks: readonly CodeBlock[]): string[] {
  const folder = join(root, 'tests/docs').replaceAll('\\', '/');
  const files = new Map(blocks.map((block, index) => [`${folder}/block-${index}.${block.language}`, block]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.getSourceFile = (name, target, ...rest) => {
    const block = files.get(name);
    return block
      ? ts.createSourceFile(name, `${block.code}\nexport {};\n`, target)
      : getSourceFile.call(host, name, target, ...rest);
  };
  const input = `${folder}/given.ts`;
  files.set(input, { at: 'tests/docs/given.ts', language: 'ts', code: read('tests/docs/given.ts') });
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { at, language }]) => {
    const source = program.getSourceFile(name);
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return problems
      .filter(({ code }) => language === 'ts' || !LOOSE.has(code))
      .map((each) => describeProblem(at, each));
  });
}

/** Complaints about types that JavaScript does not state: implicit `any`, and unions not narrowed. */
const LOOSE = new Set([7005, 7006, 7031, 7034]);

function describeProblem(at: string, { file, start = 0, messageText }: ts.Diagnostic): string {
  const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
  return `${at}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

describe('code in documents', () => {
  it('parses as JSON', () => {
    const json = inLanguage('json').map((each) => parseFault(each, () => JSON.parse(withoutEllipsis(each.code))));
    const lines = inLanguage('jsonl').flatMap((each) =>
      each.code
        .trimEnd()
        .split('\n')
        .map((line) => parseFault(each, () => JSON.parse(withoutEllipsis(line)))),
    );
    expect([...json, ...lines].filter((each) => each !== undefined)).toEqual([]);
  });

  it('parses as YAML', () => {
    const faults = inLanguage('yaml', 'yml').map((each) => parseFault(each, () => parseYaml(each.code)));
    expect(faults.filter((each) => each !== undefined)).toEqual([]);
  });

  it('parses as JavaScript and TypeScript', () => {
    const faults = inLanguage('js', 'ts', 'javascript', 'typescript').flatMap(({ at, code }) => {
      const { diagnostics = [] } = ts.transpileModule(code, {
        reportDiagnostics: true,
        compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
      });
      return diagnostics.map((each) => describeProblem(at, each));
    });
    expect(faults).toEqual([]);
  });

  it('compiles against the packages, in documents and docstrings', { timeout: 240_000 }, () => {
    const blocks = [...inLanguage('js', 'ts').filter(usesOurs), ...EXAMPLES];
    expect(blocks.length).toBeGreaterThan(10);
    // One block that does not compile shows that the others were looked at, in the same run: a compiler is slow to start.
    const code = "import { createMirror } from '@colloquy/session';\ncreateMirror().noSuchMember();\n";
    const faults = compileFaults([...blocks, { at: 'docs/x.md:7', language: 'ts', code }]);
    expect(faults).toEqual([expect.stringMatching(/^docs\/x\.md:7, line 2: Property 'noSuchMember' does not exist/)]);
  });
});
