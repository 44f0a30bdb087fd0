// Tool lists of MCP servers: when they are requested, what the client sees, what the engine is offered.

import { books, latest, listed, tool } from '@support/mcp-session.ts';
import { errorOf, type Played, play, texting, types } from '@support/session-harness.ts';
import { describe, expect, it } from 'vitest';

const update = (played: Played, ...tools: object[]) =>
  played.client({ type: 'session.update', session: { type: 'realtime', tools } });
const offered = (played: Played) => {
  played.client({ type: 'response.create' });
  const [effect] = played.done();
  return effect?.do === 'respond' ? effect.request.tools : undefined;
};

describe('requests', () => {
  it('[MC1] adds an empty item, sends in_progress, and requests the list', () => {
    const played = play(texting);
    const frames = update(played, books);
    expect(types(frames)).toEqual(['session.updated', 'conversation.item.added', 'mcp_list_tools.in_progress']);
    const id = latest(played, 'mcp_list_tools');
    expect(frames[1]!.item).toEqual({ id, type: 'mcp_list_tools', server_label: 'books', tools: [] });
    expect(id).toMatch(/^mcpl_/);
    expect(played.done()).toEqual([{ do: 'list_tools', item_id: id, tool: books }]);
  });

  it('[MC1] requests the list after session.created when the session is opened with a server', () => {
    const played = play({ session: { type: 'realtime', tools: [books] } });
    expect(types(played.frames)).toEqual(['session.created', 'conversation.item.added', 'mcp_list_tools.in_progress']);
  });

  it('[MC1] delays a response until the lists of its own servers are there', () => {
    const played = play(texting);
    const frames = played.client({ type: 'response.create', response: { tools: [books] } });
    expect(types(frames)).toEqual(['response.created', 'conversation.item.added', 'mcp_list_tools.in_progress']);
    expect(played.done().map((effect) => effect.do)).toEqual(['list_tools']);
    played.wait(29_000);
    played.tools({ type: 'listed', item_id: latest(played, 'mcp_list_tools'), tools: [tool('find')] });
    expect(played.done()).toMatchObject([
      {
        do: 'respond',
        request: { tools: [{ name: 'find', server_label: 'books' }], context: [] },
      },
    ]);
    expect(types(played.wait(29_000))).toEqual([]);
    expect(types(played.engine({ type: 'text.delta', delta: 'hi' }, { type: 'done' })).at(-2)).toBe('response.done');
  });

  it('[MC1] does not delay a response for the servers of the session', () => {
    const played = play(texting);
    update(played, books);
    expect(offered(played)).toEqual([]);
  });

  it('[MC1, OB2] requests a list without events when the response is out of band', () => {
    const played = play(texting);
    const frames = played.client({ type: 'response.create', response: { conversation: 'none', tools: [books] } });
    expect(types(frames)).toEqual(['response.created']);
    const [response] = played.done();
    expect(response).toMatchObject({ do: 'list_tools', tool: books });
    const item_id = response?.do === 'list_tools' ? response.item_id : '';
    expect(played.tools({ type: 'listed', item_id, tools: [tool('find')] })).toEqual([]);
    expect(played.done()).toMatchObject([{ do: 'respond', request: { tools: [{ name: 'find' }] } }]);
  });

  it('[MC3] does not request a list again when only require_approval changes', () => {
    const played = listed();
    expect(types(update(played, books))).toEqual(['session.updated']);
    expect(types(update(played, { ...books, require_approval: 'never' }))).toEqual(['session.updated']);
    played.client({ type: 'response.create', response: { tools: [books] } });
    expect(played.done().map((effect) => effect.do)).toEqual(['respond']);
  });

  it('[MC3] requests a list again when the server changed or its listing failed', () => {
    const played = listed();
    expect(types(update(played, { ...books, server_url: 'https://other.example/mcp' }))).toHaveLength(3);
    played.tools({ type: 'list_failed', item_id: latest(played, 'mcp_list_tools') });
    expect(types(update(played, { ...books, server_url: 'https://other.example/mcp' }))).toHaveLength(3);
  });

  it('[SE29] keeps secrets out of list requests and items', () => {
    const played = play(texting);
    update(played, { ...books, authorization: 'CANARY', headers: { 'x-key': 'CANARY' } });
    expect(JSON.stringify([played.effects, played.state])).not.toContain('CANARY');
  });

  it('refuses what only OpenAI hosts, naming the field', () => {
    const played = play(texting);
    const param = (more: object) => errorOf(update(played, { type: 'function', name: 'f' }, { ...books, ...more }));
    for (const [field, value] of [
      ['connector_id', 'connector_gmail'],
      ['tunnel_id', `tunnel_${'a'.repeat(32)}`],
      ['defer_loading', true],
      ['allowed_callers', ['programmatic']],
    ] as const) {
      expect(param({ [field]: value })).toMatchObject({ code: 'invalid_value', param: `session.tools[1].${field}` });
    }
    const refused = played.client({
      type: 'response.create',
      response: { tools: [{ ...books, tunnel_id: `tunnel_${'b'.repeat(32)}` }] },
    });
    expect(errorOf(refused)).toMatchObject({ code: 'invalid_value', param: 'response.tools[0].tunnel_id' });
  });
});

