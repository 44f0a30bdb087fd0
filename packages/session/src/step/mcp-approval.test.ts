// Approvals: asked for, given once, for exactly what was shown.

import { answer, books, calling, latest, listed, tool } from '@support/mcp-session.ts';
import { create, errorOf, type Frame, type Played, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const REQUEST = 'mcp_approval_request';
const asked = (text = '{"title": "atlas"}') => {
  const played = listed();
  const frames = calling(played, 'lend', text);
  return { played, frames, id: latest(played, REQUEST) };
};
const made = (played: Played) => played.effects.filter((effect) => effect.do === 'call_tool');
const unmade = (frames: readonly Frame[]) => frames.findLast(({ item }) => item?.type === 'mcp_call')?.item;
const refused = (frames: Frame[]) =>
  expect(errorOf(frames)).toMatchObject({ code: 'invalid_value', param: 'item.approval_request_id' });

describe('asking', () => {
  it('[MC7, MC19] adds a request with all its arguments, runs nothing, and ends completed', () => {
    const { played, frames, id } = asked();
    expect(types(frames)).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    const item = { id, type: REQUEST, server_label: 'books', name: 'lend', arguments: '{"title":"atlas"}' };
    for (const frame of frames.slice(0, 4)) expect(frame.item).toEqual(item);
    expect(frames[4]!.response).toMatchObject({ status: 'completed', output: [item] });
    expect(made(played)).toEqual([]);
  });

  it('[MC6] never does not help where the operator does not allow it', () => {
    const played = listed({ tools: [{ ...books, require_approval: 'never' }] });
    calling(played, 'find');
    expect(made(played)).toEqual([]);
    expect(latest(played, REQUEST)).toMatch(/^mcpr_/);
  });

  it('[MC7] nobody is asked about a call that could not be made', () => {
    const { played, frames } = (() => {
      const session = listed();
      return { played: session, frames: calling(session, 'lend', 'atlas') };
    })();
    expect(unmade(frames)).toMatchObject({ arguments: 'atlas', error: { type: 'tool_execution_error' } });
    expect(made(played)).toEqual([]);
  });

  it('a response that is cut short asks nothing', () => {
    const played = listed();
    played.client({ type: 'response.create' });
    const frames = played.engine({ type: 'call', name: 'lend' }, { type: 'done', reason: 'max_output_tokens' });
    expect(types(frames)).toEqual(['response.done', 'rate_limits.updated']);
  });
});

describe('answering', () => {
  it('[MC10, MC12] approved: the call that was shown, in a response of its own', () => {
    const { played, id } = asked();
    const frames = answer(played, true);
    expect(types(frames)).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
    ]);
    expect(frames[3]!.item).toMatchObject({ type: 'mcp_call', name: 'lend', approval_request_id: id });
    expect(made(played)).toMatchObject([{ name: 'lend', arguments: '{"title":"atlas"}', hash: 'lend 1' }]);
    expect(played.done().map((effect) => effect.do)).toEqual(['call_tool']);
    const ended = played.tools({ type: 'called', item_id: latest(played, 'mcp_call'), output: 'Yours.' });
    expect(types(ended).slice(-2)).toEqual(['response.done', 'rate_limits.updated']);
    expect(unmade(ended)).toMatchObject({ output: 'Yours.', approval_request_id: id });
  });

  it('[MC10] denied: the conversation says so, and nothing runs', () => {
    const { played, id } = asked();
    const frames = answer(played, false);
    expect(types(frames)).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.added',
      'conversation.item.done',
    ]);
    expect(unmade(frames)).toMatchObject({
      approval_request_id: id,
      output: null,
      error: { type: 'tool_execution_error', message: expect.stringContaining('denied') },
    });
    expect(made(played)).toEqual([]);
  });

  it('[MC8] only a boolean counts, and the id may be left out', () => {
    const { played, id } = asked();
    for (const approve of ['true', 1, null]) {
      const frames = played.client(create({ type: 'mcp_approval_response', approval_request_id: id, approve }));
      expect(types(frames)).toEqual(['error']);
    }
    expect(answer(played, true)[0]!.item!.id).toMatch(/^mcpa_/);
  });

  it('[MC9] a request is answered once, whatever the answer', () => {
    for (const approve of [true, false]) {
      const { played, id } = asked();
      answer(played, approve);
      played.client({ type: 'response.cancel' });
      for (const again of [true, false]) refused(answer(played, again, id));
      expect(made(played)).toHaveLength(approve ? 1 : 0);
    }
  });

  it('[MC9] an unknown request, a foreign one and another item are no requests', () => {
    const { played } = asked();
    const foreign = asked('{"title":"other"}');
    foreign.played.client({ type: 'conversation.item.delete', item_id: foreign.id });
    refused(answer(foreign.played, true, foreign.id));
    for (const id of ['mcpr_unknown', '__proto__', '', latest(played, 'mcp_list_tools')])
      refused(answer(played, true, id));
    expect(made(played)).toEqual([]);
  });

  it('[MC9, MC11] after 300 s it counts as denied', () => {
    const { played, id } = asked();
    expect(played.wait(299_999)).toEqual([]);
    const frames = played.wait(1);
    expect(unmade(frames)).toMatchObject({
      approval_request_id: id,
      error: { message: expect.stringContaining('in time') },
    });
    refused(answer(played, true, id));
    expect(made(played)).toEqual([]);
  });

  it('[MC9, CV33] two answers during a response: the second is refused, the first waits and then runs', () => {
    const { played, id } = asked();
    played.client({ type: 'response.create' });
    expect(answer(played, true, id)).toEqual([]);
    refused(answer(played, false, id));
    expect(made(played)).toEqual([]);
    expect(played.wait(20_000)).toEqual([]);
    const frames = played.engine({ type: 'text.delta', delta: 'hm' }, { type: 'done' });
    const done = types(frames).indexOf('response.done');
    expect(types(frames).slice(done, done + 5)).toEqual([
      'response.done',
      'rate_limits.updated',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    expect(made(played)).toHaveLength(1);
  });

  it('[CV35] an answer whose place has gone leaves the request open', () => {
    const { played, id } = asked();
    played.client(create(user('here', 'here')));
    played.client({ type: 'response.create' });
    played.client(create({ type: 'mcp_approval_response', approval_request_id: id, approve: true }, 'here'));
    played.client({ type: 'conversation.item.delete', item_id: 'here' });
    expect(types(played.engine({ type: 'done' }))).toContain('error');
    expect(made(played)).toEqual([]);
    answer(played, true, id);
    expect(made(played)).toHaveLength(1);
  });

  it('[VA12] what was approved comes before the answer to a turn that waited', () => {
    const { played, id } = asked();
    const detection = { type: 'server_vad', interrupt_response: false };
    played.client({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: detection } } },
    });
    played.client({ type: 'response.create' });
    played.client({ type: 'input_audio_buffer.append', audio: Buffer.alloc(48_000).toString('base64') });
    played.speech({ type: 'started', audio_ms: 100 });
    played.speech({ type: 'stopped', audio_ms: 900 });
    answer(played, true, id);
    played.engine({ type: 'done' });
    expect(played.done().map((effect) => effect.do)).toEqual(['call_tool']);
    played.tools({ type: 'called', item_id: latest(played, 'mcp_call'), output: 'ok' });
    expect(played.done().map((effect) => effect.do)).toEqual(['respond']);
  });

  it('[LM12] nothing is called any more once the server shuts down', () => {
    const { played, id } = asked();
    played.client({ type: 'response.create' });
    answer(played, true, id);
    played.host({ type: 'drain' });
    const frames = played.engine({ type: 'done' });
    expect(unmade(frames)).toMatchObject({ error: { message: expect.stringContaining('shutting down') } });
    expect(made(played)).toEqual([]);
  });
});

