// The fast paths of the decoder (`measure.ts` with `checks.generated.ts`, and `delta-scanner.ts`) agree with the slow path.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientEvent, decodeServerEvent } from './codec/codec.ts';
import { createDeltaMemo, type DeltaMemo, scanDelta } from './codec/delta-scanner.ts';
import { measureClientEvent, measureServerEvent } from './schema/checks.generated.ts';
import { ROOM_FOR_WRONG } from './schema/measure.ts';
import type { Node } from './schema/schema.ts';
import { ClientEvent } from './wire/realtime-client-events.ts';
import { ServerEvent } from './wire/realtime-server-events.ts';

const RUNS = 4000;

/** What parsing and then judging the value says. */
function slow(frame: string, decode: (frame: unknown) => unknown): unknown {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return { ok: false, issues: [{ code: 'invalid_json', param: null }] };
  }
  // A string would be taken for text again; to an event it is as good as a list.
  return decode(typeof value === 'string' ? [] : value);
}

function expectAlike(frame: string, decode: (frame: unknown) => unknown, fast = decode): void {
  const expected = slow(frame, decode) as { value?: unknown };
  const got = fast(frame) as { value?: unknown };
  expect(got, frame).toMatchObject(expected);
  expect(JSON.stringify(got.value), frame).toBe(JSON.stringify(expected.value));
}

const word = fc.oneof(
  fc.constantFrom('', 'a', 'é', '"', '\\', '\n', '\u0001', '😀', '\ud800', '__proto__'),
  fc.string({ maxLength: 12 }),
);
const anything: fc.Arbitrary<unknown> = fc.oneof(
  word,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1000, 24000, 1e21, 1786012345, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values a schema asks for, now and then something else. */
function arbitraryOf(node: Node): fc.Arbitrary<unknown> {
  const known = new Map<Node, fc.Arbitrary<unknown>>();
  const make = (of: Node): fc.Arbitrary<unknown> => {
    const right = known.get(of) ?? known.set(of, ofKind(of)).get(of);
    return fc.oneof({ weight: 60, arbitrary: right as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything });
  };
  const ofKind = (of: Node): fc.Arbitrary<unknown> => {
    switch (of.kind) {
      case 'string':
        return word;
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.oneof(fc.nat(), fc.constantFrom(0, 9, 10, 99, 100, 999, 1000, 1e9, 2 ** 53, -5));
      case 'number':
        return fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat());
      case 'json':
        return of.object
          ? fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
          : fc.jsonValue({ maxDepth: 2 });
      case 'choice':
        return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...of.values) }, { weight: 1, arbitrary: word });
      case 'nullable':
        return fc.oneof(make(of.of), fc.constant(null));
      case 'optional':
        return make(of.of);
      case 'lazy':
        return make(of.get());
      case 'either':
        return fc.oneof(...of.of.map(make));
      case 'array':
        return fc.array(make(of.of), { maxLength: 3 });
      case 'record':
        return fc.dictionary(word, make(of.of), { maxKeys: 3 });
      case 'variants':
        return fc.oneof(
          ...Object.entries(of.of).map(([tag, each]) => make(each).map((value) => tagged(value, of.tag, tag))),
        );
      case 'object': {
        const fields = Object.entries(of.fields).map(([name, field]) =>
          fc.tuple(fc.constant(name), make(field), field.kind === 'optional' ? fc.nat(3) : fc.constant(1)),
        );
        const extra = fc.option(fc.tuple(word, anything), { freq: 12 });
        return fc.tuple(fc.tuple(...fields), extra).map(([all, more]) => {
          const samples = all.flatMap(([name, value, choice]) =>
            choice === 0 ? [] : [[name, choice === 3 ? null : value]],
          );
          return Object.fromEntries(more ? [...samples, more] : samples);
        });
      }
    }
  };
  return make(node);
}

const tagged = (value: unknown, tag: string, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { [tag]: name, ...value, [tag]: name } : value;

/** Small damages to a text, and other spellings of it. */
const damage = fc.tuple(
  fc.nat(7),
  fc.nat(),
  fc.constantFrom(
    '"',
    '\\',
    '\u0001',
    ' ',
    ',',
    '1e999',
    ',"":1e999',
    '{',
    '[',
    '\u0141',
    '\\u0061',
    ',"type":"error"',
    ',"delta":"x"',
    '"}',
  ),
);
function damaged(text: string, [how, where, what]: [number, number, string]): string {
  const at = where % (text.length + 1);
  if (how < 3) return text;
  if (how < 5) return text.slice(0, at) + what + text.slice(at);
  if (how === 5) return text.slice(0, at) + text.slice(at + 1);
  if (how === 6) return text.replace(/[,:{}[\]]/g, (mark) => `${mark} `);
  return text.replace(/}$/, `${what}}`);
}

