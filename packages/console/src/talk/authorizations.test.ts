import { expect, it } from 'vitest';
import { liftAuthorizations, withAuthorizations } from './authorizations.ts';

it('[CO70] credentials move from the JSON of the tools, and come back when they are sent', () => {
  const tools = [
    { type: 'mcp', server_label: 'a', authorization: 'one', server_url: 'https://a.test' },
    { type: 'function', name: 'f' },
    { type: 'mcp', server_label: '__proto__', authorization: 'two' },
  ];
  const lifted = liftAuthorizations(JSON.stringify(tools));
  expect(lifted?.text).not.toMatch(/one|two|authorization/);
  expect(Object.entries(lifted?.authorizations ?? {})).toEqual([
    ['a', 'one'],
    ['__proto__', 'two'],
  ]);
  expect(withAuthorizations(JSON.parse(lifted?.text ?? ''), lifted?.authorizations ?? {})).toEqual(tools);
});

it.each(['', '[', '[{"type":"mcp","server_label":"a"}]', '[5, null]'])('%j has no credential to move', (text) => {
  expect(liftAuthorizations(text)).toBeUndefined();
});

it('[CO70] a credential that the JSON states is sent as it stands there', () => {
  const tool = { type: 'mcp', server_label: 'a', authorization: 'stated' };
  expect(withAuthorizations([tool], { a: 'typed' })).toEqual([tool]);
  expect(withAuthorizations([{ type: 'mcp', server_label: 'a' }], { a: '' })).toEqual([
    { type: 'mcp', server_label: 'a' },
  ]);
});
