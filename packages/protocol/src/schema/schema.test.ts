import { describe, expect, expectTypeOf, it } from 'vitest';
import type { RealtimeContentPart, RealtimeConversationItem } from '../wire/realtime-conversation.ts';
import { RealtimeConversationItem as Item, RealtimeContentPart as Part } from '../wire/realtime-conversation.ts';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import {
  array,
  boolean,
  choice,
  either,
  expected,
  integer,
  json,
  jsonObject,
  literal,
  nullable,
  number,
  object,
  optional,
  record,
  type Schema,
  string,
  variants,
} from './schema.ts';

// ---- What the compiler refuses: an interface and a schema that say different things ----

interface Part1 {
  type: 'one';
  text: string;
  detail?: string;
  note: string | null;
}
interface Part2 {
  type: 'two';
}
const one = { type: literal('one'), text: string(), detail: optional(string()), note: nullable(string()) };

const refusedByTheCompiler = () => {
  // @ts-expect-error a field is missing
  object<Part1>({ type: literal('one'), text: string(), detail: optional(string()) });
  // @ts-expect-error a field is unknown
  object<Part1>({ ...one, further: string() });
  // @ts-expect-error optional in the interface only
  object<Part1>({ ...one, detail: string() });
  // @ts-expect-error optional in the schema only
  object<Part1>({ ...one, text: optional(string()) });
  // @ts-expect-error null in the interface only
  object<Part1>({ ...one, note: string() });
  // @ts-expect-error null in the schema only
  object<Part1>({ ...one, text: nullable(string()) });
  // @ts-expect-error a variant is forgotten
  variants<Part1 | Part2>({ one: object<Part1>(one) });
  // @ts-expect-error a wrong type
  object<Part1>({ ...one, text: integer() });
  // @ts-expect-error a wrong literal
  object<Part1>({ ...one, type: literal('two') });
};

describe('interfaces and schemas', () => {
  it('the compiler holds them together in nine ways', () => {
    expect(refusedByTheCompiler).toBeTypeOf('function');
    expect(object<Part1>(one).check({ type: 'one', text: '', note: null })).toBeUndefined();
  });

  it('a schema is of its interface, and unions are told apart by type', () => {
    expectTypeOf(Item).toEqualTypeOf<Schema<RealtimeConversationItem>>();
    expectTypeOf<RealtimeConversationItem['type']>().toEqualTypeOf<
      | 'message'
      | 'function_call'
      | 'function_call_output'
      | 'mcp_approval_response'
      | 'mcp_list_tools'
      | 'mcp_call'
      | 'mcp_approval_request'
    >();
    expectTypeOf<Extract<RealtimeContentPart, { type: 'input_audio' }>>().toEqualTypeOf<{
      type: 'input_audio';
      audio?: string | null;
      transcript?: string | null;
    }>();
    expectTypeOf<Extract<ServerEvent, { type: 'response.output_text.delta' }>['delta']>().toEqualTypeOf<string>();
    expectTypeOf<Extract<ServerEvent, { type: 'response.done' }>['response']['usage']>().toBeNullable();
    expectTypeOf<Schema<string>>().not.toMatchTypeOf<Schema<string | null>>();
    expectTypeOf(either(integer(), literal('inf'))).toEqualTypeOf<Schema<number | 'inf'>>();
    expectTypeOf(array(choice('a', 'b'))).toEqualTypeOf<Schema<('a' | 'b')[]>>();
    expectTypeOf(record(string())).toEqualTypeOf<Schema<Record<string, string>>>();
  });
});

// ---- What the kernel says ----

const says = (schema: Schema<never>, value: unknown, profile?: 'tolerant' | 'server' | 'strict') => {
  const issue = schema.check(value, profile);
  return issue && `${issue.code} ${issue.param}`;
};
const any = (schema: unknown) => schema as Schema<never>;

