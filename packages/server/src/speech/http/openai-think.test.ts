// What a language model is asked, and what its answers come to. The connection's own faults are in `http-stage.test.ts`.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import {
  type Answer,
  bytewise,
  chatStream,
  chunk,
  cut,
  cutInTwo,
  empty,
  flood,
  GOOD_WORDS,
  garbage,
  halved,
  heartbeatsAfterHalf,
  html,
  responsesStream,
  saying,
  sse,
  status,
} from '@support/fake-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { describe, expect, it } from 'vitest';
import type { ThinkEvent, ThinkRequest } from '../ports.ts';
import { PENDING_OUTPUT } from './openai-chat.ts';
import { type OpenAiThinkerOptions, openAiThinker } from './openai-think.ts';

const fake = await withEndpoints();

type Api = OpenAiThinkerOptions['api'];
const APIS: Api[] = ['chat', 'responses'];

const config: ThinkRequest['config'] = {
  model: 'gpt-realtime',
  output_modalities: ['text'],
  instructions: 'Be brief.',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 } },
  prompt: null,
  metadata: null,
};
const weather = { name: 'weather', parameters: { type: 'object', properties: {} } };
const userMessage = (text: string): RealtimeConversationItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});

function thinker(api: Api, options: Partial<OpenAiThinkerOptions> = {}) {
  const path = api === 'chat' ? '/chat/completions' : '/responses';
  const waitMs = fake.patienceMs('think');
  const budget = { firstByteMs: waitMs, idleMs: waitMs, totalMs: 60_000, retries: 1, pauseMs: 5 };
  const endpoint = { stage: 'think' as const, url: fake.url + path, key: 'CANARY-KEY', budget };
  const base = { model: 'tiny', tools: true, images: true, maxTokensField: 'max_tokens' as const };
  return openAiThinker({ endpoint, api, ...base, ...options });
}

async function think(api: Api, request: Partial<ThinkRequest> = {}, options?: Partial<OpenAiThinkerOptions>) {
  const thoughts: ThinkEvent[] = [];
  const { signal } = new AbortController();
  for await (const thought of thinker(api, options).think(
    { config, tools: [], context: [userMessage('hi')], ...request },
    { signal },
  )) {
    thoughts.push(thought);
  }
  return thoughts;
}

const wordsOf = (thoughts: readonly ThinkEvent[]) =>
  thoughts.map((thought) => (thought.type === 'text.delta' ? thought.delta : '')).join('');
/** Calls as they end up. */
function callsOf(thoughts: readonly ThinkEvent[]): { name: string; arguments: string }[] {
  const calls = new Map<string, { name: string; arguments: string }>();
  for (const thought of thoughts) {
    if (thought.type === 'call') calls.set(thought.call_id ?? '', { name: thought.name, arguments: '' });
    if (thought.type !== 'arguments.delta') continue;
    const call = calls.get(thought.call_id ?? '');
    if (call) call.arguments += thought.delta;
  }
  return [...calls.values()];
}
const bodyOf = (index = 0): Record<string, unknown> => JSON.parse(String(fake.requests[index]?.body));

