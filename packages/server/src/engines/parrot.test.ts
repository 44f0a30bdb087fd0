// What the parrot answers, piece by piece.

import type { RealtimeConversationItem, RealtimeTool } from '@colloquy/protocol';
import type { ResponseConfig, ResponseRequest } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import { decodeALaw, decodeMuLaw } from '../audio/g711.ts';
import type { EngineHost, EngineOutput } from './engine.ts';
import { parrot } from './parrot.ts';

const user = (text: string): RealtimeConversationItem => ({
  type: 'message',
  role: 'user',
  id: 'u',
  content: [{ type: 'input_text', text }],
});
const call = (name: string, call_id: string): RealtimeConversationItem => ({
  type: 'function_call',
  name,
  call_id,
  arguments: '{}',
  status: 'completed',
});
const output = (call_id: string, text: string): RealtimeConversationItem => ({
  type: 'function_call_output',
  call_id,
  output: text,
});
const tool = (name: string): RealtimeTool => ({ type: 'function', name });

const CONFIG: ResponseConfig = {
  model: 'gpt-realtime',
  output_modalities: ['text'],
  instructions: '',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  audio: { output: { format: { type: 'audio/pcm' }, voice: 'marin', speed: 1 } },
  prompt: null,
  metadata: null,
};
const HOST: EngineHost = {
  signal: new AbortController().signal,
  audio: () => undefined,
  audioFormat: () => undefined,
  drop: () => {},
};

async function pieces(
  context: RealtimeConversationItem[],
  config: Partial<ResponseConfig> = {},
  host: Partial<EngineHost> = {},
): Promise<EngineOutput[]> {
  const tools = (config.tools ?? []).flatMap((each) => (each.type === 'function' ? [{ name: each.name }] : []));
  return collected({ response_id: 'resp_1', config: { ...CONFIG, ...config }, tools, context }, host);
}
async function collected(request: ResponseRequest, host: Partial<EngineHost> = {}): Promise<EngineOutput[]> {
  const all: EngineOutput[] = [];
  for await (const event of parrot().respond(request, { ...HOST, ...host })) all.push(event);
  return all;
}
const textOf = (events: EngineOutput[]) =>
  events.map((event) => (event.type === 'text.delta' || event.type === 'transcript.delta' ? event.delta : '')).join('');
const called = (events: EngineOutput[]) => {
  const calls: string[] = [];
  for (const event of events) {
    if (event.type === 'call') calls.push(`${event.name} `);
    if (event.type === 'arguments.delta') calls[calls.length - 1] += event.delta;
  }
  return calls;
};

describe('parrot answers', () => {
  it('[EN1] repeats the last user message, one word per delta, and ends once', async () => {
    expect(await pieces([user('one'), user('hello  big world ')])).toEqual([
      { type: 'text.delta', delta: 'You' },
      { type: 'text.delta', delta: ' said:' },
      { type: 'text.delta', delta: ' hello' },
      { type: 'text.delta', delta: '  big' },
      { type: 'text.delta', delta: ' world ' },
      { type: 'done' },
    ]);
  });

  it.each([
    ['nothing', [], 'You said nothing.'],
    ['an empty message', [user('')], 'You said: '],
    ['white space', [user('  \n ')], 'You said:   \n '],
    [
      'audio with a transcript',
      [{ type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: 'hi' }] }],
      'You said: hi',
    ],
  ] as const)('answers %s', async (_, context, text) => {
    expect(textOf(await pieces([...context] as RealtimeConversationItem[]))).toBe(text);
  });

  it('reports the duration when audio has no transcript', async () => {
    const spoken: RealtimeConversationItem = {
      type: 'message',
      role: 'user',
      id: 'u',
      content: [{ type: 'input_audio', transcript: null }],
    };
    const inputAudio = (type: 'audio/pcm' | 'audio/pcmu', bytes: number) =>
      pieces([spoken], {}, { audio: () => new Uint8Array(bytes), audioFormat: () => ({ type }) });
    expect(textOf(await inputAudio('audio/pcm', 48 * 1250))).toBe('You said 1250 ms of audio');
    expect(textOf(await inputAudio('audio/pcmu', 8 * 1250))).toBe('You said 1250 ms of audio');
  });

  it.each([
    ['audio/pcm', 9600, (bytes: Buffer) => Array.from({ length: 4800 }, (_, at) => bytes.readInt16LE(2 * at))],
    ['audio/pcmu', 1600, (bytes: Buffer) => [...bytes].map(decodeMuLaw)],
    ['audio/pcma', 1600, (bytes: Buffer) => [...bytes].map(decodeALaw)],
  ] as const)(
    '[EN2, RS17] speaks %s: words before their audio, 200 ms of tone each',
    async (type, bytes, samplesOf) => {
      const events = await pieces([user('hi')], {
        output_modalities: ['audio'],
        audio: { output: { format: { type }, voice: 'marin', speed: 1 } },
      });
      expect(events.map((event) => event.type)).toEqual([
        ...Array.from({ length: 3 }, () => ['transcript.delta', 'audio.delta']).flat(),
        'done',
      ]);
      expect(textOf(events)).toBe('You said: hi');
      const [, audio] = events as [EngineOutput, Extract<EngineOutput, { type: 'audio.delta' }>];
      expect(audio.audio.byteLength).toBe(bytes);
      const samples = samplesOf(Buffer.from(audio.audio));
      const crossings = samples.filter(
        (sample, at) => at > 0 && sample >= 0 !== (samples[at - 1] as number) >= 0,
      ).length;
      expect(Math.max(...samples)).toBeGreaterThan(10_000);
      expect(Math.abs(crossings - 2 * 440 * 0.2)).toBeLessThan(4);
    },
  );

  it('[RS22] stops after max_output_tokens words with that reason', async () => {
    const events = await pieces([user('hello world')], { max_output_tokens: 3 });
    expect(textOf(events)).toBe('You said: hello');
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'max_output_tokens' });
    expect((await pieces([user('hello')], { max_output_tokens: 3 })).at(-1)).toEqual({ type: 'done' });
  });
});

