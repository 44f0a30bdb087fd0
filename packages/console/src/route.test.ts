import { describe, expect, it } from 'vitest';
import { addressOf, type Place, readPlace, START } from './route.ts';
import { NEWEST_FIRST, NO_FILTERS } from './sessions/table-state.ts';

describe('places', () => {
  const cases: [string, Place][] = [
    ['#/home', { view: 'home' }],
    ['#/home?sort=-started', { view: 'home', table: { order: NEWEST_FIRST, filters: NO_FILTERS } }],
    [
      '#/home?sort=engine&has=error,slow&live=1&empty=1&q=50%25+%26+more',
      {
        view: 'home',
        table: {
          order: { by: 'engine', isDescending: false },
          filters: { text: '50% & more', traits: ['error', 'slow'], isLiveOnly: true, isEmptyShown: true },
        },
      },
    ],
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

  it.each(cases)('[CO35, CO68] %s is read and written', (address, place) => {
    expect(readPlace(address)).toEqual(place);
    expect(addressOf(place)).toBe(address);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/session/', '#/recording', '#%E0%A4%A', '#/talk/nothing?at=-1'])(
    '%j leads to the start',
    (address) => expect(readPlace(address)).toEqual(START),
  );

  it.each([
    ['#/home?sort=-nothing&has=unknown,tool&live=yes', '#/home?sort=-started&has=tool'],
    ['#/home?q=%20a%E0', '#/home?sort=-started&q=a%EF%BF%BD'],
    ['#/home?other=1', '#/home'],
  ])('[CO68] %s is read without what makes no sense', (address, read) => {
    expect(addressOf(readPlace(address))).toBe(read);
  });

  it('keeps half an escape as it stands', () => {
    expect(readPlace('#/session/%E0')).toMatchObject({ source: { id: '%E0' } });
  });
});