describe('a server named by its label alone', () => {
  const labels = Array.from({ length: 10 }, (_, index) => `server_${index}`);
  const named = (server_label: string) => ({ type: 'mcp', server_label });

  it('[MC22] refuses an unknown label, lists the configured labels, and changes nothing', () => {
    const played = play({ ...texting, mcp_labels: ['books', 'notes'] });
    const frames = update(played, named('books'), named('bocks'));
    expect(types(frames)).toEqual(['error']);
    expect(errorOf(frames)).toMatchObject({
      code: 'invalid_value',
      param: 'session.tools[1].server_label',
      message: "Invalid value: 'bocks' is not the label of a configured MCP server. Configured are 'books', 'notes'.",
    });
    expect(played.done()).toEqual([]);
  });

  it('[MC22] refuses an unknown label in a response', () => {
    const played = play({ ...texting, mcp_labels: [] });
    const frames = played.client({ type: 'response.create', response: { tools: [named('books')] } });
    expect(types(frames)).toEqual(['error']);
    expect(errorOf(frames)).toMatchObject({
      param: 'response.tools[0].server_label',
      message: expect.stringContaining("None is configured; give its 'server_url'."),
    });
  });

  it('[MC22, ER4, RD11] lists at most eight labels, and none that looks like a key', () => {
    const played = play({ ...texting, mcp_labels: labels });
    const { message } = errorOf(update(played, named('sk-proj-abcdefghijklmnop'))) as { message: string };
    expect(message).toContain("'[REDACTED]'");
    expect(message).toContain("'server_7' and 2 more.");
    expect(message).not.toContain('server_8');
  });

  it.each([
    ['it is configured', { ...texting, mcp_labels: ['books'] }, named('books')],
    ['it has an address', { ...texting, mcp_labels: [] }, books],
    ['nobody said which are', texting, named('books')],
  ])('[MC22] is asked when %s', (_, options, mcp) => {
    const played = play(options);
    update(played, mcp);
    expect(played.done().map((effect) => effect.do)).toEqual(['list_tools']);
  });
});

