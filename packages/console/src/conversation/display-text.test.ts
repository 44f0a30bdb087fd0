import { expect, it } from 'vitest';
import { canonical, displayText, indented } from './display-text.ts';

it('shows whatever a server says where text should be', () => {
  expect(['words', 12, null, undefined, { a: [1] }, true].map(displayText)).toEqual([
    'words',
    '12',
    '',
    '',
    '{"a":[1]}',
    'true',
  ]);
});

it('shows the same values in the same form, and what is no JSON as it stands', () => {
  const one = canonical('{"b": {"d": 1, "c": [2, {"z": 0, "y": null}]}, "a": "x"}');
  expect(one).toBe(canonical('{"a":"x","b":{"c":[2,{"y":null,"z":0}],"d":1}}'));
  expect(Object.keys(JSON.parse(one))).toEqual(['a', 'b']);
  expect(canonical('{"a": ')).toBe('{"a": ');
});

it('breaks the lines of JSON that has something in it, in its own order', () => {
  expect(indented('{"b":1,"a":2}')).toBe('{\n  "b": 1,\n  "a": 2\n}');
  expect(['12', '"x"', 'words', '{'].map(indented)).toEqual(['12', '"x"', 'words', '{']);
});