describe('what an approval is bound to', () => {
  it('[MC11] a tool that was redefined is asked about anew, and can then be approved', () => {
    const { played, id } = asked();
    const changed = { ...tool('lend'), description: 'It can give away.', hash: 'lend 2' };
    played.tools({ type: 'listed', item_id: latest(played, 'mcp_list_tools'), tools: [changed] });
    const frames = answer(played, true, id);
    expect(types(frames)).toEqual(Array(2).fill(['conversation.item.added', 'conversation.item.done']).flat());
    const second = latest(played, REQUEST);
    expect(second).not.toBe(id);
    expect(made(played)).toEqual([]);
    refused(answer(played, true, id));
    answer(played, true, second);
    expect(made(played)).toMatchObject([{ hash: 'lend 2' }]);
  });

  it('[MC11] another server under the same label is another server', () => {
    const { played, id } = asked();
    const moved = { ...books, server_url: 'https://elsewhere.example/mcp' };
    played.client({ type: 'session.update', session: { type: 'realtime', tools: [moved] } });
    const listing_id = latest(played, 'mcp_list_tools');
    played.tools({ type: 'listed', item_id: listing_id, tools: [tool('lend')] });
    answer(played, true, id);
    expect(made(played)).toEqual([]);
    answer(played, true);
    expect(made(played)).toMatchObject([{ listing_id }]);
  });

  it('[MC11] a tool that is gone is not called', () => {
    const { played } = asked();
    played.client({ type: 'session.update', session: { type: 'realtime', tools: [] } });
    expect(unmade(answer(played, true))).toMatchObject({
      error: { message: expect.stringContaining('no longer offered') },
    });
    expect(made(played)).toEqual([]);
  });

  it("[MC11] a response's own tool can be approved after it", () => {
    const played = listed({ tools: [] });
    played.client({ type: 'response.create', response: { tools: [books] } });
    played.tools({ type: 'listed', item_id: latest(played, 'mcp_list_tools'), tools: [tool('lend')] });
    played.engine({ type: 'call', name: 'lend', server_label: 'books' }, { type: 'done' });
    answer(played, true);
    expect(made(played)).toMatchObject([{ name: 'lend' }]);
  });
});
