// Sessions that go on from a recorded or live one, over HTTP and real sockets.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealtimeConversationItem } from '@colloquy/protocol';
import { createConformance, type ForkTicket, readRecordingLine, replay } from '@colloquy/session';
import { dial, KEY, newFolder, say, start, stopAll, TEXT, withKey } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

const DEMO = new URL('../../packages/console/public/demo.jsonl', import.meta.url);
const NAME = '20260101T100000Z-sess_demo';
const demoLines = readFileSync(DEMO, 'utf8').split('\n').slice(0, -1);
/** The line of an event of this type, from 0. */
const lineOf = (type: string, nth = 0) =>
  demoLines.flatMap((line, index) => (JSON.parse(line).event?.type === type ? [index + 1] : []))[nth] as number;
const bearer = { authorization: `Bearer ${KEY}` };

/** A server with the demo session among its recordings. */
async function recording(options: object = {}) {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  cpSync(DEMO, join(folder, `${NAME}.jsonl`));
  return { folder, ...(await start({ recordings: { folder, audio: true }, detector: false, ...options })) };
}

const post = (url: string, path: string, body: object, headers = {}) =>
  fetch(`${url}/api/${path}/fork`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** A ticket, and the connection that it opens, after `session.created`. */
async function forked(url: string, path: string, body: object, headers = {}) {
  const answer = await post(url, path, body, headers);
  const ticket = (await answer.json()) as ForkTicket;
  expect(answer.status, JSON.stringify(ticket)).toBe(200);
  const client = dial(url, { headers: { authorization: `Bearer ${ticket.value}` } }, '');
  const { session } = await client.next('session.created');
  return { ticket, client, session };
}

/** The items that a session announces before anything else, which must be what the ticket counts. */
async function itemsOf({ ticket, client }: Awaited<ReturnType<typeof forked>>) {
  const items: RealtimeConversationItem[] = [];
  while (items.length < ticket.items) {
    const added = await client.next('conversation.item.added');
    const done = await client.next('conversation.item.done');
    expect(done.item).toEqual(added.item);
    expect(added.previous_item_id).toBe(items.at(-1)?.id ?? null);
    items.push(added.item);
  }
  return items;
}

describe('POST /api/recordings/<name>/fork', () => {
  it('[CO51, SE39] goes on from a line in the middle of an answer, with other settings', async () => {
    const { url } = await recording();
    const at = lineOf('response.output_audio.delta', 4);
    const change = { instructions: 'Be brief.', audio: { output: { voice: 'cedar' } }, tools: [] };
    const fork = await forked(url, `recordings/${NAME}`, { at, session: change });
    const { session, ticket, client } = fork;
    expect(session).toMatchObject({ instructions: 'Be brief.', tools: [], model: 'gpt-realtime' });
    expect(session).toMatchObject({ audio: { output: { voice: 'cedar', format: { type: 'audio/pcmu' } } } });
    expect({ ...session, id: '', expires_at: 0 }).toEqual({ ...ticket.session, id: '', expires_at: 0 });
    expect(session.id).not.toBe(JSON.parse(demoLines[0] as string).session);
    const items = await itemsOf(fork);
    expect(items.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call_output', 'message']);
    expect(items[0]).toMatchObject({ content: [{ transcript: 'What is the weather like in Paris this evening?' }] });
    expect(items[3]).toMatchObject({ status: 'incomplete', content: [{ transcript: /^This evening it/ }] });
    client.send(say('And now?'), TEXT);
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'completed', output: [{ content: [{ text: 'You said: And now?' }] }] });
  });

  it('[CO51] has the recorded audio as it was truncated, and fixes the voice with it', async () => {
    const { url } = await recording();
    const truncated = JSON.parse(demoLines[lineOf('conversation.item.truncated') - 1] as string).event;
    const { client, ticket } = await forked(url, `recordings/${NAME}`, { at: demoLines.length });
    expect(ticket.items).toBeGreaterThan(10);
    client.send({ type: 'conversation.item.retrieve', item_id: truncated.item_id });
    const { item } = await client.next('conversation.item.retrieved');
    const [part] = (item as { content: { audio: string }[] }).content;
    expect(Buffer.from(part?.audio ?? '', 'base64')).toHaveLength(truncated.audio_end_ms * 8);
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } });
    expect((await client.next('error')).error.code).toBe('cannot_update_voice');
  });

  it('[CO51] records the fork like any session: it replays, violates nothing, and can be forked again', async () => {
    const { url, folder } = await recording();
    const fork = await forked(url, `recordings/${NAME}`, { at: lineOf('mcp_list_tools.completed') + 12 });
    await itemsOf(fork);
    fork.client.socket.close();
    await fork.client.closed;
    await expect
      .poll(async () => {
        const { recordings } = await (await fetch(`${url}/api/recordings`)).json();
        return recordings.find((each: { name: string; running: boolean }) => each.name !== NAME && !each.running)?.name;
      })
      .toMatch(/sess_/);
    const name = readdirSync(folder).find((each) => each.endsWith('.jsonl') && !each.startsWith(NAME)) ?? '';
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
    expect(await replay(lines)).toMatchObject({ ok: true });
    const conformance = createConformance();
    expect(lines.flatMap((line, index) => conformance.observe(readRecordingLine(line, index + 1)))).toEqual([]);
    const again = await forked(url, `recordings/${name.replace('.jsonl', '')}`, { at: lines.length });
    expect((await itemsOf(again)).length).toBe(fork.ticket.items);
  });

  it('[CO53] opens one session with a ticket, and only with its own', async () => {
    const { url } = await recording({ keys: [KEY] });
    const at = lineOf('conversation.item.truncated');
    expect((await post(url, `recordings/${NAME}`, { at })).status).toBe(401);
    const { ticket } = await forked(url, `recordings/${NAME}`, { at }, bearer);
    const second = dial(url, { headers: { authorization: `Bearer ${ticket.value}` } }, '');
    expect(await second.refused).toMatchObject({ status: 401 });
    const withSecret = { authorization: `Bearer ${ticket.value}` };
    expect((await post(url, `recordings/${NAME}`, { at }, withSecret)).status).toBe(401);
    expect((await post(url, `recordings/${NAME}`, { at }, { ...bearer, origin: 'https://evil.test' })).status).toBe(
      403,
    );
    expect((await post(url, `recordings/${NAME}`, { at }, { ...bearer, 'content-type': 'text/plain' })).status).toBe(
      415,
    );
  });

  it('[CO53] refuses what cannot go on, with the reason', async () => {
    const { url, folder } = await recording({ models: ['gpt-realtime'] });
    const header = JSON.parse(demoLines[0] as string);
    const put = (name: string, ...lines: string[]) =>
      writeFileSync(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`);
    put(
      '20260102T000000Z-sess_relay',
      JSON.stringify({ ...header, seed: null, options: null }),
      demoLines[1] as string,
    );
    put('20260103T000000Z-sess_hidden', JSON.stringify({ ...header, hidden: ['key', 'media', 'words'] }));
    put('20260104T000000Z-sess_other', JSON.stringify({ ...header, seed: [9, 9, 9, 9] }), ...demoLines.slice(1, 9));
    put('20260105T000000Z-sess_torn', ...demoLines.slice(0, 9), '{"at":');
    const refusal = async (name: string, body: object) => {
      const answer = await post(url, `recordings/${name}`, body);
      const { error } = await answer.json();
      return [answer.status, error.code, error.param];
    };
    expect(await refusal('20260102T000000Z-sess_relay', { at: 2 })).toEqual([409, 'not_replayable', null]);
    expect(await refusal('20260103T000000Z-sess_hidden', { at: 1 })).toEqual([409, 'not_replayable', null]);
    expect(await refusal('20260104T000000Z-sess_other', { at: 9 })).toEqual([409, 'not_replayable', null]);
    expect(await refusal('20260105T000000Z-sess_torn', { at: 10 })).toEqual([409, 'not_replayable', null]);
    expect(await refusal('20260106T000000Z-sess_none', { at: 1 })).toEqual([404, 'not_found', null]);
    expect(await refusal(NAME, {})).toEqual([400, 'missing_required_parameter', 'at']);
    for (const at of [0, -1, 1.5, '7', null, demoLines.length + 1])
      expect(await refusal(NAME, { at })).toEqual([400, 'invalid_value', 'at']);
    expect(await refusal(NAME, { at: 9, line: 9 })).toEqual([400, 'unknown_parameter', null]);
    expect(await refusal(NAME, { at: 9, session: [] })).toEqual([400, 'invalid_type', 'session']);
    expect(await refusal(NAME, { at: 9, session: { voice: 'x' } })).toEqual([
      400,
      'unknown_parameter',
      'session.voice',
    ]);
    expect(await refusal(NAME, { at: 9, session: { model: 'other' } })).toEqual([
      403,
      'invalid_model',
      'session.model',
    ]);
  });
});

describe('POST /api/sessions/<id>/fork', () => {
  const talk = async (url: string, options = {}) => {
    const client = dial(url, options);
    const { session } = await client.next('session.created');
    client.send(say('hello'), { type: 'response.create', response: { output_modalities: ['audio'] } });
    await client.next('response.done');
    return { ...client, id: session.id as string };
  };

  it('[CO52] goes on from a live session, which goes on as well', async () => {
    const { url } = await start({ keys: [KEY], detector: false });
    const live = await talk(url, withKey(KEY));
    const fork = await forked(url, `sessions/${live.id}`, { session: { instructions: 'Be brief.' } }, bearer);
    const items = await itemsOf(fork);
    expect(items.map(({ type }) => type)).toEqual(['message', 'message']);
    // Observers may not hear here, so the fork has no audio.
    fork.client.send({ type: 'conversation.item.retrieve', item_id: items[1]?.id as string });
    const { item } = await fork.client.next('conversation.item.retrieved');
    expect(JSON.stringify(item)).not.toContain('"audio":"');
    live.send(say('still here'), TEXT);
    expect((await live.next('response.done')).response.status).toBe('completed');
  });

  it('[CO52] has the audio where observers may hear it, and nothing where they may see nothing', async () => {
    const open = await start({ watch: 'audio', detector: false });
    const fork = await forked(open.url, `sessions/${(await talk(open.url)).id}`, {});
    const [, answer] = await itemsOf(fork);
    fork.client.send({ type: 'conversation.item.retrieve', item_id: answer?.id as string });
    expect(JSON.stringify(await fork.client.next('conversation.item.retrieved'))).toContain('"audio":"');
    const closed = await start({ watch: 'off', detector: false });
    expect((await post(closed.url, `sessions/${(await talk(closed.url)).id}`, {})).status).toBe(404);
    expect((await post(open.url, 'sessions/sess_none', {})).status).toBe(404);
  });
});
