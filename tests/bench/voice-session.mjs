// A long spoken session, as fast as the server takes it: the work of `npm run soak`, and of its test.

import { connect, startServer } from './server-work.mjs';
import { Flite, missing } from './voice-parts.mjs';

export { missing };

const HZ = 24_000;
/** 100 ms of 16-bit samples. */
const APPEND = 2 * (HZ / 10);
const BEFORE_MS = 300;
const AFTER_MS = 1200;
/** Longest that a turn may take, in milliseconds. */
const PATIENCE_MS = 30_000;

/** What is said in turn, and what the answer must hold. */
const TURNS = [
  ['My name is Mary.', /mary/],
  ['What is two plus two?', /4/],
  ['What is my name?', /mary/],
  ['Hello! How are you doing today?', /well/],
];
/** Every so many turns it is interrupted, and hears noise. */
const INTERRUPTED = 9;
const NOISY = 5;

const silence = (ms) => new Int16Array((ms * HZ) / 1000);
const noise = (ms) => silence(ms).map(() => (Math.random() * 2 - 1) * 1500);

/** Talks for so many milliseconds of audio; `hear` hears how far it is after each turn. */
export async function holdSession(audioMs, hear) {
  const server = await startServer('offline');
  const spoken = new Map();
  for (const text of [...TURNS.map(([text]) => text), 'Please help me.']) {
    spoken.set(text, await Flite.speak(text, 'rms', HZ));
  }
  const socket = await connect(server);
  const faults = [];
  const told = {
    audioMs: 0,
    turns: 0,
    misheard: 0,
    interruptions: 0,
    noises: 0,
    mistaken: 0,
    stored: 0,
    kept: 0,
    most: 0,
  };
  let started = 0;
  /** What has come and nobody has waited for yet. */
  let events = [];
  let wake = () => {};
  socket.on('message', (data) => {
    const event = JSON.parse(data);
    if (event.type === 'error') faults.push(`an error: ${event.error.code}`);
    if (event.type === 'input_audio_buffer.speech_started') started += 1;
    if (event.type === 'response.output_audio.delta') told.stored += (event.delta.length * 3) / 4;
    events.push(event);
    wake();
  });
  socket.on('close', (code) => {
    events.push({ type: 'closed', code });
    wake();
  });

  /** The next event of this type; everything before it is done with. */
  async function next(type) {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = events.findIndex((event) => event.type === type || event.type === 'closed');
      if (at >= 0) {
        const event = events[at];
        events = events.slice(at + 1);
        if (event.type === 'closed') throw new Error(`the server closed the session with ${event.code}`);
        return event;
      }
      const rest = until - performance.now();
      if (rest <= 0) throw new Error(`turn ${told.turns + 1}: no ${type} within ${PATIENCE_MS / 1000} s`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, rest);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  function send(...pieces) {
    for (const { buffer, byteOffset, byteLength } of pieces) {
      const bytes = Buffer.from(buffer, byteOffset, byteLength);
      told.audioMs += byteLength / 48;
      told.stored += byteLength;
      for (let at = 0; at < bytes.length; at += APPEND) {
        const audio = bytes.toString('base64', at, at + APPEND);
        socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
      }
    }
  }
  const say = (text) => send(silence(BEFORE_MS), spoken.get(text), silence(AFTER_MS));
  async function answered(wanted) {
    const { response } = await next('response.done');
    const words = response.output[0]?.content?.[0]?.transcript ?? '';
    if (response.status !== 'completed' || words === '') faults.push(`turn ${told.turns + 1}: ${response.status}`);
    // The recogniser learns the voice as it goes, and not every time the same.
    else if (!wanted.test(words)) told.misheard += 1;
  }
  async function interrupt() {
    say('Please help me.');
    await next('response.output_audio.delta');
    say('What is two plus two?');
    const { response } = await next('response.done');
    if (response.status !== 'cancelled') faults.push(`an interrupted answer was ${response.status}`);
    told.interruptions += 1;
    await answered(/4/);
  }
  async function hearNoise() {
    const before = started;
    send(noise(3000), silence(AFTER_MS));
    // Answered when the noise has been heard.
    socket.send('{"type":"input_audio_buffer.clear"}');
    await next('input_audio_buffer.cleared');
    told.noises += 1;
    if (started === before) return;
    // The detector may err when a noise sets in; what must not happen is that a turn is lost over it.
    told.mistaken += 1;
    await next('response.done');
  }

  const audio = { input: { transcription: { model: 'pocketsphinx' } }, output: { voice: 'rms' } };
  socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', audio } }));
  await next('session.updated');
  const start = await server.used(true);
  const begun = performance.now();
  try {
    while (told.audioMs < audioMs) {
      const [said, wanted] = TURNS[told.turns % TURNS.length];
      if (told.turns % INTERRUPTED === INTERRUPTED - 1) await interrupt();
      else {
        say(said);
        await answered(wanted);
      }
      told.turns += 1;
      if (told.turns % NOISY === 0) await hearNoise();
      if (told.turns % 10 === 0) {
        told.kept = (await server.used(true)).kept;
        told.most = Math.max(told.most, told.kept);
      }
      hear(told);
    }
  } catch (error) {
    faults.push(error.message);
  }
  const end = await server.used(true);
  socket.close();
  server.stop();
  const most = Math.max(told.most, end.kept);
  return { ...told, most, faults, start, end, tookMs: performance.now() - begun, cpuMs: (end.cpu - start.cpu) / 1000 };
}
