import { countWork } from '@support/count-work.ts';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../schema/schema.ts';
import { decodeClientEvent, decodeServerEvent } from './codec.ts';

const nest = (depth: number, inside = '') => '['.repeat(depth) + inside + ']'.repeat(depth);
const refusal = (frame: unknown, profile: Profile = 'server') => {
  const decoded = decodeClientEvent(frame, { profile, keepUnknown: true });
  return decoded.ok ? undefined : decoded.issues[0];
};
const code = (frame: unknown, profile?: Profile) => refusal(frame, profile)?.code;

/** A frame that is refused or passed by scanning alone runs fewer blocks than this, however long it is. */
const MAX_BLOCKS = 5000;

describe('nesting', () => {
  it('[ER19] is 64 levels deep at most for a server, counting the outermost', () => {
    const frame = (depth: number) => `{"type":"x","a":${nest(depth - 1)}}`;
    expect(code(frame(64))).not.toBe('invalid_event');
    expect(refusal(frame(65))).toEqual({
      code: 'invalid_event',
      param: null,
      message: 'The event is nested too deeply.',
    });
    expect(code(JSON.parse(frame(65)))).toBe('invalid_event');
  });

  it('[ER19] is 128 levels deep inside the schema of a tool, counted from there, and not once more inside', () => {
    const frame = (parameters: string) =>
      `{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"f","parameters":${parameters}}]}}`;
    const object = (depth: number) => `{"a":${nest(depth - 1)}}`;
    expect(refusal(frame(object(128)))).toBeUndefined();
    expect(refusal(JSON.parse(frame(object(128))))).toBeUndefined();
    expect(code(frame(object(129)))).toBe('invalid_event');
    expect(code(JSON.parse(frame(object(129))))).toBe('invalid_event');
    expect(code(frame(`{"parameters":${nest(128)}}`))).toBe('invalid_event');
  });

  it('[CD1] is 128 levels deep at most for anyone, in short frames and in long ones', () => {
    for (const blanks of [0, 20_000]) {
      const frame = (depth: number) => `{"type":"x",${' '.repeat(blanks)}"a":${nest(depth - 1)}}`;
      for (const decode of [decodeClientEvent, decodeServerEvent]) {
        expect(decode(frame(128), { keepUnknown: true } as object).ok).toBe(true);
        expect(decode(frame(129), { keepUnknown: true } as object).ok).toBe(false);
      }
    }
  });

  it('[LM3] is refused at once when absurd', { tags: 'long' }, () => {
    for (const depth of [5_000, 100_000, 2_000_000, 7_500_000]) {
      const frame = `{"type":"x","a":${nest(depth)}}`;
      const open = `{"type":"x","a":${'{"a":'.repeat(depth / 5)}`;
      const profiles = ['tolerant', 'server'] as const;
      for (const profile of profiles) expect(code(frame, profile)).toBe('invalid_event');
      const blocks = countWork(() => {
        for (const profile of profiles) for (const text of [frame, open]) refusal(text, profile);
      });
      expect(blocks, `${depth}`).toBeLessThan(4 * MAX_BLOCKS);
    }
  });
});

