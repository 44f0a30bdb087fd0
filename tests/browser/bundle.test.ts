// protocol and session as a browser gets them: bundled and minified, without a Node builtin anywhere within reach. The
// sizes are figures, printed at the end of a run.

import { builtinModules } from 'node:module';
import { gzipSync } from 'node:zlib';
import * as protocol from '@colloquy/protocol';
import { build, type Rolldown } from 'vite';
import { describe, expect, it } from 'vitest';
import { sourceAliases } from '../../scripts/sources.mjs';

const ENTRY = 'virtual:entry';

/** Bundles a piece of code that exports what is wanted; tells its minified text and the Node builtins it asked for. */
async function bundle(code: string): Promise<{ text: string; builtins: string[] }> {
  const builtins: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: sourceAliases() },
    plugins: [
      {
        name: 'entry-and-builtins',
        enforce: 'pre',
        resolveId(source, importer) {
          if (source === ENTRY) return source;
          const isBuiltin = source.startsWith('node:') || builtinModules.includes(source);
          if (isBuiltin) builtins.push(`${source} from ${importer}`);
          return undefined;
        },
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      // Not library mode, which leaves blanks and names in an ES module: this is what an application would ship.
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  const [first] = [result].flat() as Rolldown.RolldownOutput[];
  return { text: first?.output.map((part) => ('code' in part ? part.code : '')).join('') ?? '', builtins };
}

const kilobytes = (text: string) => `${(gzipSync(text, { level: 9 }).length / 1000).toFixed(1)} kB gzip`;

describe('bundled for a browser', () => {
  it.each([
    ['protocol', `export * from '@colloquy/protocol';`],
    ['protocol and session', `export * from '@colloquy/protocol'; export * from '@colloquy/session';`],
  ])('%s reaches no Node builtin', async (name, code) => {
    const { text, builtins } = await bundle(code);
    expect(builtins).toEqual([]);
    expect(text, name).not.toMatch(/\b(process\.(env|versions|nextTick)|Buffer\.from|require\(|__dirname)\b/);
    // A module of its own: loads where nothing of Node is. What it exports is there.
    const loaded = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
    expect(Object.keys(loaded)).toEqual(expect.arrayContaining(Object.keys(protocol)));
  });

  const CODEC = 'decodeClientEvent, decodeServerEvent, encodeEvent';

  it.for<[name: string, code: string, most: number]>([
    ['codec for all events, lean', `export { ${CODEC} } from '@colloquy/protocol/lean';`, 8200],
    [
      'codec and mirror, lean',
      `export { ${CODEC} } from '@colloquy/protocol/lean'; export { createMirror } from '@colloquy/session';`,
      15_500,
    ],
    ['codec for all events, with every profile', `export { ${CODEC} } from '@colloquy/protocol';`, 23_000],
  ])('the %s is small', async ([name, code, most], { annotate }) => {
    const { text } = await bundle(code);
    await annotate(`${name}: ${kilobytes(text)}`, 'figure');
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(most);
  });
});
