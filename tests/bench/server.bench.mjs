// What the server costs beside a `ws` server that sends the very same frames without reading any, and beside aimock; and what a
// conversation costs as it grows.
//
//   npm run bench -- server
//
// Each server is a process of its own, this one is all of their clients, everything is on loopback. Servers take turns, so that a
// busy machine slows them all; a figure is the median of the rounds. CPU is that of the server's process, its threads included.

import { setTimeout as sleep } from 'node:timers/promises';
import { growth } from './server-growth.mjs';
import {
  APPEND,
  AUDIO_BYTES,
  CREATE,
  close,
  connect,
  DELTAS,
  exchange,
  isEnd,
  LISTEN,
  median,
  PERIOD_MS,
  quantile,
  SAY,
  SPEAK,
  startServer,
} from './server-work.mjs';

const ROUNDS = 3;
const EVENTS = 1500;
const RESPONSES = 40;
const SPEAKERS = 100;
const SPEAKING_MS = 4000;
const IDLE = 150;

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const table = (head) => {
  row(head);
  row(head.map(() => '---'));
};
const micro = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} µs`;
const times = (value) => `${value.toFixed(2)}×`;

const servers = [];
for (const kind of ['bare ws', 'colloquy', 'colloquy, recording', 'aimock']) {
  const server = await startServer(kind);
  if (server) servers.push(server);
}
const [floor, ours] = servers;

/** CPU microseconds of `server` while `act` runs, and what it came to. */
async function during(server, act) {
  const before = await server.used();
  const result = await act();
  return { cpu: (await server.used()).cpu - before.cpu, result };
}

/** Runs `act` on every server in turn, `ROUNDS` times after a first one that counts for nothing, and prints a row for each. */
async function compare(act, last) {
  const rounds = Object.fromEntries(servers.map(({ kind }) => [kind, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const server of servers) {
      const measured = await act(server);
      if (round > 0) rounds[server.kind].push(measured);
    }
  }
  const figure = (kind, name) => median(rounds[kind].map((measured) => measured[name]));
  const ratio = (kind, name) =>
    median(rounds[kind].map((measured, round) => measured[name] / rounds[floor.kind][round][name]));
  for (const { kind } of servers) {
    const cells = [kind, rounds[kind][0].frames, micro(figure(kind, 'cpu')), times(ratio(kind, 'cpu'))];
    row([...cells, micro(figure(kind, 'p50')), micro(figure(kind, 'p99')), ...(last ? [last(rounds[kind])] : [])]);
  }
}

// ---- One event, one answer ----

/** Frames that answer an event: aimock does not send `conversation.item.done`. */
const answers = (server) => (server.kind === 'aimock' ? 1 : 2);

async function events(server) {
  const socket = await connect(server);
  const count = answers(server);
  const all = [];
  const { cpu } = await during(server, async () => {
    for (let i = 0; i < EVENTS; i++) {
      const sent = performance.now();
      await exchange(socket, CREATE, (_, heard) => heard === count);
      all.push((performance.now() - sent) * 1000);
    }
  });
  await close(socket);
  return { frames: count, cpu: cpu / EVENTS, p50: median(all), p99: quantile(all, 0.99) };
}

const sample = await connect(ours);
floor.answerWith((await exchange(sample, CREATE, (_, heard) => heard === 2)).map(String));
console.log(`One \`conversation.item.create\` after the other, one client, ${EVENTS} a round:\n`);
table(['server', 'frames out', 'CPU per event', 'beside ws', 'round trip p50', 'p99']);
await compare(events);

// ---- Deltas ----

async function deltas(server) {
  const all = [];
  let frames = 0;
  let cpu = 0;
  // A few connections, so that no conversation grows long.
  for (let i = 0; i < RESPONSES / 10; i++) {
    const socket = await connect(server);
    if (server.kind !== 'bare ws') await exchange(socket, CREATE, (_, heard) => heard === answers(server));
    const used = await during(server, async () => {
      for (let j = 0; j < 10; j++) {
        const sent = performance.now();
        frames = (await exchange(socket, SAY, isEnd)).length;
        all.push(((performance.now() - sent) * 1000) / DELTAS);
      }
    });
    cpu += used.cpu;
    await close(socket);
  }
  return { frames, cpu: cpu / RESPONSES / DELTAS, p50: median(all), p99: quantile(all, 0.99) };
}

