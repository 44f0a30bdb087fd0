// Every engine with tools of two real MCP servers that share a name: it calls the right one, once it is approved, and makes use of
// what comes of it.

import {
  cascade,
  cascadeComponents,
  type Engine,
  offlineThinker,
  parrot,
  readCascadeConfig,
  readScenario,
  scripted,
} from '@colloquy/server';
import { chatting } from '@support/chat.ts';
import { type Answer, chatStream, chunk, responsesStream, saying, sse } from '@support/fake-endpoints.ts';
import { startLibrary } from '@support/library.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterEach, describe, expect, it } from 'vitest';

const SAID = 'Please find out where the atlas is.';
const PARAMETERS = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };

const fake = await withEndpoints();

/** A model that calls the second of two tools of one name, and then tells the result. */
function model(api: 'chat' | 'responses'): Answer {
  return (response, request, good) => {
    const body = JSON.parse(String(request.body));
    const last = (body.messages ?? body.input).at(-1);
    const result = last.content ?? last.output;
    if (last.role === 'tool' || last.type === 'function_call_output') {
      const stream = api === 'chat' ? chatStream : responsesStream;
      return saying(stream(`It says: ${result}`))(response, request, good);
    }
    const names = body.tools.map(
      (tool: { name?: string; function?: { name: string } }) => tool.function?.name ?? tool.name,
    );
    expect(names).toEqual(['locate', 'films__locate']);
    const input = { name: names[1], arguments: '{"title":"atlas"}' };
    const call =
      api === 'chat'
        ? [chunk({ tool_calls: [{ index: 0, id: 'c', function: input }] }), chunk({}, 'tool_calls'), '[DONE]']
        : [
            { type: 'response.output_item.added', item: { type: 'function_call', id: 'c', call_id: 'c', ...input } },
            { type: 'response.completed', response: { status: 'completed' } },
          ];
    return saying(sse(...call))(response, request, good);
  };
}

function asking(api: 'chat' | 'responses'): Engine {
  fake.usual.think = model(api);
  const { thinker } = cascadeComponents(readCascadeConfig({ think: { url: fake.url, model: 'tiny', api } }), {});
  return cascade({ thinker: thinker! });
}

const SCENARIO = `
scenario: 1
turns:
  - when: { text: atlas }
    reply: [{ call: locate, server_label: films, arguments: { title: atlas } }]
  - when: { tool: locate, output: shelf 9 }
    reply: [{ say: 'It says: it is on shelf 9.' }]
`;

const ENGINES: [name: string, engine: () => Engine, said?: string, server?: string][] = [
  ['the parrot', parrot, 'call locate {"title":"atlas"}', 'books'],
  ['a scenario', () => scripted(readScenario(SCENARIO))],
  ['the offline rules', () => cascade({ thinker: offlineThinker() }), 'locate the book called atlas', 'books'],
  ['a model by chat completions', () => asking('chat')],
  ['a model by responses', () => asking('responses')],
];

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe.each(ENGINES)('%s', (_, engine, text = SAID, label = 'films') => {
  it('[MC5, MC7, MC10, MC12, MC13] calls a tool of an MCP server, and tells what came of it', async () => {
    const [books, films] = await Promise.all(
      [3, 9].map((shelf) =>
        startLibrary([{ name: 'locate', inputSchema: PARAMETERS, run: () => `it is on shelf ${shelf}.` }]),
      ),
    );
    open.push(books!.kill, films!.kill);
    const servers = [
      { label: 'books', url: books!.url, allow_private: true },
      { label: 'films', url: films!.sseUrl, allow_private: true },
    ];
    const session = await chatting({ servers }, { engine: engine() });
    open.push(session.close);
    const tools = servers.map(({ label: server_label }) => ({ type: 'mcp', server_label }));
    session.send({ type: 'session.update', session: { type: 'realtime', tools } });
    await session.next('mcp_list_tools.completed');
    await session.next('mcp_list_tools.completed');

    const request = await session.ask(text);
    expect(request).toMatchObject({ server_label: label, name: 'locate', arguments: '{"title":"atlas"}' });
    expect([books!.ledger, films!.ledger]).toEqual([[], []]);
    session.answer(request.id, true);
    expect(await session.outcome()).toMatchObject({ server_label: label, output: expect.stringContaining('shelf') });
    const [called, other] = label === 'films' ? [films, books] : [books, films];
    expect(called!.ledger).toEqual([{ name: 'locate', args: { title: 'atlas' } }]);
    expect(other!.ledger).toEqual([]);

    await session.next('response.done');
    await session.next('response.done');
    session.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const { response } = await session.next('response.done');
    expect(response.status).toBe('completed');
    expect(response.output[0].content[0].text).toContain(`it is on shelf ${label === 'films' ? 9 : 3}.`);
  });
});