describe('check', () => {
  it('[ER10] words its refusals as the real service does, and names one path', () => {
    const Shape = object<{ type: 'a'; count: number; list: { text: string }[] }>({
      type: literal('a'),
      count: integer({ min: 1, max: 9 }),
      list: array(object<{ text: string }>({ text: string({ max: 3 }) }), { max: 2 }),
    });
    const value = { type: 'a', count: 1, list: [{ text: 'abc' }] };
    const verdicts = [
      value,
      { ...value, list: [{ text: 'abc' }, {}] },
      { ...value, list: [{ text: 'abc' }, { text: 1 }] },
      { ...value, list: [{ text: 'abcd' }] },
      { ...value, list: [{ text: 'a' }, { text: 'a' }, { text: 'a' }] },
      { ...value, count: 0 },
      { ...value, count: 10 },
      { ...value, count: 1.5 },
      { ...value, type: 'b' },
      { ...value, more: 1 },
      null,
    ].map((each) => Shape.check(each, 'server'));
    expect(verdicts).toEqual([
      undefined,
      {
        code: 'missing_required_parameter',
        param: 'list[1].text',
        message: "Missing required parameter: 'list[1].text'.",
      },
      {
        code: 'invalid_type',
        param: 'list[1].text',
        message: "Invalid type for 'list[1].text': expected a string, but got an integer instead.",
      },
      {
        code: 'string_above_max_length',
        param: 'list[0].text',
        message:
          "Invalid 'list[0].text': string too long. Expected a string with maximum length 3, but got 4 characters.",
      },
      {
        code: 'array_above_max_length',
        param: 'list',
        message: "Invalid 'list': array too long. Expected an array with maximum length 2, but got 3 elements.",
      },
      {
        code: 'integer_below_min_value',
        param: 'count',
        message: "Invalid 'count': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      },
      {
        code: 'integer_above_max_value',
        param: 'count',
        message: "Invalid 'count': integer above maximum value. Expected a value <= 9, but got 10 instead.",
      },
      {
        code: 'invalid_type',
        param: 'count',
        message: "Invalid type for 'count': expected an integer, but got a number instead.",
      },
      { code: 'invalid_value', param: 'type', message: "Invalid value: 'b'. Supported values are: 'a'." },
      { code: 'unknown_parameter', param: 'more', message: "Unknown parameter: 'more'." },
      { code: 'invalid_type', param: null, message: 'Invalid type: expected an object, but got null instead.' },
    ]);
  });

  it('[CD3] read tolerantly, the unknown passes: fields, enum strings, variants, broken bounds', () => {
    const Shape = object<{ word: 'a'; count: number }>({ word: literal('a'), count: integer({ max: 1 }) });
    expect(says(any(Shape), { word: 'z', count: 9, more: [] })).toBeUndefined();
    expect(says(any(Part), { type: 'hologram', depth: {} })).toBeUndefined();
    expect(says(any(Part), { type: 'hologram' }, 'server')).toBe('invalid_value type');
    expect(says(any(Part), { type: 'hologram' }, 'strict')).toBe('invalid_value type');
    expect(says(any(Part), {})).toBe('missing_required_parameter type');
    expect(says(any(Part), { type: 1 })).toBe('invalid_type type');
  });

  it('[CD3] null and absent are two things', () => {
    const Shape = object<{ may?: string; off: string | null; must: string; wanted?: string }>({
      may: optional(string()),
      off: nullable(string()),
      must: string(),
      wanted: expected(string()),
    });
    const value = { may: '', off: null, must: '', wanted: '' };
    expect(says(any(Shape), { ...value, may: null })).toBeUndefined();
    expect(says(any(Shape), { ...value, may: null }, 'strict')).toBe('invalid_type may');
    expect(says(any(Shape), { off: null, must: '' })).toBeUndefined();
    expect(says(any(Shape), { off: null, must: '' }, 'strict')).toBe('missing_required_parameter wanted');
    expect(says(any(Shape), { must: '' })).toBe('missing_required_parameter off');
    expect(says(any(Shape), { ...value, must: null })).toBe('invalid_type must');
  });

  it('judges numbers, free JSON and alternatives', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, true]) {
      expect(says(any(number()), wrong)).toBe('invalid_type null');
      expect(says(any(integer()), wrong)).toBe('invalid_type null');
    }
    expect(says(any(integer()), 1.0)).toBeUndefined();
    expect(says(any(number({ max: 1 })), 1.5, 'server')).toBe('decimal_above_max_value null');
    expect(says(any(number({ max: 1 })), 1.5, 'strict')).toBeUndefined();
    expect(says(any(number({ max: 1, official: true })), 1.5, 'strict')).toBe('decimal_above_max_value null');
    expect(says(any(json()), null)).toBeUndefined();
    expect(says(any(jsonObject()), [])).toBe('invalid_type null');
    expect(says(any(boolean()), 'true')).toBe('invalid_type null');
    const Size = either(integer({ max: 9 }), literal('inf'));
    expect(says(any(Size), 'inf', 'server')).toBeUndefined();
    expect(says(any(Size), 10, 'server')).toBe('integer_above_max_value null');
    expect(says(any(Size), 'huge', 'server')).toBe('invalid_value null');
    expect(says(any(Size), [])).toBe('invalid_type null');
  });

  it('[CD7] names of prototypes are data', () => {
    const Shape = object<{ toString?: string }>({ toString: optional(string()) } as never);
    expect(says(any(Shape), {})).toBeUndefined();
    expect(says(any(Part), { type: 'constructor' }, 'server')).toBe('invalid_value type');
    expect(says(any(Part), { type: '__proto__' }, 'strict')).toBe('invalid_value type');
    expect(says(any(object<object>({})), JSON.parse('{"__proto__":1}'), 'server')).toBe('unknown_parameter __proto__');
    expect(says(any(record(integer())), JSON.parse('{"__proto__":"x"}'))).toBe('invalid_type __proto__');
  });

  it('[CD1] never throws: getters, proxies, cycles', () => {
    const thrower = () => {
      throw new Error('CANARY');
    };
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const lists = array(json()) as Schema<unknown>;
    const hostile = [
      new Proxy({}, { get: thrower, getOwnPropertyDescriptor: thrower }),
      {
        get type() {
          return thrower();
        },
      },
    ];
    for (const value of hostile) {
      expect(Item.check(value)).toEqual({ code: 'invalid_type', param: null, message: 'the value cannot be read' });
    }
    expect(lists.check(cyclic)).toBeUndefined();
    expect(Item.check({ type: 'message', role: 'user', content: cyclic })?.param).toBe('content[0]');
  });

  it('[ER4] quotes at most 64 printable characters of a name it refuses', () => {
    const issue = Part.check({ type: `\u0007é${'x'.repeat(500)}` }, 'server');
    expect(issue?.message).toMatch(/^Invalid value: '\?\?x{61}…'\. Supported/);
    const Closed = object<object>({});
    expect(Closed.check({ [`\n${'y'.repeat(500)}`]: 1 }, 'server')?.message).toMatch(
      /^Unknown parameter: '\?y{62}…'\.$/,
    );
  });
});

