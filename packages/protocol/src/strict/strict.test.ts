// The profile `strict`, rule by rule. What the compiled seed makes of 881 texts is compared in tests/judge/seed-oracle.test.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeStrictItem, decodeStrictMcpCallError, decodeStrictPart, encodeStrict } from './strict.ts';
import { parseStrictJson } from './strict-json.ts';
import { toPlainJson } from './strict-values.ts';

const SEED = 20260;
const members = '"role":"user","content":[]';
const tools = (entry: string) => `{"type":"mcp_list_tools","server_label":"s","tools":[${entry}]}`;
const schema = (text: string) => tools(`{"input_schema":${text},"name":"t"}`);
const failed = (code: string) => `{"type":"http_error","code":${code},"message":"m"}`;

const accepts = (input: unknown) => decodeStrictItem(input).ok;
const refusal = (input: unknown) => {
  const decoded = decodeStrictItem(input);
  return decoded.ok ? undefined : [decoded.issues[0].code, decoded.issues[0].param];
};
const reprint = (input: unknown) => {
  const decoded = decodeStrictItem(input);
  return decoded.ok ? encodeStrict(decoded.value) : decoded.issues[0].message;
};

describe('decodeStrictItem', () => {
  it('[CD2] S1 finds the tag anywhere and however it is escaped, and wants it exact', () => {
    expect(reprint(`{${members},"\\u0074ype":"m\\u0065ssage"}`)).toBe('{"type":"message","content":[],"role":"user"}');
    expect(refusal(`{${members}}`)).toEqual(['missing_required_parameter', 'type']);
    expect(refusal(`{"type":1,${members}}`)).toEqual(['invalid_type', 'type']);
    expect(refusal(`{"type":"Message",${members}}`)).toEqual(['invalid_value', 'type']);
    expect(refusal(`{"type":"constructor",${members}}`)).toEqual(['invalid_value', 'type']);
  });

  it('[CD2] S2 to S4 a required field is there and not null, an optional null is absent, nothing is coerced', () => {
    expect(refusal('{"type":"message","role":"user"}')).toEqual(['missing_required_parameter', 'content']);
    expect(refusal('{"type":"message","role":"user","content":null}')).toEqual(['invalid_type', 'content']);
    expect(
      refusal('{"type":"message","role":"user","content":[{"type":"input_text"},{"type":"input_text","text":1}]}'),
    ).toEqual(['invalid_type', 'content[1].text']);
    expect(reprint(`{"type":"message",${members},"id":null}`)).toBe('{"type":"message","content":[],"role":"user"}');
  });

  it('[CD2] S5 and S17 an enum value is exact, and may be the only key of an object', () => {
    expect(refusal('{"type":"message","role":"developer","content":[]}')).toEqual(['invalid_value', 'role']);
    expect(reprint('{"type":"message","role":{"user":null},"content":[],"status":{"completed":{}}}')).toBe(
      '{"type":"message","content":[],"role":"user","status":"completed"}',
    );
    for (const role of ['{"user":1}', '{"user":[]}', '{"user":null,"user":null}', '{}', '["user"]', '{"boss":null}']) {
      expect(accepts(`{"type":"message","role":${role},"content":[]}`), role).toBe(false);
    }
  });

  it('[CD2] S6 and S7 unknown fields may repeat and are dropped, a known one may not', () => {
    expect(reprint(`{"type":"message",${members},"zzz":1,"zzz":[2]}`)).toBe(
      '{"type":"message","content":[],"role":"user"}',
    );
    expect(refusal(`{"type":"message",${members},"id":null,"id":"a"}`)).toEqual(['invalid_event', 'id']);
    expect(refusal(`{"type":"message",${members},"type":"message"}`)).toEqual(['invalid_event', 'type']);
    expect(refusal('{"type":"message","role":"user","content":[{"type":"input_text","text":"a","text":"a"}]}')).toEqual(
      ['invalid_event', 'content[0].text'],
    );
  });

  it('[CD2] S9 free-form JSON keeps its order and the last of equal keys in the place of the first', () => {
    expect(reprint(schema('{"b":1,"a":0,"b":2}'))).toBe(schema('{"b":2,"a":0}'));
    expect(reprint(schema('null'))).toBe(schema('null'));
    expect(reprint(tools('{"input_schema":1,"name":"t","annotations":null}'))).toBe(schema('1'));
    expect(refusal(tools('{"name":"t"}'))).toEqual(['missing_required_parameter', 'tools[0].input_schema']);
  });

  it('[CD7] keys such as __proto__ and constructor are data, and no prototype is touched', () => {
    const text = schema('{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":2}');
    expect(reprint(text)).toBe(text);
    expect(reprint(JSON.parse(text))).toBe(text);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(reprint(`{"type":"message",${members},"__proto__":{"id":"x"}}`)).toBe(
      '{"type":"message","content":[],"role":"user"}',
    );
  });

  it('[CD2] S10 to S12 reads JSON to the letter, unknown fields included', () => {
    const bad = ['01', '1.', '.5', '+1', '-', '1e', 'NaN', '1e400', '-1e400', "'a'", '"\\x41"', '"\\u12"', '"a\nb"'];
    const lone = [
      '"\\ud800"',
      '"\\udc00"',
      '"\\ud800x"',
      '"\\ud800\\ud800"',
      '"\\ud800\udc00"',
      '"\ud800"',
      '"\udc00a"',
    ];
    for (const zzz of [...bad, ...lone, '"', '[1,]', '[,1]', '{"a":1,}', '{a:1}', '{"a" 1}', 'nul', 'tru', '']) {
      expect(refusal(`{"type":"message",${members},"zzz":${zzz}}`), zzz).toEqual(['invalid_json', null]);
    }
    for (const zzz of [
      '-0',
      '0e999',
      '1e-400',
      '"\\u0000\\ud83d\\ude00\\/"',
      ' [ 1 , { } ]\r\n\t',
      '1.7976931348623157e308',
    ]) {
      expect(accepts(`{"type":"message",${members},"zzz":${zzz}}`), zzz).toBe(true);
    }
    expect(refusal(`{"type":"message",${members}},`)).toEqual(['invalid_json', null]);
    expect(refusal(`\ufeff{"type":"message",${members}}`)).toEqual(['invalid_json', null]);
    expect(refusal('')).toEqual(['invalid_json', null]);
  });

  it('[CD2] S13 containers nest 127 deep, and no depth is dear', () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(accepts(`{"type":"message",${members},"zzz":${deep(126)}}`)).toBe(true);
    expect(accepts(`{"type":"message",${members},"zzz":${deep(127)}}`)).toBe(false);
    expect(accepts(schema(deep(124)))).toBe(true);
    expect(accepts(schema(deep(125)))).toBe(false);
    expect(reprint(JSON.parse(schema(deep(124))))).toBe(schema(deep(124)));
    expect(accepts(JSON.parse(schema(deep(125))))).toBe(false);
    expect(refusal('['.repeat(2_000_000))).toEqual(['invalid_json', null]);
    expect(refusal('{"a":'.repeat(2_000_000))).toEqual(['invalid_json', null]);
  });

  it('[CD2] S14 has no limit on parts and lengths', () => {
    const content = Array.from({ length: 20_000 }, () => ({ type: 'input_text', text: '' }));
    expect(accepts(JSON.stringify({ type: 'message', role: 'user', content }))).toBe(true);
    expect(accepts(JSON.stringify({ type: 'message', role: 'user', content: [], id: 'x'.repeat(1_000_000) }))).toBe(
      true,
    );
  });

  it('[CD2] S15 and S16 a tagged value or a list entry may be an array of exactly all its fields', () => {
    expect(reprint('["message",[["input_text","t"]],{"user":null},null,null,"completed"]')).toBe(
      '{"type":"message","content":[{"type":"input_text","text":"t"}],"role":"user","status":"completed"}',
    );
    expect(reprint(tools('[{},"t",null,null]'))).toBe(schema('{}'));
    for (const text of [
      '[]',
      '["message"]',
      '["message",[],"user",null,null]',
      '["message",[],"user",null,null,null,null]',
    ]) {
      expect(accepts(text), text).toBe(false);
    }
    expect(accepts(tools('[{},"t",null]'))).toBe(false);
  });

  it('[CD2] takes a parsed value for what it says, without the prototype', () => {
    expect(
      reprint({ type: 'message', role: 'user', content: [{ type: 'input_text', text: null }], id: undefined }),
    ).toBe('{"type":"message","content":[{"type":"input_text"}],"role":"user"}');
    expect(refusal(Object.create({ type: 'message', role: 'user', content: [] }))).toEqual([
      'missing_required_parameter',
      'type',
    ]);
    for (const root of [undefined, null, true, 1, 1n, Symbol('s'), () => 1]) {
      expect(refusal(root)).toEqual(['invalid_event', null]);
    }
    for (const value of [
      Number.NaN,
      1n,
      Symbol('s'),
      () => 1,
      '\ud800',
      [undefined],
      { '\udc00': 1 },
      { a: { b: Infinity } },
    ]) {
      const entry = { input_schema: value, name: 't' };
      expect(refusal({ type: 'mcp_list_tools', server_label: 's', tools: [entry] })).toEqual([
        'invalid_type',
        'tools[0].input_schema',
      ]);
    }
  });

  it('[RD11] messages do not hold what they refuse', () => {
    const secret = 'sk-very-secret';
    const inputs = [
      `{"type":"${secret}"}`,
      `{"type":"message","role":"${secret}","content":[]}`,
      `{"type":"message","role":"user","content":"${secret}"}`,
      `{"type":"message","${secret}`,
      `${secret}`,
    ];
    for (const input of inputs) {
      const decoded = decodeStrictItem(input);
      expect(decoded.ok).toBe(false);
      expect(JSON.stringify(decoded)).not.toContain(secret);
    }
  });
});