const hasDuplicates = (text: string) => {
  const decoded = decodeClientEvent(text, { profile: 'server', memo: createDeltaMemo() });
  return !decoded.ok && decoded.issues[0].message.startsWith('Duplicate key');
};

describe('checks.generated.ts', { tags: 'long' }, () => {
  it('is what the schemas say', () => {
    const script = fileURLToPath(new URL('../../../scripts/emit-checks.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toContain('is current');
  });

  for (const [what, schema, measure, decode] of [
    ['server', ServerEvent, measureServerEvent, decodeServerEvent],
    ['client', ClientEvent, measureClientEvent, decodeClientEvent],
  ] as const) {
    it(`never takes a value for longer than its shortest text, nor a wrong one for right: ${what} events`, () => {
      let right = 0;
      fc.assert(
        fc.property(arbitraryOf(schema.node), (value) => {
          const text = JSON.stringify(value);
          const plain = JSON.parse(text);
          const least = measure(plain);
          if (Number.isNaN(least)) return;
          right++;
          expect(least).toBeLessThanOrEqual(text.length);
          expect(schema.check(plain)).toBeUndefined();
        }),
        { numRuns: RUNS },
      );
      expect(right).toBeGreaterThan(RUNS / 4);
    });

    it(`[CD1] answers as the slow lane does: ${what} events`, () => {
      fc.assert(
        fc.property(arbitraryOf(schema.node), damage, (value, how) => {
          expectAlike(damaged(JSON.stringify(value), how), decode);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it('leaves no room for what is wrong where numbers have shorter spellings', () => {
    const frame =
      '{"type":"input_audio_buffer.timeout_triggered","audio_start_ms":1e9,"audio_end_ms":1e9,"item_id":"","":1e999}';
    expect(frame.length - measureServerEvent(JSON.parse(frame))).toBeGreaterThanOrEqual(ROOM_FOR_WRONG);
    expect(decodeServerEvent(frame).ok).toBe(false);
  });
});

describe('delta-scanner.ts', { tags: 'long' }, () => {
  const place = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  const call = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, call_id: 'call_1' };
  const kinds = {
    'response.output_text.delta': place,
    'response.output_audio.delta': place,
    'response.output_audio_transcript.delta': place,
    'response.function_call_arguments.delta': call,
    'conversation.item.input_audio_transcription.delta': { item_id: 'item_1', content_index: 0 },
  };
  const both = (frame: unknown, memo: DeltaMemo) => {
    const client = decodeClientEvent(frame, { memo });
    return client.ok ? client : decodeServerEvent(frame, { memo });
  };
  const decode = (frame: unknown) => {
    const client = decodeClientEvent(frame);
    return client.ok ? client : decodeServerEvent(frame);
  };

  for (const [type, more] of Object.entries(kinds)) {
    it(`recognises ${type}`, () => {
      const memo = createDeltaMemo();
      const frame = (event_id: string, delta: string) => JSON.stringify({ type, event_id, ...more, delta });
      for (const right of [
        frame('event_1', 'AAAA'),
        frame('event_22', 'BBBBBBBB'),
        frame('', ''),
        frame('e', 'AAAA').replace('item_1', 'item_2'),
        frame('e', 'AAAA'),
      ]) {
        expect(scanDelta(right, 'server', memo)).toStrictEqual(JSON.parse(right));
        expect(scanDelta(right, 'client', memo)).toBeUndefined();
      }
      for (const other of [
        frame('event_2', 'A"A'),
        frame('e"', 'AAAA'),
        frame('e\n', 'AAAA'),
        frame('é', 'AAAA'),
        frame('e', 'AAAA').replace('item_1', 'item\n1'),
        frame('e', 'AAAA').replace('index":0', 'index":00').replace('call_1', 'call_"'),
        frame('e', 'AAAA').replace(',"item_id"', ', "item_id"'),
      ])
        expect(scanDelta(other, 'server', memo), other).toBeUndefined();
    });
  }

  it('recognises appends, with and without an id, and as Python prints them', () => {
    const spaced = (text: string) => text.replace(/[:,]/g, '$& ');
    for (const [id, spelled] of [
      [{}, String],
      [{ event_id: 'e1' }, String],
      [{}, spaced],
    ] as const) {
      const memo = createDeltaMemo();
      const frame = (audio: string) => spelled(JSON.stringify({ type: 'input_audio_buffer.append', ...id, audio }));
      for (const right of ['BBBBBB==', 'BBBB', ''])
        expect(scanDelta(frame(right), 'client', memo)).toStrictEqual(JSON.parse(frame(right)));
      expect(scanDelta(frame('BBBB'), 'server', memo)).toBeUndefined();
      expect(decodeServerEvent(frame('BBBB'), { memo })).toMatchObject({ ok: true, known: false });
      for (const wrong of ['BBBB\u0001', 'BB\u0141B', 'BBB', 'B"BB', '=BBB'])
        expect(scanDelta(frame(wrong), 'client', memo)).toBeUndefined();
      expect(scanDelta(frame('BBBB').replace('BBBB', 'BB\u0001B'), 'client', memo)).toBeUndefined();
      expect(scanDelta(frame('BBBB').replace('BBBB', 'BB\nB'), 'client', memo)).toBeUndefined();
    }
  });

  it('[IB2] recognises appends for a server, which asks for strict base64', () => {
    const memo = createDeltaMemo();
    const server = (audio: string, event_id = 'e') =>
      decodeClientEvent(JSON.stringify({ type: 'input_audio_buffer.append', event_id, audio }), {
        profile: 'server',
        memo,
      });
    for (let i = 0; i < 2; i++) {
      expect(server('AAAAAA==')).toMatchObject({ ok: true, audio_bytes: [4] });
      expect(server('')).toMatchObject({ ok: true, audio_bytes: [0] });
      expect(server('AB==')).toMatchObject({ ok: false, event_id: 'e', issues: [{ param: 'audio' }] });
      expect(server('AA-_')).toMatchObject({ ok: false, issues: [{ param: 'audio' }] });
      expect(server('AAAA', 'e'.repeat(513))).toMatchObject({ ok: false, issues: [{ param: 'event_id' }] });
      expect(server('AAAA', '\ud800')).toMatchObject({ ok: false, issues: [{ code: 'invalid_event' }] });
    }
  });

  it('[CD1] answers as the slow lane does, whatever character stands wherever in a payload', () => {
    const memo = createDeltaMemo();
    const frame = (delta: string) =>
      `{"type":"response.output_audio.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"${delta}"}`;
    const digits = 'Az09+/-_'.repeat(6000);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x1ff }),
        fc.nat(digits.length / 4),
        fc.nat(digits.length - 1),
        fc.boolean(),
        (unit, quanta, where, isAdded) => {
          const payload = digits.slice(0, quanta * 4);
          const at = where % (payload.length + 1);
          const input = frame(payload.slice(0, at) + String.fromCharCode(unit) + payload.slice(isAdded ? at : at + 1));
          expectAlike(input, decodeServerEvent, (each) => decodeServerEvent(each, { memo }));
        },
      ),
      { numRuns: RUNS / 4 },
    );
  });

  it('is not taken in by a frame that repeats its keys', () => {
    const memo = createDeltaMemo();
    const frame = (id: string, delta: string, between: string) =>
      `{"type":"response.output_text.delta","event_id":"${id}","response_id":"r","item_id":"i"${between},"output_index":0,"content_index":0,"delta":"${delta}"}`;
    for (const between of [
      ',"event_id":"a"',
      ',"\\u0065vent_id":"a"',
      ',"type":"response.output_audio.delta"',
      ',"delta":"a"',
      ',"item_id":"j"',
      ',"x":1',
    ]) {
      for (const id of ['a', 'b', 'a'])
        for (const delta of ['a', 'b']) {
          expectAlike(frame(id, delta, between), decode, (text) => both(text, memo));
        }
    }
  });

  it('[CD1] answers as the slow lane does, whatever came before', () => {
    const text = fc.oneof(
      fc.constantFrom('', ' word', 'AAAA', 'AAA=', 'A'.repeat(300), 'AB==', 'AAAA'.repeat(700)),
      word,
    );
    const event = fc.record({
      type: fc.constantFrom(...Object.keys(kinds), 'response.mcp_call_arguments.delta', 'input_audio_buffer.append'),
      event_id: fc.constantFrom('e1', 'e22', 'é', '\u0001', '"', ''),
      item_id: fc.constantFrom('item_1', 'item_2', 'type'),
      payload: text,
      extra: fc.constantFrom({}, {}, {}, { obfuscation: 'x' }),
    });
    const frame = event.map(({ type, event_id, item_id, payload, extra }) =>
      JSON.stringify(
        type === 'input_audio_buffer.append'
          ? { type, ...(event_id === '' ? {} : { event_id }), audio: payload }
          : { type, event_id, ...(kinds[type as keyof typeof kinds] ?? call), item_id, delta: payload, ...extra },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(frame, damage), { minLength: 2, maxLength: 12 }), (frames) => {
        const memo = createDeltaMemo();
        for (const [input, how] of frames) {
          const text = damaged(input, how);
          expectAlike(text, decode, (each) => both(each, memo));
          const server = { profile: 'server' } as const;
          // A parsed value has lost the keys that were given twice, which a server refuses.
          if (!hasDuplicates(text))
            expectAlike(
              text,
              (each) => decodeClientEvent(each, server),
              (each) => decodeClientEvent(each, { ...server, memo }),
            );
        }
      }),
      { numRuns: RUNS },
    );
  });
});
