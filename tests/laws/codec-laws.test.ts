// The laws of decoding, encoding and redaction, on random values. Each title says its seed; fast-check prints the path to a
// counterexample. `npm run fuzz` tries the last of them for longer.

import { readFileSync } from 'node:fs';
import * as protocol from '@colloquy/protocol';
import {
  ClientEvent,
  type Decoded,
  decodeClientEvent,
  decodeItem,
  decodeServerEvent,
  encodeEvent,
  encodeItem,
  eventTypeOf,
  RealtimeConversationItem,
  redact,
  type Schema,
  ServerEvent,
  TranslationServerEvent,
  validateItem,
} from '@colloquy/protocol';
import { frameLaws, wrongWith } from '@support/frame-laws.mjs';
import { mutate, random, wireValue } from '@support/wire-values.mjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const SEED = 424242;
const RUNS = { seed: SEED, numRuns: 2000 };
const MUTATED_FRAMES = 110_000;

type Node = Schema<unknown>['node'];
const variantsOf = (schema: Schema<never>) => Object.values((schema.node as Extract<Node, { kind: 'variants' }>).of);
const SERVER_EVENTS = variantsOf(ServerEvent as never);
const CLIENT_EVENTS = variantsOf(ClientEvent as never);

/** Values of one of some schemas, by seed; `extras` is the share of what only a tolerant reader takes. */
const valuesOf = (nodes: readonly Node[], extras = 0) =>
  fc.nat().map((seed) => {
    const r = random(seed);
    return wireValue(r.of(nodes), r, { extras }) as Record<string, unknown>;
  });
const serverEvents = valuesOf(SERVER_EVENTS, 0.2);
const clientEvents = valuesOf(CLIENT_EVENTS, 0.2);
const items = valuesOf([RealtimeConversationItem.node], 0.2);

const text = (value: unknown) => JSON.stringify(value);
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(text(value)));

function valueIn<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(text(decoded.issues));
  return decoded.value;
}

/** Every object inside a value, itself included, whose keys are names of fields. */
function objectsIn(value: unknown, match: Record<string, unknown>[] = []): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return match;
  if (!Array.isArray(value)) match.push(value as Record<string, unknown>);
  for (const [key, inner] of Object.entries(value)) if (!RECORDS.has(key)) objectsIn(inner, match);
  return match;
}
const RECORDS = new Set(['metadata', 'headers', 'variables']);

