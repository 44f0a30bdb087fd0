// openai-node's `OpenAIRealtimeWS`, over TLS (`ca`) or, with its socket option, over plain TCP.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { holdConversation } from './openai-turns.mjs';

const { baseURL, apiKey, ca } = JSON.parse(process.argv[2]);
const client = new OpenAI({ apiKey, baseURL });
const options = ca
  ? { ca: readFileSync(ca) }
  : { createConnection: ({ host, port }) => connect({ host, port: Number(port) }) };
const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, client);
process.stdout.write(JSON.stringify(await holdConversation(realtime)));
