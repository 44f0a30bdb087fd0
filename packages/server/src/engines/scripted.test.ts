import { ColloquyError, type RealtimeConversationItem } from '@colloquy/protocol';
import type { ResponseRequest, Scenario } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import type { EngineOutput } from './engine.ts';
import { readScenario } from './read-scenario.ts';
import { scripted } from './scripted.ts';

const userMessage = (text: string): RealtimeConversationItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
const returned = (name: string, output: string): RealtimeConversationItem[] => [
  { type: 'function_call', name, call_id: `call_${name}`, arguments: '{}' },
  { type: 'function_call_output', call_id: `call_${name}`, output },
];

function requestOf(context: RealtimeConversationItem[], modality: 'text' | 'audio' = 'text'): ResponseRequest {
  return {
    response_id: 'resp_1',
    context,
    tools: [{ name: 'get_weather', parameters: {} }],
    config: {
      model: 'm',
      output_modalities: [modality],
      instructions: '',
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      audio: { output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1 } },
      prompt: null,
      metadata: null,
    },
  };
}

async function pieces(play: ReturnType<typeof scripted>, request: ResponseRequest, signal?: AbortSignal) {
  const outputs: EngineOutput[] = [];
  const host = { signal: signal ?? new AbortController().signal, audio: () => undefined, audioFormat: () => undefined };
  for await (const piece of play.respond(request, {
    ...host,
    drop: () => outputs.push({ type: 'message', phase: 'dropped' }),
  }))
    outputs.push(piece);
  return outputs;
}

const weather: Scenario = {
  scenario: 1,
  name: 'weather',
  turns: [
    { name: 'asks', when: { text: 'WEATHER' }, reply: [{ call: 'get_weather', arguments: { city: 'Paris' } }] },
    { name: 'tells', when: { tool: 'get_weather', output: 'sun' }, reply: [{ say: 'Sunny in Paris.' }] },
    { name: 'speaks', when: { matches: '^say (hi|hello)$' }, reply: [{ say: 'Hi there.' }] },
  ],
};

