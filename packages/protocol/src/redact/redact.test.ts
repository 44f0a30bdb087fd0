import { countWork } from '@support/count-work.ts';
import { describe, expect, it } from 'vitest';
import { decodeStrictItem, decodeStrictPart } from '../strict/strict.ts';
import { ServerEvent } from '../wire/realtime-server-events.ts';
import { REDACTED, redact } from './redact.ts';

const SOUND = 'QVVESU8=';
const IMAGE = 'data:image/png;base64,SU1BR0U=';
const content = (value: unknown) => redact(value, { level: 'content' });
const redactedText = (value: unknown, level: 'media' | 'content' = 'media') => JSON.stringify(redact(value, { level }));

describe('redact', () => {
  it('[RD1] copies deeply: shape, keys and order stay, the argument does not change', () => {
    const event = {
      type: 'conversation.item.retrieved',
      extra: [1, true, null, { a: {} }],
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: SOUND, transcript: null }] },
    };
    const before = structuredClone(event);
    const copy = redact(event);
    expect(event).toEqual(before);
    expect(copy).not.toBe(event);
    expect(copy.extra).not.toBe(event.extra);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(event).replace(SOUND, REDACTED));
  });

  describe('[RD2] audio and images are always hidden', () => {
    const held: Record<string, unknown> = {
      'part audio': { type: 'input_audio', audio: SOUND },
      'assistant audio': { type: 'output_audio', audio: SOUND },
      'part image_url': { type: 'input_image', image_url: 'SU1BR0U=' },
      append: { type: 'input_audio_buffer.append', audio: SOUND },
      'translation append': { type: 'session.input_audio_buffer.append', audio: SOUND },
      'audio delta': { type: 'response.output_audio.delta', delta: SOUND },
      'beta audio delta': { type: 'response.audio.delta', delta: SOUND },
      'translation audio delta': { type: 'session.output_audio.delta', delta: SOUND },
      'part.audio': { type: 'response.content_part.done', part: { type: 'audio', audio: SOUND } },
      'items of a response': {
        type: 'response.done',
        response: {
          output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_audio', audio: SOUND }] }],
        },
      },
      'items of a request': {
        type: 'response.create',
        response: { input: [{ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: SOUND }] }] },
      },
      'a data URI anywhere': { type: 'x', image: { url: IMAGE } },
      'a data URI in capitals': {
        type: 'x',
        image: { url: IMAGE.replace('data:image/png;base64', 'DATA:IMAGE/PNG;BASE64') },
      },
      'raw bytes': { type: 'x', chunk: new TextEncoder().encode(SOUND), rest: new ArrayBuffer(4) },
    };
    for (const [place, value] of Object.entries(held)) {
      it(`[RD2] ${place}`, () => {
        expect(redactedText(value)).toContain(REDACTED);
        expect(redactedText(value)).not.toMatch(/QVVE|SU1B/);
      });
    }
  });

  it('[RD2] audio is media only where it is a string', () => {
    const audio = { input: { format: { type: 'audio/pcm', rate: 24000 } }, output: { voice: 'marin', speed: 1 } };
    const event = { type: 'session.updated', session: { type: 'realtime', audio } };
    expect(redact(event)).toEqual(event);
    expect(content(event)).toEqual(event);
    expect(redact({ session: { audio: SOUND } })).toEqual({ session: { audio: REDACTED } });
  });

  describe('[RD3] credentials are always hidden', () => {
    const held: Record<string, unknown> = {
      'MCP authorization': { type: 'mcp', server_label: 'docs', authorization: 'PASSWORD' },
      'MCP headers': { type: 'mcp', headers: { 'X-Name': 'PASSWORD', Other: 'PASSWORD' } },
      'client_secret.value': { client_secret: { value: 'PASSWORD', expires_at: 1 } },
      'a client secret answer': { value: 'PASSWORD', expires_at: 1, session: { type: 'realtime' } },
      'SIP headers': { type: 'realtime.call.incoming', data: { sip_headers: [{ name: 'From', value: 'PASSWORD' }] } },
      resume_token: { type: 'x', resume_token: 'PASSWORD' },
      'HTTP headers': { headers: { Authorization: 'Basic PASSWORD' }, 'api-key': 'PASSWORD' },
      'a secret key': { note: 'sk-PASSWORD' },
      'a secret key inside words': { type: 'x', note: 'take sk-proj-PASSWORD and go' },
      'an ephemeral key': { url: 'wss://host/?key=ek_PASSWORD' },
      'a bearer token': { header: 'Bearer PASSWORD' },
      'a bearer token in small letters': { header: 'authorization: bearer PASSWORD' },
      'a subprotocol': { protocols: ['realtime', 'openai-insecure-api-key.PASSWORD'] },
      'the text of a part': { type: 'input_text', text: 'my key is sk-PASSWORD' },
    };
    for (const [place, value] of Object.entries(held)) {
      it(`[RD3] ${place}`, () => expect(redactedText(value)).not.toContain('PASSWORD'));
    }

    it('[RD3] words that only look like one stay', () => {
      const harmlessTexts = ['task-force', 'risk-based', 'week_number', 'sk-SK', 'the forbearer', 'desk-top'];
      expect(redact(harmlessTexts)).toEqual(harmlessTexts);
    });
  });

  it('[RD4] words are hidden at level content, and only there', () => {
    const events = [
      { type: 'input_text', text: 'WORDS' },
      { type: 'output_audio', transcript: 'WORDS' },
      { type: 'function_call', name: 'f', arguments: 'WORDS' },
      { type: 'function_call_output', call_id: 'c', output: 'WORDS' },
      {
        type: 'mcp_call',
        arguments: 'WORDS',
        output: 'WORDS',
        error: { type: 'http_error', code: 1, message: 'WORDS' },
      },
      { type: 'mcp_call', error: 'WORDS' },
      { type: 'mcp_approval_response', approve: false, reason: 'WORDS' },
      { type: 'session.update', session: { type: 'realtime', instructions: 'WORDS' } },
      { type: 'session.update', session: { prompt: { id: 'p', variables: { a: 'WORDS', b: { text: 'WORDS' } } } } },
      { type: 'session.update', session: { tracing: { metadata: { a: ['WORDS'] } } } },
      { type: 'response.create', response: { instructions: 'WORDS', metadata: { a: 'WORDS' } } },
      { type: 'response.output_text.delta', delta: 'WORDS' },
      { type: 'response.output_text.done', text: 'WORDS' },
      { type: 'response.output_audio_transcript.delta', delta: 'WORDS' },
      { type: 'response.output_audio_transcript.done', transcript: 'WORDS' },
      { type: 'response.function_call_arguments.delta', delta: 'WORDS' },
      { type: 'response.function_call_arguments.done', name: 'f', arguments: 'WORDS' },
      { type: 'response.mcp_call_arguments.delta', delta: 'WORDS' },
      { type: 'conversation.item.input_audio_transcription.delta', delta: 'WORDS', logprobs: [{ token: 'WORDS' }] },
      { type: 'conversation.item.input_audio_transcription.completed', transcript: 'WORDS' },
      { type: 'session.input_transcript.delta', delta: 'WORDS' },
      { type: 'session.output_transcript.delta', delta: 'WORDS' },
      { type: 'response.text.delta', delta: 'WORDS' },
      { type: 'response.audio_transcript.delta', delta: 'WORDS' },
      { type: 'session.update', session: { input_audio_transcription: { model: 'whisper-1', prompt: 'WORDS' } } },
    ];
    for (const event of events) {
      expect(redact(event), event.type).toEqual(event);
      expect(redactedText(event, 'content'), event.type).not.toContain('WORDS');
    }
    const logged = { type: 'x', logprobs: [{ token: 'a', logprob: -1, bytes: [97] }] };
    expect(content(logged)).toEqual({ type: 'x', logprobs: [{ token: REDACTED, logprob: -1, bytes: [0] }] });
  });

  it('[RD4] what is no content stays at level content', () => {
    const event = {
      type: 'response.done',
      event_id: 'event_1',
      response: {
        id: 'resp_1',
        status: 'cancelled',
        status_details: { type: 'cancelled', reason: 'turn_detected', error: { message: 'stopped' } },
        output: [{ type: 'function_call', name: 'f', call_id: 'call_1', status: 'incomplete' }],
        output_modalities: ['audio'],
        usage: { total_tokens: 3 },
      },
    };
    const refusal = { type: 'error', error: { type: 'invalid_request_error', code: null, message: 'no', param: 'a' } };
    expect(content([event, refusal])).toEqual([event, refusal]);
  });

  it('[RD10] level key hides keys and tokens alone, for recordings that keep their audio', () => {
    const bytes = new Uint8Array(2);
    const event = { type: 'x', audio: SOUND, image: IMAGE, text: 'WORDS', bytes };
    expect(redact({ ...event, authorization: 'PASSWORD', note: 'sk-PASSWORD' }, { level: 'key' })).toEqual({
      ...event,
      authorization: REDACTED,
      note: REDACTED,
    });
  });

  it('[RD5] null and absent stay as they are', () => {
    const event = { audio: null, text: null, delta: undefined, headers: null, authorization: null, value: null };
    expect(content(event)).toEqual(event);
    expect(Object.keys(content(event) as object)).toEqual(Object.keys(event));
    expect(redact(null)).toBeNull();
    expect(redact(undefined)).toBeUndefined();
  });

  it("[RD5] redacted values of the seed's types still decode", () => {
    const parts = [
      { type: 'input_text', text: 't' },
      { type: 'input_audio', audio: SOUND, transcript: 't' },
      { type: 'input_image', detail: 'low', image_url: IMAGE },
      { type: 'output_text', text: 't' },
      { type: 'output_audio', audio: SOUND, transcript: 't' },
    ];
    for (const part of parts) {
      expect(decodeStrictPart(content(part))).toEqual({ ok: true, value: content(part) });
    }
    const items = [
      { type: 'message', content: parts, role: 'user', id: 'a', object: 'realtime.item', status: 'completed' },
      { type: 'function_call', arguments: '{}', name: 'f', call_id: 'c' },
      { type: 'function_call_output', call_id: 'c', output: 'o' },
      { type: 'mcp_approval_response', id: 'a', approval_request_id: 'r', approve: true, reason: 'w' },
      { type: 'mcp_list_tools', server_label: 's', tools: [{ input_schema: { a: 1 }, name: 'n', description: 'd' }] },
      {
        type: 'mcp_call',
        id: 'a',
        arguments: '{}',
        name: 'n',
        server_label: 's',
        error: { type: 'protocol_error', code: 1, message: 'm' },
        output: 'o',
      },
      { type: 'mcp_approval_request', id: 'a', arguments: '{}', name: 'n', server_label: 's' },
    ];
    for (const item of items) {
      expect(decodeStrictItem(content(item)), item.type).toEqual({ ok: true, value: content(item) });
    }
    expect(ServerEvent.check(content({ type: 'response.output_audio.delta', ...ids, delta: SOUND }))).toBeUndefined();
  });
  const ids = { event_id: 'e', response_id: 'r', item_id: 'i', output_index: 0, content_index: 0 };

  it('[RD6] never throws, however large the value', { tags: 'long' }, () => {
    const hostile: unknown[] = [
      {
        get audio() {
          throw new Error(SOUND);
        },
      },
      {
        type: 'x',
        toJSON() {
          throw new Error(SOUND);
        },
      },
      new Proxy({}, trapsThatThrow),
      { a: new Proxy([], trapsThatThrow), b: SOUND },
      Proxy.revocable({}, {}),
      { toString: null, valueOf: null },
      10n,
      Symbol('s'),
      () => SOUND,
      Object.create(null),
      cyclic(),
      '\ud800',
      new Map([['audio', SOUND]]),
      new Date(Number.NaN),
      Number.NaN,
    ];
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const value of [...hostile, revoked.proxy]) {
      for (const level of ['media', 'content'] as const) {
        expect(() => redact(value, { level })).not.toThrow();
      }
    }
    // Each as large as redaction reads at all.
    for (const value of [new Array(4_000_000_000), nested(2_000_000), doubling(60)])
      expect(() => redact(value, { level: 'content' })).not.toThrow();
  });

  it('[RD6] reads a million values at most, of one that has no end', { tags: 'long' }, () => {
    let reads = 0;
    const count = () => {
      reads += 1;
    };
    redact(endless(count));
    expect(reads).toBeGreaterThan(500_000);
    expect(reads).toBeLessThan(5_000_000); // a few for each value
  });

  it('[RD6] says where it could not read, and nothing of what was thrown', () => {
    const value = {
      kept: 1,
      get lost() {
        throw new Error('sk-PASSWORD');
      },
    };
    expect(redact(value)).toEqual({ kept: 1, lost: '[UNREADABLE]' });
    expect(redact(cyclic())).toEqual({ self: '[CYCLE]', list: ['[CYCLE]'] });
    expect(JSON.stringify(redact(nested(1000)))).toContain('[TOO LARGE]');
    expect(redact(new Proxy({}, trapsThatThrow))).toBe('[UNREADABLE]');
  });

  it('[RD6] is idempotent', () => {
    const event = {
      type: 'session.update',
      session: { tools: [{ type: 'mcp', headers: { a: 'b' }, authorization: 'x' }], prompt: { variables: { a: [1] } } },
      audio: SOUND,
      key: 'sk-abcdef',
      cycle: cyclic(),
    };
    for (const level of ['media', 'content'] as const) {
      const once = redact(event, { level });
      expect(redact(once, { level })).toEqual(once);
    }
  });

  it('[RD9] knows the names in unknown events and items at any depth', () => {
    const unknown = {
      type: 'response.hologram.delta',
      delta: SOUND,
      thing: [{ type: 'hologram', deep: [[{ audio: SOUND, image_url: IMAGE, authorization: 'PASSWORD' }]] }],
      headers: { a: { b: ['PASSWORD'] } },
    };
    expect(redactedText(unknown)).not.toMatch(/QVVE|SU1B|PASSWORD/);
    expect(redactedText({ text: 'WORDS', further: { transcript: 'WORDS', output: 'WORDS' } }, 'content')).not.toContain(
      'WORDS',
    );
  });

  it('[CD7] names of prototypes are data', () => {
    const hostile = JSON.parse('{"__proto__":{"audio":"QVVESU8=","admin":true},"constructor":{"prototype":1}}');
    const copy = redact(hostile);
    expect(JSON.stringify(copy)).toBe(
      '{"__proto__":{"audio":"[REDACTED]","admin":true},"constructor":{"prototype":1}}',
    );
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('[RD9] looks for credentials in time linear in the text', { tags: 'long' }, () => {
    const length = 1_000_000;
    const texts = ['bearer', 'bearer ', 'sk-', '-sk', 'ek_', ' ', 'a', 'openai-insecure-api-key.'];
    const values = texts.map((text) => ({
      note: text.padEnd(length, ' '),
      other: text.repeat(length / text.length),
    }));
    const blocks = countWork(() => {
      for (const value of values) redact(value);
    });
    expect(blocks).toBeLessThan(100 * texts.length);
  });
});

const thrower = () => {
  throw new Error(SOUND);
};
const trapsThatThrow: ProxyHandler<object> = {
  get: thrower,
  has: thrower,
  ownKeys: thrower,
  getPrototypeOf: thrower,
  getOwnPropertyDescriptor: thrower,
};

function cyclic(): unknown {
  const value: { self?: unknown; list: unknown[] } = { list: [] };
  value.self = value;
  value.list.push(value);
  return value;
}

function nested(depth: number): unknown {
  let value: unknown = SOUND;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { value };
  return value;
}

/** A few objects that name each other twice, and would unfold into billions. */
function doubling(depth: number): unknown {
  let value: unknown = { audio: SOUND };
  for (let i = 0; i < depth; i++) value = { left: value, right: value };
  return value;
}

/** Every field of it is another one like it. */
function endless(onRead = () => {}): unknown {
  const handler: ProxyHandler<object> = {
    ownKeys: () => ['a', 'b'],
    getOwnPropertyDescriptor: () => ({ value: 0, enumerable: true, configurable: true, writable: true }),
    get: () => {
      onRead();
      return endless(onRead);
    },
  };
  return new Proxy({}, handler);
}