describe.each(APIS)('%s', (api) => {
  const stream = api === 'chat' ? chatStream : responsesStream;

  it('[EN1] yields text deltas, usage and one end', async () => {
    const thoughts = await think(api);
    expect(wordsOf(thoughts)).toBe(GOOD_WORDS);
    expect(thoughts.filter(({ type }) => type === 'text.delta').length).toBeGreaterThan(3);
    expect(thoughts.at(-1)).toEqual({ type: 'done' });
    expect(thoughts.at(-2)).toMatchObject({
      type: 'usage',
      usage: { total_tokens: 42, input_tokens: 30, output_tokens: 12 },
    });
  });

  it('keeps four-byte characters whole for every cut', async () => {
    const text = stream('😀 𝄞é');
    const bytes = Buffer.from(text);
    const from = bytes.indexOf(Buffer.from('😀')) - 2;
    for (let at = from; at < from + 16; at++) {
      fake.next('think', cutInTwo(at, text));
      expect(wordsOf(await think(api)), `cut at ${at}`).toBe('😀 𝄞é');
    }
  });

  it('reads a stream byte by byte', async () => {
    fake.next('think', bytewise);
    expect(wordsOf(await think(api))).toBe(GOOD_WORDS);
  });

  it.each<[string, Answer, string]>([
    ['a connection cut midway', cut, 'upstream_error The think endpoint broke off its answer.'],
    ['an answer that is half an answer', halved, 'upstream_error The think endpoint'],
    ['garbage', garbage, 'upstream_error'],
    ['a web page', html, 'upstream_error The think endpoint answered with a web page instead of a stream.'],
    ['nothing', empty, 'upstream_error The think endpoint answered with nothing.'],
    ['a line of 50 MB', flood, 'upstream_error An endpoint sent a line that is too long.'],
    [
      'heartbeats instead of the rest',
      heartbeatsAfterHalf,
      'upstream_timeout The think endpoint took too long: no further',
    ],
    ['401', status(401), 'upstream_error The think endpoint answered 401.'],
    [
      'text that is no JSON',
      saying(sse('{"choices":')),
      'upstream_error The think endpoint sent data that is not JSON.',
    ],
    [
      'an error inside the stream',
      saying(sse({ error: { message: 'CANARY' } })),
      'upstream_error The think endpoint reported an error.',
    ],
    ['JSON that means nothing', saying(sse({ a: 1 }, 5, null, 'null')), 'upstream_error The think endpoint broke off'],
  ])('[EN1] ends with one failure after %s', async (_, answer, message) => {
    fake.next('think', answer, answer);
    const thoughts = await think(api);
    const last = thoughts.at(-1);
    expect(last?.type === 'failed' && `${last.error.code} ${last.error.message}`).toContain(message);
    expect(thoughts.filter(({ type }) => type === 'failed' || type === 'done')).toHaveLength(1);
    expect(JSON.stringify(thoughts)).not.toContain('CANARY');
  });

  it('accepts an answer that is not streamed', async () => {
    const whole =
      api === 'chat'
        ? { choices: [{ index: 0, message: { role: 'assistant', content: 'All at once.' }, finish_reason: 'stop' }] }
        : {
            object: 'response',
            status: 'completed',
            output: [{ type: 'message', content: [{ type: 'output_text', text: 'All at once.' }] }],
          };
    fake.next('think', saying(JSON.stringify(whole, null, 2), 'application/json'));
    const thoughts = await think(api);
    expect(wordsOf(thoughts)).toBe('All at once.');
    expect(thoughts.at(-1)).toEqual({ type: 'done' });
  });

  it('sends the response settings in the request', async () => {
    const request = {
      tools: [weather, { name: 'find', server_label: 'x' }],
      config: {
        ...config,
        tool_choice: { type: 'function' as const, name: 'weather' },
        parallel_tool_calls: false,
        max_output_tokens: 77,
        reasoning: { effort: 'low' as const },
      },
    };
    await think(api, request);
    const body = bodyOf();
    expect(body).toMatchObject({ model: 'tiny', stream: true, parallel_tool_calls: false });
    expect(body.tools).toHaveLength(1);
    expect(api === 'chat' ? body.max_tokens : body.max_output_tokens).toBe(77);
    expect(api === 'chat' ? body.reasoning_effort : body.reasoning).toEqual(api === 'chat' ? 'low' : { effort: 'low' });
    expect(body.tool_choice).toEqual(
      api === 'chat' ? { type: 'function', function: { name: 'weather' } } : { type: 'function', name: 'weather' },
    );
  });

  it('[RS36] offers MCP tools as functions and emits calls with their own names', async () => {
    const tools = [
      { name: 'find' },
      { name: 'find', server_label: 'books', description: 'Finds a book.' },
      { name: 'a name with spaces', server_label: 'books' },
      { name: 'lend', server_label: 'books' },
    ];
    const names = ['find', 'books__find', 'books__a_name_with_spaces', 'lend'];
    const made = (name: string, call_id: string) =>
      api === 'chat'
        ? chunk({ tool_calls: [{ index: Number(call_id), id: call_id, function: { name, arguments: '{}' } }] })
        : {
            type: 'response.output_item.added',
            item: { type: 'function_call', id: call_id, call_id, name, arguments: '{}' },
          };
    const end =
      api === 'chat' ? chunk({}, 'tool_calls') : { type: 'response.completed', response: { status: 'completed' } };
    fake.next('think', saying(sse(...names.map((name, n) => made(name, `${n}`)), end, '[DONE]')));
    const thoughts = await think(api, {
      tools,
      context: [
        userMessage('hi'),
        {
          type: 'mcp_call',
          id: 'mcp_1',
          server_label: 'books',
          name: 'find',
          arguments: '{}',
          output: 'shelf 3',
          error: null,
        },
      ] as RealtimeConversationItem[],
    });
    expect(thoughts.filter(({ type }) => type === 'call')).toEqual([
      { type: 'call', call_id: '0', name: 'find' },
      { type: 'call', call_id: '1', name: 'find', server_label: 'books' },
      { type: 'call', call_id: '2', name: 'a name with spaces', server_label: 'books' },
      { type: 'call', call_id: '3', name: 'lend', server_label: 'books' },
    ]);
    const body = bodyOf();
    const offered = (body.tools as { name?: string; function?: { name: string } }[]).map(
      (tool: { name?: string; function?: { name: string } }) => tool.function?.name ?? tool.name,
    );
    expect(offered).toEqual(names);
    expect(JSON.stringify(body.messages ?? body.input)).toMatch(/books__find.*shelf 3/);
  });

  it('[RS36] offers only the tools that tool_choice allows', async () => {
    const tools = [{ name: 'f' }, { name: 'find', server_label: 'books' }, { name: 'lend', server_label: 'books' }];
    const sentToolChoice = async (tool_choice: ThinkRequest['config']['tool_choice']) => {
      fake.reset();
      await think(api, { tools, config: { ...config, tool_choice } });
      const { tools: offered, tool_choice: choice } = bodyOf();
      const names = (offered as { name?: string; function?: { name: string } }[]).map(
        (tool) => tool.function?.name ?? tool.name,
      );
      return [names, choice];
    };
    expect(await sentToolChoice({ type: 'mcp', server_label: 'books' })).toEqual([['find', 'lend'], 'required']);
    const [only, choice] = await sentToolChoice({ type: 'mcp', server_label: 'books', name: 'lend' });
    expect([only, JSON.stringify(choice)]).toEqual([['lend'], expect.stringContaining('"lend"')]);
    expect(await sentToolChoice('none')).toEqual([['f', 'find', 'lend'], 'none']);
  });

  it('sends images unchanged, or a placeholder when images are off', async () => {
    const image_url = 'data:image/png;base64,iVBORw0KGgo=';
    const context: RealtimeConversationItem[] = [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look:' },
          { type: 'input_image', image_url },
        ],
      },
    ];
    await think(api, { context });
    expect(JSON.stringify(bodyOf())).toContain(image_url);
    await think(api, { context }, { images: false });
    expect(JSON.stringify(bodyOf(1))).not.toContain(image_url);
    expect(JSON.stringify(bodyOf(1))).toContain('an image that cannot be shown');
  });
});

