import { strict as assert } from 'node:assert';
import { inspect } from 'node:util';
import { diff } from '@vitest/utils/diff';
import { describe, expect, it } from 'vitest';
import { decodeClientEvent, decodeItem, decodeServerEvent, encodeEvent, encodeItem } from '../codec/codec.ts';

const SECRET = 'UklGRiQAAABXQVZF';
const KEY = 'sk-verysecretkey';
const SECRETS = new RegExp(`${SECRET}|${KEY}`);

const part = { type: 'input_audio', audio: SECRET, transcript: null };
const image = { type: 'input_image', image_url: `data:image/png;base64,${SECRET}` };
const item = { type: 'message', role: 'user', content: [part, image, { type: 'input_text', text: 'hello' }] };
const tool = { type: 'mcp', server_label: 's', authorization: SECRET, headers: { 'X-Odd': SECRET } };
const place = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 };
const delta = { type: 'response.output_audio.delta', event_id: 'e', ...place, delta: SECRET };

const server = (event: object) => decodeServerEvent(JSON.stringify(event));
const client = (event: object, profile: 'tolerant' | 'server' | 'strict' = 'tolerant') =>
  decodeClientEvent(JSON.stringify(event), { profile });

const update = { type: 'session.update', session: { type: 'realtime', tools: [tool] } };
const client_secret = { value: SECRET, expires_at: 1 };
const session = { type: 'realtime', id: 's', object: 'realtime.session', client_secret };
const created = { type: 'session.created', event_id: 'e', session };
const create = { type: 'conversation.item.create', item };
const seedItem = { type: 'message', content: [{ type: 'input_audio', audio: SECRET }], role: 'user' };
const seedCreate = { type: 'conversation.item.create', item: seedItem };
const decoded: Record<string, { sent: object; got: { ok: boolean; value?: object } }> = {
  'an audio delta': { sent: delta, got: server(delta) },
  'an append': {
    sent: { type: 'input_audio_buffer.append', audio: SECRET },
    got: client({ type: 'input_audio_buffer.append', audio: SECRET }),
  },
  'an append, for a server': {
    sent: { type: 'input_audio_buffer.append', audio: SECRET },
    got: client({ type: 'input_audio_buffer.append', audio: SECRET }, 'server'),
  },
  'a created item': { sent: create, got: client(create) },
  'a created item, for a server': { sent: create, got: client(create, 'server') },
  'a created item, strictly': { sent: seedCreate, got: client(seedCreate, 'strict') },
  'a retrieved item': {
    sent: { type: 'conversation.item.retrieved', item },
    got: server({ type: 'conversation.item.retrieved', item }),
  },
  'the input of a response': {
    sent: { type: 'response.create', response: { input: [item] } },
    got: client({ type: 'response.create', response: { input: [item] } }, 'server'),
  },
  'a tool': { sent: update, got: client(update, 'server') },
  'an item': { sent: item, got: decodeItem(JSON.stringify(item)) },
  'an item given as a value': { sent: item, got: decodeItem(structuredClone(item)) },
  'an unknown event': {
    sent: { type: 'new', at: [{ audio: SECRET }] },
    got: server({ type: 'new', at: [{ audio: SECRET }] }),
  },
  'a key in plain words': {
    sent: { type: 'error', error: { type: 'x', message: `bad key ${KEY}` } },
    got: server({ type: 'error', error: { type: 'x', message: `bad key ${KEY}` } }),
  },
  'a client secret in a session': { sent: created, got: server(created) },
  'a translated delta': {
    sent: { type: 'session.output_audio.delta', delta: SECRET },
    got: decodeServerEvent({ type: 'session.output_audio.delta', delta: SECRET }, { translation: true }),
  },
};

/** Everything inside a value that is an object, and the value. */
const inside = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(inside)] : [];

describe('decoded values', () => {
  for (const [what, { sent, got }] of Object.entries(decoded)) {
    const value = got.value as object;

    it(`[RD8] print redacted: ${what}`, () => {
      expect(got.ok).toBe(true);
      for (const text of [inspect(value, { depth: 9 }), inspect([{ value }], { depth: 9 })]) {
        expect(text).toContain('[REDACTED]');
        expect(text).not.toMatch(SECRETS);
      }
      for (const each of inside(value)) expect(inspect(each, { depth: 9 })).not.toMatch(SECRETS);
    });

    it(`[RD8] show no secret when a test fails: ${what}`, () => {
      expect(diff({ value }, { value: { type: 'other' } })).toContain('[REDACTED]');
      for (const each of inside({ value })) expect(diff([each], ['other'])).not.toContain(SECRET);
      expect(diff([value], ['other'])).not.toMatch(SECRETS);
    });

    it(`[RD7] are what they are to JSON, equality, spread and clones: ${what}`, () => {
      expect(JSON.stringify(value)).toBe(JSON.stringify(sent));
      expect(encodeEvent(value as never)).toBe(JSON.stringify(sent));
      expect(value).toEqual(sent);
      expect(value).toStrictEqual(sent);
      expect({ ...value }).toEqual(sent);
      expect(structuredClone(value)).toEqual(sent);
      expect(inspect({ ...value }, { depth: 0 })).not.toContain('toJSON');
      expect(Object.keys(value)).toEqual(Object.keys(sent));
      expect(value instanceof Object && value.constructor === Object).toBe(true);
      assert.deepStrictEqual({ ...structuredClone(value) }, sent);
      for (const key in value) expect(Object.hasOwn(value, key)).toBe(true);
    });
  }

  it('[RD8] may be given frozen, sealed, or of a class of their own', () => {
    class Own {
      type = 'input_audio_buffer.append';
      audio = SECRET;
    }
    const input = [
      Object.freeze({ ...new Own() }),
      Object.seal({ ...new Own() }),
      new Own(),
      Object.assign(Object.create(null), new Own()),
    ];
    for (const value of input) {
      expect(decodeClientEvent(value)).toMatchObject({ ok: true });
      expect(JSON.stringify(value)).toContain(SECRET);
    }
  });

  it('[RD7] encode in clear', () => {
    const got = decodeItem(item);
    expect(got.ok && encodeItem(got.value)).toBe(JSON.stringify(item));
  });
});