describe(`what is decoded and encoded (seed ${SEED})`, () => {
  it('[CD3] tolerant gives back an equal text: unknown fields and enum strings, nulls and what is absent', () => {
    fc.assert(
      fc.property(serverEvents, (event) => encodeEvent(valueIn(decodeServerEvent(text(event)))) === text(event)),
      RUNS,
    );
    fc.assert(
      fc.property(
        clientEvents,
        (event) => encodeEvent(valueIn(decodeClientEvent(text(event), { keepUnknown: true }))) === text(event),
      ),
      RUNS,
    );
    fc.assert(
      fc.property(items, (item) => encodeItem(valueIn(decodeItem(text(item)))) === text(item)),
      RUNS,
    );
  });

  it('[CD3] a field nobody knows survives at any level', () => {
    const property = fc.property(serverEvents, fc.nat(), fc.jsonValue({ maxDepth: 3 }), (event, at, extra) => {
      const objects = objectsIn(event);
      Object.assign(objects[at % objects.length] as object, { x_new: extra });
      const input = plain(event);
      expect(plain(valueIn(decodeServerEvent(text(input))))).toEqual(input);
    });
    fc.assert(property, RUNS);
  });

  it('[CD3] an item and a part nobody knows survive in place', () => {
    const unknown = fc.record({ type: fc.string().map((name) => `new_${name}`), more: fc.jsonValue({ maxDepth: 2 }) });
    const known = valuesOf([RealtimeConversationItem.node]);
    const property = fc.property(fc.array(fc.oneof(unknown, known)), unknown, fc.nat(), (output, part, at) => {
      const message = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a' }] as unknown[] };
      message.content.splice(at % 2, 0, part);
      const event = { type: 'response.done', response: { output: [...output, message] } };
      expect(encodeEvent(valueIn(decodeServerEvent(text(event))))).toBe(text(event));
    });
    fc.assert(property, RUNS);
  });

  it('[CD5] an event nobody knows is kept from a server, and from a client on request', () => {
    const property = fc.property(
      fc.string(),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
      (name, more) => {
        const event = plain({ ...more, type: `new.${name}` });
        expect(decodeServerEvent(text(event))).toMatchObject({ ok: true, known: false });
        expect(plain(valueIn(decodeServerEvent(text(event))))).toEqual(event);
        expect(decodeClientEvent(text(event))).toMatchObject({ ok: false, issues: [{ param: 'type' }] });
        expect(plain(valueIn(decodeClientEvent(text(event), { keepUnknown: true })))).toEqual(event);
      },
    );
    fc.assert(property, RUNS);
  });

  it('[CD4] decoding what was encoded gives the same value, in every profile', () => {
    for (const profile of ['tolerant', 'server', 'strict'] as const) {
      let accepted = 0;
      const property = fc.property(fc.oneof(clientEvents, valuesOf(CLIENT_EVENTS)), (event) => {
        const decoded = decodeClientEvent(text(event), { profile });
        if (!decoded.ok) return;
        accepted++;
        expect(decodeClientEvent(encodeEvent(decoded.value), { profile })).toEqual(decoded);
      });
      fc.assert(property, RUNS);
      expect(accepted).toBeGreaterThan(RUNS.numRuns / 20);
    }
  });

  it('[CD1] text, bytes and parsed values get the same answer', () => {
    const property = fc.property(fc.oneof(serverEvents, clientEvents), fc.nat(), (event, seed) => {
      const input = plain(seed % 2 ? mutate(event, random(seed)) : event);
      for (const profile of ['tolerant', 'strict'] as const) {
        const answer = decodeServerEvent(text(input), { profile });
        expect(decodeServerEvent(new TextEncoder().encode(text(input)), { profile })).toEqual(answer);
        expect(decodeServerEvent(plain(input), { profile })).toEqual(answer);
      }
    });
    fc.assert(property, RUNS);
  });
});

