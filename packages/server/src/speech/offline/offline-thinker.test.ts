import type { RealtimeConversationItem, RealtimeFunctionTool } from '@colloquy/protocol';
import type { NeutralTool, ResponseConfig } from '@colloquy/session';
import { describe, expect, it } from 'vitest';
import type { ThinkEvent } from '../ports.ts';
import { offlineThinker } from './offline-thinker.ts';

const user = (text: string): RealtimeConversationItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
const spokenMessage = (transcript: string | null): RealtimeConversationItem => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_audio', transcript }],
});
const assistant = (text: string): RealtimeConversationItem => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});
const NOON = new Date(2026, 2, 3, 15, 5);

async function think(
  context: (string | RealtimeConversationItem)[],
  { tools = [], ...config }: Partial<Omit<ResponseConfig, 'tools'>> & { tools?: NeutralTool[] } = {},
): Promise<ThinkEvent[]> {
  const thinker = offlineThinker({ now: () => NOON });
  const thoughts: ThinkEvent[] = [];
  const request = {
    tools,
    config: { instructions: '', tools: [], tool_choice: 'auto', max_output_tokens: 'inf', ...config } as ResponseConfig,
    context: context.map((each) => (typeof each === 'string' ? user(each) : each)),
  };
  for await (const thought of thinker.think(request, { signal: new AbortController().signal })) thoughts.push(thought);
  return thoughts;
}

const answer = async (...context: (string | RealtimeConversationItem)[]) =>
  (await think(context)).map((thought) => (thought.type === 'text.delta' ? thought.delta : '')).join('');

describe('the offline thinker answers', () => {
  it.each([
    ['Hello!', 'Hello. How can I help you?'],
    ['hello how are you doing today', 'I am doing well, thank you. How can I help you?'],
    ['how are you', 'I am doing well, thank you. How can I help you?'],
    ['what time is it', 'It is 3:05 PM.'],
    ['What is the date today?', 'Today is Tuesday, March 3, 2026.'],
    ['what is two plus two', '2 plus 2 is 4.'],
    ['count to five', '1, 2, 3, 4, 5.'],
    ['count from seven to four', '7, 6, 5, 4.'],
    ['count down from three', '3, 2, 1.'],
    ['count to a million billion', 'Tell me how far to count, please.'],
    ['count to one thousand', 'That is too long to listen to. I count no further than 50 steps.'],
    ['repeat after me: the sky is blue', 'the sky is blue'],
    ['Say "good morning"', 'good morning'],
    ['my name is Anna', 'Nice to meet you, Anna.'],
    ['what is my name', 'You have not told me your name.'],
    ['thank you', 'You are welcome.'],
  ])('%s', async (question, answered) => {
    expect(await answer(question)).toBe(answered);
  });

  it('that it has no language model', async () => {
    expect(await answer('who are you')).toMatch(/without a language model/);
    expect(await answer('explain the french revolution')).toMatch(
      /^You said: explain the french revolution\. .*without a language/,
    );
    expect(await answer('help')).toMatch(/time and the date/);
  });
});

describe('the offline thinker remembers', () => {
  it('the latest fact of the conversation', async () => {
    const name = [spokenMessage('hello my name is anna and i like tea'), assistant('Nice to meet you, anna.')];
    expect(await answer(...name, spokenMessage('what is my name'))).toBe('Your name is anna.');
    expect(await answer(...name, 'call me Ben.', 'who am i')).toBe('Your name is Ben.');
    expect(await answer(...name, 'hello')).toBe('Hello, anna. How can I help you?');
    expect(await answer('my favorite color is green', 'what is my favorite color?')).toBe(
      'Your favorite color is green.',
    );
    expect(await answer('I live in Paris.', 'where do I live?')).toBe('You live in Paris.');
  });

  it('its own last answer', async () => {
    expect(await answer('hi', assistant('Hello there.'), 'could you say that again')).toBe('Hello there.');
    expect(await answer('what did you say')).toBe('I have not said anything yet.');
  });
});

