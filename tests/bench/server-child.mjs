// One server in a process of its own, for `server.bench.mjs` and its like: `node --expose-gc server-child.mjs <kind> [file]`. Says its URL
// once it listens; then each request on the channel is answered with what the process has used so far.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { AUDIO_BYTES, DELTAS, PERIOD_MS, WORD } from './server-work.mjs';

/** Everything as shipped, but the limits on how fast one address may come and ask: here one address is everybody. */
const LIMITS = { eventsPerSecond: 1e6, eventsBurst: 1e6, appendsPerSecond: 1e6, opensPerSecond: 1e4, opensBurst: 1e4 };

/** Text as fast as it is taken; audio at the pace at which it is spoken. */
const engine = {
  name: 'bench',
  async *respond({ config }, { signal }) {
    if (config.output_modalities.includes('audio')) {
      const audio = new Uint8Array(AUDIO_BYTES);
      const begun = performance.now();
      for (let i = 1; !signal.aborted; i++) {
        yield { type: 'audio.delta', audio };
        await sleep(Math.max(0, begun + i * PERIOD_MS - performance.now()));
      }
      return;
    }
    for (let i = 0; i < DELTAS; i++) yield { type: 'text.delta', delta: WORD };
    yield { type: 'done' };
  },
};

/** Audio runs ahead of the ear by that much, as an engine's does. */
const AHEAD_MS = 1000;

/** Speaks the PCM of a file over and over, at the pace of speech. */
function speaker(file) {
  const speech = readFileSync(file);
  const pieces = Math.floor(speech.length / AUDIO_BYTES);
  return {
    name: 'bench',
    async *respond(_, { signal }) {
      const begun = performance.now() - AHEAD_MS;
      for (let i = 0; !signal.aborted; i++) {
        const at = (i % pieces) * AUDIO_BYTES;
        yield { type: 'audio.delta', audio: new Uint8Array(speech.subarray(at, at + AUDIO_BYTES)) };
        await sleep(Math.max(0, begun + (i + 1) * PERIOD_MS - performance.now()));
      }
    },
  };
}

/** Blocks the main thread that long, once a second. */
function block(ms) {
  return setInterval(() => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }, 1000);
}

async function colloquy(options = {}) {
  const { createServer } = await import(new URL('../../packages/server/dist/index.js', import.meta.url));
  const server = createServer({ port: 0, engine, limits: LIMITS, ...options });
  return `${(await server.listen()).url}/v1/realtime?model=m`;
}

const KINDS = {
  colloquy,
  /** As `colloquy serve` starts it. */
  offline: async () => {
    const { openEngine } = await import(new URL('../../packages/server/dist/index.js', import.meta.url));
    const { engine, speech } = await openEngine();
    return colloquy({ engine, speech });
  },
  /** Takes calls as well, with the libraries loaded at the start. */
  calls: (file) =>
    colloquy({ engine: speaker(file), webrtc: true, limits: { ...LIMITS, calls: 200, callsPerKey: 200 } }),
  'colloquy, recording': () => {
    const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'));
    process.on('exit', () => rmSync(folder, { recursive: true }));
    return colloquy({ recordings: { folder } });
  },
  /** The floor: answers every frame with the frames it was given, and reads nothing. */
  'bare ws': async () => {
    let answer = [];
    process.on('message', ({ frames }) => {
      if (frames) answer = frames;
    });
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    server.on('connection', (socket) => {
      socket.on('message', () => {
        for (const frame of answer) socket.send(frame);
      });
    });
    await new Promise((resolve) => server.on('listening', resolve));
    return `http://127.0.0.1:${server.address().port}`;
  },
  aimock: async () => {
    const { LLMock } = await import('@copilotkit/aimock');
    const mock = new LLMock({ port: 0, host: '127.0.0.1', latency: 0, chunkSize: WORD.length });
    mock.onMessage(/./, { content: WORD.repeat(DELTAS) });
    return `${await mock.start()}/v1/realtime?model=m`;
  },
};

let blocking;
process.on('message', ({ ask, collect, blockMs }) => {
  if (blockMs !== undefined) {
    clearInterval(blocking);
    blocking = blockMs > 0 ? block(blockMs) : undefined;
  }
  if (!ask) return;
  if (collect) globalThis.gc();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ cpu: user + system, rss, kept: heapUsed + external });
});
process.on('disconnect', () => process.exit());

try {
  process.send({ url: (await KINDS[process.argv[2]](process.argv[3])).replace('http', 'ws') });
} catch (error) {
  process.send({ missing: error.code ?? error.message });
}
