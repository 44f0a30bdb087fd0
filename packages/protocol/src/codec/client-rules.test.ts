import { describe, expect, it } from 'vitest';
import { decodeClientEvent, decodeItem } from './codec.ts';

type Part = { type: string; [key: string]: unknown };
const item = (role: string, ...content: Part[]) => ({ type: 'message', role, content });
const create = (input: object) => ({ type: 'conversation.item.create', item: input });
const respond = (...input: object[]) => ({ type: 'response.create', response: { input } });
const decode = (event: object) => decodeClientEvent(JSON.stringify(event), { profile: 'server' });
const issueOf = (event: object) => {
  const decoded = decode(event);
  return decoded.ok ? 'accepted' : `${decoded.issues[0].code} ${decoded.issues[0].param}`;
};

const text = (type: string) => ({ type, text: 'x' });
const audio = (type: string, more: object = { audio: 'AAAA' }) => ({ type, ...more });
const image = (image_url: unknown) => ({ type: 'input_image', image_url });

describe('roles and parts', () => {
  const wrong = [
    ['assistant', text('input_text')],
    ['assistant', image('data:image/png;base64,AAAA')],
    ['user', text('output_text')],
    ['user', audio('output_audio', { transcript: 'x' })],
    ['system', text('output_text')],
    ['system', audio('input_audio')],
    ['system', audio('audio')],
  ] as const;
  for (const [role, part] of wrong) {
    it(`[CV14] ${role}: no ${part.type}`, () => {
      expect(issueOf(create(item(role, part)))).toBe('invalid_value item.content[0].type');
      expect(issueOf(respond({ type: 'item_reference', id: 'a' }, item(role, part)))).toBe(
        'invalid_value response.input[1].content[0].type',
      );
      expect(decodeItem(item(role, part), { profile: 'server' })).toMatchObject({
        issues: [{ code: 'invalid_value', param: 'content[0].type' }],
      });
      expect(decodeItem(item(role, part)).ok).toBe(true);
    });
  }

  it('[CV14] tells the first wrong part in the words of the seed', () => {
    const decoded = decode(create(item('user', text('input_text'), text('output_text'), text('output_text'))));
    expect(decoded).toMatchObject({
      issues: [
        {
          param: 'item.content[1].type',
          message: 'Invalid value: item.content[1]: User role does not allow "output_text" content parts.',
        },
      ],
    });
  });

  it('[CV15] takes the legacy names and gives back those of today', () => {
    const decoded = decode(create(item('assistant', text('text'), audio('audio', { transcript: 'x' }))));
    expect(decoded).toMatchObject({
      value: { item: { content: [{ type: 'output_text' }, { type: 'output_audio' }] } },
    });
    expect(decode(respond(item('user', text('text'))))).toMatchObject({
      value: { response: { input: [{ content: [{ type: 'input_text' }] }] } },
    });
    expect(issueOf(create(item('user', { type: 'video', text: 'x' })))).toBe('invalid_value item.content[0].type');
  });

  it('[CV16] takes no audio of an assistant, only its transcript', () => {
    expect(issueOf(create(item('assistant', audio('output_audio', { audio: 'AAAA', transcript: 'x' }))))).toBe(
      'invalid_value item.content[0].audio',
    );
    expect(issueOf(create(item('assistant', audio('output_audio', { transcript: 'x' }))))).toBe('accepted');
    expect(issueOf(create(item('assistant', audio('output_audio', { audio: null, transcript: 'x' }))))).toBe(
      'accepted',
    );
  });

  it('[CV17] takes no part without its payload', () => {
    expect(issueOf(create(item('user', { type: 'input_text' })))).toBe(
      'missing_required_parameter item.content[0].text',
    );
    expect(issueOf(create(item('user', { type: 'input_image' })))).toBe(
      'missing_required_parameter item.content[0].image_url',
    );
    for (const nothing of [{}, { audio: null, transcript: null }])
      expect(issueOf(create(item('user', audio('input_audio', nothing))))).toBe(
        'missing_required_parameter item.content[0].audio',
      );
    expect(issueOf(create(item('assistant', audio('output_audio', {}))))).toBe(
      'missing_required_parameter item.content[0].audio',
    );
    expect(issueOf(create(item('user', audio('input_audio', { transcript: 'x', audio: null }))))).toBe('accepted');
  });

  it('[CV18] takes a message without content', () => {
    expect(issueOf(create(item('user')))).toBe('accepted');
  });

  it('[CV23] takes only what a client may create', () => {
    for (const type of ['mcp_call', 'mcp_list_tools', 'mcp_approval_request', 'item_reference', 'new'])
      expect(issueOf(create({ type, id: 'a' }))).toBe('invalid_value item.type');
  });

  it('[ER16] keeps unknown fields inside items and parts', () => {
    const input = { ...item('user', { ...text('input_text'), extra: 1 }), phase: 'x', more: { a: [] } };
    expect(decode(create(input))).toMatchObject({ ok: true, value: { item: input } });
  });
});