describe('chat', () => {
  it('[CV28] sends a placeholder output when a call has none yet', async () => {
    const context: RealtimeConversationItem[] = [
      userMessage('Both.'),
      { type: 'function_call', name: 'weather', call_id: 'a', arguments: '{}' },
      { type: 'function_call', name: 'news', call_id: 'b', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'sun' },
    ];
    await think('chat', { context });
    expect((bodyOf().messages as object[]).slice(-2)).toMatchObject([
      { role: 'tool', tool_call_id: 'a', content: 'sun' },
      { role: 'tool', tool_call_id: 'b', content: PENDING_OUTPUT },
    ]);
    await think('responses', { context });
    expect((bodyOf(1).input as object[]).slice(1)).toMatchObject([
      { type: 'function_call', call_id: 'a' },
      { type: 'function_call', call_id: 'b' },
      { type: 'function_call_output', call_id: 'b', output: PENDING_OUTPUT },
      { type: 'function_call_output', call_id: 'a', output: 'sun' },
    ]);
  });

  it('sends messages with outputs directly after their calls', async () => {
    const context: RealtimeConversationItem[] = [
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Speak French.' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: 'Weather?' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Let me see.' }] },
      { type: 'function_call', name: 'weather', call_id: 'a', arguments: '{"city":"Paris"}' },
      { type: 'function_call', name: 'weather', call_id: 'b', arguments: '' },
      userMessage('Hurry.'),
      { type: 'function_call_output', call_id: 'b', output: 'rain' },
      { type: 'function_call_output', call_id: 'a', output: 'sun' },
      { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio' }] },
    ];
    await think('chat', { context });
    const call = (id: string, text: string) => ({
      id,
      type: 'function',
      function: { name: 'weather', arguments: text },
    });
    expect(bodyOf().messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: 'Speak French.' },
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: 'Let me see.', tool_calls: [call('a', '{"city":"Paris"}'), call('b', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: 'sun' },
      { role: 'tool', tool_call_id: 'b', content: 'rain' },
      { role: 'user', content: 'Hurry.' },
      { role: 'user', content: '[inaudible]' },
    ]);
  });

  const piece = (index: number | undefined, id: string | undefined, name: string | undefined, text: string) =>
    chunk({ tool_calls: [{ index, id, function: { name, arguments: text } }] });

  it.each<[string, object[], { name: string; arguments: string }[]]>([
    [
      'calls whose pieces alternate',
      [
        piece(0, 'a', 'f', '{"x"'),
        piece(1, 'b', 'g', ''),
        piece(0, undefined, undefined, ':1}'),
        piece(1, undefined, undefined, '{}'),
      ],
      [
        { name: 'f', arguments: '{"x":1}' },
        { name: 'g', arguments: '{}' },
      ],
    ],
    [
      'indexes with gaps',
      [piece(3, 'a', 'f', '{}'), piece(9, 'b', 'g', '{"y":2}')],
      [
        { name: 'f', arguments: '{}' },
        { name: 'g', arguments: '{"y":2}' },
      ],
    ],
    [
      'one index for calls whose ids differ',
      [piece(0, 'a', 'f', '{}'), piece(0, 'b', 'f', '{"z":3}')],
      [
        { name: 'f', arguments: '{}' },
        { name: 'f', arguments: '{"z":3}' },
      ],
    ],
    [
      'neither indexes nor ids',
      [piece(undefined, undefined, 'f', '{}'), piece(undefined, undefined, 'f', '{"z":3}')],
      [
        { name: 'f', arguments: '{}' },
        { name: 'f', arguments: '{"z":3}' },
      ],
    ],
    [
      'one id for two calls',
      [piece(0, 'call_0', 'f', '{}'), piece(1, 'call_0', 'g', '{"w":4}')],
      [
        { name: 'f', arguments: '{}' },
        { name: 'g', arguments: '{"w":4}' },
      ],
    ],
    [
      'arguments before the name',
      [piece(0, 'a', undefined, '{"q"'), piece(0, undefined, 'f', ':0}')],
      [{ name: 'f', arguments: '{"q":0}' }],
    ],
    [
      'a name that comes again with every piece',
      [piece(0, 'a', 'f', '{'), piece(0, 'a', 'f', '}')],
      [{ name: 'f', arguments: '{}' }],
    ],
    [
      '[FN3] arguments that are no JSON, as they were written',
      [piece(0, 'a', 'f', '{"city": "Par')],
      [{ name: 'f', arguments: '{"city": "Par' }],
    ],
  ])('tells apart %s', async (_, pieces, calls) => {
    fake.next('think', saying(sse(...pieces, chunk({}, 'tool_calls'), '[DONE]')));
    const thoughts = await think('chat', { tools: [weather] });
    expect(callsOf(thoughts)).toEqual(calls);
    expect(thoughts.at(-1)).toEqual({ type: 'done' });
  });

  it('fails when a call has no name', async () => {
    fake.next('think', saying(sse(piece(0, 'a', undefined, '{}'), chunk({}, 'tool_calls'), '[DONE]')));
    expect((await think('chat')).at(-1)).toMatchObject({ type: 'failed', error: { code: 'invalid_tool_call' } });
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
  ])('[RS22] says that an answer was cut short by %s', async (finish, reason) => {
    fake.next('think', saying(sse(chunk({ content: 'So' }), chunk({}, finish), '[DONE]')));
    expect((await think('chat')).at(-1)).toEqual({ type: 'done', reason });
  });

  it('ends on a finish_reason without [DONE], and on [DONE] without a finish_reason', async () => {
    fake.next('think', saying(sse(chunk({ content: 'So' }), chunk({}, 'stop'))));
    fake.next('think', saying(sse(chunk({ content: 'So' }), '[DONE]')));
    for (let i = 0; i < 2; i++) expect((await think('chat')).at(-1)).toEqual({ type: 'done' });
  });

  it('waits a limited time for the usage', async () => {
    fake.next('think', async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse(chunk({ content: 'So' }), chunk({}, 'stop')));
    });
    expect((await think('chat')).at(-1)).toEqual({ type: 'done' });
    await fake.hungUp('think');
  });

  it('counts reasoning as data and does not emit it', async () => {
    fake.next('think', async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let i = 0; i < 5; i++) {
        response.write(sse(chunk({ reasoning_content: 'hm' })));
        await new Promise((resolve) => setTimeout(resolve, 100)); // longer together than the budget for silence
      }
      response.end(sse(chunk({ content: 'So.' }), chunk({}, 'stop'), '[DONE]'));
    });
    expect(wordsOf(await think('chat'))).toBe('So.');
  });
});

