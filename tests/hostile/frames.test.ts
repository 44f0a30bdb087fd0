// Frames and values made to break a reader. Each gets a typed answer in good time, and nothing of it comes back in the words.
// The times allowed are many times what is needed, since the machine may be busy; what must not happen is a stall.

import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import {
  decodeClientEvent,
  decodeItem,
  decodeServerEvent,
  encodeEvent,
  encodeItem,
  eventTypeOf,
  FAILURES,
  redact,
  toRealtimeError,
  validateItem,
} from '@colloquy/protocol';
import { countWork } from '@support/count-work.ts';
import { afterEach, describe, expect, it } from 'vitest';

interface Row {
  frame?: string;
  bytes?: string;
  generate?: string;
}

const fixtures: { canary: string; decoder: Row[]; toClient: Row[]; values_given_to_encode_and_redact: string[] } =
  JSON.parse(readFileSync(new URL('../data/fixtures/malformed-frames.json', import.meta.url), 'utf8'));
const CANARY = fixtures.canary;
const PROFILES = ['tolerant', 'server', 'strict'] as const;
const frameOf = ({ frame, bytes }: Row) => frame ?? new Uint8Array(Buffer.from(bytes ?? '', 'hex'));

type Answer =
  | ReturnType<typeof decodeServerEvent>
  | ReturnType<typeof decodeClientEvent>
  | ReturnType<typeof decodeItem>;

/** Every way of decoding a frame, in every profile. */
const answersTo = (frame: unknown): Answer[] =>
  PROFILES.flatMap((profile) => [
    decodeServerEvent(frame, { profile }),
    decodeClientEvent(frame, { profile }),
    decodeClientEvent(frame, { profile, keepUnknown: true }),
    decodeClientEvent(frame, { profile, translation: true }),
    decodeServerEvent(frame, { profile, translation: true }),
    decodeItem(frame, { profile }),
  ]);

/** A frame that is refused or passed by scanning alone runs fewer blocks than this, however long it is. */
const MAX_BLOCKS = 5000;

const names = () =>
  [Object.prototype, Array.prototype, String.prototype, Map.prototype].map((each) => Reflect.ownKeys(each));
const untouched = names();
afterEach(() => {
  expect(names()).toEqual(untouched);
  expect(({} as { role?: unknown }).role).toBeUndefined();
});

describe('[CD1, RD11] malformed frames are answered, and their content is in no answer', () => {
  const rows = [...fixtures.decoder, ...fixtures.toClient].filter((row) => row.generate === undefined);

  it.each(rows.map((row) => [JSON.stringify(row.frame ?? row.bytes), row] as const))('[CD1] %s', (_, row) => {
    const frame = frameOf(row);
    for (const answer of answersTo(frame)) {
      if (answer.ok) {
        expect(typeof answer.value).toBe('object');
        continue;
      }
      expect(answer.issues.length).toBeGreaterThan(0);
      for (const issue of answer.issues) {
        expect(Object.hasOwn(FAILURES, issue.code)).toBe(true);
        expect(issue.message).toMatch(/^[^\r\n]{1,2048}$/);
        expect(toRealtimeError(issue.code, issue, answer.event_id).message.length).toBeLessThanOrEqual(512);
      }
      expect(JSON.stringify(answer)).not.toContain('91a7');
      expect(inspect(answer, { depth: 9 })).not.toContain('91a7');
    }
    expect(JSON.stringify(redact(frame)) ?? '').not.toContain(CANARY);
    eventTypeOf(frame);
  });
});

