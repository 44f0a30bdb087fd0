// What an operator sets for every session: limits from the inside, and what holds where a client says nothing.

import type { Engine } from '@colloquy/server';
import { dial, pcm, say, start, stopAll, TEXT } from '@support/dial.ts';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(stopAll);

/** Says a word, and then nothing, until it is told to stop. */
const stalling: Engine = {
  name: 'stalling',
  async *respond(_request, { signal }) {
    yield { type: 'text.delta', delta: 'Well' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
};

describe('settings for every session', () => {
  it('[RS33, RS38] an engine that stalls fails its response within the budget it was given; the session goes on', async () => {
    const { url } = await start({ engine: stalling, sessionLimits: { output_idle_ms: 100 } });
    const { send, next } = dial(url);
    await next('session.created');
    send({ ...TEXT, event_id: 'asked' });
    expect((await next('error')).error).toMatchObject({ event_id: 'asked', type: 'server_error' });
    const { response } = await next('response.done');
    expect(response.status).toBe('failed');
    send(say('still there?'));
    expect((await next('conversation.item.done')).item).toMatchObject({ role: 'user' });
  });

  it('[LM5, CV37] a session holds as many items as it was given room for', async () => {
    const { url } = await start({ sessionLimits: { items: 1 } });
    const { send, next } = dial(url);
    await next('session.created');
    send(say('one'), say('two'));
    await next('conversation.item.done');
    expect((await next('error')).error).toMatchObject({ code: 'limit_exceeded', param: 'item' });
  });

  it('[LM4, IB17] a buffer takes as much as it was given room for', async () => {
    const { url } = await start({ sessionLimits: { buffer_ms: 150 } });
    const { send, next } = dial(url);
    await next('session.created');
    const append = { type: 'input_audio_buffer.append', audio: pcm(100) };
    send(append, append);
    expect((await next('error')).error).toMatchObject({ code: 'limit_exceeded', param: 'audio' });
  });

  it('[SE3, SE10] shows the instructions and the voice it was given, and returns to them', async () => {
    const { url } = await start({ sessionDefaults: { instructions: 'Speak like a pirate.', voice: 'cedar' } });
    const { send, next } = dial(url);
    const output = { instructions: 'Speak like a pirate.', audio: { output: { voice: 'cedar' } } };
    expect((await next('session.created')).session).toMatchObject(output);
    send({ type: 'session.update', session: { type: 'realtime', instructions: '' } });
    expect((await next('session.updated')).session).toMatchObject(output);
  });
});
