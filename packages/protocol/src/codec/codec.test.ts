import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENT_TYPES, TRANSLATION_CLIENT_EVENT_TYPES } from '../event-types.ts';
import { decodeClientEvent as leanClientEvent, decodeServerEvent as leanServerEvent } from '../lean.ts';
import type { Profile } from '../schema/schema.ts';
import { decodeClientEvent, decodeItem, decodeServerEvent, encodeEvent, encodeItem } from './codec.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../tests/data/fixtures/${name}`, import.meta.url), 'utf8'));

interface Row {
  id: string;
  given: string[];
  send: Record<string, unknown> | null;
  error: { code: string | null; param: string | null; message?: string };
  rule: string;
}

/** What the notation of the fixture stands for. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== 'object' || value === null) return value;
  const { repeat, times, nest, pairs } = value as Record<string, number>;
  if (repeat !== undefined) return String(repeat).repeat(times ?? 0);
  if (nest !== undefined) return JSON.parse('['.repeat(nest) + ']'.repeat(nest));
  if (pairs !== undefined) return Object.fromEntries(Array.from({ length: pairs }, (_, i) => [`k${i}`, 'v']));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spelled(inner)]));
}

/** Rules that only a session can break, or a transport. */
const STATE = /CV6|CV10|CV20|CV21|CV26|CV30|SE15|SE17|SE18|SE28|MC9|TR3|TR6|TR7|IB3|IB9|RS5|RS27|RS33|OB5|ER17|ER25/;

describe('the error contract, as far as a frame can break it', () => {
  for (const { id, send, error, rule } of fixture('error-contract.json').rows as Row[]) {
    if (!send || STATE.test(rule)) continue;
    it(`[${rule.split(/[ ,]/)[0]}] ${id}`, () => {
      const frame = (send.raw as string | undefined) ?? JSON.stringify(spelled(send));
      const decoded = decodeClientEvent(frame, { profile: 'server' });
      expect(decoded.ok).toBe(false);
      if (decoded.ok) return;
      expect(decoded.issues).toHaveLength(1);
      const { code, param, message } = error;
      expect(decoded.issues[0]).toMatchObject(message ? { code, param, message } : { code, param });
    });
  }
});

describe('what real peers leave out', () => {
  const session = { object: 'realtime.session', id: 'sess_1', model: 'm', modalities: ['text'], client_secret: null };
  const variables = { picture: { type: 'input_image', image_url: 'https://example.test/x.png' } };
  const prompted = { id: 'pmpt_1', version: null, variables };

  for (const type of ['session.created', 'session.updated'])
    it(`[CD13] ${type} is read when its session has no type`, () => {
      const event = { type, event_id: 'e', session };
      const read = { ok: true, known: true, value: event };
      for (const frame of [JSON.stringify(event), structuredClone(event)])
        for (const decode of [decodeServerEvent, leanServerEvent]) expect(decode(frame)).toMatchObject(read);
      const missing = { code: 'missing_required_parameter', param: 'session.type' };
      expect(decodeServerEvent(event, { profile: 'strict' })).toMatchObject({ ok: false, issues: [missing] });
      for (const decode of [decodeServerEvent, leanServerEvent])
        expect(decode({ ...event, session: { ...session, type: 7 } }).ok).toBe(false);
    });

  it('[CD13] a prompt variable that is an image is read without detail', () => {
    const update = { type: 'session.update', session: { type: 'realtime', prompt: prompted } };
    const updated = {
      type: 'session.updated',
      event_id: 'e',
      session: { ...update.session, object: 'realtime.session', id: 's' },
    };
    for (const as of [
      (event: object): unknown => JSON.stringify(event),
      (event: object): unknown => structuredClone(event),
    ]) {
      expect(decodeClientEvent(as(update))).toMatchObject({ ok: true, value: update });
      expect(decodeClientEvent(as(update), { profile: 'server' })).toMatchObject({ ok: true, value: update });
      expect(leanClientEvent(as(update))).toMatchObject({ ok: true, value: update });
      for (const decode of [decodeServerEvent, leanServerEvent])
        expect(decode(as(updated))).toMatchObject({ ok: true, value: updated });
    }
    expect(decodeClientEvent(update, { profile: 'strict' })).toMatchObject({
      issues: [{ param: 'session.prompt.variables.picture.detail' }],
    });
  });
});