describe('bytes', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('[CD2] S11 reads UTF-8, and refuses a byte order mark and what is no UTF-8', () => {
    const text = `{"type":"message",${members},"id":"é€😀\u{10ffff}"}`;
    expect(reprint(bytes(text))).toBe(reprint(text));
    expect(reprint(bytes(text))).toContain('é€😀\u{10ffff}');
    expect(refusal(bytes(`\ufeff{"type":"message",${members}}`))).toEqual(['invalid_json', null]);
    expect(refusal(new Uint8Array([0x22, 0xff, 0x22]))).toEqual(['invalid_json', null]);
  });

  it(`[CD2] S11 agrees with the platform's decoder on any bytes (seed ${SEED})`, () => {
    const lead = fc.constantFrom(0x61, 0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
    const some = fc.array(fc.oneof(lead, fc.integer({ min: 0x80, max: 0xbf }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(some, (middle) => {
        const bytes = new Uint8Array([0x22, ...middle, 0x22]);
        let text: string | undefined;
        try {
          text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          // The platform says so by throwing.
        }
        const read = parseStrictJson(bytes);
        if (text === undefined) expect(read.ok).toBe(false);
        else expect(read).toEqual(parseStrictJson(text));
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it('reads more characters than one call takes arguments', () => {
    const text = '😀é'.repeat(20_000);
    expect(parseStrictJson(bytes(`"${text}"`))).toEqual({ ok: true, value: text });
  });
});

describe('decodeStrictMcpCallError', () => {
  it('[CD2] S8 wants an integer literal of 64 bits, and keeps every digit', () => {
    for (const code of ['404', '-1', '0', '9007199254740993', '9223372036854775807', '-9223372036854775808']) {
      const decoded = decodeStrictMcpCallError(failed(code));
      expect(decoded.ok && encodeStrict(decoded.value)).toBe(failed(code));
    }
    for (const code of ['1.0', '1e2', '-0', '9223372036854775808', '-9223372036854775809', '"404"', 'null', '0.0']) {
      expect(decodeStrictMcpCallError(failed(code)).ok, code).toBe(false);
    }
  });

  it('[CD2] S8 gives a bigint beyond 2^53 − 1, and leaves a parsed value as given', () => {
    const code = (input: unknown) => {
      const decoded = decodeStrictMcpCallError(input);
      return decoded.ok && 'code' in decoded.value ? decoded.value.code : undefined;
    };
    expect(code(failed('9007199254740991'))).toBe(9007199254740991);
    expect(code(failed('9007199254740992'))).toBe(9007199254740992n);
    expect(code({ type: 'http_error', code: 2 ** 53, message: 'm' })).toBe(2 ** 53);
    expect(code({ type: 'http_error', code: 2n ** 63n - 1n, message: 'm' })).toBe(2n ** 63n - 1n);
    for (const beyond of [2 ** 63, 2n ** 63n, -(2n ** 63n) - 1n, 1.5, -0, Number.NaN, Infinity]) {
      expect(code({ type: 'http_error', code: beyond, message: 'm' }), String(beyond)).toBeUndefined();
    }
    expect(encodeStrict({ type: 'http_error', code: 2 ** 62, message: 'm' })).toBe(failed('4611686018427387904'));
  });
});

describe('encodeStrict', () => {
  it('[CD2] S20 and S21 prints type first, then declaration order, escaping only what it must', () => {
    const text = '"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é😀';
    expect(encodeStrict({ transcript: text, zzz: 1, audio: 'AAAA', type: 'input_audio' })).toBe(
      '{"type":"input_audio","audio":"AAAA","transcript":"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028é😀"}',
    );
  });

  it('[CD2] S22 prints an equal number, and keeps the sign of zero', () => {
    expect(reprint(schema('[1.0,-0.0,1e21,1e-7,5e-324]'))).toBe(schema('[1,-0.0,1e+21,1e-7,5e-324]'));
  });

  it('answers undefined for what is no item, part or error', () => {
    const cycle: Record<string, unknown> = { a: [1] };
    cycle.self = [cycle, cycle];
    const twice = Array.from({ length: 90 }).reduce((shared) => [shared, shared], 'x' as unknown);
    const entry = (input_schema: unknown) => ({
      type: 'mcp_list_tools',
      server_label: 's',
      tools: [{ input_schema, name: 't' }],
    });
    const hostile = [
      undefined,
      'text',
      `{"type":"message",${members}}`,
      new TextEncoder().encode('["input_text","t"]'),
      { type: 'item_reference', id: 'i' },
      entry(cycle),
      entry(twice),
      entry({ toJSON: () => 1 }),
      { type: 'input_text', text: '\ud800' },
    ];
    for (const value of hostile) expect(encodeStrict(value)).toBeUndefined();
  });
});

describe('any input at all', () => {
  const decoders = [decodeStrictItem, decodeStrictPart, decodeStrictMcpCallError];
  const survives = (input: unknown) => {
    for (const decoder of decoders) {
      const decoded = decoder(input);
      if (decoded.ok) expect(encodeStrict(decoded.value)).toBeTypeOf('string');
      else expect(decoded.issues.length).toBeGreaterThan(0);
    }
    encodeStrict(input);
  };

  it('[CD1] getters, proxies and what they throw become issues', () => {
    const trap = (): never => {
      throw new Error('sk-trap');
    };
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    const inputs: unknown[] = [
      new Proxy({}, { get: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap }),
      revoked.proxy,
      new Proxy(new Uint8Array(3), {}),
      {
        get type() {
          return trap();
        },
      },
      {
        type: 'message',
        content: [],
        get role() {
          return trap();
        },
      },
      {
        type: 'message',
        content: [],
        role: {
          get user() {
            return trap();
          },
        },
      },
      { type: 'message', content: new Array(4_000_000_000), role: 'user' },
    ];
    for (const input of inputs) {
      survives(input);
      expect(JSON.stringify(decodeStrictItem(input))).toMatch(/^\{"ok":false/);
      expect(JSON.stringify(decodeStrictItem(input))).not.toContain('sk-trap');
    }
  });

  it(`[CD1] no text and no value makes it throw (seed ${SEED})`, { tags: 'long' }, () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withTypedArray: true,
    });
    const part = fc.record({
      type: fc.constantFrom('input_text', 'input_audio', 'x'),
      text: anything,
      audio: anything,
    });
    const item = fc.record(
      {
        type: fc.constantFrom('message', 'mcp_list_tools', 'mcp_call'),
        role: anything,
        content: fc.array(part),
        tools: anything,
      },
      { requiredKeys: [] },
    );
    const any = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.uint8Array(), anything, item, part);
    fc.assert(fc.property(any, survives), { seed: SEED, numRuns: 2000 });
  });

  it(`[CD2] S10 accepts the JSON that JSON.parse accepts, and reads the same values (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const read = parseStrictJson(text);
        expect(read.ok && toPlainJson(read.value, 127)).toEqual(JSON.parse(text));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
