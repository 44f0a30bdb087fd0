// A relay between two transports in memory, and the usual events of its upstream.

import type { ServerEvent } from '@colloquy/protocol';
import { afterEach } from 'vitest';
import type { ResponseUsage } from '../../packages/server/src/relay/relay-responses.ts';
import { type RelayOptions, relaySession } from '../../packages/server/src/relay/relay-session.ts';
import type { Upstream } from '../../packages/server/src/relay/upstream.ts';
import type { ServiceOptions } from '../../packages/server/src/services.ts';
import { memoryPair } from '../../packages/server/src/transports/memory.ts';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

export type Event = ServerEvent & { [field: string]: never };

/** `client` is the client's end, `far` the upstream's. */
export function relay(options: Partial<RelayOptions> = {}, services: ServiceOptions = {}) {
  const [client, near] = memoryPair();
  const [far, farNear] = memoryPair();
  const upstream: Upstream = { transport: farNear, closed: farNear.closed };
  const usages: ResponseUsage[] = [];
  const session = relaySession(near, {
    upstream,
    services: { clock: () => performance.now(), ...services }, // a test may turn that clock on
    onUsage: (usage) => void usages.push(usage),
    ...options,
  });
  const over = session.ended;
  running.push(async () => {
    client.close(1000, '');
    await over;
  });
  const clientFrames = client.frames[Symbol.asyncIterator]();
  const requests = far.frames[Symbol.asyncIterator]();
  return {
    client,
    far,
    over,
    usages,
    session,
    /** What the client sends, and what the upstream says. */
    send: (event: unknown) => client.send(typeof event === 'string' ? event : JSON.stringify(event)),
    say: (...events: object[]) => {
      for (const event of events) far.send(JSON.stringify({ event_id: 'event_up', ...event }));
    },
    /** The next event the client gets, and the next the upstream gets. */
    async next(): Promise<Event> {
      const { value } = await clientFrames.next();
      return value === undefined ? value : JSON.parse(value as string);
    },
    async forwarded(): Promise<Event> {
      return JSON.parse((await requests.next()).value as string);
    },
    async rest(): Promise<Event[]> {
      const events: Event[] = [];
      for await (const frame of { [Symbol.asyncIterator]: () => clientFrames })
        events.push(JSON.parse(frame as string));
      return events;
    },
  };
}

export const CREATED = {
  type: 'session.created',
  session: { type: 'realtime', object: 'realtime.session', model: 'm' },
};
export const begun = (id: string) => ({
  type: 'response.created',
  response: { object: 'realtime.response', id, status: 'in_progress', output: [], metadata: { topic: 'tea' } },
});
export const ITEM = {
  id: 'item_a',
  object: 'realtime.item',
  type: 'message',
  status: 'in_progress',
  role: 'assistant',
  content: [],
};
export const spoken = (response_id: string) => {
  const ids = { response_id, item_id: 'item_a', output_index: 0, content_index: 0 };
  return [
    begun(response_id),
    { type: 'response.output_item.added', response_id, output_index: 0, item: ITEM },
    { type: 'conversation.item.added', previous_item_id: 'item_0', item: ITEM },
    { type: 'response.content_part.added', ...ids, part: { type: 'text', text: '' } },
    { type: 'response.output_text.delta', ...ids, delta: 'Half a' },
  ];
};
export const done = (id: string, usage: object | null = null) => ({
  type: 'response.done',
  response: { object: 'realtime.response', id, status: 'completed', output: [], usage },
});
