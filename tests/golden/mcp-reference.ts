// A whole conversation with the tools of the reference MCP server, over real HTTP: listed, asked for, approved, denied, called freely,
// failed. The host is the real one; its clock and its ids are told, so that it says the same every time.

import { hostSession, type Line, mcpAccess, memoryPair, readScenario, scripted } from '@colloquy/server';
import { recordingHeader, recordingLine } from '@colloquy/session';
import { startEverything } from '@support/everything.ts';
import { SEED } from '@support/session-harness.ts';

const SCENARIO = `
scenario: 1
name: sums and weather
turns:
  - { when: { text: add }, reply: [{ say: Let me add them. }, { call: get-sum, arguments: { a: 17, b: 25 } }] }
  - { when: { tool: get-sum, output: '42' }, reply: [{ say: They make 42. }] }
  - { when: { text: weather }, reply: [{ call: get-structured-content, arguments: { location: Chicago } }] }
  - { when: { tool: get-structured-content }, reply: [{ say: Then I will not look. }] }
  - { when: { text: repeat }, reply: [{ call: echo, arguments: { message: Over the hills } }] }
  - { when: { tool: echo, output: hills }, reply: [{ say: That it did. }] }
  - { when: { text: nothing }, reply: [{ call: echo, arguments: { words: none } }] }
  - { when: { tool: echo }, reply: [{ say: It refuses to. }] }
`;

interface Told {
  type: string;
  item?: { type: string; id: string };
}

/** Has the conversation, and answers the lines of its recording. */
export async function recordMcpReference(): Promise<string[]> {
  const server = await startEverything('streamableHttp');
  const servers = [{ label: 'reference', url: server.url, allow_private: true }];
  const [near, far] = memoryPair();
  let now = 0;
  const lines: Line[] = [];
  const { options, ended } = hostSession(far, {
    engine: scripted(readScenario(SCENARIO)),
    mcp: mcpAccess({ servers, allow_unapproved: true }, {}),
    opening: { model: 'golden-model', started_at: 1767225600000, seed: [...SEED] },
    services: { clock: () => now },
    sinks: [{ write: (line) => lines.push(line) }],
  });
  const frames = near.frames[Symbol.asyncIterator]();

  async function until(type: string, itemType?: string): Promise<Told> {
    for (;;) {
      const { value } = await frames.next();
      const received: Told = JSON.parse(String(value));
      if (received.type === type && (itemType === undefined || received.item?.type === itemType)) return received;
    }
  }
  function send(event: object): void {
    now += 500;
    near.send(JSON.stringify(event));
  }
  const create = (item: object) => send({ type: 'conversation.item.create', item });
  async function say(text: string): Promise<void> {
    create({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
    await until('conversation.item.done', 'message');
    send({ type: 'response.create' });
  }
  async function answer(approve: boolean): Promise<void> {
    const { item } = await until('conversation.item.done', 'mcp_approval_request');
    await until('rate_limits.updated');
    create({ type: 'mcp_approval_response', approval_request_id: item?.id, approve });
    await until('conversation.item.done', 'mcp_call');
    if (approve) await until('rate_limits.updated');
  }
  async function receive(): Promise<void> {
    send({ type: 'response.create' });
    await until('rate_limits.updated');
  }

  await until('session.created');
  const tool = {
    ...{ type: 'mcp', server_label: 'reference', allowed_tools: ['echo', 'get-sum', 'get-structured-content'] },
    require_approval: { never: { tool_names: ['echo'] } },
  };
  send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], tools: [tool] } });
  await until('conversation.item.done', 'mcp_list_tools');
  await say('Please add 17 and 25.');
  await answer(true);
  await receive();
  await say('What is the weather like in Chicago?');
  await answer(false);
  await receive();
  for (const text of ['Have it repeat something.', 'And now nothing at all.']) {
    await say(text);
    await until('rate_limits.updated');
    await receive();
  }
  near.close(1000, '');
  await ended;
  await server.stop();
  return [recordingHeader(options, 'media'), ...lines.map((line) => recordingLine(line, 'media'))];
}