describe('refusals', () => {
  const issueOf = (frame: unknown, options: object = { profile: 'server' }) => {
    const decoded = decodeClientEvent(frame, options);
    return decoded.ok ? undefined : decoded.issues[0];
  };

  it('[ER8] say that text is not JSON in fixed words, never in those of the parser', () => {
    for (const text of [
      '{',
      '',
      ' ',
      'CANARY',
      '{"type":"response.cancel",}',
      '{"type":"x"}{"type":"x"}',
      "{'type':'x'}",
      '{"a":CANARY}',
    ])
      expect(issueOf(text)).toEqual({
        code: 'invalid_json',
        param: null,
        message: 'Invalid event: failed to parse JSON value.',
      });
  });

  it('[ER9] say that the type is missing', () => {
    for (const frame of ['{}', '{"event_id":"a"}', {}])
      expect(issueOf(frame)).toEqual({ code: 'invalid_event', param: null, message: "The 'type' field is missing." });
    for (const type of [null, 42, true, [], {}])
      expect(issueOf({ type })).toMatchObject({ code: 'invalid_event', param: 'type' });
  });

  it('[ER11] list the types that are accepted', () => {
    expect(issueOf('{"type":"nope"}')?.message).toBe(
      `Invalid value: 'nope'. Supported values are: ${CLIENT_EVENT_TYPES.map((type) => `'${type}'`).join(', ')}.`,
    );
    for (const type of ['', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'session.created'])
      expect(issueOf({ type })).toMatchObject({ code: 'invalid_value', param: 'type' });
  });

  it('[TL2] list the three types of a translation session', () => {
    expect(issueOf('{"type":"response.create"}', { profile: 'server', translation: true })?.message).toBe(
      `Invalid value: 'response.create'. Supported values are: ${TRANSLATION_CLIENT_EVENT_TYPES.map((type) => `'${type}'`).join(', ')}.`,
    );
    expect(issueOf('{"type":"session.close"}', { profile: 'server', translation: true })).toBeUndefined();
  });

  it('[ER2] tell the event_id when it could be read', () => {
    const id = (event_id: unknown) => {
      const decoded = decodeClientEvent({ type: 'nope', event_id }, { profile: 'server' });
      return decoded.ok ? 'accepted' : decoded.event_id;
    };
    expect(id('c1')).toBe('c1');
    expect(id('a'.repeat(512))).toHaveLength(512);
    for (const unreadable of ['a'.repeat(513), 7, null, undefined, {}]) expect(id(unreadable)).toBeNull();
    expect(decodeClientEvent('{', { profile: 'server' })).toMatchObject({ event_id: null });
    expect(decodeServerEvent('{"type":"response.done","event_id":"e"}')).toMatchObject({ ok: false, event_id: 'e' });
  });

  it('[ER4] quote no more than 64 printable characters of an enum value', () => {
    const message = issueOf({ type: `${'\n\u202e'.repeat(5)}${'x'.repeat(500)}` })?.message ?? '';
    expect(message).toMatch(/^Invalid value: '[ -~]{63}…'\. Supported values are: /);
  });
});