describe('[CD1, LM3] generated frames', () => {
  const deep = (depth: number) => `{"type":"x","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const toolParameters = (depth: number) => {
    const parameters = `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    const tool = `{"type":"function","name":"f","parameters":${parameters}}`;
    return `{"type":"session.update","session":{"type":"realtime","tools":[${tool}]}}`;
  };

  it.each([65, 5000, 100_000, 2_000_000])('[LM3, ER19] %i brackets deep: a server refuses at once', (depth) => {
    const frame = deep(depth);
    expect(decodeClientEvent(frame, { profile: 'server', keepUnknown: true })).toMatchObject({
      ok: false,
      issues: [{ code: 'invalid_event', param: null }],
    });
    expect(countWork(() => decodeClientEvent(frame, { profile: 'server', keepUnknown: true }))).toBeLessThan(
      MAX_BLOCKS,
    );
  });

  it.each([5000, 100_000, 2_000_000])('[LM3] %i brackets deep: no reader throws or stalls', (depth) => {
    const frame = deep(depth);
    const texts = [frame, frame.slice(0, -depth / 2), new TextEncoder().encode(frame)];
    for (const text of texts) for (const answer of answersTo(text)) expect(answer.ok).toBe(false);
    const blocks = countWork(() => {
      for (const text of texts) {
        decodeServerEvent(text);
        decodeServerEvent(text, { profile: 'strict' });
      }
    });
    expect(blocks).toBeLessThan(2 * texts.length * MAX_BLOCKS);
  });

  it('[ER19] a tool schema may be 128 deep, and not 129', () => {
    expect(decodeClientEvent(toolParameters(128), { profile: 'server' }).ok).toBe(true);
    expect(decodeClientEvent(toolParameters(129), { profile: 'server' })).toMatchObject({
      ok: false,
      issues: [{ code: 'invalid_event', param: null }],
    });
  });

  it.each([
    ['1,000,000 keys', () => `{"type":"x",${Array.from({ length: 1e6 }, (_, i) => `"k${i}":0`).join()}}`],
    ['200,000 numeric keys', () => `{"type":"x",${Array.from({ length: 2e5 }, (_, i) => `"${i}":0`).join()}}`],
    ['1,000,000 elements', () => `{"type":"x","a":[${new Array(1e6).fill(0).join()}]}`],
  ])('[LM3, ER19] %s: refused at once', (_, make) => {
    const frame = make();
    const profiles = ['server', 'tolerant'] as const;
    for (const profile of profiles) {
      expect(decodeClientEvent(frame, { profile, keepUnknown: true })).toMatchObject({
        ok: false,
        issues: [{ code: 'invalid_event', param: null }],
      });
    }
    const blocks = countWork(() => {
      for (const profile of profiles) decodeClientEvent(frame, { profile, keepUnknown: true });
    });
    expect(blocks).toBeLessThan(1_000_000);
  });

  it('[IB4] 15 MiB of base64 are taken, a character more or a wrong one at the end is not, and none of it stalls', () => {
    const length = 15 * 1024 * 1024;
    const append = (audio: string) => `{"type":"input_audio_buffer.append","audio":"${audio}"}`;
    const whole = append('A'.repeat(length));
    const longer = append('A'.repeat(length + 1));
    const wrong = append(`${'A'.repeat(length - 1)}*`);
    const server = (frame: string) => decodeClientEvent(frame, { profile: 'server' });
    expect(server(whole)).toMatchObject({ ok: true, audio_bytes: [(length / 4) * 3] });
    expect(server(longer)).toMatchObject({ ok: false, issues: [{ code: 'string_above_max_length', param: 'audio' }] });
    expect(server(wrong)).toMatchObject({ ok: false, issues: [{ code: 'invalid_value', param: 'audio' }] });
    const blocks = countWork(() => {
      for (const frame of [whole, longer, wrong]) server(frame);
    });
    expect(blocks).toBeLessThan(3 * MAX_BLOCKS);
  });

  it('[CD8, LM3] text of one kind of character, however long, is looked through once', () => {
    for (const piece of ['"', '\\', '{', '[', ',', ':', ' ', '{"', '"\\', '{"type":"', '\\u0074', '"type":']) {
      const text = piece.repeat(200_000 / piece.length);
      const frames = [text, `{"type":"x","a":"${text}`, `{"a":"${text}"}`, `{"type":"x"${text}`];
      const blocks = countWork(() => {
        for (const frame of frames) {
          eventTypeOf(frame);
          for (const profile of PROFILES) decodeClientEvent(frame, { profile, keepUnknown: true });
          redact(frame);
        }
      });
      // A few steps for each character and reader.
      expect(blocks, piece).toBeLessThan(20 * frames.length * text.length);
    }
  });
});

