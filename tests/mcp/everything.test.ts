// The reference server of the MCP project, unmodified, in both ways over HTTP.

import { chatting } from '@support/chat.ts';
import { startEverything } from '@support/everything.ts';
import { afterEach, describe, expect, it } from 'vitest';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe.each(['streamableHttp', 'sse'] as const)('the reference server by %s', (way) => {
  it('[MC2, MC5, MC20] lists its tools, is called, and carries text, structure, images and failures', async () => {
    const server = await startEverything(way);
    open.push(server.stop);
    const session = await chatting({
      servers: [{ label: 'books', url: server.url, allow_private: true }],
      allow_unapproved: true,
    });
    open.push(session.close);
    session.configure({ require_approval: 'never' });
    const { item } = await session.next('conversation.item.done');
    const names = item.tools.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['echo', 'get-sum', 'get-structured-content', 'get-tiny-image']));
    for (const tool of item.tools)
      expect(tool).toMatchObject({ description: expect.any(String), input_schema: { type: 'object' } });

    const call = async (text: string) => {
      session.say(text);
      const made = await session.outcome();
      await session.next('response.done');
      return made;
    };
    expect(await call('call echo {"message":"hello"}')).toMatchObject({ output: 'Echo: hello', error: null });
    expect((await call('call get-sum {"a":2,"b":3}')).output).toContain('5');
    expect(JSON.parse((await call('call get-structured-content {"location":"Chicago"}')).output)).toMatchObject({
      temperature: expect.any(Number),
    });
    const picture = JSON.parse((await call('call get-tiny-image {}')).output);
    expect(picture).toContainEqual({ type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBOR/) });
    expect(await call('call get-sum {"a":"two"}')).toMatchObject({
      output: null,
      error: { type: expect.stringMatching(/error$/) },
    });
  });
});
