// openai-node's `OpenAIRealtimeWebSocket` on the runtime's own WebSocket; with `plain` its constructor is replaced by one
// that undoes the `wss:` the client insists on.

import OpenAI from 'openai';

const { baseURL, apiKey, plain } = JSON.parse(process.argv[2]);
if (plain) {
  const { WebSocket } = await import('ws');
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(String(url).replace(/^wss:/, 'ws:'), protocols);
    }
  };
}
const { OpenAIRealtimeWebSocket } = await import('openai/realtime/websocket');
const { holdConversation } = await import('./openai-turns.mjs');
const realtime = new OpenAIRealtimeWebSocket({ model: 'gpt-realtime' }, new OpenAI({ apiKey, baseURL }));
process.stdout.write(JSON.stringify(await holdConversation(realtime)));
