import { expect, it } from 'vitest';
import { createTalkSettings } from '../talk/talk-settings.ts';
import { forkRequestOf } from './fork-point.ts';
import { createForkTools } from './fork-tools.ts';

const ORIGINAL = [{ type: 'mcp', server_label: 'books', server_url: 'https://books.test' }];
const POINT = { path: 'recordings/a', instructions: '', tools: ORIGINAL };
const CHOICE = { instructions: '', voice: '', model: '' };

it('[CO71] tools are part of a fork only if they, or their credentials, change', () => {
  const talk = createTalkSettings();
  talk.tools.value = '[{"type":"function","name":"of_talk"}]';
  const tools = createForkTools(ORIGINAL, talk);
  expect(tools.read()).toEqual({ ok: true, tools: undefined });
  expect(forkRequestOf(POINT, { ...CHOICE, tools: undefined }).session).not.toHaveProperty('tools');

  tools.settings.authorizations.value = { books: 'secret' };
  tools.settings.cannedOutputs.value = { f: '1' };
  const changed = tools.read();
  if (!changed.ok) throw new Error(changed.message);
  expect(forkRequestOf(POINT, { ...CHOICE, tools: changed.tools }).session).toMatchObject({
    tools: [{ ...ORIGINAL[0], authorization: 'secret' }],
  });
  tools.moveTo(talk);
  expect([JSON.parse(talk.tools.value), talk.authorizations.value, talk.cannedOutputs.value]).toEqual([
    ORIGINAL,
    { books: 'secret' },
    { f: '1' },
  ]);

  tools.settings.tools.value = '[{"type":"mcp"}]';
  expect(tools.read()).toMatchObject({ ok: false });
});

it('[CO71] a fork without the tools of the original is asked for none', () => {
  const tools = createForkTools(ORIGINAL, createTalkSettings());
  tools.settings.tools.value = '';
  expect(tools.read()).toEqual({ ok: true, tools: [] });
});
