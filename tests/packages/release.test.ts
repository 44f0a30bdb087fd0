import { describe, expect, it } from 'vitest';
import { tagProblems } from '../../scripts/release.mjs';

const changelog = '# Changelog\n\n## 0.2.0\n';
const ready = [
  { name: '@colloquy/protocol', version: '0.2.0', changelog },
  { name: '@colloquy/session', version: '0.2.0', dependencies: { '@colloquy/protocol': '0.2.0' }, changelog },
];

describe('the check of a release tag', () => {
  it('finds nothing when versions, dependencies and changelogs agree with it', () => {
    expect(tagProblems('v0.2.0', ready)).toEqual([]);
  });

  it('names each package that disagrees', () => {
    const stale = [{ ...ready[1]!, version: '0.1.0', dependencies: { '@colloquy/protocol': '0.1.0' }, changelog: '' }];
    expect(tagProblems('v0.2.0', stale)).toEqual([
      '@colloquy/session has version 0.1.0, not 0.2.0',
      '@colloquy/session depends on @colloquy/protocol 0.1.0, not 0.2.0',
      'the changelog of @colloquy/session has no entry for 0.2.0',
    ]);
  });

  it('refuses what is no version tag', () => {
    expect(tagProblems('0.2')).toEqual(["'0.2' is not a version tag such as v0.2.0"]);
  });
});