describe('audio and images', () => {
  it('[IB2] [IB5] audio is strict base64, and may be empty', () => {
    const append = (input: string) => issueOf({ type: 'input_audio_buffer.append', audio: input });
    expect(append('AAA=')).toBe('accepted');
    expect(append('')).toBe('accepted');
    for (const wrong of ['AAA', 'AAB=', 'AA-_', 'AA AA', '!!!!']) expect(append(wrong)).toBe('invalid_value audio');
    expect(issueOf(create(item('user', text('input_text'), audio('input_audio', { audio: 'A' }))))).toBe(
      'invalid_value item.content[1].audio',
    );
  });

  it('counts the bytes of every audio, in order', () => {
    const parts = [
      audio('input_audio', { audio: 'AAAA' }),
      text('input_text'),
      audio('input_audio', { audio: null, transcript: 'x' }),
      audio('audio', { audio: 'AA==' }),
    ];
    expect(decode(create(item('user', ...parts)))).toMatchObject({ audio_bytes: [3, 1] });
    expect(decode(respond(item('user', ...parts), item('user', ...parts)))).toMatchObject({
      audio_bytes: [3, 1, 3, 1],
    });
    expect(decode({ type: 'input_audio_buffer.append', audio: 'AAA=' })).toMatchObject({ audio_bytes: [2] });
    expect(
      decodeClientEvent(
        { type: 'session.input_audio_buffer.append', audio: 'AAA=' },
        { profile: 'server', translation: true },
      ),
    ).toMatchObject({ audio_bytes: [2] });
    expect(decode({ type: 'response.cancel' })).toMatchObject({ audio_bytes: [] });
  });

  it('[CV19] images are base64 data URIs of PNG or JPEG', () => {
    const input = (url: unknown) => issueOf(create(item('user', image(url))));
    for (const right of ['data:image/png;base64,AAAA', 'data:image/jpeg;base64,AAA='])
      expect(input(right)).toBe('accepted');
    const wrong = [
      'https://example.test/x.png',
      'file:///etc/passwd',
      'data:image/svg+xml;base64,AAAA',
      'data:image/png,AAAA',
      'data:image/png;base64,',
      'data:image/png;base64,AAA',
      ' data:image/png;base64,AAAA',
      '',
    ];
    for (const each of wrong) expect(input(each)).toBe('invalid_value item.content[0].image_url');
    expect(input(7)).toBe('invalid_type item.content[0].image_url');
  });

  it('[CV19] reads a data URI however it is spelled, and keeps the canonical form', () => {
    const urlAfter = (url: string) => {
      const decoded = decode(create(item('user', image(url))));
      return decoded.ok && (decoded.value as { item: { content: { image_url: string }[] } }).item.content[0]?.image_url;
    };
    expect(urlAfter('data:image/PNG;base64,AAAA')).toBe('data:image/png;base64,AAAA');
    expect(urlAfter('DATA:Image/Jpeg;BASE64,AAA=')).toBe('data:image/jpeg;base64,AAA=');
    expect(urlAfter('data:image/jpg;base64,AAAA')).toBe('data:image/jpeg;base64,AAAA');
    expect(urlAfter('data:image/png;charset=utf-8;base64,AAAA')).toBe('data:image/png;base64,AAAA');
    expect(urlAfter('data:image/png;base64,AAAA')).toBe('data:image/png;base64,AAAA');
  });

  it('[CV19] names the reason when an image is refused', () => {
    const message = (url: string) => {
      const decoded = decode(create(item('user', image(url))));
      return decoded.ok
        ? 'accepted'
        : decoded.issues[0].message.replace("Invalid value: 'item.content[0].image_url' ", '');
    };
    expect(message('https://example.test/x.png')).toBe('must be a data URI; addresses are not fetched.');
    expect(message('data:image/webp;base64,AAAA')).toBe(
      "has the media type 'image/webp'; supported are 'image/png' and 'image/jpeg'.",
    );
    expect(message('data:image/png,AAAA')).toBe("must be encoded in base64, with ';base64' before the comma.");
    expect(message('data:image/png;base64,AAA')).toBe('is not valid base64 after the comma.');
    expect(message('data:image/png;base64,')).toBe('has no data after the comma.');
    expect(message(`data:image/png;${'x'.repeat(300)}`)).toBe(
      'must have a comma within 256 characters, before its data.',
    );
    expect(message('data:sk-proj-abcdefghijklmnopqrstuvwxyz;base64,AAAA')).toContain("'[REDACTED]'");
  });
});