describe('scripted', () => {
  it('[EN1] calls an MCP tool and answers with its result', async () => {
    const play = scripted({
      scenario: 1,
      turns: [
        { when: { text: 'atlas' }, reply: [{ call: 'find', server_label: 'books', arguments: { n: 1 } }] },
        { when: { tool: 'find', output: 'shelf' }, reply: [{ say: 'There.' }] },
      ],
    });
    const find = { server_label: 'books', name: 'find' };
    expect(await pieces(play, requestOf([userMessage('the atlas')]))).toEqual([
      { type: 'call', ...find },
      { type: 'arguments.delta', delta: '{"n":1}' },
      { type: 'done' },
    ]);
    const came: RealtimeConversationItem[] = [
      { type: 'mcp_call', id: 'c', ...find, arguments: '{"n":1}', output: 'Shelf 3' },
      { type: 'mcp_list_tools', id: 'l', server_label: 'more', tools: [] },
    ];
    expect(await pieces(play, requestOf([userMessage('the atlas'), ...came]))).toEqual([
      { type: 'text.delta', delta: 'There.' },
      { type: 'done' },
    ]);
    play.assertComplete();
  });

  it('[EN1] plays the turn whose conditions hold and ends with done', async () => {
    const play = scripted(weather);
    expect(await pieces(play, requestOf([userMessage('the weather?')]))).toEqual([
      { type: 'call', name: 'get_weather' },
      { type: 'arguments.delta', delta: '{"city":"Paris"}' },
      { type: 'done' },
    ]);
    const outputs = await pieces(
      play,
      requestOf([userMessage('the weather?'), ...returned('get_weather', 'sunshine')]),
    );
    expect(outputs).toEqual([
      { type: 'text.delta', delta: 'Sunny' },
      { type: 'text.delta', delta: ' in' },
      { type: 'text.delta', delta: ' Paris.' },
      { type: 'done' },
    ]);
  });

  it('sends a transcript and a 200 ms tone per word when the output is audio', async () => {
    const outputs = await pieces(scripted(weather), requestOf([userMessage('say hello')], 'audio'));
    expect(outputs.map((piece) => (piece.type === 'audio.delta' ? piece.audio.length : piece.type))).toEqual([
      'transcript.delta',
      1600,
      'transcript.delta',
      1600,
      'done',
    ]);
  });

  it('fails a response without a matching turn, and assertComplete explains each turn', async () => {
    const play = scripted(weather);
    await pieces(play, requestOf([userMessage('the weather?')]));
    const outputs = await pieces(play, requestOf([userMessage('hi'), userMessage('the weather?')]));
    expect(outputs.map(({ type }) => type)).toEqual(['failed']);
    expect(() => play.assertComplete()).toThrow(ColloquyError);
    expect(() => play.assertComplete()).toThrow(
      /no turn answers turn 2\n {4}text: the weather\?\n {2}- turns\[0\] 'asks': used up\n {2}- turns\[1\] 'tells': tool: get_weather; output: sun\n/,
    );
    expect(() => play.assertComplete()).toThrow(/turns\[2\] 'speaks' answered 0 of 1 times/);
  });

  it('is complete once every turn has answered', async () => {
    const play = scripted({ scenario: 1, turns: [{ when: { turn: 1 }, reply: [{ say: 'one' }] }] });
    expect(() => play.assertComplete()).toThrow(/answered 0 of 1/);
    await pieces(play, requestOf([userMessage('x')]));
    expect(() => play.assertComplete()).not.toThrow();
  });

  it('answers any number of times when not strict', async () => {
    const play = scripted({ scenario: 1, strict: false, turns: [{ reply: [{ say: 'again' }] }] });
    for (const _round of [1, 2, 3])
      expect((await pieces(play, requestOf([userMessage('x')]))).at(-1)).toEqual({ type: 'done' });
    expect(() => play.assertComplete()).not.toThrow();
  });

  it('does not match a tool result as user text', async () => {
    const play = scripted({ scenario: 1, strict: false, turns: [{ when: { text: 'x' }, reply: [{ say: 'no' }] }] });
    expect(await pieces(play, requestOf([userMessage('x'), ...returned('f', 'out')]))).toMatchObject([
      { type: 'failed' },
    ]);
  });

  it('plays faults: an error, a cut stream, a dropped connection, a stall until cancelled', async () => {
    const play = (fail: 'error' | 'stall' | 'drop' | 'cut') =>
      scripted({
        scenario: 1,
        turns: [{ reply: [{ say: 'Go' }, { fail, code: 'upstream_error', message: 'no voice' }, { say: 'never' }] }],
      });
    const request = requestOf([userMessage('x')]);
    expect((await pieces(play('error'), request)).slice(1)).toEqual([
      { type: 'failed', error: { code: 'upstream_error', message: 'no voice' } },
    ]);
    expect((await pieces(play('cut'), request)).slice(1)).toEqual([]);
    expect((await pieces(play('drop'), request)).slice(1)).toEqual([{ type: 'message', phase: 'dropped' }]);
    const abort = new AbortController();
    const stalled = pieces(play('stall'), request, abort.signal);
    abort.abort();
    expect((await stalled).length).toBeLessThanOrEqual(1);
  });

  it('reports the usage and finish of the scenario', async () => {
    const turn = { reply: [{ say: 'Go' }], usage: { total_tokens: 7 }, finish: 'content_filter' as const };
    expect((await pieces(scripted({ scenario: 1, turns: [turn] }), requestOf([userMessage('x')]))).slice(-2)).toEqual([
      { type: 'usage', usage: { total_tokens: 7 } },
      { type: 'done', reason: 'content_filter' },
    ]);
  });

  it('[SN5] gives text a tone of audio_ms in equal shares, and no text tone alone', async () => {
    const turns = [
      {
        reply: [
          { say: 'one two', audio_ms: 900 },
          { say: '', audio_ms: 30 },
        ],
      },
    ];
    const played = await pieces(scripted({ scenario: 1, turns }), requestOf([userMessage('x')], 'audio'));
    const lengths = played.map((piece) => (piece.type === 'audio.delta' ? piece.audio.length / 8 : piece.type));
    expect(lengths).toEqual(['transcript.delta', 400, 50, 'transcript.delta', 400, 50, 30, 'done']);
  });
});

describe('readScenario', () => {
  it('reads YAML and JSON alike', () => {
    const yaml = 'scenario: 1\nturns:\n  - when: { text: hi }\n    reply:\n      - say: Hello.\n';
    const data = { scenario: 1, turns: [{ when: { text: 'hi' }, reply: [{ say: 'Hello.' }] }] };
    expect(readScenario(yaml)).toEqual(data);
    expect(readScenario(JSON.stringify(data))).toEqual(data);
  });

  it.each([
    [
      'an unknown field',
      'scenario: 1\nturns: [{ reply: [], wenn: {} }]',
      /file: Unknown parameter: 'turns\[0\]\.wenn'/,
    ],
    [
      'no action',
      'scenario: 1\nturns: [{ reply: [{ delay_ms: 3 }] }]',
      /'turns\[0\]\.reply\[0\]' needs exactly one of/,
    ],
    ['two actions', 'scenario: 1\nturns: [{ reply: [{ say: a, call: b }] }]', /it has 2/],
    [
      'a broken pattern',
      'scenario: 1\nturns: [{ when: { matches: "(" }, reply: [] }]',
      /when\.matches' is not a regular/,
    ],
    ['another format', 'scenario: 2\nturns: []', /'scenario'/],
    ['text that is neither', 'a: [', /not valid YAML or JSON at line/],
    ['a program', 'scenario: !!js/function "x"\nturns: []', /'scenario'/],
  ])('refuses %s, naming the file and the field', (_what, text, message) => {
    expect(() => readScenario(text, 'file')).toThrow(message);
  });
});
