import { HOSTILE } from '@support/hostile-strings.ts';
import { expect, it } from 'vitest';
import { pageWithLog } from './log-block.ts';

const PAGE = '<p></p>\n<script type="application/x-ndjson" id="log"></script>\n<script>run()</script>';

it('[CO55] puts a log into the viewer, and no text of it can end the block', () => {
  const lines = HOSTILE.map((text) => JSON.stringify({ type: 'response.output_text.delta', delta: text, [text]: 1 }));
  const page = pageWithLog(PAGE, '</script><script>', lines.join('\n')) ?? '';
  expect(page.match(/<\/?[a-z!]/gi)).toEqual(PAGE.match(/<\/?[a-z!]/gi));
  const block = /id="log">\n([^<]*)</.exec(page)?.[1] ?? '';
  const [name, ...rest] = block.trim().split('\n');
  expect(JSON.parse(name ?? '')).toBe('</script><script>');
  expect(rest.map((line) => JSON.parse(line))).toEqual(lines.map((line) => JSON.parse(line)));
});

it('[CO55] refuses a page that is no viewer', () => {
  expect(pageWithLog('<p></p>', 'a', '{}\n')).toBeUndefined();
});
