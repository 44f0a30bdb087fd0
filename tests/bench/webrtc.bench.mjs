// What a call over WebRTC costs beside a WebSocket session with the same audio, and how long its client waits.
//
//   npm run bench -- webrtc
//
// The server is a process of its own, whose CPU is counted with its media thread; the clients, over werift, are another. Both share the
// machine. Everybody says the same speech, 24 kHz PCM on the server's side, and turn detection is off.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openFlite, prepareResampler, resampleAll } from '../../packages/server/dist/index.js';
import { median, quantile, startServer } from './server-work.mjs';

const KINDS = ['WebSocket', 'Opus', 'PCMU'];
const TALKERS = 16;
const ROUNDS = 3;
const SPAN_MS = 8000;
const SETTLE_MS = 2000;
const FIRST_CALLS = 3;
const WARM_CALLS = 100;
const CLEAR_ROUNDS = 3;
const BLOCK_MS = 300;
const ASK_EVERY_MS = 50;
const HZ = 24_000;
const SPEECH =
  'Good morning. The train to the coast leaves at nine, and the one after it at half past ten. If it rains, take the bus instead.';

const row = (cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const table = (head) => {
  row(head);
  row(head.map(() => '---'));
};
const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** Writes the speech as PCM; answers with the file. */
async function speechFile() {
  await prepareResampler();
  const { ok, component, missing } = await openFlite();
  if (!ok) throw new Error(missing);
  const samples = [];
  const signal = new AbortController().signal;
  for await (const piece of component.speak(SPEECH, { voice: 'rms', speed: 1, signal })) {
    for (const sample of resampleAll(piece.samples, piece.rateHz, HZ)) samples.push(sample);
  }
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'speech.pcm');
  writeFileSync(file, Buffer.from(Int16Array.from(samples).buffer));
  return file;
}

/** Starts the clients; the result asks them to act. */
async function startTalkers(file) {
  const child = fork(fileURLToPath(new URL('webrtc-talkers.mjs', import.meta.url)), [file]);
  const answer = () =>
    new Promise((resolve, reject) => {
      child.once('message', ({ result, error }) => (error ? reject(new Error(error)) : resolve(result)));
    });
  await answer();
  const act = (name, given) => {
    const result = answer();
    child.send({ act: name, ...given });
    return result;
  };
  return { act, stop: () => child.disconnect() };
}

/** Resolves when the server has loaded its libraries: it uses no CPU any more. */
async function warm(server) {
  for (let cpu = 0, busy = true; busy; ) {
    await sleep(1000);
    const used = (await server.used()).cpu;
    busy = used - cpu > 20_000;
    cpu = used;
  }
}

const file = await speechFile();
const { act, stop } = await startTalkers(file);
const startCalls = async () => {
  const server = await startServer('calls', file);
  await warm(server);
  return server;
};

/** Opens talkers and lets them talk until all is steady. */
async function talk(kind, { url }, count = TALKERS) {
  const times = await act('open', { kind, url, count });
  await act('talk');
  await sleep(SETTLE_MS);
  return times;
}

async function part() {
  await act('hush');
  await act('close');
}

// ---- CPU ----

/** CPU milliseconds a second of one talker, and what was heard meanwhile. */
async function talking(kind, server) {
  await talk(kind, server);
  const before = (await server.used()).cpu;
  const begun = performance.now();
  const heard = await act('listen', { ms: SPAN_MS });
  const used = (await server.used()).cpu - before;
  const cpu = used / (performance.now() - begun) / TALKERS;
  await part();
  return { cpu, ...heard };
}

const server = await startCalls();
// The clients' own libraries are compiled by this, too.
await act('open', { kind: 'Opus', url: server.url, count: 3 });
await act('close');
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const of = {};
  for (const kind of KINDS) of[kind] = await talking(kind, server);
  rounds.push(of);
}
const CPU_GOALS = {
  WebSocket: ['–', '–', '–'],
  Opus: ['20 ms', '5×', '50'],
  PCMU: ['10 ms', '3×', '100'],
};
process.stdout.write(
  `${TALKERS} sessions at once, all talking and answered; CPU of the server for each second of one:\n\n`,
);
table(['session', 'CPU', 'goal', 'beside WebSocket', 'goal', 'sessions per core', 'goal', 'audio out a second']);
for (const kind of KINDS) {
  const cpu = median(rounds.map((of) => of[kind].cpu));
  const ratio = median(rounds.map((of) => of[kind].cpu / of.WebSocket.cpu));
  const sounds = median(rounds.map((of) => of[kind].sounds));
  const [cpuGoal, ratioGoal, coreGoal] = CPU_GOALS[kind];
  row([kind, ms(cpu), cpuGoal, `${ratio.toFixed(2)}×`, ratioGoal, Math.round(1000 / cpu), coreGoal, sounds.toFixed(1)]);
}

