// What observers of a session cost its server, and what the session notices: the same responses with nobody watching, one observer,
// and eight.
//
//   npm run bench -- watch
//
// The server is a process of its own, this one is the client and all observers, everything is on loopback. Numbers of observers take
// turns, so that a busy machine slows them all; a figure is the median of the rounds. CPU is that of the server's process.

import { WebSocket } from 'ws';
import { close, connect, DELTAS, exchange, isEnd, median, quantile, SAY, startServer } from './server-work.mjs';

const ROUNDS = 5;
const RESPONSES = 20;
const OBSERVERS = [0, 1, 8];

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const micro = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} µs`;

const server = await startServer('colloquy');
const host = server.url.slice('ws://'.length).split('/', 1)[0];

async function watch(count) {
  const { sessions } = await (await fetch(`http://${host}/api/sessions`)).json();
  const address = `ws://${host}/api/sessions/${sessions.at(-1).id}/watch`;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(address);
      const observer = { socket, lines: 0 };
      socket.on('message', () => (observer.lines += 1));
      await new Promise((resolve) => socket.once('message', resolve));
      return observer;
    }),
  );
}

async function measure(count) {
  const socket = await connect(server);
  const observers = await watch(count);
  const all = [];
  const before = await server.used();
  for (let i = 0; i < RESPONSES; i++) {
    const sent = performance.now();
    await exchange(socket, SAY, isEnd);
    all.push(((performance.now() - sent) * 1000) / DELTAS);
  }
  const { cpu } = await server.used();
  const gone = observers.map((observer) => new Promise((resolve) => observer.socket.once('close', resolve)));
  await close(socket);
  await Promise.all(gone);
  const lines = observers.map((observer) => observer.lines);
  return { cpu: (cpu - before.cpu) / RESPONSES / DELTAS, p50: median(all), p99: quantile(all, 0.99), lines };
}

const rounds = OBSERVERS.map(() => []);
for (let round = 0; round <= ROUNDS; round++) {
  for (const [index, count] of OBSERVERS.entries()) {
    const measured = await measure(count);
    if (round > 0) rounds[index].push(measured);
  }
}
console.log(`Text responses of ${DELTAS} deltas, one after the other, ${RESPONSES} a round; per delta:\n`);
row(['observers', 'lines each', 'CPU of the server', 'beside nobody', 'time of the session p50', 'p99']);
row(Array(6).fill('---'));
for (const [index, count] of OBSERVERS.entries()) {
  const figure = (name) => median(rounds[index].map((measured) => measured[name]));
  const ratio = median(rounds[index].map(({ cpu }, round) => cpu / rounds[0][round].cpu));
  const lines = rounds[index].flatMap((measured) => measured.lines);
  const each = lines.length === 0 ? '–' : Math.round((median(lines) / RESPONSES / DELTAS) * 10) / 10;
  row([count, each, micro(figure('cpu')), `${ratio.toFixed(2)}×`, micro(figure('p50')), micro(figure('p99'))]);
}
server.stop();
