import { readFileSync } from 'node:fs';
import { frameLogOf as logOf } from '@support/frame-logs.ts';
import { expect, it } from 'vitest';
import { exportLog } from './export-log.ts';

const golden = (name: string) =>
  readFileSync(new URL(`../../../../tests/golden/recordings/${name}.jsonl`, import.meta.url), 'utf8');

it('a recording of ours is passed on as it stands, as far as nothing more is hidden', () => {
  const text = golden('tool-round');
  const hidden = logOf(text).header?.hidden.includes('media') ? 'media' : 'key';
  expect(exportLog(logOf(text), hidden).join('')).toBe(text);
});

it('hides what is asked for, says so, and cannot bring back what is hidden already', () => {
  const content = exportLog(logOf(golden('text-turn')), 'content').join('');
  expect(logOf(content).header?.hidden).toEqual(['key', 'media', 'words']);
  expect(content).not.toMatch(/"text":"(?!\[REDACTED\])[^"]/);
  expect(exportLog(logOf(content), 'key').join('')).toBe(content);
});

it('the log of another tool becomes a recording that shows the same conversation', () => {
  const frames = golden('truncation')
    .split('\n')
    .filter((line) => line.includes('"from":"server"'))
    .map((line) => JSON.stringify(JSON.parse(line).event));
  const foreign = logOf(frames.join('\n'));
  expect(foreign.header).toBeUndefined();
  const shared = logOf(exportLog(foreign, 'media').join(''));
  expect(shared.header).toMatchObject({ recording: 1, seed: null });
  expect(shared.mirrorAt().items()).toEqual(foreign.mirrorAt().items());
});