// ---- Standard Schema v1 ----

/** As another library would use it, knowing nothing of ours: https://standardschema.dev */
interface StandardSchemaV1<Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}
type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
      }[];
    };

async function consume<T>(schema: StandardSchemaV1<T>, value: unknown): Promise<T> {
  const result = await schema['~standard'].validate(value);
  if (result.issues) throw new Error(result.issues.map((each) => `${each.path?.join('/')}: ${each.message}`).join());
  return result.value;
}

describe('~standard', () => {
  it('gives other libraries values of the right type, and issues with a path', async () => {
    const item = await consume(Item, { type: 'function_call', name: 'f', arguments: '{}' });
    expectTypeOf(item).toEqualTypeOf<RealtimeConversationItem>();
    expect(item).toEqual({ type: 'function_call', name: 'f', arguments: '{}' });
    const wrong = { type: 'message', role: 'user', content: [{ type: 'input_text' }, { type: 'input_text', text: 1 }] };
    await expect(consume(Item, wrong)).rejects.toThrow(
      "content/1/text: Invalid type for 'content[1].text': expected a string, but got an integer instead.",
    );
  });

  it('has version 1 and a vendor', () => {
    expect(Part['~standard']).toMatchObject({ version: 1, vendor: 'colloquy' });
    expect(Part['~standard'].validate(null)).toEqual({
      issues: [{ message: 'Invalid type: expected an object, but got null instead.', path: [] }],
    });
  });
});
