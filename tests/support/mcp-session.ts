// A session with an MCP server: its configuration, its tools, and the events of engine and client.

import { create, type Frame, type Played, play, texting } from './session-harness.ts';

export const books = { type: 'mcp', server_label: 'books', server_url: 'https://books.example/mcp' } as const;

/** A tool as the host reports it. */
export const tool = (name: string, more: object = {}) => ({
  name,
  description: `It can ${name}.`,
  input_schema: { type: 'object' },
  hash: `${name} 1`,
  ...more,
});

/** The id of the latest item of a type. */
export const latest = (played: Played, type: string): string =>
  played.frames.findLast(({ item }) => item?.type === type)!.item!.id as string;

/** A session whose servers have listed `find` and `lend`. */
export function listed(
  options: { tools?: object[]; unapproved?: boolean; offers?: ReturnType<typeof tool>[] } = {},
): Played {
  const { tools = [books], unapproved = false, offers = [tool('find'), tool('lend')] } = options;
  const played = play({ ...texting, allow_unapproved_tools: unapproved });
  played.client({ type: 'session.update', session: { type: 'realtime', tools } });
  for (const effect of played.done()) {
    if (effect.do === 'list_tools') played.tools({ type: 'listed', item_id: effect.item_id, tools: offers });
  }
  return played;
}

/** A response in which the engine calls one tool. */
export function calling(played: Played, name: string, text = '{}', server_label = 'books'): Frame[] {
  played.client({ type: 'response.create' });
  return played.engine(
    { type: 'call', name, server_label },
    { type: 'arguments.delta', delta: text },
    { type: 'done' },
  );
}

/** The client's answer to a request; to the latest one when none is named. */
export const answer = (played: Played, approve: boolean, id = latest(played, 'mcp_approval_request')): Frame[] =>
  played.client(create({ type: 'mcp_approval_response', approval_request_id: id, approve }));