describe('keys and elements', () => {
  const many = {
    keys: (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join()}}`,
    'numeric keys': (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join()}}`,
    elements: (count: number) => `[${'0,'.repeat(count - 1)}0]`,
  };
  for (const [what, text] of Object.entries(many)) {
    it(`[ER19] a server takes 10,000 ${what} in all`, () => {
      const frame = (count: number) => `{"type":"x","a":${text(count - 2)}}`;
      expect(code(frame(10_000))).not.toBe('invalid_event');
      expect(code(JSON.parse(frame(10_000)))).not.toBe('invalid_event');
      expect(code(frame(10_001))).toBe('invalid_event');
      expect(code(JSON.parse(frame(10_001)))).toBe('invalid_event');
    });

    it(`[LM3] a million ${what} are refused without being parsed`, { tags: 'long' }, () => {
      const frame = `{"type":"x","a":${text(1_000_000)}}`;
      for (const profile of ['tolerant', 'server'] as const) {
        let refused: string | undefined;
        const blocks = countWork(() => {
          refused = code(frame, profile);
        });
        expect(refused).toBe('invalid_event');
        expect(blocks, profile).toBeLessThan(1_000_000);
      }
    });
  }

  it('[LM3] text that is no JSON is passed in linear time', { tags: 'long' }, () => {
    const wrong = [
      '"'.repeat(4e5),
      `"${'\\"'.repeat(2e5)}`,
      `"${'\\'.repeat(4e5 + 1)}"`,
      ']'.repeat(4e5),
      ' '.repeat(4e5),
    ];
    for (const text of wrong.flatMap((each) => [each, `{"type":"x","a":${each}`])) {
      const refused: (string | undefined)[] = [];
      const blocks = countWork(() => {
        for (const profile of ['tolerant', 'server'] as const) refused.push(code(text, profile));
      });
      expect(refused).toEqual(['invalid_json', 'invalid_json']);
      // A few steps for each character; the square of the length would be 160 thousand million.
      expect(blocks).toBeLessThan(2 * 5 * text.length);
    }
  });
});

describe('duplicate keys', () => {
  const frames = {
    event_id: '{"type":"response.cancel","event_id":"a","event_id":"a"}',
    type: '{"type":"response.cancel","\\u0074ype":"response.create"}',
    'session.tools[1].name':
      '{"type":"session.update","session":{"tools":[{"name":"a"},{"name":"b","description":"\\"","name":"c"}]}}',
    'session.a': '{"type":"session.update","session":{"a":{"a":[{}]},"a":1}}',
    'session.__proto__': '{"type":"session.update","session":{"__proto__":1,"__proto__":1}}',
  };
  for (const [param, frame] of Object.entries(frames)) {
    it(`[ER18] are refused by a server: ${param}`, () => {
      expect(refusal(frame)).toEqual({ code: 'invalid_event', param, message: `Duplicate key: '${param}'.` });
    });
  }

  it('[ER18] tell the event_id of the event, unless that is what is given twice', () => {
    expect(decodeClientEvent('{"type":"x","event_id":"e","a":1,"a":1}', { profile: 'server' })).toMatchObject({
      event_id: 'e',
    });
    expect(decodeClientEvent(frames.event_id, { profile: 'server' })).toMatchObject({ event_id: null });
  });

  it('[ER18] are no news in text that is not JSON', () => {
    expect(code('{"type":"x","a":1,"a":1')).toBe('invalid_json');
  });

  it('[ER18] are taken by others: the last one counts', () => {
    expect(decodeServerEvent('{"type":"x","a":1,"a":2}')).toMatchObject({ ok: true, value: { a: 2 } });
  });

  it('[ER18] are equal keys of one object, not of two', () => {
    expect(
      code(
        '{"type":"response.create","response":{"input":[{"type":"item_reference","id":"a"},{"type":"item_reference","id":"b"}]}}',
      ),
    ).toBeUndefined();
  });

  it('[LM11] tell a path of bounded length', () => {
    const deep = '{"a long long long long long long long key of its own":'.repeat(40);
    const issue = refusal(`{"type":"x","a":${deep}{"b":1,"b":2}${'}'.repeat(41)}`);
    expect(issue?.param?.length).toBe(256);
  });
});