describe(`profiles (seed ${SEED})`, () => {
  const rows = readFileSync(new URL('../data/seed-oracle.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; kind: string; raw?: string; group: string });
  /** S15 to S17: forms that serde takes besides objects; tolerant refuses them. */
  const isArtefact = (value: unknown): boolean => {
    if (Array.isArray(value)) return true;
    const { type, role, status, object, content, tools, error } = value as Record<string, unknown>;
    if ([role, status, object].some((each) => typeof each === 'object' && each !== null)) return true;
    if (typeof type !== 'string' || (error !== null && Array.isArray(error))) return true;
    return [...((content ?? []) as unknown[]), ...((tools ?? []) as unknown[])].some(
      (each) => Array.isArray(each) || typeof (each as { detail?: unknown }).detail === 'object',
    );
  };

  /** What strict leaves of a tolerant value: nothing it does not know, and no null. */
  const narrows = (strict: unknown, tolerant: unknown): boolean => {
    if (typeof strict !== 'object' || strict === null) return Object.is(strict, tolerant);
    if (Array.isArray(strict))
      return (
        Array.isArray(tolerant) &&
        strict.length === tolerant.length &&
        strict.every((each, i) => narrows(each, tolerant[i]))
      );
    return Object.entries(strict).every(([key, each]) => narrows(each, (tolerant as Record<string, unknown>)[key]));
  };

  it('[CD2] tolerant accepts every item of the seed that strict accepts, and strict’s value is a part of it', () => {
    const raws = rows.filter((row) => row.kind === 'item' && row.raw !== undefined).map((row) => row.raw as string);
    let compared = 0;
    for (const raw of raws) {
      const strict = decodeItem(raw, { profile: 'strict' });
      if (!strict.ok || isArtefact(JSON.parse(raw))) continue;
      const tolerant = valueIn(decodeItem(raw));
      const isBig = /\d{16}/.test(raw);
      if (!isBig) expect(narrows(strict.value, tolerant), raw.slice(0, 300)).toBe(true);
      compared++;
    }
    expect(compared).toBeGreaterThan(180);
  });

  it('[CD2] tolerant accepts every item and event that strict accepts, and strict’s value is a part of it', () => {
    let accepted = 0;
    const compare = <T>(strict: Decoded<T>, tolerant: () => Decoded<T>) => {
      if (!strict.ok) return;
      accepted++;
      expect(narrows(strict.value, valueIn(tolerant()))).toBe(true);
    };
    const spoilt = fc.tuple(fc.oneof(valuesOf(SERVER_EVENTS), items), fc.nat()).map(([value, seed]) => {
      return text(seed % 3 ? mutate(value, random(seed)) : value);
    });
    const property = fc.property(spoilt, (frame) => {
      compare(decodeItem(frame, { profile: 'strict' }), () => decodeItem(frame));
      compare(decodeServerEvent(frame, { profile: 'strict' }), () => decodeServerEvent(frame));
    });
    fc.assert(property, { ...RUNS, numRuns: 6000 });
    expect(accepted).toBeGreaterThan(500);
  });

  it('[CD2] tolerant accepts every client event that a server accepts', () => {
    let accepted = 0;
    const property = fc.property(valuesOf(CLIENT_EVENTS), (event) => {
      if (!decodeClientEvent(text(event), { profile: 'server' }).ok) return;
      accepted++;
      expect(decodeClientEvent(text(event)).ok).toBe(true);
    });
    fc.assert(property, RUNS);
    expect(accepted).toBeGreaterThan(100);
  });
});

describe(`eventTypeOf (seed ${SEED})`, () => {
  it('[CD8] agrees with a full parse, escapes and key order included', () => {
    const name = fc.oneof(fc.constantFrom('response.done', 'a"b', '\\', '\u2028', ''), fc.string());
    const key = fc.oneof(fc.constantFrom('type', 'event_id', '__proto__'), fc.string());
    const members = fc.array(fc.tuple(key, fc.oneof(name, fc.jsonValue({ maxDepth: 2 }))), { maxLength: 5 });
    const escaped = (input: string) =>
      [...input]
        .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')
        .slice(0, 6 * input.length);
    const property = fc.property(members, fc.boolean(), fc.boolean(), (list, isEscaped, isSpaced) => {
      const spelled = list.map(([each, value]) => {
        const spelling = isEscaped && each.length === [...each].length ? `"${escaped(each)}"` : text(each);
        return isSpaced ? ` ${spelling}\n:\t${text(value)} ` : `${spelling}:${text(value)}`;
      });
      const frame = `{${spelled.join(',')}}`;
      const parsed = JSON.parse(frame) as { type?: unknown };
      const expected = Object.hasOwn(parsed, 'type') && typeof parsed.type === 'string' ? parsed.type : undefined;
      expect(eventTypeOf(frame)).toBe(expected);
      const bytes = new TextEncoder().encode(frame);
      const isSame = new TextDecoder().decode(bytes) === frame; // lone surrogates have no bytes
      if (isSame) expect(eventTypeOf(bytes)).toBe(expected);
    });
    fc.assert(property, RUNS);
  });
});

describe(`redaction (seed ${SEED})`, () => {
  const levels = fc.constantFrom('media' as const, 'content' as const);

  it('[RD6] redacting twice is redacting once, for anything', () => {
    const property = fc.property(fc.oneof(serverEvents, clientEvents, anything()), levels, (value, level) => {
      const once = redact(value, { level });
      expect(redact(once, { level })).toEqual(once);
    });
    fc.assert(property, RUNS);
  });

  it('[RD5] redacted items and events still decode, and keep their shape', () => {
    const property = fc.property(serverEvents, levels, (event, level) => {
      const redacted = redact(event, { level });
      expect(decodeServerEvent(text(redacted)).ok).toBe(true);
      expect(shapeOf(redacted)).toEqual(shapeOf(event));
    });
    fc.assert(property, RUNS);
  });

  it('[RD1, RD7] changes no argument, and what is encoded is in clear', () => {
    const property = fc.property(serverEvents, levels, (event, level) => {
      const before = text(event);
      redact(event, { level });
      expect(text(event)).toBe(before);
      const value = valueIn(decodeServerEvent(before));
      redact(value, { level });
      expect(encodeEvent(value)).toBe(before);
    });
    fc.assert(property, RUNS);
  });

  it('[RD2, RD9] no audio comes through, wherever it stands', () => {
    const CANARY = 'Q0FOQVJZ';
    const property = fc.property(fc.oneof(serverEvents, anything()), fc.nat(), levels, (value, at, level) => {
      const held = { type: 'x.y', inside: [{ deep: value }] };
      const objects = objectsIn(held).filter((each) => Object.getPrototypeOf(each) === Object.prototype);
      const target = objects[at % objects.length] as Record<string, unknown>;
      Object.defineProperty(target, 'audio', { value: CANARY, enumerable: true, configurable: true, writable: true });
      expect(safeText(redact(held, { level }))).not.toContain(CANARY);
    });
    fc.assert(property, RUNS);
  });
});

describe(`hostile values (seed ${SEED})`, () => {
  it('[CD1] nothing throws, whatever it is given', () => {
    const property = fc.property(anything(), (value) => {
      for (const profile of ['tolerant', 'server', 'strict'] as const) {
        for (const answer of [
          decodeItem(value, { profile }),
          decodeServerEvent(value, { profile }),
          decodeClientEvent(value, { profile, keepUnknown: true }),
          decodeClientEvent(value, { profile, translation: true }),
        ])
          expect(wrongWith(answer, protocol)).toBeUndefined();
      }
      for (const encoded of [encodeItem(value), encodeEvent(value), encodeItem(value, { profile: 'strict' })])
        expect(typeof encoded === 'string' || !encoded.ok).toBe(true);
      validateItem(value);
      eventTypeOf(value as string);
    });
    fc.assert(property, RUNS);
  });

  it('[RD11] no part of what is refused comes through an issue: split, encoded, or where the syntax breaks', () => {
    const secret = 'CANARY-sk-91a7-0123456789';
    const spellings = [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(`${secret}&`),
      [...secret].reverse().join(''),
    ];
    const traces = [...spellings.map((each) => each.slice(0, 12)), ...spellings.map((each) => each.slice(-12, -2))];
    const nodes = [...SERVER_EVENTS, ...CLIENT_EVENTS, ...variantsOf(TranslationServerEvent as never)];
    const property = fc.property(valuesOf(nodes), fc.nat(), fc.constantFrom(...spellings), (event, seed, canary) => {
      const r = random(seed);
      const objects = objectsIn(event);
      const object = r.of(objects);
      const keys = Object.keys(object).filter((key) => !isQuotable(key, object));
      if (keys.length > 0)
        object[r.of(keys)] = r.of<unknown>([canary, [canary], { text: canary }, { type: 1, x: canary }]);
      object.audio = canary;
      const whole = text(event);
      const at = whole.indexOf(canary);
      const frames = [
        whole,
        event,
        whole.slice(0, at + 6),
        `${whole.slice(0, at - 1)}${canary}`,
        `${whole}${canary}`,
        canary,
        text(canary),
      ];
      const profiles = ['tolerant', 'server', 'strict'] as const;
      const answers = frames.flatMap((frame) =>
        profiles.flatMap((profile) => [
          decodeServerEvent(frame, { profile }),
          decodeClientEvent(frame, { profile }),
          decodeItem(frame, { profile }),
        ]),
      );
      const input = text(answers.filter((answer) => !answer.ok));
      expect(traces.filter((trace) => input.includes(trace))).toEqual([]);
    });
    fc.assert(property, { ...RUNS, numRuns: 1000 });
  });

  it('[RD11] a name that looks like a key is not quoted, though names may be', () => {
    const frames = [
      '{"type":"sk-CANARY01"}',
      '{"type":"response.cancel","sk-CANARY01":1}',
      '{"type":"Bearer CANARY01"}',
    ];
    for (const frame of frames)
      for (const profile of ['tolerant', 'server', 'strict'] as const)
        for (const decode of [decodeClientEvent, decodeServerEvent])
          expect(text(decode(frame, { profile }).ok || decode(frame, { profile }))).not.toContain('CANARY01');
  });
});

describe(`${MUTATED_FRAMES.toLocaleString('en')} mutated frames (seed ${SEED})`, () => {
  const complaints: string[] = [];
  beforeAll(() => {
    const laws = frameLaws(protocol);
    for (let number = 0; number < MUTATED_FRAMES && complaints.length < 20; number++) {
      const r = random(Math.imul(number + 1, 0x9e3779b1) ^ SEED);
      const frame = laws.frame(r);
      const complaint = laws.complaint(frame, r);
      if (complaint) complaints.push(`frame ${number}: ${complaint}\n${text(frame).slice(0, 1000)}`);
    }
  }, 600_000);
  const [REDACTION, TYPE, PROTOTYPE] = [/: redacting twice/, /: another event type/, /: a prototype changed/];
  const about = (pattern: RegExp) => complaints.filter((complaint) => pattern.test(complaint));

  it('[CD1, CD4] are decoded or refused, and the round trip changes nothing', () => {
    const others = complaints.filter((each) => ![REDACTION, TYPE, PROTOTYPE].some((pattern) => pattern.test(each)));
    expect(others).toEqual([]);
  });
  it('[CD7] change no prototype', () => expect(about(PROTOTYPE)).toEqual([]));
  it('[CD8] have the type a full parse finds', () => expect(about(TYPE)).toEqual([]));
  it('[RD6] are redacted twice as once', () => expect(about(REDACTION)).toEqual([]));
});

/** Anything a caller could hand over, JSON or not. */
function anything() {
  return fc.anything({
    maxDepth: 4,
    key: fc.oneof(
      fc.constantFrom('type', 'item', 'audio', 'content', '__proto__', 'constructor', 'toJSON'),
      fc.string(),
    ),
    values: [
      fc.constantFrom<unknown>(
        'message',
        'response.create',
        'error',
        'input_text',
        'sk-abcdef',
        '\ud800',
        -0,
        Number.NaN,
      ),
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom<unknown>(null, undefined),
      fc.constantFrom<unknown>(
        { toString: null, valueIn: null },
        Symbol('s'),
        () => 'audio',
        10n,
        Object.freeze({ type: 'error' }),
      ),
    ],
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
}

/** Enum values and types may be quoted in an issue [ER4]; ids come back as `event_id`. */
function isQuotable(key: string, object: Record<string, unknown>): boolean {
  return key === 'event_id' || typeof object[key] !== 'string' || ENUM_FIELDS.has(key);
}
const ENUM_FIELDS = new Set([
  ...['type', 'role', 'status', 'object', 'detail', 'reason', 'effort', 'eagerness', 'delay', 'connector_id', 'anchor'],
  ...[
    'tool_choice',
    'truncation',
    'tracing',
    'require_approval',
    'max_output_tokens',
    'conversation',
    'name',
    'format',
    'mode',
  ],
]);

/** Kinds of values and names of fields; what a string says does not count, nor what is inside a hidden value. */
function shapeOf(value: unknown): unknown {
  if (value === '[REDACTED]') return 'string';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : 'string';
  return Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]);
}

/** The text of a value of any kind; for looking into it, not for sending. */
function safeText(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? '';
}