describe('listing results', () => {
  const startListing = () => {
    const played = play(texting);
    update(played, books);
    return { played, item_id: latest(played, 'mcp_list_tools') };
  };

  it('[MC2] sends completed, then the item with its tools', () => {
    const { played, item_id } = startListing();
    const frames = played.tools({
      type: 'listed',
      item_id,
      tools: [tool('find', { annotations: { a: 1 }, title: 'Find' })],
    });
    expect(types(frames)).toEqual(['mcp_list_tools.completed', 'conversation.item.done']);
    expect(frames[1]).toMatchObject({ previous_item_id: null, item: { id: item_id } });
    expect(frames[1]!.item!.tools).toEqual([
      {
        name: 'find',
        title: 'Find',
        description: 'It can find.',
        annotations: { a: 1 },
        input_schema: { type: 'object' },
      },
    ]);
  });

  it('[MC20] gives every tool a string description, annotations and an object schema', () => {
    const { played, item_id } = startListing();
    const tools = [
      { name: 'a', input_schema: true, hash: '1' },
      { name: 'b', input_schema: false, description: null, hash: '2' },
      { name: 'b', input_schema: {}, description: 'the second of a name', hash: '3' },
    ];
    const [, done] = played.tools({ type: 'listed', item_id, tools });
    expect(done!.item!.tools).toEqual([
      { name: 'a', input_schema: {}, description: '', annotations: null },
      { name: 'b', input_schema: { not: {} }, description: '', annotations: null },
    ]);
  });

  it('[MC2] sends failed, then the item without tools, and continues', () => {
    const { played, item_id } = startListing();
    const frames = played.tools({ type: 'list_failed', item_id });
    expect(types(frames)).toEqual(['mcp_list_tools.failed', 'conversation.item.done']);
    expect(frames[1]!.item!.tools).toEqual([]);
    expect(offered(played)).toEqual([]);
  });

  it('[MC17] fails a listing after its timeout, or with more than 128 tools', () => {
    const slow = startListing();
    expect(types(slow.played.wait(30_000))).toEqual(['mcp_list_tools.failed', 'conversation.item.done']);
    expect(slow.played.done()).toEqual([{ do: 'abort_tool', item_id: slow.item_id }]);
    expect(slow.played.tools({ type: 'listed', item_id: slow.item_id, tools: [tool('late')] })).toEqual([]);
    const { played, item_id } = startListing();
    const many = Array.from({ length: 129 }, (_, i) => tool(`t${i}`));
    expect(types(played.tools({ type: 'listed', item_id, tools: many }))[0]).toBe('mcp_list_tools.failed');
  });

  it('[CV39] can be retrieved and not deleted while it is open', () => {
    const { played, item_id } = startListing();
    const [retrieved] = played.client({ type: 'conversation.item.retrieve', item_id });
    expect(retrieved!.item).toMatchObject({ id: item_id, tools: [] });
    expect(errorOf(played.client({ type: 'conversation.item.delete', item_id }))).toMatchObject({
      code: 'invalid_value',
    });
    played.tools({ type: 'list_failed', item_id });
    expect(types(played.client({ type: 'conversation.item.delete', item_id }))).toEqual(['conversation.item.deleted']);
  });

  it('ends an open listing when the session ends', () => {
    const { played, item_id } = startListing();
    played.host({ type: 'close' });
    expect(played.done()).toContainEqual({ do: 'abort_tool', item_id });
  });
});

describe('offered tools', () => {
  it('[MC4] offers functions and permitted MCP tools in one form', () => {
    const read = { annotations: { readOnlyHint: true } };
    const names = (allowed_tools: unknown) => {
      const played = listed({ tools: [{ ...books, allowed_tools }], offers: [tool('find', read), tool('lend')] });
      const tools = played.frames.findLast(({ type }) => type === 'conversation.item.done')!.item!.tools as object[];
      const engine = offered(played)!.map(({ name }) => name);
      expect(tools.map((each) => (each as { name: string }).name)).toEqual(engine);
      return engine;
    };
    expect(names(null)).toEqual(['find', 'lend']);
    expect(names(['lend', 'steal'])).toEqual(['lend']);
    expect(names({ read_only: true })).toEqual(['find']);
    expect(names({ tool_names: ['lend'], read_only: true })).toEqual([]);
    const played = listed({
      tools: [{ type: 'function', name: 'f', description: 'd' }, books],
      offers: [tool('find')],
    });
    expect(offered(played)).toEqual([
      { name: 'f', description: 'd' },
      { name: 'find', description: 'It can find.', parameters: { type: 'object' }, server_label: 'books' },
    ]);
  });

  it('offers a tool named __proto__', () => {
    const played = listed({ offers: [tool('__proto__')] });
    expect(offered(played)).toMatchObject([{ name: '__proto__', server_label: 'books' }]);
    const frames = played.engine({ type: 'call', name: '__proto__', server_label: 'books' }, { type: 'done' });
    expect(frames.find(({ item }) => item)!.item).toMatchObject({ type: 'mcp_approval_request', name: '__proto__' });
  });

  it('[RS36] accepts a tool_choice that names a server or a tool it may offer', () => {
    const played = listed({ tools: [{ ...books, allowed_tools: ['find'] }] });
    const choose = (server_label: string, name?: string) =>
      played.client({
        type: 'session.update',
        session: { type: 'realtime', tool_choice: { type: 'mcp', server_label, ...(name ? { name } : {}) } },
      });
    expect(errorOf(choose('other'))).toMatchObject({
      code: 'invalid_value',
      param: 'session.tool_choice.server_label',
    });
    expect(errorOf(choose('books', 'lend'))).toMatchObject({
      code: 'invalid_value',
      param: 'session.tool_choice.name',
    });
    expect(types(choose('books', 'find'))).toEqual(['session.updated']);
  });
});
