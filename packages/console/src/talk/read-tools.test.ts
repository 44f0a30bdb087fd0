import { describe, expect, it } from 'vitest';
import { readTools } from './read-tools.ts';

describe('tools as JSON', () => {
  it.each([
    ['', []],
    ['[]', []],
    ['{"type":"function","name":"f"}', [{ type: 'function', name: 'f' }]],
    ['[{"type":"mcp","server_label":"books"}]', [{ type: 'mcp', server_label: 'books' }]],
  ])('%j is read', (text, tools) => {
    expect(readTools(text)).toEqual({ ok: true, tools });
  });

  it.each([
    ['[{"type": "function"', /'\{' is not closed/],
    ['[{"name": "f}]', /string is not closed/],
    ['[\n{"a": 1]\n]', /'\]' closes nothing in line 2/],
    ['[1,]', /Invalid JSON/],
    ['[{"type":"function","name":"f","name":"g"}]', /Duplicate key/],
    ['[{"type":"function"}]', /tools\[0\]\.name/],
    ['[{"type":"function","name":5}]', /tools\[0\]\.name.*string/],
    ['[{"type":"other"}]', /tools\[0\]\.type/],
    ['"f"', /tools\[0\]/],
  ])('%j is refused with a message that names the place', (text, message) => {
    expect(readTools(text)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });
});

it.each([
  [
    '[{"type":"function","name":"f"},{"type":"mcp","server_label":"a b"}]',
    1,
    'server_label',
    /^Expected 1 to 64 letters/,
  ],
  ['[{"type":"mcp","server_label":"a"},{"type":"mcp","server_label":"a"}]', 1, 'server_label', /^Another tool has/],
  ['[{"type":"mcp","server_label":"a","server_url":""}]', 0, 'server_url', /^Enter the address/],
  ['[{"type":"mcp","server_label":"a","server_url":"file:///etc"}]', 0, 'server_url', /^Expected an address/],
  ['[{"type":"mcp","server_label":"a","server_url":"https://"}]', 0, 'server_url', /^Expected an address/],
  ['[{"type":"mcp","server_label":"a","require_approval":"maybe"}]', 0, 'require_approval', /./],
  ['[{"type":"function","name":""}]', 0, 'name', /^Expected 1 to 64 letters/],
])('[CO73] %j has an issue at its field, and its tools are still known', (text, index, field, message) => {
  const read = readTools(text);
  if (read.ok) throw new Error('nothing is wrong');
  expect(read.issues).toContainEqual({ index, field, message: expect.stringMatching(message) });
  expect(read.tools).toEqual(JSON.parse(text));
});
