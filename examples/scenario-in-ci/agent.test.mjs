// Tests the agent with a scenario, without key and network. Run with `node --test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '@colloquy/server/testing';
import { ask } from './agent.mjs';

const scenario = fileURLToPath(new URL('weather.yaml', import.meta.url));
const tools = {
  get_weather: {
    tool: {
      type: 'function',
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
    run: ({ city }) => `sunny in ${city}`,
  },
};

test('the agent asks the tool and tells the result', async () => {
  const server = await startServer({ scenario });
  assert.equal(await ask(server.realtimeURL, 'What is the weather?', tools), 'It is sunny in Paris.');
  assert.equal(server.received('conversation.item.create').at(-1).item.output, 'sunny in Paris');
  server.assertComplete();
  await server.close();
});

test('a question nobody wrote an answer for is noticed', async () => {
  const server = await startServer({ scenario });
  await assert.rejects(ask(server.realtimeURL, 'Who are you?', tools));
  assert.throws(() => server.assertComplete(), /text: Who are you\?/);
  await server.close();
});
