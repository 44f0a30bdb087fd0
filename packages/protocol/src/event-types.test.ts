import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENT_TYPES, eventTypeOf, SERVER_EVENT_TYPES } from './event-types.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What a full parse says. */
function parsedType(text: string): string | undefined {
  const value = JSON.parse(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, 'type') && typeof value.type === 'string' ? value.type : undefined;
}

const FRAMES = [
  '{"type":"response.done"}',
  ' {\n"a" : [ {"type":"no"} ] , "type"\t:\r"yes" } ',
  '{"\\u0074ype":"escaped key"}',
  '{"type":"\\u0072\\n\\"é😀"}',
  '{"type":"é😀"}',
  '{"type":"first","type":"last"}',
  '{"type":"first","\\u0074\\u0079pe":"last"}',
  '{"type":"string","type":7}',
  '{"type":7,"type":"string"}',
  '{"type":"outer","item":{"type":"inner"}}',
  '{"item":{"type":"inner"},"type":"outer"}',
  '{"item":{"type":"inner"}}',
  '{"text":"\\"type\\":\\"fake\\"","type":"real"}',
  '{"text":"\\\\","type":"real"}',
  '{"a":"{[","type":"real","b":"]}"}',
  '{"type":null}',
  '{"type":{"type":"inner"}}',
  '{"type":["inner"]}',
  '{"type":""}',
  '{"__proto__":{"type":"inner"}}',
  '{}',
  '[{"type":"inner"}]',
  '[]',
  '"type"',
  '"{\\"type\\":\\"x\\"}"',
  'null',
  '7',
];

describe('eventTypeOf', () => {
  for (const frame of FRAMES) {
    it(`[CD8] agrees with a full parse: ${frame.replace(/\s+/g, ' ')}`, () => {
      const expected = parsedType(frame);
      expect(eventTypeOf(frame)).toBe(expected);
      expect(eventTypeOf(bytes(frame))).toBe(expected);
      expect(eventTypeOf(Buffer.from(frame))).toBe(expected);
      expect(eventTypeOf(JSON.parse(frame))).toBe(
        typeof JSON.parse(frame) === 'string' ? eventTypeOf(JSON.parse(frame)) : expected,
      );
    });
  }

  it('[CD8] agrees with a full parse for any JSON, in any spelling', () => {
    const key = fc.constantFrom('type', 'a', '"type"', '\\', '{', 'typ\u00e9', 'type ');
    const string = fc.oneof(fc.constantFrom(...SERVER_EVENT_TYPES, '"', '\\', '{"type":"x"}', '😀'), fc.string());
    const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        string,
        fc.constantFrom(null, true, 1.5),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((pairs) => new Pairs(pairs)),
    }));
    fc.assert(
      fc.property(value, fc.infiniteStream(fc.nat({ max: 15 })), (input, choices) => {
        const text = write(input, () => Number(choices.next().value));
        const expected = parsedType(text);
        expect(eventTypeOf(text)).toBe(expected);
        expect(eventTypeOf(bytes(text))).toBe(expected);
        expect(eventTypeOf(Buffer.from(text))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('[CD8] never throws, and answers nothing where there is nothing', () => {
    for (const type of [...CLIENT_EVENT_TYPES, ...SERVER_EVENT_TYPES]) expect(eventTypeOf({ type })).toBe(type);
    const hostile = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error();
        },
      },
    );
    for (const nothing of [
      null,
      undefined,
      7,
      hostile,
      Object.create({ type: 'inherited' }),
      bytes('\u0000'),
      Uint8Array.of(0xff),
    ])
      expect(eventTypeOf(nothing)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void eventTypeOf(`{"type":"${text}`)));
  });
});

/** An object whose keys may repeat. */
class Pairs {
  readonly pairs: [string, unknown][];
  constructor(pairs: [string, unknown][]) {
    this.pairs = pairs;
  }
}

/** JSON text with blanks and escapes as the choices fall. */
function write(value: unknown, choose: () => number): string {
  const blank = () => ['', '', '', ' ', '\n', '\t', '\r'][choose() % 7] as string;
  const spell = (text: string) =>
    choose() > 3
      ? JSON.stringify(text)
      : `"${[...text].map((c) => ([...c].length === 1 && c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)).join('')}"`;
  if (typeof value === 'string') return blank() + spell(value) + blank();
  if (Array.isArray(value)) return `${blank()}[${value.map((each) => write(each, choose)).join()}${blank()}]`;
  if (value instanceof Pairs)
    return `${blank()}{${value.pairs.map(([key, each]) => `${blank()}${spell(key)}${blank()}:${write(each, choose)}`).join()}${blank()}}${blank()}`;
  return blank() + JSON.stringify(value) + blank();
}
