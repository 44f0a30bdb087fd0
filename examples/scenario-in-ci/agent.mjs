// A small agent that sends a question, calls the requested functions and prints the answer. Tested by agent.test.mjs.

import { WebSocket } from 'ws';

/** Asks one question over a Realtime connection and resolves with the answer. */
export function ask(url, question, tools) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: 'Bearer sk-test' } });
    const send = (event) => socket.send(JSON.stringify(event));
    socket.on('error', reject);
    socket.on('open', () => {
      send({
        type: 'session.update',
        session: { type: 'realtime', output_modalities: ['text'], tools: Object.values(tools).map(({ tool }) => tool) },
      });
      send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: question }] },
      });
      send({ type: 'response.create' });
    });
    socket.on('message', async (frame) => {
      const event = JSON.parse(frame);
      if (event.type === 'error') reject(new Error(event.error.message));
      if (event.type !== 'response.done') return;
      if (event.response.status !== 'completed') return socket.close();
      const calls = event.response.output.filter(({ type }) => type === 'function_call');
      if (calls.length === 0) {
        socket.close();
        return resolve(event.response.output[0].content[0].text);
      }
      for (const { name, call_id, arguments: given } of calls) {
        const output = String(await tools[name].run(JSON.parse(given)));
        send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
      }
      send({ type: 'response.create' });
    });
  });
}
