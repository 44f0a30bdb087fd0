import { describe, expect, it } from 'vitest';
import { addressOf, type Place, readPlace, START } from './route.ts';

describe('places', () => {
  const cases: [string, Place][] = [
    ['#/home', { view: 'home' }],
    ['#/talk', START],
    ['#/demo/timeline', { view: 'log', source: { kind: 'demo' }, tab: 'timeline' }],
    ['#/talk/events', { view: 'log', source: { kind: 'talk' }, tab: 'events' }],
    ['#/session/sess_1/timeline', { view: 'log', source: { kind: 'session', id: 'sess_1' }, tab: 'timeline' }],
    [
      '#/recording/a%2Fb%20%3F.jsonl?at=12',
      { view: 'log', source: { kind: 'recording', name: 'a/b ?.jsonl' }, tab: 'conversation', line: 12 },
    ],
    ['#/file2', { view: 'log', source: { kind: 'file', slot: 2 }, tab: 'conversation' }],
    ['#/file/events?at=3', { view: 'log', source: { kind: 'file', slot: 1 }, tab: 'events', line: 3 }],
    [
      '#/compare/recording%3Aa.jsonl/file%3A2',
      { view: 'compare', left: { kind: 'recording', name: 'a.jsonl' }, right: { kind: 'file', slot: 2 } },
    ],
    [
      '#/talk?at=7&select=turn:3',
      { view: 'log', source: { kind: 'talk' }, tab: 'conversation', line: 7, selection: { kind: 'turn', index: 3 } },
    ],
    [
      '#/talk/events?select=item:a%26b',
      { view: 'log', source: { kind: 'talk' }, tab: 'events', selection: { kind: 'item', id: 'a&b' } },
    ],
    ['#/compare/-/-', { view: 'compare', left: undefined, right: undefined }],
  ];

  it.each(cases)('[CO35] %s is read and written', (address, place) => {
    expect(readPlace(address)).toEqual(place);
    expect(addressOf(place)).toBe(address);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/session/', '#/recording', '#%E0%A4%A', '#/talk/nothing?at=-1'])(
    '%j leads to the start',
    (address) => expect(readPlace(address)).toEqual(START),
  );

  it('keeps half an escape as it stands', () => {
    expect(readPlace('#/session/%E0')).toMatchObject({ source: { id: '%E0' } });
  });
});
