// Every regular expression that we ship takes time linear in its text, whoever calls it with whatever. What is analysed is what is
// built, dependencies that the console bundles included.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { describe, expect, it } from 'vitest';
import { regexpsOf, slowness } from '../../scripts/regexps.mjs';

const PACKAGES = join(import.meta.dirname, '../../packages');

/** Files that make patterns at run time, and why these are linear. */
const MADE_AT_RUN_TIME: readonly [file: RegExp, reason: string][] = [
  [
    /^protocol\/dist\/(?:codec\/delta-scanner|bundled\/.*)\.js$/,
    'sticky, of fields with no quantifier side by side; from our own table',
  ],
  [/^console\/dist\/assets\/.*\.js$/, 'the same, bundled'],
  [
    /^session\/dist\/(?:scenario\/scenario|bundled\/index)\.js$/,
    "an operator's own pattern in a scenario: compiled once to check it, matches nothing",
  ],
  [/^server\/dist\/bundled\/media-worker\.js$/, 'fixed texts, for the certificate of the media thread'],
  [/^server\/dist\/(?:engines\/scripted|bundled\/shared-scripted)\.js$/, "an operator's own pattern in a scenario"],
  [/^server\/dist\/bundled\/shared-packages\.js$/, 'of versions and methods: constants of the HTTP library'],
];

/** Slow patterns of libraries that are part of a bundle, by how they begin, and what they read in place of a peer's text. */
const OF_LIBRARIES: Readonly<Record<string, readonly [start: string, text: string][]>> = {
  'server/dist/bundled/media-worker.js': [
    ['/^(-?(?:\\d+)?\\.?\\d+) *(milliseconds?', 'a setting in the environment'],
    ['/0+$/', 'three digits'],
    ['/^\\s+|\\s+$/g', 'names of its own ASN.1 schemas'],
    ['/=+$/g', 'base64 of its own key'],
    ['/(\\d\\.[\\d.]*\\d|[A-Za-z]+)=', 'the name in its own certificate'],
  ],
  'server/dist/bundled/shared-packages.js': [
    ['/%.+$/', 'addresses of trusted proxies, of which none is set'],
    ['/(\\w*(\\.\\w*)*)\\..*/', 'file names of plugins'],
    ['/^(-?(?:\\d+)?\\.?\\d+) *(m(?:illiseconds?', 'the age of files in a cache, a setting'],
  ],
};

const isOfLibrary = (file: string, literal: string) =>
  OF_LIBRARIES[file]?.some(([start]) => literal.startsWith(start)) ?? false;

const files = () =>
  ['protocol', 'session', 'server', 'cli', 'console'].flatMap((name) =>
    readdirSync(join(PACKAGES, name, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => `${name}/dist/${file}`),
  );

buildBefore('packages', 'console');

describe('the regular expressions of the built files', () => {
  it('[LM15] take time linear in their text', { timeout: 300_000 }, () => {
    const literals = new Set(
      files().flatMap((file) => {
        const { literals } = regexpsOf(join(PACKAGES, file));
        return literals.filter((each) => !isOfLibrary(file, each));
      }),
    );
    expect(literals.size).toBeGreaterThan(150);
    expect([...literals].flatMap(slowness)).toEqual([]);
  });

  it('[LM15] are made at run time only where a reason is written down', { timeout: 300_000 }, () => {
    const makers = files().filter((file) => regexpsOf(join(PACKAGES, file)).calls > 0);
    expect(makers.filter((file) => !MADE_AT_RUN_TIME.some(([known]) => known.test(file)))).toEqual([]);
  });

  it('[LM15] would be found if they were quadratic or exponential', () => {
    const slow = [
      /\s*[\r\n]+\s*/g,
      /\s*\S+/g,
      /\/+$/,
      /^\W*say\b[\s:]+["']?(.+?)["']?\s*$/is,
      /(\d+)px/,
      /^(?:a+)+$/,
      /^\d*\w+$/,
    ];
    for (const each of slow) expect(slowness(String(each)), String(each)).not.toEqual([]);
    for (const each of [/\s+/g, /(?<!\/)\/+$/, /^[a-z]+\d*$/, /"[^"]*"/y]) expect(slowness(String(each))).toEqual([]);
  });
});
