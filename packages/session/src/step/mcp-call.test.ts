// MCP calls: their events, their results, and calls whose outcome is unknown.

import { answer, books, calling, latest, listed, tool } from '@support/mcp-session.ts';
import { record } from '@support/record.ts';
import { type Frame, type Played, SEED, texting, types } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';
import { recordingLine } from '../recording/recording.ts';
import { describeDifference, replay } from '../recording/replay.ts';

const free = { ...books, require_approval: 'never' };
const ready = (options: Parameters<typeof listed>[0] = {}) => listed({ tools: [free], unapproved: true, ...options });
const running = (text = '{"title":"atlas"}') => {
  const played = ready();
  const frames = calling(played, 'find', text);
  return { played, frames, id: latest(played, 'mcp_call') };
};
const outcome = (frames: readonly Frame[]) => frames.find(({ type }) => type === 'response.output_item.done')!.item;
const made = (played: Played) => played.effects.filter((effect) => effect.do === 'call_tool');

describe('a call', () => {
  it('[MC5] streams arguments, makes the call, and closes it with its output', () => {
    const { played, frames, id } = running();
    expect(types(frames)).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
    ]);
    expect(id).toMatch(/^mcp_/);
    const listing_id = latest(played, 'mcp_list_tools');
    expect(played.done()).toEqual([
      {
        do: 'call_tool',
        item_id: id,
        listing_id,
        server_label: 'books',
        name: 'find',
        arguments: '{"title":"atlas"}',
        hash: 'find 1',
      },
    ]);
    const ended = played.tools({ type: 'called', item_id: id, output: 'Shelf 3' });
    expect(types(ended)).toEqual([
      'response.mcp_call.completed',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(ended[0]).toMatchObject({ item_id: id, output_index: 0 });
    expect(outcome(ended)).toEqual({
      id,
      type: 'mcp_call',
      server_label: 'books',
      name: 'find',
      arguments: '{"title":"atlas"}',
      approval_request_id: null,
      output: 'Shelf 3',
      error: null,
    });
    expect(ended[3]!.response).toMatchObject({ status: 'completed', output: [{ id, output: 'Shelf 3' }] });
  });

  it('[MC18] has all keys from the start, and can be retrieved while it runs', () => {
    const { played, frames, id } = running();
    expect(frames[0]!.item).toMatchObject({ arguments: '', approval_request_id: null, output: null, error: null });
    const [retrieved] = played.client({ type: 'conversation.item.retrieve', item_id: id });
    expect(retrieved!.item).toMatchObject({ arguments: '{"title":"atlas"}', output: null, error: null });
  });

  it('[MC13] ends a response after the last of its calls, and closes other items before', () => {
    const played = ready();
    played.client({ type: 'response.create' });
    const frames = played.engine(
      { type: 'text.delta', delta: 'One moment.' },
      { type: 'call', name: 'find', server_label: 'books', call_id: 'a' },
      { type: 'call', name: 'lend', server_label: 'books', call_id: 'b' },
      { type: 'arguments.delta', delta: '{"n":2}' },
      { type: 'arguments.delta', delta: '{"n":1}', call_id: 'a' },
      { type: 'done' },
    );
    expect(frames.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item!.type)).toEqual([
      'message',
    ]);
    const [first, second] = made(played).map((effect) => (effect.do === 'call_tool' ? effect : undefined));
    expect([first!.arguments, second!.arguments]).toEqual(['{"n":1}', '{"n":2}']);
    expect(types(played.tools({ type: 'called', item_id: second!.item_id, output: 'lent' }))).not.toContain(
      'response.done',
    );
    expect(types(played.engine({ type: 'text.delta', delta: 'late' }))).toEqual([]);
    const ended = played.tools({ type: 'called', item_id: first!.item_id, output: 'found' });
    expect(ended.find(({ type }) => type === 'response.done')!.response.output).toMatchObject([
      { type: 'message', status: 'completed' },
      { output: 'found' },
      { output: 'lent' },
    ]);
    played.client({ type: 'response.create' });
    expect(played.done()).toMatchObject([
      { request: { context: [{}, {}, { type: 'mcp_call', output: 'found' }, { type: 'mcp_call', output: 'lent' }] } },
    ]);
  });

  it('resolves a tool by name when one server has it', () => {
    const played = ready();
    played.client({ type: 'response.create' });
    played.engine({ type: 'call', name: 'find' }, { type: 'done' });
    expect(made(played)).toMatchObject([{ server_label: 'books', name: 'find', arguments: '{}' }]);
  });

  it('requires server_label when two servers have the tool', () => {
    const other = { ...free, server_label: 'films' };
    const played = ready({ tools: [free, other] });
    calling(played, 'find', '{}', 'films');
    expect(made(played)).toMatchObject([{ server_label: 'films' }]);
    played.client({ type: 'response.cancel' });
    played.client({ type: 'response.create' });
    const frames = played.engine({ type: 'call', name: 'find' });
    expect(frames[0]!.error.code).toBe('invalid_tool_call');
  });

  it('[FN11] fails the response when the tool was not listed', () => {
    const played = ready();
    expect(calling(played, 'steal')[0]!.error.code).toBe('invalid_tool_call');
  });

  it.each([['atlas'], ['["atlas"]'], ['{"a":1,"a":2}'], ['{"a":'], [`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`]])(
    '[MC14] whose arguments are no sound JSON object is not made: %s',
    (text) => {
      const { played, frames } = running(text);
      expect(made(played)).toEqual([]);
      expect(outcome(frames)).toMatchObject({ output: null, error: { type: 'tool_execution_error' } });
      expect(types(frames)).toContain('response.mcp_call.failed');
      expect(types(frames).at(-2)).toBe('response.done');
    },
  );
});

