// The clients of `webrtc.bench.mjs`, in a process of their own whose CPU nobody counts: `node webrtc-talkers.mjs <file>`, a file of PCM.
// Each message on the channel names one of `ACTS` and what it needs, and is answered with its result.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AUDIO_BYTES, close, connect, exchange, isEnd, LISTEN, PERIOD_MS, SPEAK } from './server-work.mjs';
import { caller } from './webrtc-call.mjs';

const speech = readFileSync(process.argv[2]);

/** A WebSocket session with the interface of a call. */
class WebSocketTalker {
  periodMs = PERIOD_MS;
  arrivals = [];
  sounds = 0;
  #socket;
  #appends;
  #next = 0;

  constructor(socket, appends) {
    this.#socket = socket;
    this.#appends = appends;
    socket.send(LISTEN);
    socket.on('message', (data) => {
      if (data.length > AUDIO_BYTES) this.sounds += 1;
    });
  }

  speak() {
    this.#socket.send(this.#appends[this.#next++ % this.#appends.length]);
  }

  async ask() {
    await exchange(this.#socket, SPEAK, (data) => data.length > AUDIO_BYTES);
  }

  async hush() {
    await exchange(this.#socket, '{"type":"response.cancel"}', isEnd);
  }

  close() {
    return close(this.#socket);
  }
}

function webSocketOpener() {
  const appends = [];
  for (let at = 0; at + AUDIO_BYTES <= speech.length; at += AUDIO_BYTES) {
    const audio = speech.subarray(at, at + AUDIO_BYTES).toString('base64');
    appends.push(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
  }
  return async (url) => new WebSocketTalker(await connect({ url }), appends);
}

const OPENERS = {
  WebSocket: webSocketOpener(),
  Opus: await caller('opus', speech),
  PCMU: await caller('pcmu', speech),
};

let talkers = [];
let microphones = [];
/** How late each piece of speech was sent: this process is itself late at times, and so is what it notes. */
let timersLate = [];

/** Speaks on a grid, so that a late timer does not move the next. */
function microphone(talker, startsAt) {
  let isOn = true;
  let next = 0;
  const tick = () => {
    if (!isOn) return;
    while (startsAt + next * talker.periodMs <= performance.now()) {
      timersLate.push(performance.now() - startsAt - next * talker.periodMs);
      talker.speak();
      next += 1;
    }
    setTimeout(tick, startsAt + next * talker.periodMs - performance.now());
  };
  tick();
  return () => {
    isOn = false;
  };
}

/** How much later than the earliest packet, on its grid, each packet of a call came; and how many of the grid did not come. */
function lateness(arrivals) {
  const offsets = arrivals.map(({ at, frame }) => at - 20 * frame);
  const earliest = Math.min(...offsets);
  const frames = arrivals.map(({ frame }) => frame);
  const missing = Math.max(...frames) - Math.min(...frames) + 1 - new Set(frames).size;
  return { late: offsets.map((offset) => offset - earliest), missing };
}

const ACTS = {
  async open({ kind, url, count }) {
    const times = [];
    for (let i = 0; i < count; i++) {
      const talker = await OPENERS[kind](url);
      talkers.push(talker);
      times.push({ postMs: talker.postMs, openMs: talker.openMs });
    }
    return times;
  },
  /** All talk and are answered, evenly over the period. */
  async talk() {
    const now = performance.now();
    const share = (i) => (i * talkers[0].periodMs) / talkers.length;
    microphones = talkers.map((talker, i) => microphone(talker, now + share(i)));
    await Promise.all(talkers.map((talker) => talker.ask()));
  },
  /** Packets of a second and lateness of a span of time. */
  async listen({ ms }) {
    for (const talker of talkers) Object.assign(talker, { arrivals: [], sounds: 0 });
    timersLate = [];
    const begun = performance.now();
    await sleep(ms);
    const seconds = (performance.now() - begun) / 1000;
    const each = talkers.filter(({ arrivals }) => arrivals.length > 0).map(({ arrivals }) => lateness(arrivals));
    return {
      sounds: talkers.reduce((sum, { sounds }) => sum + sounds, 0) / talkers.length / seconds,
      late: each.flatMap(({ late }) => late),
      missing: each.reduce((sum, { missing }) => sum + missing, 0),
      timersLate,
    };
  },
  /** One call after the other is cleared and asked again, while the others go on. */
  async clear({ rounds }) {
    const all = [];
    for (let round = 0; round < rounds; round++) {
      for (const talker of talkers) {
        all.push(await talker.clear());
        await talker.ask();
      }
    }
    return all;
  },
  async hush() {
    for (const stop of microphones) stop();
    await Promise.all(talkers.map((talker) => talker.hush()));
  },
  async close() {
    await Promise.all(talkers.map((talker) => talker.close()));
    talkers = [];
  },
};

process.on('message', async ({ act, ...given }) => {
  try {
    process.send({ result: await ACTS[act](given) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
process.send({ result: 'ready' });
