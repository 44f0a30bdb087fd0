// The decoders that `codec.bench.mjs` measures. Each takes a frame and throws when it refuses it. `colloquy` is what is built.

import { readFileSync } from 'node:fs';

const refuse = () => {
  throw new Error('refused');
};

const parse = (frame) => JSON.parse(frame).type ?? refuse();

async function colloquy(from) {
  const { decodeClientEvent, decodeServerEvent } = await import('@colloquy/protocol');
  const decode = from === 'server' ? decodeServerEvent : decodeClientEvent;
  return (frame) => decode(frame).ok || refuse();
}

async function zod(from) {
  const { ClientEvent, ServerEvent } = await import('./zod-events.mjs');
  const schema = from === 'server' ? ServerEvent : ClientEvent;
  return (frame) => schema.safeParse(JSON.parse(frame)).success || refuse();
}

/** The official schemas as they are: a union of all events. */
async function ajv(from) {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const { default: addFormats } = await import('ajv-formats');
  const document = JSON.parse(readFileSync(new URL('../data/realtime.schemas.lenient.json', import.meta.url), 'utf8'));
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'official', components: document.components });
  const name = from === 'server' ? 'RealtimeServerEvent' : 'RealtimeClientEvent';
  const validate = ajv.getSchema(`official#/components/schemas/${name}`);
  return (frame) => validate(JSON.parse(frame)) || refuse();
}

/** What the official Agents SDK does with a frame. It reads server events only. */
async function agents(from) {
  if (from !== 'server') return undefined;
  const { parseRealtimeEvent } = await import(
    new URL('../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs', import.meta.url)
  );
  return (frame) => parseRealtimeEvent({ data: frame }).data ?? refuse();
}

export const FLOOR = parse;
export const PEERS = { colloquy, zod, ajv, 'agents-realtime': agents };