describe('numbers and strings', () => {
  it('[ER19] refuse a number that is not finite, wherever it stands', () => {
    for (const profile of ['tolerant', 'server'] as const) {
      for (const number of ['1e400', '-1e400', `1${'0'.repeat(400)}`]) {
        expect(code(`{"type":"response.cancel","a":[${number}]}`, profile)).toBe('invalid_event');
      }
      expect(code({ type: 'response.cancel', a: Number.NaN }, profile)).toBe('invalid_event');
    }
    expect(code('{"type":"response.cancel","a":1e308}', 'tolerant')).toBeUndefined();
  });

  it('[ER19] refuse lone surrogates at a server, in values and in keys, escaped or not', () => {
    for (const lone of ['\\ud800', '\\uDC00\\uD800', '\ud800']) {
      expect(code(`{"type":"response.cancel","event_id":"${lone}"}`)).toBe('invalid_event');
      expect(code(`{"type":"response.cancel","${lone}":1}`)).toBe('invalid_event');
    }
    expect(code('{"type":"response.cancel","event_id":"\\ud83d\\ude00 \ud83d\ude00"}')).toBeUndefined();
  });

  it('[CD1] refuse bytes that are not UTF-8, and a byte order mark', () => {
    for (const bytes of [
      [0xff, 0xfe],
      [0xed, 0xa0, 0x80],
      [0x22, 0xc0, 0xaf, 0x22],
    ])
      expect(code(Uint8Array.from(bytes))).toBe('invalid_json');
    expect(code('\ufeff{"type":"response.cancel"}')).toBe('invalid_json');
    expect(code(new TextEncoder().encode('\ufeff{"type":"response.cancel"}'))).toBe('invalid_json');
    expect(code(new TextEncoder().encode('{"type":"response.cancel","event_id":"é😀"}'))).toBeUndefined();
  });
});

describe('size', () => {
  const padding = (length: number) => 'a'.repeat(length);
  it('[LM1] of an event without audio or images is at most 1 MiB', () => {
    const update = `{"type":"session.update","event_id":"c1","session":{"type":"realtime","instructions":"${padding(200)}"}}`;
    const long = update.replace('{', `{${' '.repeat(1024 * 1024)}`);
    expect(refusal(update)).toBeUndefined();
    expect(decodeClientEvent(long, { profile: 'server' })).toMatchObject({
      ok: false,
      event_id: 'c1',
      issues: [{ code: 'limit_exceeded', param: null }],
    });
    expect(code(long, 'tolerant')).toBeUndefined();
  });

  it('[LM1] may be more where audio or images are', () => {
    const audio = 'AAAA'.repeat(300_000);
    const part = { type: 'input_audio', audio };
    const text = { type: 'input_text', text: audio };
    const image = { type: 'input_image', image_url: `data:image/png;base64,${audio}` };
    const item = (content: object) => ({ type: 'message', role: 'user', content: [content] });
    const create = (content: object) => JSON.stringify({ type: 'conversation.item.create', item: item(content) });
    const respond = (content: object) =>
      JSON.stringify({ type: 'response.create', response: { input: [item(content)] } });
    for (const frame of [create(part), create(image), respond(part), respond(image)])
      expect(refusal(frame)).toBeUndefined();
    for (const frame of [create(text), respond(text)]) expect(code(frame)).toBe('limit_exceeded');
    expect(refusal(JSON.stringify({ type: 'input_audio_buffer.append', audio }))).toBeUndefined();
  });

  it('[IB4] of one append is at most 15 MiB of base64, refused or taken without a step for each character', {
    tags: 'long',
  }, () => {
    const most = 'A'.repeat(15 * 1024 * 1024);
    const append = (audio: string) => `{"event_id":null,"audio":"${audio}","type":"input_audio_buffer.append"}`;
    expect(refusal(append(most))).toBeUndefined();
    expect(countWork(() => refusal(append(most)))).toBeLessThan(MAX_BLOCKS);
    expect(refusal(append(`${most}AAAA`))).toMatchObject({ code: 'string_above_max_length', param: 'audio' });
    const wrong = append(`${most.slice(1)}$`);
    expect(refusal(wrong)).toMatchObject({ code: 'invalid_value', param: 'audio' });
    expect(countWork(() => refusal(wrong))).toBeLessThan(MAX_BLOCKS);
  });

  it('[LM1] of any frame is at most 16 MiB', () => {
    expect(code(`{"type":"input_audio_buffer.append","audio":"${padding(16 * 1024 * 1024)}"}`)).toBe('frame_too_large');
  });
});