describe('profiles', () => {
  const unknown = { type: 'response.sung', verses: [{ a: null }] };

  it('[CD5] keep unknown server events, and unknown client events on request', () => {
    expect(decodeServerEvent(JSON.stringify(unknown))).toEqual({ ok: true, known: false, value: unknown });
    expect(decodeClientEvent(unknown).ok).toBe(false);
    expect(decodeClientEvent(unknown, { keepUnknown: true })).toEqual({ ok: true, known: false, value: unknown });
    expect(decodeServerEvent(unknown, { profile: 'strict' }).ok).toBe(false);
    expect(decodeServerEvent({ type: 'response.output_audio.done' }).ok).toBe(false);
  });

  it('[CD3] tolerant keeps what it does not know, in place, and null apart from absent', () => {
    const items = [
      { type: 'sculpture', weight: 7 },
      {
        type: 'message',
        role: 'developer',
        status: 'odd',
        id: null,
        content: [
          { type: 'smell', of: 'rain' },
          { type: 'input_text', text: 't', more: { __proto__: null, x: [null] } },
        ],
      },
      { type: 'mcp_call', name: 'n', server_label: 's', error: { type: 'new', x: 1 }, output: null },
      { type: 'mcp_call', name: 'n', server_label: 's', error: 'a word' },
    ];
    for (const item of items) {
      const text = JSON.stringify(item);
      const decoded = decodeItem(text);
      expect(decoded).toEqual({ ok: true, known: item.type !== 'sculpture', value: item });
      if (decoded.ok) expect(encodeItem(decoded.value)).toBe(text);
      expect(decodeServerEvent({ type: 'conversation.item.added', item })).toMatchObject({ ok: true, value: { item } });
    }
  });

  it('[CD6] tolerant does without what real servers leave out', () => {
    const events = [
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'i',
        content_index: 0,
        transcript: 't',
      },
      {
        type: 'response.function_call_arguments.done',
        response_id: 'r',
        item_id: 'i',
        output_index: 0,
        call_id: 'c',
        arguments: '',
      },
      { type: 'conversation.item.input_audio_transcription.delta', item_id: 'i' },
      {
        type: 'conversation.item.done',
        item: { type: 'message', role: 'assistant', content: [{ type: 'output_text' }] },
      },
    ];
    for (const event of events) {
      expect(decodeServerEvent(event).ok, event.type).toBe(true);
      expect(decodeServerEvent({ ...event, event_id: 'e' }, { profile: 'strict' }).ok, event.type).toBe(
        event.type.includes('delta') || event.type.endsWith('item.done'),
      );
    }
  });

  it('[CD7] keys of prototypes are data', () => {
    const text =
      '{"type":"conversation.item.added","item":{"type":"message","role":"user","content":[],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1}}';
    const decoded = decodeServerEvent(text);
    expect(decoded.ok && encodeEvent(decoded.value)).toBe(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(
      decodeClientEvent('{"type":"response.cancel","__proto__":{"role":"admin"}}', { profile: 'server' }),
    ).toMatchObject({
      issues: [{ code: 'unknown_parameter', param: '__proto__' }],
    });
  });

  it('[CD2] strict is the official schema around items and the seed inside them', () => {
    const strict = (text: string) => decodeClientEvent(text, { profile: 'strict' });
    const create = (item: string) => `{"type":"conversation.item.create","item":${item}}`;
    expect(
      strict(create('{"content":[["input_text","t"]],"role":{"user":null},"type":"message","id":null,"more":1}')),
    ).toEqual({
      ok: true,
      known: true,
      value: {
        type: 'conversation.item.create',
        item: { type: 'message', content: [{ type: 'input_text', text: 't' }], role: 'user' },
      },
    });
    expect(strict(create('{"type":"message","role":"user","content":[],"id":"a","id":"a"}'))).toMatchObject({
      issues: [{ param: 'item.id' }],
    });
    expect(strict(create('"{}"'))).toMatchObject({ issues: [{ param: 'item' }] });
    expect(
      strict(
        '{"type":"response.create","response":{"input":[{"type":"message","role":"user","content":[]},{"type":"item_reference","id":"a"}]}}',
      ),
    ).toMatchObject({
      issues: [{ param: 'response.input[1].type' }],
    });
    const output =
      '{"type":"response.done","event_id":"e","response":{"output":[{"type":"mcp_call","id":"i","arguments":"","name":"n","server_label":"s","error":{"type":"http_error","code":9223372036854775807,"message":"m"}}]}}';
    expect(decodeServerEvent(output, { profile: 'strict' })).toMatchObject({
      ok: true,
      value: { response: { output: [{ error: { code: 9223372036854775807n } }] } },
    });
    expect(decodeServerEvent('{"type":"response.done","response":{}}', { profile: 'strict' })).toMatchObject({
      issues: [{ code: 'missing_required_parameter', param: 'event_id' }],
    });
  });

  it('[CD2] strict prints an item as the seed does', () => {
    const item = { role: 'user' as const, content: [], type: 'message' as const, id: 'a', more: 1 };
    expect(encodeItem(item, { profile: 'strict' })).toBe('{"type":"message","content":[],"role":"user","id":"a"}');
    expect(encodeItem({ type: 'new' } as unknown, { profile: 'strict' })).toMatchObject({ ok: false });
  });

  it('takes text, bytes and parsed values alike', () => {
    const text =
      '{"type":"response.output_text.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"é"}';
    const expected = { ok: true, known: true, value: JSON.parse(text) };
    expect(decodeServerEvent(text)).toEqual(expected);
    expect(decodeServerEvent(new TextEncoder().encode(text))).toEqual(expected);
    expect(decodeServerEvent(Buffer.from(text))).toEqual(expected);
    expect(decodeServerEvent(JSON.parse(text))).toEqual(expected);
  });
});