floor.answerWith((await exchange(sample, SAY, isEnd)).map(String));
await close(sample);
console.log(
  `\nText responses of ${DELTAS} deltas, one after the other, ${RESPONSES} a round; all frames counted, per delta:\n`,
);
table(['server', 'frames out', 'CPU per delta', 'beside ws', 'time per delta p50', 'p99']);
await compare(deltas);

// ---- Many speakers ----

async function speakers(server) {
  const isOurs = server.kind.startsWith('colloquy');
  const sockets = await Promise.all(Array.from({ length: SPEAKERS }, () => connect(server)));
  let frames = 0;
  for (const socket of sockets) {
    socket.on('message', (data) => {
      if (data.length > AUDIO_BYTES) frames += 1;
    });
    if (isOurs) socket.send(LISTEN);
  }
  // Evenly over the period, both ways.
  const timers = sockets.map((socket, i) => {
    const begin = () => {
      if (isOurs) socket.send(SPEAK);
      timers.push(setInterval(() => socket.send(APPEND), PERIOD_MS));
    };
    return setTimeout(begin, (i * PERIOD_MS) / SPEAKERS);
  });
  const probe = await connect(server);
  await sleep(3 * PERIOD_MS);
  frames = 0;
  const all = [];
  const begun = performance.now();
  const { cpu } = await during(server, async () => {
    while (performance.now() - begun < SPEAKING_MS) {
      const sent = performance.now();
      // Once it has an answer, the floor gives the one it has: sound.
      await exchange(probe, CREATE, (_, heard) => heard === (isOurs ? 2 : 1));
      all.push((performance.now() - sent) * 1000);
      await sleep(20);
    }
  });
  const seconds = (performance.now() - begun) / 1000;
  for (const timer of timers) clearInterval(timer);
  await Promise.all([...sockets, probe].map(close));
  const out = frames / SPEAKERS / seconds;
  return {
    frames: out.toFixed(1),
    cpu: cpu / seconds / SPEAKERS / (1000 / PERIOD_MS + out),
    sessions: (SPEAKERS * seconds * 1e6) / cpu,
    p50: median(all),
    p99: quantile(all, 0.99),
  };
}

const speaker = await connect(ours);
speaker.send(LISTEN);
const heard = await exchange(speaker, SPEAK, (data) => data.length > AUDIO_BYTES);
floor.answerWith([String(heard.at(-1))]);
await close(speaker);
console.log(
  `\n${SPEAKERS} sessions at once, each sending 100 ms of audio (6.4 kB) every 100 ms; another one creates items meanwhile:\n`,
);
table(['server', 'audio out a second', 'CPU per frame', 'beside ws', 'item p50', 'p99', 'sessions per core']);
await compare(speakers, (measured) => Math.round(median(measured.map(({ sessions }) => sessions))));
for (const server of servers) server.stop();

// ---- Idle sessions ----

/** Memory per session of a server that has just been started. */
async function idle(kind) {
  const server = await startServer(kind);
  const open = () => Promise.all(Array.from({ length: IDLE }, () => connect(server)));
  // Garbage goes in several steps: buffers are freed after the collection that finds them.
  const settled = async () => {
    for (let i = 0; i < 3; i++) {
      await server.used(true);
      await sleep(200);
    }
    return server.used(true);
  };
  // Once before, so that what is made only once is there already.
  await Promise.all((await open()).map(close));
  const before = await settled();
  const sockets = await open();
  const after = await settled();
  await Promise.all(sockets.map(close));
  server.stop();
  return [(after.kept - before.kept) / IDLE, (after.rss - before.rss) / IDLE];
}

console.log(`\nMemory per idle session, ${IDLE} of them, after collecting garbage:\n`);
table(['server', 'heap and buffers', 'resident']);
for (const { kind } of servers) {
  row([kind, ...(await idle(kind)).map((bytes) => `${(bytes / 1024).toFixed(1)} KiB`)]);
}

// ---- Length of the conversation ----

console.log('\nOne step of the session by the length of its conversation:\n');
growth(row, table);
