// The clients of `voice.bench.mjs`: they speak at the pace of speech, 20 ms a frame, and note when each event comes.

import { connect } from './server-work.mjs';
import { Flite } from './voice-parts.mjs';

export const HZ = 24_000;
const FRAME_MS = 20;
const FRAME = (HZ * FRAME_MS) / 1000;
/** A sample that is clearly speech. */
const LOUD = 500;

export const silence = (ms) => new Int16Array((ms * HZ) / 1000);
export const joined = (...pieces) => {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

/** Words, from the first loud sample to the last. */
export async function loud(text, voice = 'rms', rateHz = HZ) {
  const samples = await Flite.speak(text, voice, rateHz);
  const isLoud = (sample) => Math.abs(sample) > LOUD;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1);
}

/** One session that hears and is spoken to; silence goes on between the words, as from a microphone. */
export async function talker(server, fields = {}) {
  const socket = await connect(server);
  const events = [];
  const looking = new Set();
  socket.on('message', (data) => {
    const event = JSON.parse(data);
    if (event.type === 'error') throw new Error(event.error.message);
    events.push({ at: performance.now(), event });
    for (const look of [...looking]) look();
  });
  /** The first event from `from` on of which `holds` is true, and when it came. */
  const until = (holds, from = 0) =>
    new Promise((resolve) => {
      let next = from;
      const look = () => {
        while (next < events.length) {
          const found = events[next];
          next += 1;
          if (!holds(found.event)) continue;
          looking.delete(look);
          return resolve(found);
        }
      };
      looking.add(look);
      look();
    });
  socket.send(
    JSON.stringify({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { transcription: { model: 'pocketsphinx' }, ...fields }, output: { voice: 'rms' } },
      },
    }),
  );
  await until(({ type }) => type === 'session.updated');

  let queue = [];
  const begun = performance.now();
  let sent = 0;
  const beat = () => {
    for (; begun + sent * FRAME_MS <= performance.now(); sent += 1) {
      const said = queue[0];
      const frame = new Int16Array(FRAME);
      if (said) {
        if (said.at === 0) said.begin(performance.now());
        frame.set(said.samples.subarray(said.at, said.at + FRAME));
        said.at += FRAME;
        if (said.at >= said.samples.length) {
          queue = queue.slice(1);
          said.end(performance.now());
        }
      }
      const audio = Buffer.from(frame.buffer).toString('base64');
      socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
    }
  };
  const timer = setInterval(beat, FRAME_MS / 2);
  return {
    events,
    until,
    /** When its first and when its last sample goes out. */
    say(samples) {
      const said = { samples, at: 0 };
      const began = new Promise((resolve) => (said.begin = resolve));
      const ended = new Promise((resolve) => (said.end = resolve));
      queue.push(said);
      return { began, ended };
    },
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}
