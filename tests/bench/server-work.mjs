// The work of `server.bench.mjs`, the same for every server, and its clients.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

/** One text response: so many deltas, each a word. */
export const DELTAS = 500;
export const WORD = 'word. ';
/** A speaking cadence: 100 ms of 24 kHz PCM16 in one frame, 6400 characters of base64, each way. */
export const PERIOD_MS = 100;
export const AUDIO_BYTES = 4800;

export const CREATE = JSON.stringify({
  type: 'conversation.item.create',
  item: {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: 'What will the weather be like on the coast tomorrow?' }],
  },
});
export const SAY = '{"type":"response.create","response":{"output_modalities":["text"]}}';
export const SPEAK = '{"type":"response.create"}';
/** No turn detection: hearing speech is work that none of the others does. */
export const LISTEN =
  '{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}}';
export const APPEND = JSON.stringify({
  type: 'input_audio_buffer.append',
  audio: Buffer.alloc(AUDIO_BYTES, 7).toString('base64'),
});

export const median = (list) => quantile(list, 0.5);
export const quantile = (list, part) => {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
};

/** Starts a server; `undefined` when what it needs is not installed. */
export async function startServer(kind, file) {
  const child = fork(fileURLToPath(new URL('server-child.mjs', import.meta.url)), file ? [kind, file] : [kind], {
    execArgv: ['--expose-gc'],
  });
  const heard = () => new Promise((resolve) => child.once('message', resolve));
  const { url, missing } = await heard();
  if (!url) {
    child.kill();
    console.error(`${kind} is not measured: ${missing}`);
    return undefined;
  }
  return {
    kind,
    url,
    answerWith: (frames) => child.send({ frames }),
    /** Blocks its main thread that long once a second; 0 ends it. */
    block: (blockMs) => child.send({ blockMs }),
    /** CPU in microseconds, memory in bytes; `collect` takes the garbage out first. */
    used(collect = false) {
      const answer = heard();
      child.send({ ask: true, collect });
      return answer;
    },
    stop: () => child.disconnect(),
  };
}

/** An open connection whose greeting, if it has one, has come. */
export async function connect({ url, kind }) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const greeted = kind === 'bare ws' ? undefined : new Promise((resolve) => socket.once('message', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  await greeted;
  return socket;
}

/** Sends `frame` and resolves with what comes until `isLast` says so. */
export function exchange(socket, frame, isLast) {
  return new Promise((resolve) => {
    const frames = [];
    const hear = (data) => {
      frames.push(data);
      if (!isLast(data, frames.length)) return;
      socket.off('message', hear);
      resolve(frames);
    };
    socket.on('message', hear);
    socket.send(frame);
  });
}

export const isEnd = (data) => data.includes('"response.done"');

/** Closes, and waits until it is. */
export const close = (socket) =>
  new Promise((resolve) => {
    socket.once('close', resolve);
    socket.close();
  });