describe('hostile frames and values', () => {
  const { decoder, canary } = fixture('malformed-frames.json') as {
    decoder: { frame?: string; bytes?: string }[];
    canary: string;
  };
  const frames: (string | Uint8Array)[] = decoder.flatMap(({ frame, bytes }): (string | Uint8Array)[] =>
    bytes ? [Buffer.from(bytes, 'hex')] : frame === undefined ? [] : [frame],
  );
  const decoders = [decodeClientEvent, decodeServerEvent, decodeItem];
  const profiles: Profile[] = ['tolerant', 'server', 'strict'];

  it('[CD1] are answered, and their content is in no answer', () => {
    for (const frame of frames)
      for (const decode of decoders)
        for (const profile of profiles) {
          const decoded = decode(frame, { profile });
          if (decoded.ok) continue;
          expect(decoded.issues.length).toBeGreaterThan(0);
          expect(JSON.stringify(decoded)).not.toContain(canary);
        }
    expect(({} as { role?: unknown }).role).toBeUndefined();
  });

  const cyclic: { type: string; self?: unknown } = { type: 'x' };
  cyclic.self = cyclic;
  const values: Record<string, unknown> = {
    'a throwing getter': Object.defineProperty({ type: 'x' }, 'a', { enumerable: true, get: () => raise() }),
    'a throwing getter of the type': Object.defineProperty({}, 'type', { enumerable: true, get: () => raise() }),
    'a throwing toJSON': { type: 'x', toJSON: () => raise() },
    'a hostile proxy': new Proxy(
      {},
      { get: () => raise(), ownKeys: () => raise(), has: () => raise(), getPrototypeOf: () => raise() },
    ),
    'a revoked proxy': revoked(),
    'a cycle': cyclic,
    'no way to a string': { toString: null, valueOf: null },
    'a bigint beyond 64 bits': { type: 'x', a: 1n << 63n },
    'nesting without end': { type: 'x', a: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) },
    'not a number': { type: 'x', a: Number.NaN },
    null: null,
    undefined: undefined,
    'a function': () => 1,
    'a symbol': Symbol('x'),
    'a list': [],
    text: 'x',
  };
  for (const [what, value] of Object.entries(values)) {
    it(`[CD1] ${what}: neither decoding nor encoding throws`, () => {
      for (const decode of decoders) for (const profile of profiles) decode(value, { profile });
      for (const encode of [encodeEvent, encodeItem]) {
        const encoded = (encode as (value: unknown) => unknown)(value);
        if (typeof encoded === 'string') expect(what).toBe('no way to a string');
        else expect(encoded).toMatchObject({ ok: false, issues: [{ param: null }] });
        expect(JSON.stringify(encoded)).not.toContain('secret');
      }
    });
  }

  it('[CD14] prints what the profile strict returned, with every digit of a 64-bit integer', () => {
    const text = (code: string) =>
      `{"type":"mcp_call","id":"i","arguments":"{}","name":"n","server_label":"s","error":{"type":"http_error","code":${code},"message":"m"}}`;
    for (const code of ['9223372036854775807', '-9223372036854775808', '9007199254740993', '404']) {
      const decoded = decodeItem(text(code), { profile: 'strict' });
      if (!decoded.ok) throw new Error(decoded.issues[0].message);
      expect(encodeItem(decoded.value)).toBe(text(code));
      expect(encodeItem(decoded.value, { profile: 'strict' })).toBe(text(code));
      const event = `{"type":"conversation.item.done","event_id":"e","item":${text(code)}}`;
      const done = decodeServerEvent(event, { profile: 'strict' });
      expect(done.ok && encodeEvent(done.value)).toBe(event);
    }
  });

  it('[CD14] prints a value around a bigint as JSON.stringify would', () => {
    const value = {
      type: 'x',
      b: [undefined, 1, 'é"', new Date(0)],
      u: undefined,
      f: () => 1,
      n: null,
      __proto__: { p: 1 },
    };
    const plain = JSON.stringify(value);
    expect(encodeEvent({ ...value, a: 5n } as unknown)).toBe(`${plain.slice(0, -1)},"a":5}`);
    expect(encodeEvent({ type: 'x', a: 2n ** 63n } as unknown)).toMatchObject({ ok: false });
  });

  it('[CD4] a lone surrogate comes through unchanged', () => {
    const event = { type: 'x', a: '\ud800' };
    expect(decodeServerEvent(encodeEvent(event as unknown))).toMatchObject({ value: event });
  });
});

function raise(): never {
  throw new Error('a secret');
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
