// The steps of a client, taken against a test server.

import { describe, expect, it } from 'vitest';
import { startServer } from '../testing.ts';

const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] };
const hello = { scenario: 1, turns: [{ when: { text: 'hello' }, reply: [{ say: 'Hi there.' }] }] };

describe('play', () => {
  it('[SN6] sends each event after what it waits for, with the ids of this session', async () => {
    await using server = await startServer({ scenario: hello });
    await server.play([
      { send: { type: 'conversation.item.create', item: user } },
      {
        after: { 'conversation.item.done': 1 },
        send: { type: 'response.create', response: { output_modalities: ['text'] } },
      },
      { after: { 'response.done': 1 }, send: { type: 'conversation.item.delete', item_id: '$item1' } },
      {
        send: {
          type: 'conversation.item.create',
          item: { ...user, content: [{ type: 'input_audio', audio: '$silence100' }] },
        },
      },
      { silence_ms: 200 },
      { after: { 'conversation.item.done': 3 } },
    ]);
    server.assertComplete();
    expect(server.outline()).toEqual(['user: hello', 'assistant: Hi there.', 'user: (input_audio)']);
    expect(server.received('conversation.item.delete')[0]?.item_id).toMatch(/^item_/);
    expect(server.received('input_audio_buffer.append')[0]?.audio).toHaveLength(12_800);
  });

  it('[SN6] names the step, the event and the count when the server does not send it', async () => {
    await using server = await startServer({ scenario: hello });
    const waits = server.play([{ after: { 'response.done': 2 } }], { timeoutMs: 50 });
    await expect(waits).rejects.toThrow(
      "step 1 waits for 'response.done' number 2; there were 0: none came within 50 ms",
    );
  });
});