describe('errors', () => {
  it.each([
    { type: 'protocol_error', code: -32602, message: 'Unknown tool.' },
    { type: 'tool_execution_error', message: 'No such book.' },
    { type: 'http_error', code: 503, message: 'Busy.' },
  ] as const)('[MC14] $type stands in the item, and the response goes on', (error) => {
    const { played, id } = running();
    const frames = played.tools({ type: 'call_failed', item_id: id, error });
    expect(types(frames)[0]).toBe('response.mcp_call.failed');
    expect(outcome(frames)).toMatchObject({ output: null, error });
    expect(frames.find(({ type }) => type === 'response.done')!.response.status).toBe('completed');
  });

  it('[MC15] reports an unknown outcome when a call times out, and does not retry', () => {
    const { played, id } = running();
    const frames = played.wait(30_000);
    expect(outcome(frames)).toMatchObject({
      error: { type: 'tool_execution_error', message: expect.stringContaining('not known') },
    });
    expect(types(frames).at(-2)).toBe('response.done');
    expect(played.effects.filter((effect) => effect.do === 'abort_tool')).toEqual([{ do: 'abort_tool', item_id: id }]);
    expect(played.tools({ type: 'called', item_id: id, output: 'late' })).toEqual([]);
    expect(made(played)).toHaveLength(1);
  });

  it('[RS38, MC17] does not count a slow call as a stalled response', () => {
    const { played, id } = running();
    expect(played.wait(29_999)).toEqual([]);
    expect(types(played.tools({ type: 'called', item_id: id, output: 'ok' }))).toContain('response.mcp_call.completed');
  });

  it('[MC15] reports an unknown outcome when the response is cancelled', () => {
    const { played, id } = running();
    const frames = played.client({ type: 'response.cancel' });
    expect(types(frames)).toEqual([
      'response.mcp_call.failed',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(outcome(frames)).toMatchObject({ output: null, error: { message: expect.stringContaining('not known') } });
    expect(played.done()).toContainEqual({ do: 'abort_tool', item_id: id });
    expect(played.tools({ type: 'called', item_id: id, output: 'done after all' })).toEqual([]);
    expect(made(played)).toHaveLength(1);
  });

  it('reports that a call was not made when it was only begun', () => {
    const played = ready();
    played.client({ type: 'response.create' });
    played.engine({ type: 'call', name: 'find', server_label: 'books' }, { type: 'arguments.delta', delta: '{"ti' });
    const frames = played.client({ type: 'response.cancel' });
    expect(outcome(frames)).toMatchObject({
      arguments: '{"ti',
      error: { message: expect.stringContaining('not made') },
    });
    expect(made(played)).toEqual([]);
  });

  it('[MC17] refuses more than 32 calls in a response, and results above 1 MiB', () => {
    const played = ready();
    played.client({ type: 'response.create' });
    const calls = Array.from({ length: 33 }, () => ({ type: 'call', name: 'find', server_label: 'books' }) as const);
    const frames = played.engine(...calls, { type: 'done' });
    expect(made(played)).toHaveLength(32);
    expect(outcome(frames)).toMatchObject({ error: { type: 'tool_execution_error' } });
    const [first] = made(played);
    const item_id = first?.do === 'call_tool' ? first.item_id : '';
    const ended = played.tools({ type: 'called', item_id, output: 'x'.repeat(1024 * 1024 + 1) });
    expect(outcome(ended)).toMatchObject({ output: null, error: { type: 'tool_execution_error' } });
  });

  it('[MC11] requires approval when the tool changed since it was listed', () => {
    const played = ready();
    const changed = { ...tool('find'), description: 'It can burn.', hash: 'find 2' };
    played.tools({ type: 'listed', item_id: latest(played, 'mcp_list_tools'), tools: [changed, tool('burn')] });
    calling(played, 'find');
    expect(played.frames.findLast(({ item }) => item)!.item).toMatchObject({ type: 'mcp_approval_request' });
    for (const tool of ['lend', 'burn']) expect(calling(played, tool)[0]!.error.code).toBe('invalid_tool_call');
    expect(made(played)).toEqual([]);
  });
});

it('[RD4, RD10] redacts tool results with other text, and credentials at every level', () => {
  const called = (output: string, level: 'media' | 'content') =>
    recordingLine({ at: 1, from: 'tools', event: { type: 'called', item_id: 'mcp_1', output } }, level);
  expect(called('the words', 'media')).toContain('the words');
  expect(called('the words', 'content')).not.toContain('the words');
  expect(called('Bearer abcdefghijklmnop', 'media')).not.toContain('abcdefgh');
  const error = { type: 'tool_execution_error', message: 'the words' } as const;
  const failed = recordingLine(
    { at: 1, from: 'tools', event: { type: 'call_failed', item_id: 'i', error } },
    'content',
  );
  expect(failed).not.toContain('the words');
});

it.each(['media', 'content'] as const)('[OR19] replays to the same events when redacted at level %s', async (level) => {
  const { played, id } = running('{"key":"sk-1234567890abcdefghij"}');
  played.tools({ type: 'called', item_id: id, output: 'Shelf 3' });
  const lend = { ...free, require_approval: 'always' };
  played.client({ type: 'session.update', session: { type: 'realtime', tools: [lend] } });
  calling(played, 'lend', '{"title":"atlas"}');
  answer(played, true);
  expect(made(played)).toHaveLength(2);
  const options = { seed: SEED, model: 'test-model', started_at: 1_700_000_000_000, allow_unapproved_tools: true };
  const lines = record({ ...options, ...texting }, played.inputs, { level, snapshotsAfter: [4, 9] });
  expect(lines.join()).not.toContain('sk-1234567890');
  const result = await replay(lines);
  expect(result.difference && describeDifference(result.difference)).toBeUndefined();
  expect(result.ok).toBe(true);
});

describe('what a response may call', () => {
  const begun = (response: object, ...names: [name: string, server_label?: string][]) => {
    const played = ready({ tools: [{ type: 'function', name: 'f' }, free] });
    played.client({ type: 'response.create', response });
    for (const [name, server_label] of names) {
      played.engine({ type: 'call', name, ...(server_label ? { server_label } : {}) });
    }
    return played.frames.filter(({ type }) => type === 'response.output_item.added').map(({ item }) => item!.name);
  };

  it('[RS36] permits no call with none, and otherwise only what tool_choice names', () => {
    expect(begun({ tool_choice: 'none' }, ['find', 'books'])).toEqual([]);
    expect(begun({ tool_choice: { type: 'mcp', server_label: 'books' } }, ['f'], ['lend', 'books'])).toEqual(['lend']);
    const named = { type: 'mcp', server_label: 'books', name: 'find' };
    expect(begun({ tool_choice: named }, ['lend', 'books'], ['f'], ['find', 'books'])).toEqual(['find']);
    expect(begun({ tool_choice: { type: 'function', name: 'f' } }, ['find', 'books'], ['f'])).toEqual(['f']);
  });

  it('[FN6] permits one call when parallel_tool_calls is false', () => {
    expect(begun({ parallel_tool_calls: false }, ['find', 'books'], ['f'], ['lend', 'books'])).toEqual(['find']);
    const played = listed();
    played.client({ type: 'response.create', response: { parallel_tool_calls: false } });
    played.engine({ type: 'call', name: 'find' }, { type: 'call', name: 'lend' }, { type: 'done' });
    expect(played.frames.filter(({ type, item }) => type === 'response.output_item.added' && item)).toHaveLength(1);
  });
});
