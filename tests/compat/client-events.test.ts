// Client events with the quirks of real clients, sent as they were recorded, and what must follow. One scenario per recorded
// event; a test makes sure that none is forgotten.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Opened, openRaw } from '@support/raw-socket.ts';
import { type Serving, serving } from '@support/serving.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Wire {
  type: string;
  [key: string]: unknown;
}

interface Recorded {
  client: string;
  wire: 'ga' | 'beta';
  when: string;
  event: Wire;
}

const FIXTURE = join(import.meta.dirname, '../data/fixtures/client-events.jsonl');
const recorded = readFileSync(FIXTURE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);
const ga = recorded.filter(({ wire }) => wire === 'ga');

/** Recorded events that need what is not there yet, and what that is. */
const LATER = new Map([['approve / reject MCP call', 'a pending approval: MCP tools']]);

/** A session, and the two things a scenario does with it. */
interface Talking {
  send(...events: Wire[]): void;
  /** Reads up to and with the next event of this type; that one is last. Fails on an `error` that was not asked for. */
  until(type: string): Promise<Wire[]>;
}

const last = (events: Wire[]) => events.at(-1) as Wire;
const types = (events: Wire[]) => events.map(({ type }) => type);
/** Its answer takes a second: time to do something before its end, on a slow machine too. */
const LONG = 'on and '.repeat(50).trim();
const userText = (id: string, text = LONG) => ({
  type: 'conversation.item.create',
  item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const RESPOND = { type: 'response.create', response: { output_modalities: ['text'] } };
const REFUSED_COMMIT = { error: { code: 'input_audio_buffer_commit_empty' } };

async function added({ send, until }: Talking, event: Wire): Promise<Wire> {
  send(event);
  const events = await until('conversation.item.done');
  expect(types(events)).toEqual(['conversation.item.added', 'conversation.item.done']);
  return events[0]?.item as Wire;
}

/** A spoken answer's item. */
async function spoken({ send, until }: Talking): Promise<string> {
  send(userText('u0', 'say it'), { type: 'response.create', response: { output_modalities: ['audio'] } });
  const { response } = last(await until('response.done')) as unknown as { response: { output: { id: string }[] } };
  await until('rate_limits.updated');
  return response.output[0]?.id ?? '';
}

/** By client and occasion. Ids in a recorded event that only a server can give are replaced by those of this session. */
const SCENARIOS = new Map<string, (session: Talking, event: Wire) => Promise<void>>([
  [
    '@openai/agents-realtime 0.20.0: on session.created',
    async ({ send, until }, event) => {
      send(event, event, RESPOND, event);
      for (let count = 0; count < 3; count += 1) {
        expect(last(await until('session.updated')).session).toMatchObject({ tracing: 'auto' });
      }
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: on session.created, tracing disabled',
    async ({ send, until }, event) => {
      send(event);
      expect(last(await until('session.updated')).session).toMatchObject({ tracing: null });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: on open',
    async ({ send, until }, event) => {
      send(event);
      const session = last(await until('session.updated')).session as { model: string; tools: unknown[] };
      const sent = event.session as { tools: unknown[] };
      expect(session.model).toBe('gpt-realtime');
      expect(session.tools[0]).toEqual(sent.tools[0]);
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: sendMessage(text)',
    async (session, event) =>
      expect(await added(session, event)).toMatchObject({ id: expect.stringMatching(/^item_/) }),
  ],
  [
    '@openai/agents-realtime 0.20.0: after sendMessage',
    async ({ send, until }, event) => {
      send(userText('u1', 'hi'), { ...event, event_id: 'first' }, event);
      const { error } = last(await until('error'));
      const code = 'conversation_already_has_active_response';
      expect(error).toMatchObject({ event_id: event.event_id, code });
      await until('response.done');
      send(event);
      await until('response.done');
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: sendMessage with image',
    async (session, event) => void (await added(session, event)),
  ],
  ['@openai/agents-realtime 0.20.0: addImage', async (session, event) => void (await added(session, event))],
  [
    '@openai/agents-realtime 0.20.0: sendAudio',
    async ({ send, until }, event) => {
      send(event, { type: 'session.update', session: { type: 'realtime' } });
      expect(types(await until('session.updated'))).toEqual(['session.updated']);
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: sendAudio(…,{commit:true})',
    async ({ send, until }, event) => {
      send({ type: 'input_audio_buffer.append', audio: 'AQIDBA==' }, event);
      expect(last(await until('error'))).toMatchObject(REFUSED_COMMIT);
      send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(48 * 200).toString('base64') }, event);
      expect(types(await until('input_audio_buffer.committed'))).toEqual(['input_audio_buffer.committed']);
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: updateHistory, changed item',
    async (session, event) => {
      await added(session, userText('u1'));
      session.send(event);
      expect(last(await session.until('conversation.item.deleted'))).toMatchObject({ item_id: 'u1' });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: updateHistory, re-created item',
    async (session, event) => {
      await added(session, userText('u1'));
      await added(session, userText('u2'));
      session.send({ type: 'conversation.item.delete', item_id: 'u1' });
      await session.until('conversation.item.deleted');
      session.send(event);
      const [first] = await session.until('conversation.item.done');
      expect(first).toMatchObject({ previous_item_id: null, item: { id: 'u1', status: 'completed' } });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: function tool result',
    async (session, event) => {
      const call = { type: 'function_call', name: 'add', call_id: 'call_1', arguments: '{}' };
      await added(session, { type: 'conversation.item.create', item: call });
      session.send(userText('u1'), RESPOND);
      await session.until('response.output_text.delta');
      session.send(event);
      expect(types(await session.until('response.done'))).not.toContain('conversation.item.added');
      const [limits, added_] = await session.until('conversation.item.done');
      expect(limits?.type).toBe('rate_limits.updated');
      expect(added_).toMatchObject({ type: 'conversation.item.added', item: { type: 'function_call_output' } });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: barge-in when interrupt_response is not true',
    async ({ send, until }, event) => {
      send(event);
      const { error } = last(await until('error'));
      const message = expect.stringMatching(/^Cancellation failed/);
      expect(error).toMatchObject({ code: 'response_cancel_not_active', message });
      send(userText('u1'), RESPOND);
      await until('response.output_text.delta');
      send(event);
      expect(last(await until('response.done')).response).toMatchObject({ status: 'cancelled' });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: barge-in',
    async (session, event) => {
      const item_id = await spoken(session);
      session.send({ ...event, item_id });
      const { content_index, audio_end_ms } = event;
      expect(last(await session.until('conversation.item.truncated'))).toMatchObject({
        item_id,
        content_index,
        audio_end_ms,
      });
    },
  ],
  [
    '@openai/agents-realtime 0.20.0: after truncated, transcription.completed, mcp_list_tools.in_progress, response.mcp_call.in_progress',
    async ({ send, until }, event) => {
      send(userText('u1'), RESPOND);
      const { item } = last(await until('response.output_item.added')) as unknown as { item: { id: string } };
      send({ ...event, item_id: item.id });
      expect(last(await until('conversation.item.retrieved')).item).toMatchObject({
        id: item.id,
        status: 'in_progress',
      });
    },
  ],
  [
    '@livekit/agents-plugin-openai 1.9.0: on open, before session.created is read',
    async ({ send, until }, event) => {
      send(event);
      expect(last(await until('session.updated')).session).toMatchObject({ output_modalities: ['text'] });
    },
  ],
  [
    '@livekit/agents-plugin-openai 1.9.0: updateChatCtx',
    async (session, event) => {
      const { id } = event.item as { id: string };
      expect(await added(session, event)).toMatchObject({ id });
      session.send(event);
      expect(last(await session.until('error')).error).toMatchObject({ event_id: event.event_id });
    },
  ],
  [
    '@livekit/agents-plugin-openai 1.9.0: generateReply',
    async ({ send, until }, event) => {
      const { metadata } = event.response as { metadata: object };
      send(event);
      expect(last(await until('response.created')).response).toMatchObject({ metadata });
      expect(last(await until('response.done')).response).toMatchObject({ metadata });
    },
  ],
  [
    '@ai-sdk/openai 4.0.118: on open',
    async ({ send, until }, event) => {
      send(event);
      expect(last(await until('session.updated')).session).toMatchObject({ output_modalities: ['text'] });
    },
  ],
]);

const MINT = '@ai-sdk/openai 4.0.118: POST /v1/realtime/client_secrets';
const nameOf = ({ client, when }: Recorded) => `${client}: ${when}`;

describe('what real clients send', () => {
  let server: Serving;
  const opened: Opened[] = [];
  beforeAll(async () => {
    server = await serving({ pace: 10 });
  });
  afterAll(async () => {
    for (const each of opened) each.destroy();
    expect(await server.stop()).toEqual([]);
  });

  async function talking(): Promise<Talking> {
    const socket = await openRaw(server.url, '/v1/realtime?model=gpt-realtime', [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
    ]);
    opened.push(socket);
    expect((await socket.next()).type).toBe('session.created');
    return {
      send: (...events) => {
        for (const event of events) socket.send(JSON.stringify(event));
      },
      async until(type) {
        const events: Wire[] = [];
        while (events.at(-1)?.type !== type) {
          const event = await socket.next();
          if (type !== 'error') expect(event, JSON.stringify(event)).not.toMatchObject({ type: 'error' });
          events.push(event);
        }
        return events;
      },
    };
  }

  it('each recorded event has its scenario', () => {
    const missing = ga.filter((each) => !SCENARIOS.has(nameOf(each)) && !LATER.has(each.when)).map(nameOf);
    expect(missing).toEqual([MINT]);
    expect(ga.length).toBe(SCENARIOS.size + LATER.size + 1);
  });

  it.each(ga.filter((each) => SCENARIOS.has(nameOf(each))).map((each) => ({ name: nameOf(each), each })))(
    '$name',
    async ({ name, each }) => {
      await SCENARIOS.get(name)?.(await talking(), each.event);
    },
  );

  it(`[RT1, RT3] ${MINT}`, async () => {
    const event = ga.find((each) => nameOf(each) === MINT)?.event;
    const response = await fetch(`${server.url}/v1/realtime/client_secrets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ value: expect.stringMatching(/^ek_/), expires_at: expect.any(Number) }),
    ]);
  });
});
