// The other client of `neighbour.bench.mjs`: `node neighbour-other.mjs <kind> <url>`. Connects and prepares, says so, begins when told to,
// and exits when it is done.

import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Two bytes for each sample of 24 kHz PCM: three minutes a time, four times. */
const APPEND_BYTES = 3 * 60 * 48_000;
const APPENDS = 4;
const RETRIEVES = 60;
const LARGE = 4;
const LARGE_LENGTH = 15 * 1024 * 1024;
const KEYS = 1_000_000;

const [kind, url] = process.argv.slice(2);
const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0 });
socket.on('error', () => {});
await once(socket, 'open');

/** Resolves with the first frame that contains the text. */
function frameWith(text) {
  return new Promise((resolve) => {
    socket.on('message', function look(data) {
      const frame = data.toString();
      if (!frame.includes(text)) return;
      socket.off('message', look);
      resolve(frame);
    });
  });
}

const send = (event) => socket.send(JSON.stringify(event));

/** Makes an item of twelve minutes; resolves with its id. */
async function longItem() {
  send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
  const audio = Buffer.alloc(APPEND_BYTES).toString('base64');
  for (let count = 0; count < APPENDS; count += 1) send({ type: 'input_audio_buffer.append', audio });
  const committed = frameWith('input_audio_buffer.committed');
  send({ type: 'input_audio_buffer.commit' });
  return JSON.parse(await committed).item_id;
}

const refused = async (frame) => {
  for (let count = 0; count < LARGE; count += 1) {
    const answer = frameWith('"error"');
    socket.send(frame);
    await answer;
  }
};

const KINDS = {
  retrieve: async () => {
    const item_id = await longItem();
    return async () => {
      const answer = frameWith('conversation.item.retrieved');
      send({ type: 'conversation.item.retrieve', item_id });
      await answer;
    };
  },
  'retrieve and hang up': async () => {
    const item_id = await longItem();
    return async () => {
      socket.pause();
      for (let count = 0; count < RETRIEVES; count += 1) send({ type: 'conversation.item.retrieve', item_id });
      while (socket.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      socket._socket.resetAndDestroy();
    };
  },
  'large frames': async () => {
    const frame = JSON.stringify({ type: 'unknown', text: 'x'.repeat(LARGE_LENGTH) });
    return () => refused(frame);
  },
  'many keys': async () => {
    const keys = Array.from({ length: KEYS }, (_, index) => `"k${index}":0`).join(',');
    return () => refused(`{"type":"unknown",${keys}}`);
  },
};

const begin = await KINDS[kind]();
process.send('ready');
await once(process, 'message');
await begin();
process.exit();