describe('ids', () => {
  it("[CV11] of an item are 1 to 64 characters and not 'root'", () => {
    const named = (id: string) => ({ ...item('user'), id });
    for (const id of ['root', '']) {
      expect(issueOf(create(named(id)))).toBe('invalid_value item.id');
      expect(issueOf(respond(named(id)))).toBe('invalid_value response.input[0].id');
    }
    expect(issueOf(create(named('a'.repeat(65))))).toBe('string_above_max_length item.id');
    expect(issueOf(create(named('a'.repeat(64))))).toBe('accepted');
  });
});

describe('sessions and responses', () => {
  const update = (session: object) => issueOf({ type: 'session.update', session: { type: 'realtime', ...session } });
  const response = (input: object) => issueOf({ type: 'response.create', response: input });

  it('[SE19] one modality, and one that there is', () => {
    for (const right of [['audio'], ['text']]) expect(update({ output_modalities: right })).toBe('accepted');
    for (const wrong of [[], ['audio', 'text'], ['audio', 'audio'], ['video'], ['text', 'video']]) {
      expect(update({ output_modalities: wrong })).toBe('invalid_value session.output_modalities');
      expect(response({ output_modalities: wrong })).toBe('invalid_value response.output_modalities');
    }
  });

  const tool = (name: string) => ({ type: 'function', name });
  const server = (server_label: string) => ({ type: 'mcp', server_label, server_url: 'https://example.test' });

  it('[SE31] no two tools of one name, and no more than 128', () => {
    expect(update({ tools: [tool('a'), tool('b'), server('a')] })).toBe('accepted');
    expect(update({ tools: [tool('a'), tool('b'), tool('a')] })).toBe('invalid_value session.tools[2].name');
    expect(update({ tools: [server('a'), server('a')] })).toBe('invalid_value session.tools[1].server_label');
    expect(response({ tools: [tool('a'), tool('a')] })).toBe('invalid_value response.tools[1].name');
    const many = Array.from({ length: 129 }, (_, i) => tool(`t${i}`));
    expect(update({ tools: many })).toBe('array_above_max_length session.tools');
    expect(update({ tools: many.slice(1) })).toBe('accepted');
  });

  it('[SE31] names of tools are 1 to 64 letters, digits, underscores and hyphens', () => {
    for (const name of ['', 'a b', 'ä', 'a'.repeat(65), 'a\n']) {
      expect(update({ tools: [tool(name)] })).toBe('invalid_value session.tools[0].name');
      expect(update({ tools: [server(name)] })).toBe('invalid_value session.tools[0].server_label');
    }
  });

  it('[LM5] the schema of a tool is at most 64 KiB', () => {
    const parameters = { description: 'a'.repeat(65_536) };
    expect(update({ tools: [{ ...tool('a'), parameters }] })).toBe('limit_exceeded session.tools[0].parameters');
  });

  it('[ER5] tells shape before bounds, and bounds before rules', () => {
    const bound = { audio: { output: { speed: 9 } } };
    const rule = { output_modalities: [] };
    expect(update({ ...bound, max_output_tokens: 'many' })).toBe('invalid_value session.max_output_tokens');
    expect(update({ ...bound, include: 7 })).toBe('invalid_type session.include');
    expect(update({ ...bound, foo: 7 })).toBe('unknown_parameter session.foo');
    expect(update({ ...rule, ...bound })).toBe('decimal_above_max_value session.audio.output.speed');
    expect(issueOf({ ...create(item('user', text('output_text'))), event_id: 'a'.repeat(513) })).toBe(
      'string_above_max_length event_id',
    );
    expect(issueOf({ ...create(item('user', text('output_text'))), foo: 1 })).toBe('unknown_parameter foo');
  });
});
