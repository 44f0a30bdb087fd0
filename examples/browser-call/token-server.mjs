// Serves the page and gives it a client secret for each call: the server's key stays here.
//
// `node examples/browser-call/token-server.mjs`, beside `npx colloquy serve --origins http://localhost:3000`

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = readFileSync(new URL('index.html', import.meta.url));
const entry = createRequire(import.meta.url).resolve('@openai/agents-realtime');
const sdk = readFileSync(join(dirname(entry), 'bundle/openai-realtime-agents.umd.js'));

/** `realtime()` is the server that is called: `baseURL`, such as `http://localhost:8787/v1`, and a key of it. */
export const tokenServer = (realtime) =>
  createServer(async (request, response) => {
    if (request.url === '/agents-sdk.js') return response.end(sdk);
    if (request.url !== '/token') return response.setHeader('content-type', 'text/html').end(page);
    const { baseURL, apiKey } = realtime();
    const answer = await fetch(`${baseURL}/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ session: { type: 'realtime', model: 'gpt-realtime' } }),
    });
    const { value } = await answer.json();
    response.setHeader('cache-control', 'no-store');
    return response.end(JSON.stringify({ url: `${baseURL}/realtime/calls`, apiKey: value }));
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { OPENAI_BASE_URL = 'http://localhost:8787/v1', OPENAI_API_KEY = 'sk-test' } = process.env;
  const realtime = () => ({ baseURL: OPENAI_BASE_URL, apiKey: OPENAI_API_KEY });
  tokenServer(realtime).listen(3000, 'localhost', () => console.log('http://localhost:3000'));
}
