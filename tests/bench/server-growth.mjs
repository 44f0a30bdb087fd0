// What one step of a session costs when its conversation is short, and when it is long. No server, no sockets.

import { createSession, itemById, step } from '../../packages/session/dist/index.js';
import { median, quantile, WORD } from './server-work.mjs';

const LENGTHS = [10, 1000, 10_000];
/** Steps timed together, and how often. */
const BATCH = 20;
const BATCHES = 150;

const OPTIONS = { seed: [1, 2, 3, 4], model: 'm', started_at: 0, limits: { items: 20_000, refusals: 1e9 } };
let at = 0;
const client = (event, audio_bytes) => ({ at: ++at, from: 'client', event, ...(audio_bytes && { audio_bytes }) });
const message = (id) => ({
  type: 'message',
  role: 'user',
  id,
  content: [{ type: 'input_text', text: 'What will the weather be like?' }],
});
const create = (id, more) => client({ type: 'conversation.item.create', item: message(id), ...more });

function sessionOf(length) {
  let { state } = step(createSession(OPTIONS), { at: 0, from: 'host', event: { type: 'open' } });
  for (let i = 0; i < length; i++) state = step(state, create(`item_${i}`)).state;
  return state;
}

/** Each makes, for a conversation of `length`, one input for each `i` of a batch. They run one after the other. */
const OPERATIONS = {
  'insert last': { make: (_, i) => create(`new_${i}`) },
  'insert in the middle': {
    make: (length, i) => create(`new_${i}`, { previous_item_id: `item_${(length >> 1) - (i % 5)}` }),
  },
  'insert first': { make: (_, i) => create(`new_${i}`, { previous_item_id: 'root' }) },
  delete: {
    first: (state, length) => {
      for (let i = 0; i < BATCH; i++) {
        state = step(state, create(`new_${i}`, { previous_item_id: `item_${length >> 1}` })).state;
      }
      return state;
    },
    make: (_, i) => client({ type: 'conversation.item.delete', item_id: `new_${i}` }),
  },
  retrieve: {
    make: (length, i) => client({ type: 'conversation.item.retrieve', item_id: `item_${(i * 7919) % length}` }),
  },
  'refuse an id that is taken': { make: (length, i) => create(`item_${(i * 7919) % length}`) },
  'append 100 ms of audio': {
    make: () => client({ type: 'input_audio_buffer.append', audio: 'A'.repeat(6400) }, [4800]),
  },
  'text delta': { first: respond, make: (_, __, state) => delta(state, { type: 'text.delta', delta: WORD }) },
  'text delta after as many deltas': {
    first: respondAtLength,
    make: (_, __, state) => delta(state, { type: 'text.delta', delta: WORD }),
  },
};

/** A response that has said so many words. */
function respondAtLength(state, length) {
  let now = respond(state);
  for (let i = 1; i < length; i++) now = step(now, delta(now, { type: 'text.delta', delta: WORD })).state;
  return now;
}

function respond(state) {
  const text = { type: 'response.create', response: { output_modalities: ['text'] } };
  const { state: next } = step(state, client(text));
  return step(next, delta(next, { type: 'text.delta', delta: WORD })).state;
}

const delta = (state, event) => ({ at: ++at, from: 'engine', response_id: state.responses[0].id, event });

/** Microseconds of one step, of each batch. Every batch begins with the same state: a state is never changed. */
function time(state, length, { first = (given) => given, make }) {
  const begun = first(state, length);
  const all = [];
  for (let batch = -20; batch < BATCHES; batch++) {
    const inputs = Array.from({ length: BATCH }, (_, i) => make(length, i, begun));
    let now = begun;
    const from = performance.now();
    for (const input of inputs) now = step(now, input).state;
    if (batch >= 0) all.push(((performance.now() - from) * 1000) / BATCH);
  }
  return all;
}

/** Prints the table. */
export function growth(row, table) {
  const states = LENGTHS.map((length) => [length, sessionOf(length)]);
  const last = LENGTHS.length - 1;
  const shown = (all) => `${median(all).toFixed(1)} / ${quantile(all, 0.9).toFixed(1)} µs`;
  table(['p50 / p90', ...LENGTHS.map((length) => `${length} items`), `${LENGTHS[last]} beside ${LENGTHS[0]}`]);
  const tell = (name, measured) => {
    row([name, ...measured.map(shown), `${(median(measured[last]) / median(measured[0])).toFixed(2)}×`]);
  };
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    tell(
      name,
      states.map(([length, state]) => time(state, length, operation)),
    );
  }
  tell(
    'find by id',
    states.map(([length, state]) => {
      const all = [];
      for (let batch = -20; batch < BATCHES; batch++) {
        const from = performance.now();
        for (let i = 0; i < BATCH; i++) itemById(state, `item_${(i * 7919) % length}`);
        if (batch >= 0) all.push(((performance.now() - from) * 1000) / BATCH);
      }
      return all;
    }),
  );
}
