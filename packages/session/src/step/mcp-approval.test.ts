// Approvals: requested, given once, bound to exactly what was shown.

import { answer, books, calling, latest, listed, tool } from '@support/mcp-session.ts';
import { create, errorOf, type Frame, type Played, types, user } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const REQUEST = 'mcp_approval_request';
const approvalRequest = (text = '{"title": "atlas"}') => {
  const played = listed();
  const frames = calling(played, 'lend', text);
  return { played, frames, id: latest(played, REQUEST) };
};
const made = (played: Played) => played.effects.filter((effect) => effect.do === 'call_tool');
const unmade = (frames: readonly Frame[]) => frames.findLast(({ item }) => item?.type === 'mcp_call')?.item;
const refused = (frames: Frame[]) =>
  expect(errorOf(frames)).toMatchObject({ code: 'invalid_value', param: 'item.approval_request_id' });

describe('requests', () => {
  it('[MC7, MC19] adds a request with all arguments, calls nothing, and completes the response', () => {
    const { played, frames, id } = approvalRequest();
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

  it('[MC6] asks for approval despite never when the operator does not allow it', () => {
    const played = listed({ tools: [{ ...books, require_approval: 'never' }] });
    calling(played, 'find');
    expect(made(played)).toEqual([]);
    expect(latest(played, REQUEST)).toMatch(/^mcpr_/);
  });

  it('[MC7] asks no approval for a call that cannot be made', () => {
    const { played, frames } = (() => {
      const session = listed();
      return { played: session, frames: calling(session, 'lend', 'atlas') };
    })();
    expect(unmade(frames)).toMatchObject({ arguments: 'atlas', error: { type: 'tool_execution_error' } });
    expect(made(played)).toEqual([]);
  });

  it('asks no approval when the response is cut short', () => {
    const played = listed();
    played.client({ type: 'response.create' });
    const frames = played.engine({ type: 'call', name: 'lend' }, { type: 'done', reason: 'max_output_tokens' });
    expect(types(frames)).toEqual(['response.done', 'rate_limits.updated']);
  });
});

describe('approval responses', () => {
  it('[MC10, MC12] makes the approved call in a response of its own', () => {
    const { played, id } = approvalRequest();
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

  it('[MC10] records a denied call and calls nothing', () => {
    const { played, id } = approvalRequest();
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

  it('[MC8] requires a boolean approve and mints a missing id', () => {
    const { played, id } = approvalRequest();
    for (const approve of ['true', 1, null]) {
      const frames = played.client(create({ type: 'mcp_approval_response', approval_request_id: id, approve }));
      expect(types(frames)).toEqual(['error']);
    }
    expect(answer(played, true)[0]!.item!.id).toMatch(/^mcpa_/);
  });

  it('[MC9] refuses a second answer to a request', () => {
    for (const approve of [true, false]) {
      const { played, id } = approvalRequest();
      answer(played, approve);
      played.client({ type: 'response.cancel' });
      for (const again of [true, false]) refused(answer(played, again, id));
      expect(made(played)).toHaveLength(approve ? 1 : 0);
    }
  });

  it('[MC9] refuses an answer when no such request is pending', () => {
    const { played } = approvalRequest();
    const foreign = approvalRequest('{"title":"other"}');
    foreign.played.client({ type: 'conversation.item.delete', item_id: foreign.id });
    refused(answer(foreign.played, true, foreign.id));
    for (const id of ['mcpr_unknown', '__proto__', '', latest(played, 'mcp_list_tools')])
      refused(answer(played, true, id));
    expect(made(played)).toEqual([]);
  });

  it('[MC9, MC11] denies a request when it expires after 300 s', () => {
    const { played, id } = approvalRequest();
    expect(played.wait(299_999)).toEqual([]);
    const frames = played.wait(1);
    expect(unmade(frames)).toMatchObject({
      approval_request_id: id,
      error: { message: expect.stringContaining('in time') },
    });
    refused(answer(played, true, id));
    expect(made(played)).toEqual([]);
  });

  it('[MC9, CV33] refuses the second of two answers during a response, and executes the first afterwards', () => {
    const { played, id } = approvalRequest();
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

  it('[CV35] keeps the request open when the answer is refused for its place', () => {
    const { played, id } = approvalRequest();
    played.client(create(user('here', 'here')));
    played.client({ type: 'response.create' });
    played.client(create({ type: 'mcp_approval_response', approval_request_id: id, approve: true }, 'here'));
    played.client({ type: 'conversation.item.delete', item_id: 'here' });
    expect(types(played.engine({ type: 'done' }))).toContain('error');
    expect(made(played)).toEqual([]);
    answer(played, true, id);
    expect(made(played)).toHaveLength(1);
  });

  it('[VA12] makes approved calls before the response to a queued turn', () => {
    const { played, id } = approvalRequest();
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

  it('[LM12] makes no call once the server is shutting down', () => {
    const { played, id } = approvalRequest();
    played.client({ type: 'response.create' });
    answer(played, true, id);
    played.host({ type: 'drain' });
    const frames = played.engine({ type: 'done' });
    expect(unmade(frames)).toMatchObject({ error: { message: expect.stringContaining('shutting down') } });
    expect(made(played)).toEqual([]);
  });
});

describe('the binding of an approval', () => {
  it('[MC11] asks again when the tool was redefined', () => {
    const { played, id } = approvalRequest();
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

  it('[MC11] makes no call when another server has the same label', () => {
    const { played, id } = approvalRequest();
    const moved = { ...books, server_url: 'https://elsewhere.example/mcp' };
    played.client({ type: 'session.update', session: { type: 'realtime', tools: [moved] } });
    const listing_id = latest(played, 'mcp_list_tools');
    played.tools({ type: 'listed', item_id: listing_id, tools: [tool('lend')] });
    answer(played, true, id);
    expect(made(played)).toEqual([]);
    answer(played, true);
    expect(made(played)).toMatchObject([{ listing_id }]);
  });

  it('[MC11] makes no call when the tool is no longer offered', () => {
    const { played } = approvalRequest();
    played.client({ type: 'session.update', session: { type: 'realtime', tools: [] } });
    expect(unmade(answer(played, true))).toMatchObject({
      error: { message: expect.stringContaining('no longer offered') },
    });
    expect(made(played)).toEqual([]);
  });

  it("[MC11] accepts approval of a response's own tool after the response", () => {
    const played = listed({ tools: [] });
    played.client({ type: 'response.create', response: { tools: [books] } });
    played.tools({ type: 'listed', item_id: latest(played, 'mcp_list_tools'), tools: [tool('lend')] });
    played.engine({ type: 'call', name: 'lend', server_label: 'books' }, { type: 'done' });
    answer(played, true);
    expect(made(played)).toMatchObject([{ name: 'lend' }]);
  });
});
