// A tool of an MCP server, asked for by voice: approved, called, and its result spoken.

import { mcpAccess } from '@colloquy/server';
import { converse, PCM } from '@support/conversation.ts';
import { startLibrary } from '@support/library.ts';
import { allOf, closeParts, openParts, spoken } from '@support/parts.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { offline } from '../../packages/server/src/engines/offline.ts';
import { startServer } from '../../packages/server/src/testing.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);

afterAll(() => closeParts(opened));

describe.skipIf(!parts)(parts ? 'a tool by voice' : `a tool by voice (${missing})`, () => {
  it('[MC7, MC10, MC12, MC13] of an MCP server is asked for, approved, called, and what it says is spoken', async () => {
    const { detector, transcriber, speaker } = parts as NonNullable<typeof parts>;
    const library = await startLibrary([
      {
        name: 'get_weather',
        inputSchema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
        run: ({ location }) => `In ${location} it will be sunny in the afternoon.`,
      },
    ]);
    const server = await startServer({
      engine: offline({ speaker, pace: { leadMs: Number.POSITIVE_INFINITY } }),
      speech: { detector, transcriber },
      mcp: mcpAccess({ servers: [{ label: 'weather', url: library.url, allow_private: true }] }, {}),
    });
    const conversation = await converse(server.realtimeURL);
    const audio = {
      input: { format: PCM, transcription: { model: 'pocketsphinx' } },
      output: { format: PCM, voice: 'rms' },
    };
    const tools = [{ type: 'mcp', server_label: 'weather' }];
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio, tools } });
    await conversation.next('mcp_list_tools.completed');

    conversation.say(await spoken(speaker, 'What is the weather like in Paris today?'));
    const requested = await conversation.next('response.done');
    const [request] = requested.response.output ?? [];
    expect(request).toMatchObject({
      type: 'mcp_approval_request',
      name: 'get_weather',
      arguments: '{"location":"paris"}',
    });
    expect(library.ledger).toEqual([]);

    const approval = { type: 'mcp_approval_response', approval_request_id: request?.id, approve: true };
    conversation.send({ type: 'conversation.item.create', item: approval });
    await conversation.next('response.mcp_call.completed');
    await conversation.next('response.done');
    expect(library.ledger).toEqual([{ name: 'get_weather', args: { location: 'paris' } }]);

    conversation.send({ type: 'response.create' });
    const { response } = await conversation.next('response.done');
    const utterance = transcriber.open({ speaker: 'the test', signal: new AbortController().signal });
    utterance.write(conversation.audioOf(response.id ?? ''));
    expect((await utterance.finish()).transcript).toMatch(/sunny in the afternoon/);
    await conversation.close();
    await server.close();
    await library.kill();
  });
});