describe('parrot calls', () => {
  const tools = [tool('get_time'), tool('get_weather')];

  it('[FN5] calls every function the user asks for with unchanged arguments', async () => {
    const text = 'please call get_time {"tz": "UTC"} and call get_weather {"at":{"city":"}{"}} or call get_time.';
    const events = await pieces([user(text)], { tools });
    expect(called(events)).toEqual(['get_time {"tz": "UTC"}', 'get_weather {"at":{"city":"}{"}}', 'get_time {}']);
    expect(textOf(events)).toBe('');
    expect(events.at(-1)).toEqual({ type: 'done' });
  });

  it('answers with text and the outputs after the calls', async () => {
    const text = 'call get_time {} call get_weather {}';
    const after = [call('get_time', 'c1'), call('get_weather', 'c2'), output('c1', 'noon'), output('c2', 'rain')];
    expect(textOf(await pieces([user(text), ...after], { tools }))).toBe(`You said: ${text} noon rain`);
  });

  it('[FN6] makes one call per response when parallel calls are off', async () => {
    const text = user('call get_time {} call get_weather {}');
    const config = { tools, parallel_tool_calls: false };
    expect(called(await pieces([text], config))).toEqual(['get_time {}']);
    const after = [call('get_time', 'c1'), output('c1', 'noon')];
    expect(called(await pieces([text, ...after], config))).toEqual(['get_weather {}']);
  });

  it.each([
    ['none', 'call get_time {}', []],
    ['auto', 'what time is it', []],
    ['required', 'what time is it', ['get_time {}']],
    ['required', 'call get_weather {"a":1}', ['get_weather {"a":1}']],
    [{ type: 'function', name: 'get_weather' }, 'call get_time {}', ['get_weather {}']],
    [{ type: 'function', name: 'get_weather' }, 'call get_time {} call get_weather {"a":1}', ['get_weather {"a":1}']],
  ] as const)('[RS36] with tool_choice %j and "%s" calls %j', async (tool_choice, text, calls) => {
    expect(called(await pieces([user(text)], { tools, tool_choice }))).toEqual(calls);
  });

  it.each([
    ['no tools are offered', 'call get_time {}', []],
    ['the function is not offered', 'call get_news {}', [tool('get_time')]],
    ['the name only begins like one', 'call get_times {}', [tool('get_time')]],
    ['the arguments never end', 'call get_time {"a": call get_time {', [tool('get_time')]],
  ])('calls nothing when %s', async (_, text, offered) => {
    const events = await pieces([user(text)], { tools: offered });
    expect(textOf(events)).toBe(`You said: ${text}`);
  });

  it('parses a megabyte of open braces in linear time', async () => {
    const events = await pieces([user('call get_time { '.repeat(60_000))], { tools, max_output_tokens: 1 });
    expect(textOf(events)).toBe('You');
  });
});

describe('parrot calls of MCP tools', () => {
  const find = { name: 'find', server_label: 'books' };
  const offered = (config: Partial<ResponseConfig>, items: RealtimeConversationItem[]) =>
    collected({ response_id: 'r', config: { ...CONFIG, ...config }, tools: [{ name: 'f' }, find], context: items });
  const mcp = (more: object) =>
    ({ type: 'mcp_call', ...find, arguments: '{}', output: null, error: null, ...more }) as never;
  const question = user('call find {"title": "atlas"}');

  it('[EN1] calls a tool on the server that has it', async () => {
    const [begun, ...rest] = await offered({}, [question]);
    expect(begun).toEqual({ type: 'call', ...find });
    expect(rest.map((event) => ('delta' in event ? event.delta : '')).join('')).toBe('{"title": "atlas"}');
  });

  it('[EN1] calls once, whether called, denied or waiting for approval, and then reports the result', async () => {
    expect(textOf(await offered({}, [question, mcp({ output: 'Shelf 3' })]))).toContain('Shelf 3');
    const request = { type: 'mcp_approval_request', id: 'r', ...find, arguments: '{}' } as const;
    expect(textOf(await offered({}, [question, request]))).toContain('You said');
    const error = { type: 'tool_execution_error', message: 'Denied.' };
    expect(textOf(await offered({}, [question, request, mcp({ approval_request_id: 'r', error })]))).toContain(
      'Denied.',
    );
  });

  it('[RS36] calls the tool that tool_choice names', async () => {
    const choice = { type: 'mcp', server_label: 'books' } as const;
    expect((await offered({ tool_choice: choice }, [user('call f')]))[0]).toEqual({ type: 'call', ...find });
    expect((await offered({ tool_choice: { type: 'function', name: 'f' } }, [question]))[0]).toEqual({
      type: 'call',
      name: 'f',
    });
  });
});

describe('parrot aborts', () => {
  it('[EN3, RS32] returns without throwing when its signal aborts', async () => {
    const abort = new AbortController();
    const request = { response_id: 'resp_1', config: CONFIG, tools: [], context: [user('a very long story')] };
    const events: EngineOutput[] = [];
    for await (const event of parrot({ pace: 60_000 }).respond(request, { ...HOST, signal: abort.signal })) {
      events.push(event);
      abort.abort();
    }
    expect(events).toEqual([{ type: 'text.delta', delta: 'You' }]);
  });
});
