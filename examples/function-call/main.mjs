// The Agents SDK calls a function of the client, and the model answers with its output.

import assert from 'node:assert/strict';
import { startServer } from '@colloquy/server/testing';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';

const server = await startServer({
  scenario: {
    scenario: 1,
    turns: [
      { when: { text: 'weather' }, reply: [{ call: 'get_weather', arguments: { city: 'Paris' } }] },
      { when: { tool: 'get_weather', output: 'sunny' }, reply: [{ say: 'It is sunny in Paris.' }] },
    ],
  },
});
const cities = [];
const getWeather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    cities.push(city);
    return 'sunny';
  },
});
const agent = new RealtimeAgent({ name: 'forecaster', tools: [getWeather] });
const session = new RealtimeSession(agent, { transport: 'websocket', tracingDisabled: true });
session.on('error', (error) => assert.fail(JSON.stringify(error)));
await session.connect({ apiKey: 'sk-test', url: server.realtimeURL });

const answered = new Promise((resolve) =>
  session.on('agent_end', (_context, _agent, output) => output && resolve(output)),
);
session.sendMessage('What is the weather like?');
assert.equal(await answered, 'It is sunny in Paris.');
assert.deepEqual(cities, ['Paris']);
session.close();
server.assertComplete();
await server.close();
console.log('called, answered, told');