describe('the offline thinker calls', () => {
  const weather: RealtimeFunctionTool = {
    type: 'function',
    name: 'get_weather',
    parameters: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
  };
  const lamp: RealtimeFunctionTool = {
    type: 'function',
    name: 'setLamps',
    parameters: {
      type: 'object',
      properties: { state: { enum: ['off', 'on'] }, level: { type: 'integer' }, room: { type: 'string' } },
      required: ['state', 'level'],
    },
  };
  const called = (name: string, args: object): ThinkEvent[] => [
    { type: 'call', name },
    { type: 'arguments.delta', delta: JSON.stringify(args) },
    { type: 'done' },
  ];

  it.each([
    ['what is the weather in paris', { location: 'paris' }],
    ['What is the weather like in New York today?', { location: 'New York' }],
    ['tell me about the weather', { location: '' }],
  ])('the function whose name is in the words: %s', async (question, args) => {
    expect(await think([question], { tools: [lamp, weather] })).toEqual(called('get_weather', args));
  });

  it('with arguments from the text for each parameter type', async () => {
    const question = 'set the lamp in the kitchen to on at level forty';
    expect(await think([question], { tools: [weather, lamp] })).toEqual(
      called('setLamps', { state: 'on', level: 40, room: 'kitchen' }),
    );
  });

  it('no tool that is not offered, requested or allowed', async () => {
    expect((await think(['hello'], { tools: [weather] })).some(({ type }) => type === 'call')).toBe(false);
    const none = await think(['what is the weather in paris'], { tools: [weather], tool_choice: 'none' });
    expect(none.some(({ type }) => type === 'call')).toBe(false);
  });

  it('the tool that tool_choice requires', async () => {
    expect(
      await think(['hello'], { tools: [lamp, weather], tool_choice: { type: 'function', name: 'get_weather' } }),
    ).toEqual(called('get_weather', { location: '' }));
    expect((await think(['hello'], { tools: [weather], tool_choice: 'required' }))[0]).toEqual({
      type: 'call',
      name: 'get_weather',
    });
  });

  it('once, and then reports the result', async () => {
    const context: RealtimeConversationItem[] = [
      user('what is the weather in paris'),
      { type: 'function_call', name: 'get_weather', call_id: 'c', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: '{"temperature_c": 21, "sky":"clear"}' },
    ];
    const thoughts = await think(context, { tools: [weather] });
    expect(thoughts.map((thought) => ('delta' in thought ? thought.delta : '')).join('')).toBe(
      'Here is the weather: temperature c 21, sky clear.',
    );
  });
});

describe('the offline thinker and tools of MCP servers', () => {
  const search: NeutralTool = { name: 'search_books', server_label: 'library', parameters: { type: 'object' } };
  const question = user('search the books about Paris');
  const call = (more: object): RealtimeConversationItem =>
    ({
      type: 'mcp_call',
      id: 'mcp_1',
      server_label: 'library',
      name: 'search_books',
      arguments: '{}',
      ...more,
    }) as never;
  const textOf = (thoughts: ThinkEvent[]) =>
    thoughts.map((thought) => ('delta' in thought ? thought.delta : '')).join('');

  it('[RS36] sets server_label on the call and respects tool_choice', async () => {
    const begun = { type: 'call', name: 'search_books', server_label: 'library' };
    expect((await think([question], { tools: [search] }))[0]).toEqual(begun);
    const tool_choice = { type: 'mcp', server_label: 'library' } as const;
    expect((await think(['hello'], { tools: [{ name: 'f' }, search], tool_choice }))[0]).toEqual(begun);
    const other = { type: 'mcp', server_label: 'library', name: 'burn' } as const;
    expect((await think([question], { tools: [search], tool_choice: other })).some(({ type }) => type === 'call')).toBe(
      false,
    );
  });

  it('reports the result of a call, and makes none while one waits for approval', async () => {
    expect(textOf(await think([question, call({ output: 'shelf 3' })], { tools: [search] }))).toBe(
      'Here is the search books: shelf 3.',
    );
    const failed = call({ output: null, error: { type: 'tool_execution_error', message: 'CANARY' } });
    expect(textOf(await think([question, failed], { tools: [search] }))).toBe('The search books could not be had.');
    const request = { ...call({}), type: 'mcp_approval_request' } as RealtimeConversationItem;
    expect((await think([question, request], { tools: [search] })).some(({ type }) => type === 'call')).toBe(false);
  });
});

describe('the offline thinker', () => {
  it('asks again when the transcript is empty, and asks a silent user', async () => {
    expect(await answer(spokenMessage(''))).toMatch(/did not catch/);
    expect(await answer(spokenMessage(null))).toMatch(/did not catch/);
    const prompt: RealtimeConversationItem = {
      type: 'message',
      role: 'system',
      content: [{ type: 'input_text', text: 'The user has said nothing for 6 seconds.' }],
    };
    expect(await answer('hi', prompt, spokenMessage(''))).toBe('Are you still there?');
  });

  it('greets when there is no user message, or says what the instructions ask', async () => {
    expect(await answer()).toMatch(/^Hello/);
    const thoughts = await think([], { instructions: 'Say: good evening' });
    expect(thoughts.map((thought) => ('delta' in thought ? thought.delta : '')).join('')).toBe('good evening');
  });

  it('[RS22] stops after max_output_tokens words', async () => {
    expect(await think(['say one two three four'], { max_output_tokens: 2 })).toEqual([
      { type: 'text.delta', delta: 'one' },
      { type: 'text.delta', delta: ' two' },
      { type: 'done', reason: 'max_output_tokens' },
    ]);
  });
});
