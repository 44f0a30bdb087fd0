import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeStrictItem } from '../strict/strict.ts';
import {
  DEFAULT_IMAGE_DETAIL,
  ImageDetail,
  isKnownItem,
  normalizeItem,
  RealtimeConversationItem,
  validateItem,
} from './realtime-conversation.ts';

const says = (role: string, ...types: unknown[]) => ({
  type: 'message',
  role,
  content: types.map((type) => ({ type })),
});
const PARTS = ['input_text', 'input_audio', 'input_image', 'output_text', 'output_audio'];

describe('validateItem', () => {
  it.each([
    ['system', ['input_text']],
    ['user', ['input_text', 'input_audio', 'input_image']],
    ['assistant', ['output_text', 'output_audio']],
  ])('[CD9] the role %s allows %j and nothing else', (role, allowed) => {
    expect(PARTS.filter((part) => validateItem(says(role, part)).length === 0)).toEqual(allowed);
  });

  it('[CD9] names every offending part in order', () => {
    expect(validateItem(says('user', 'input_text', 'output_text', 'input_audio', 'hologram'))).toEqual([
      {
        code: 'invalid_content_part',
        param: 'content[1].type',
        message: 'content[1]: User role does not allow "output_text" content parts',
      },
      {
        code: 'invalid_content_part',
        param: 'content[3].type',
        message: 'content[3]: User role does not allow "hologram" content parts',
      },
    ]);
  });

  it('[CD9] finds no fault with empty content, other items and roles it does not know', () => {
    expect(validateItem(says('assistant'))).toEqual([]);
    expect(validateItem(says('developer', 'output_text', 'hologram'))).toEqual([]);
    expect(validateItem({ ...says('user', 'output_text'), type: 'function_call' })).toEqual([]);
    for (const other of [null, undefined, 1, 'x', [], {}, { type: 'message' }]) expect(validateItem(other)).toEqual([]);
  });

  it('[CD9] agrees with the seed on every item it decodes', () => {
    const lines = readFileSync(new URL('../../../../tests/data/seed-oracle.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const rows = lines
      .map((line) => JSON.parse(line))
      .filter((row) => row.kind === 'item' && row.rolesOk !== undefined);
    expect(rows.length).toBeGreaterThan(200);
    for (const row of rows) {
      const decoded = decodeStrictItem(row.raw);
      if (!decoded.ok) throw new Error(row.id);
      const issues = validateItem(decoded.value);
      expect(issues.length === 0, row.id).toBe(row.rolesOk);
      expect(issues[0]?.message ?? null, row.id).toBe(row.rolesError ?? null);
    }
  });

  it('[CD9] quotes no more than a name of a part, and never throws', () => {
    const thrower = () => {
      throw new Error('CANARY');
    };
    const [long] = validateItem(says('user', 'x'.repeat(1000)));
    expect(long?.message.length).toBeLessThan(130);
    for (const type of [null, undefined, 1, {}, { toString: null, valueOf: null }, Symbol('s'), 1n, '__proto__']) {
      expect(validateItem(says('user', type))).toHaveLength(1);
    }
    expect(validateItem(says('user', { text: 'CANARY' }))[0]?.message).not.toContain('CANARY');
    expect(validateItem({ type: 'message', role: 'user', content: [null, 1] })).toHaveLength(2);
    expect(JSON.stringify(validateItem(new Proxy({}, { get: thrower })))).not.toContain('CANARY');
    expect(validateItem({ type: 'message', role: 'constructor', content: [{ type: 'x' }] })).toEqual([]);
  });
});

describe('isKnownItem', () => {
  it('[CD3] knows the seven kinds and no other', () => {
    const node = RealtimeConversationItem.node as { of: object };
    expect(Object.keys(node.of)).toHaveLength(7);
    for (const type of Object.keys(node.of)) expect(isKnownItem({ type }), type).toBe(true);
    for (const type of ['item_reference', 'hologram', 'constructor', '', '__proto__']) {
      expect(isKnownItem({ type }), type).toBe(false);
    }
  });
});

describe('normalizeItem', () => {
  it.each([
    ['assistant', 'text', 'output_text'],
    ['assistant', 'audio', 'output_audio'],
    ['user', 'text', 'input_text'],
    ['user', 'audio', 'input_audio'],
    ['system', 'text', 'input_text'],
    ['system', 'audio', 'audio'],
    ['user', 'constructor', 'constructor'],
    ['name', 'constructor', 'constructor'],
  ])('[CV15] a part of %s named %s becomes %s', (role, legacy, today) => {
    const item = { ...says(role, legacy, 'hologram'), id: 'a', further: 1 };
    expect(normalizeItem(item)).toEqual({ ...says(role, today, 'hologram'), id: 'a', further: 1 });
  });

  it('[CD3] mcp_tool_call becomes mcp_call; what has today’s names is the same object; nothing is changed in place', () => {
    const call = { type: 'mcp_tool_call', name: 'n', further: 1 };
    expect(normalizeItem(call)).toEqual({ type: 'mcp_call', name: 'n', further: 1 });
    expect(call.type).toBe('mcp_tool_call');
    for (const item of [says('user', 'input_text'), { type: 'function_call' }, says('robot', 'text'), { type: 'x' }]) {
      expect(normalizeItem(item)).toBe(item);
    }
    const legacy = Object.freeze({
      ...says('user', 'text'),
      content: Object.freeze([Object.freeze({ type: 'text' })]),
    });
    expect(normalizeItem(legacy as never)).toEqual(says('user', 'input_text'));
    expect(normalizeItem({ ...says('user', {}, null), content: [null, { type: { toString: null } }] })).toBeDefined();
  });
});

describe('ImageDetail', () => {
  it('is auto unless said otherwise, and decoding does not fill it in', () => {
    expect(DEFAULT_IMAGE_DETAIL).toBe('auto');
    expect(['auto', 'low', 'high'].map((detail) => ImageDetail.check(detail, 'strict'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(ImageDetail.check('original', 'strict')?.code).toBe('invalid_value');
    const decoded = decodeStrictItem({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url: 'u' }],
    });
    expect(decoded).toEqual({
      ok: true,
      value: { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: 'u' }] },
    });
    expect(JSON.stringify(decoded)).not.toContain('detail');
  });
});
