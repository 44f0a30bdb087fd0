// openai-node mints a client secret over REST, then opens a session with it.

import { connect } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const { baseURL, apiKey } = JSON.parse(process.argv[2]);
const minted = await new OpenAI({ apiKey, baseURL }).realtime.clientSecrets.create({
  session: { type: 'realtime', model: 'gpt-realtime', instructions: 'Be brief.' },
  expires_after: { anchor: 'created_at', seconds: 60 },
});

const refused = await new OpenAI({ apiKey: 'sk-wrong', baseURL, maxRetries: 0 }).realtime.clientSecrets.create({}).then(
  () => null,
  (error) => [error.status, error.code],
);

const realtime = new OpenAIRealtimeWS(
  { model: 'gpt-realtime', options: { createConnection: ({ host, port }) => connect({ host, port: Number(port) }) } },
  new OpenAI({ apiKey: minted.value, baseURL }),
);
const errors = [];
realtime.on('error', (error) => errors.push(String(error?.message ?? error)));
const created = await new Promise((resolve) => {
  realtime.on('session.created', resolve);
});
const closed = new Promise((resolve) => {
  realtime.socket.once('close', resolve);
});
realtime.close();
const code = await closed;

process.stdout.write(
  JSON.stringify({
    prefix: minted.value.slice(0, 3),
    expires_at: minted.expires_at,
    minted: { type: minted.session.type, model: minted.session.model, instructions: minted.session.instructions },
    opened: { model: created.session.model, instructions: created.session.instructions },
    refused,
    close: code,
    errors,
  }),
);