describe('hostile values', () => {
  const thrower = () => {
    throw new Error(CANARY);
  };
  const cyclic: Record<string, unknown> = { type: 'message', role: 'user' };
  cyclic.content = [cyclic];
  let nested: unknown = [];
  for (let i = 0; i < 10_000; i++) nested = [nested];

  const values: Record<string, () => unknown> = {
    'an object with a throwing getter': () =>
      Object.defineProperty({ type: 'message' }, 'role', { get: thrower, enumerable: true }),
    'an object whose toJSON throws': () => ({ type: 'message', role: 'user', content: [], toJSON: thrower }),
    'a Proxy whose traps throw': () =>
      new Proxy(
        {},
        { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower },
      ),
    'a cyclic object': () => cyclic,
    '{toString:null,valueOf:null}': () => ({ toString: null, valueOf: null }),
    'a bigint': () => 10n,
    'an array of 10 000 nested arrays': () => nested,
    'a string with a lone surrogate': () => '\ud800',
  };

  it('[CD1] are all of the list', () => {
    expect(Object.keys(values)).toEqual(fixtures.values_given_to_encode_and_redact);
  });

  it.each(Object.entries(values))('[CD1, RD6] %s, alone and inside an event: typed answers, no throw', (_, make) => {
    const value = make();
    const held = [
      value,
      { type: 'x', value },
      { type: 'conversation.item.added', item: value },
      { type: value },
      [value],
    ];
    for (const each of held) {
      const answers = answersTo(each);
      for (const answer of answers) expect(answer.ok || answer.issues.length > 0).toBe(true);
      expect(inspect(answers.filter((answer) => !answer.ok))).not.toContain(CANARY);
      for (const encoded of [encodeEvent(each), encodeItem(each), encodeItem(each, { profile: 'strict' })]) {
        if (typeof encoded === 'string') expect(encoded).not.toContain(CANARY);
        else expect(encoded).toMatchObject({ ok: false, issues: [{ message: expect.not.stringContaining(CANARY) }] });
      }
      expect(inspect(redact(each), { depth: 3 })).not.toContain(CANARY);
      expect(inspect(redact(each, { level: 'content' }), { depth: 3 })).not.toContain(CANARY);
      expect(inspect(validateItem(each))).not.toContain(CANARY);
    }
  });
});

describe('[CD7] names of prototypes', () => {
  const frames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'].flatMap((name) => [
    `{"type":"${name}"}`,
    `{"type":"response.cancel","${name}":{"role":"admin","polluted":true}}`,
    `{"type":"conversation.item.added","item":{"type":"${name}","a":1}}`,
    `{"type":"conversation.item.added","item":{"type":"message","role":"user","content":[{"type":"${name}","${name}":1}]}}`,
    `{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"f","parameters":{"${name}":{"polluted":true}}}]}}`,
    `{"type":"response.create","response":{"metadata":{"${name}":"x"}}}`,
    `{"type":"response.done","response":{"metadata":{"${name}":"x"}}}`,
    `{"type":"${name}","constructor":{"prototype":{"polluted":true}}}`,
  ]);

  it.each(frames)('[CD7] %s is data', (frame) => {
    for (const answer of answersTo(frame)) {
      if (!answer.ok) continue;
      if (answer.known) expect(Object.hasOwn(answer.value, 'type')).toBe(true);
      redact(answer.value, { level: 'content' });
    }
    const tolerant = decodeServerEvent(frame);
    if (tolerant.ok) expect(encodeEvent(tolerant.value)).toBe(frame);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(eventTypeOf(frame)).toBe(JSON.parse(frame).type);
  });
});