describe('responses', () => {
  it('reads parallel calls', async () => {
    const added = (output_index: number, id: string, name: string) => ({
      type: 'response.output_item.added',
      output_index,
      item: { type: 'function_call', id, call_id: `call_${id}`, name, arguments: '' },
    });
    const delta = (output_index: number, item_id: string | undefined, text: string) => ({
      type: 'response.function_call_arguments.delta',
      output_index,
      item_id,
      delta: text,
    });
    const done = { type: 'response.completed', response: { status: 'completed' } };
    fake.next(
      'think',
      saying(
        sse(
          added(1, 'x', 'f'),
          added(4, 'y', 'g'),
          delta(4, 'y', '{"b"'),
          delta(1, 'x', '{}'),
          delta(4, 'y', ':2}'),
          done,
        ),
      ),
    );
    const thoughts = await think('responses');
    expect(callsOf(thoughts)).toEqual([
      { name: 'f', arguments: '{}' },
      { name: 'g', arguments: '{"b":2}' },
    ]);
    expect(thoughts.at(-1)).toEqual({ type: 'done' });
  });

  it('accepts arguments that arrive whole at the end', async () => {
    const item = { type: 'function_call', id: 'x', call_id: 'c', name: 'f' };
    const stream = sse(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
      { type: 'response.output_item.done', output_index: 0, item: { ...item, arguments: '{"a":1}' } },
      { type: 'response.completed', response: { status: 'completed', output: [{ ...item, arguments: '{"a":1}' }] } },
    );
    fake.next('think', saying(stream));
    expect(callsOf(await think('responses'))).toEqual([{ name: 'f', arguments: '{"a":1}' }]);
  });

  it.each([
    [
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { type: 'done', reason: 'max_output_tokens' },
    ],
    [
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { type: 'done', reason: 'content_filter' },
    ],
    [{ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'CANARY' } }, { type: 'failed' }],
  ])('[RS22] ends as the response ends: %j', async (response, end) => {
    fake.next('think', saying(sse({ type: `response.${response.status}`, response })));
    const thoughts = await think('responses');
    expect(thoughts.at(-1)).toMatchObject(end);
    expect(JSON.stringify(thoughts)).not.toContain('CANARY');
  });

  it('sends a conversation as items', async () => {
    const context: RealtimeConversationItem[] = [
      { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: 'Weather?' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Let me see.' }] },
      { type: 'function_call', name: 'weather', call_id: 'a', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'sun' },
    ];
    await think('responses', { context });
    expect(bodyOf()).toMatchObject({
      instructions: 'Be brief.',
      store: false,
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me see.' }] },
        { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'sun' },
      ],
    });
  });
});