// ---- Waits ----

process.stdout.write('\nWhat a client waits for:\n\n');
table(['figure', 'count', 'p50', 'p99', 'longest', 'goal']);
const told = (name, all, goal) =>
  row([name, all.length, ms(median(all)), ms(quantile(all, 0.99)), ms(Math.max(...all)), goal]);

/** Opens calls one after the other. */
async function openings(url, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    times.push(...(await act('open', { kind: 'Opus', url, count: 1 })));
    await act('close');
  }
  return times;
}

const firsts = [];
for (let i = 0; i < FIRST_CALLS; i++) {
  const fresh = await startCalls();
  firsts.push(...(await openings(fresh.url, 1)));
  fresh.stop();
}
const posts = (times) => times.map(({ postMs }) => postMs);
const opens = (times) => times.map(({ openMs }) => openMs);
const warmed = await openings(server.url, WARM_CALLS);
told('POST → 201, first call of a server', posts(firsts), '–');
told('POST → 201, later', posts(warmed), 'p50 15 ms, p99 60 ms');
told('offer → channel open, first call of a server', opens(firsts), '350 ms');
told('offer → channel open, later', opens(warmed), '200 ms');

await talk('Opus', server);
told(
  `clear → silence at the client, ${TALKERS} calls`,
  await act('clear', { rounds: CLEAR_ROUNDS }),
  'p50 120 ms, page included',
);
/** Lateness of RTP, with how long the server's main thread takes to answer meanwhile. */
async function lateness(blockMs) {
  server.block(blockMs);
  let isOver = false;
  const heard = act('listen', { ms: SPAN_MS }).finally(() => {
    isOver = true;
  });
  const answers = [];
  while (!isOver) {
    const asked = performance.now();
    await server.used();
    answers.push(performance.now() - asked);
    await sleep(ASK_EVERY_MS);
  }
  server.block(0);
  return { answers, ...(await heard) };
}

const quiet = await lateness(0);
const blocked = await lateness(BLOCK_MS);
await part();
for (const [name, { late, timersLate, answers }, goal] of [
  ['main thread free', quiet, '–'],
  [`main thread blocked ${BLOCK_MS} ms of a second`, blocked, 'p99 20 ms, longest 80 ms'],
]) {
  told(`lateness of RTP, ${TALKERS} calls, ${name}`, late, goal);
  told('lateness of the clients themselves meanwhile', timersLate, '–');
  told('answers of the main thread meanwhile', answers, '–');
}
process.stdout.write(`\nFrames of 20 ms that did not come: ${quiet.missing}, blocked ${blocked.missing}.\n`);
server.stop();

// ---- Memory ----

/** Memory after collecting garbage, which goes in several steps. */
async function settled(server) {
  for (let i = 0; i < 3; i++) {
    await server.used(true);
    await sleep(200);
  }
  return server.used(true);
}

/** Resident bytes of a further talker that has talked for `SETTLE_MS`, in a server that has just been started. */
async function memory(kind) {
  const fresh = await startCalls();
  await talk(kind, fresh, 1);
  await act('hush');
  const before = await settled(fresh);
  await act('close');
  await talk(kind, fresh);
  await act('hush');
  const after = await settled(fresh);
  await act('close');
  fresh.stop();
  return (after.rss - before.rss) / (TALKERS - 1);
}

process.stdout.write(
  `\nResident memory of a session, the 2nd to the ${TALKERS}th, after ${SETTLE_MS / 1000} s of talk:\n\n`,
);
table(['session', 'memory', 'goal']);
for (const kind of KINDS) row([kind, mib(await memory(kind)), kind === 'WebSocket' ? '–' : '1.5 MiB']);
process.stdout.write(`\nLoad of the machine at the end: ${loadavg()[0].toFixed(1)}\n`);
stop();
process.exit();
