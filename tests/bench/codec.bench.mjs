// How much the codec costs, in CPU time beside `JSON.parse` of the same frames, and what others cost.
//
//   npm run bench -- codec               builds and measures
//   npm run bench -- codec -- --rounds 9 faster and rougher
//
// Floor and candidate take turns in short stretches of one process, so that a busy machine slows both; a figure is the median of
// the ratios of neighbouring stretches. What threads of the runtime do, collecting garbage above all, counts.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { CORPORA } from './codec-corpora.mjs';
import { FLOOR, PEERS } from './codec-peers.mjs';

const given = process.argv.indexOf('--rounds');
const ROUNDS = given > 0 ? Number(process.argv[given + 1]) : 25;
/** CPU time of one stretch of the floor, in microseconds. */
const STRETCH = 6000;

const PROTOCOL = new URL(import.meta.resolve('@colloquy/protocol'));
const { decodeAudioFrame, encodeAudioFrame } = await import(PROTOCOL);

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const figure = (value, digits = 2) => (value === undefined ? '–' : value.toFixed(digits));
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const table = (head) => {
  row(head);
  row(head.map(() => '---'));
};

/** Microseconds of CPU for `times` rounds over all inputs. */
function spend(act, inputs, times) {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) for (const input of inputs) act(input);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Median microseconds of the floor per input, and of each candidate the median ratio to it. */
function compare(floor, candidates, inputs, rounds = ROUNDS) {
  const everyone = [floor, ...Object.values(candidates)];
  for (const act of everyone) spend(act, inputs, Math.max(2, Math.ceil(400 / inputs.length)));
  const once = Math.max(spend(floor, inputs, 1), 1);
  const times = Math.max(1, Math.round(STRETCH / once));
  const floors = [];
  const ratios = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, act] of Object.entries(candidates)) {
      // Before and after in turn, so that a drift of the machine favours nobody.
      const first = round % 2 ? spend(act, inputs, times) : spend(floor, inputs, times);
      const second = round % 2 ? spend(floor, inputs, times) : spend(act, inputs, times);
      const [own, base] = round % 2 ? [first, second] : [second, first];
      floors.push(base / times / inputs.length);
      ratios[name].push(own / base);
    }
  }
  return [median(floors), Object.fromEntries(Object.entries(ratios).map(([name, list]) => [name, median(list)]))];
}

// ---- Decoding ----

const peers = {};
for (const from of ['server', 'client']) {
  peers[from] = {};
  for (const [name, load] of Object.entries(PEERS)) {
    const decode = await load(from);
    if (decode) peers[from][name] = decode;
  }
}
/** Peers that refuse a frame of the corpus are not measured on it. */
const takes = (decode, frames) => {
  try {
    for (const frame of frames) decode(frame);
    return true;
  } catch {
    return false;
  }
};

console.log('CPU time of a validated decode, `JSON.parse` of the same text = 1:\n');
const names = Object.keys(PEERS);
table(['frames', 'mean size', 'JSON.parse', ...names]);
for (const [corpus, { from, frames }] of Object.entries(CORPORA)) {
  const able = Object.fromEntries(Object.entries(peers[from]).filter(([, decode]) => takes(decode, frames)));
  const [base, ratios] = compare(FLOOR, able, frames);
  const size = Math.round(frames.reduce((sum, frame) => sum + frame.length, 0) / frames.length);
  row([corpus, `${size} B`, `${figure(base)} µs`, ...names.map((name) => figure(ratios[name]))]);
}

// ---- Audio ----

const agentsDecode = (base64) => {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};
const agentsEncode = (bytes) => btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));

console.log('\nAudio between bytes on a socket and bytes of sound, the usual way = 1:\n');
table(['lane', 'usual way', 'colloquy', 'agents-realtime']);
/** Where a server would gather what it hears. */
const sound = Buffer.alloc(65_536);
for (const size of ['8 kB', '64 kB']) {
  const buffers = CORPORA[`audio ${size}`].frames.map((frame) => Buffer.from(frame));
  const [base, ratios] = compare(
    (bytes) => Buffer.from(JSON.parse(bytes.toString()).delta, 'base64'),
    {
      colloquy: (bytes) => decodeAudioFrame(bytes, sound).audio,
      agents: (bytes) => agentsDecode(JSON.parse(bytes.toString()).delta),
    },
    buffers,
  );
  row([`frame to PCM, ${size}`, `${figure(base)} µs`, figure(ratios.colloquy), figure(ratios.agents)]);
}
for (const size of ['8 kB', '64 kB']) {
  const sounds = CORPORA[`audio ${size}`].frames.map((frame) => {
    const { delta, ...head } = JSON.parse(frame);
    return [head, new Uint8Array(Buffer.from(delta, 'base64'))];
  });
  const few = sounds.slice(0, 20);
  const usual = ([head, pcm]) =>
    JSON.stringify({ ...head, delta: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.length).toString('base64') });
  const [base, ratios] = compare(usual, { colloquy: ([head, pcm]) => encodeAudioFrame(head, pcm) }, few);
  const [, slow] = compare(
    usual,
    { agents: ([head, pcm]) => JSON.stringify({ ...head, delta: agentsEncode(pcm) }) },
    few.slice(0, 4),
    5,
  );
  row([`PCM to frame, ${size}`, `${figure(base)} µs`, figure(ratios.colloquy), figure(slow.agents)]);
}

// ---- Start ----

/** Milliseconds from the import to the first decoded event, in a process of its own. */
function firstEvent(name) {
  const code = `import { CORPORA } from './codec-corpora.mjs'; import { PEERS } from './codec-peers.mjs';
    const frame = CORPORA['item.added'].frames[0];
    const begun = performance.now();
    const decode = await PEERS[${JSON.stringify(name)}]('server');
    decode(frame);
    console.log(performance.now() - begun);`;
  const here = fileURLToPath(new URL('.', import.meta.url));
  const run = () =>
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
  return median(Array.from({ length: 7 }, () => Number(run())));
}

console.log('\nFrom the import to the first event, in a fresh process:\n');
table(names);
row(names.map((name) => `${figure(firstEvent(name), 0)} ms`));

// ---- Size ----

async function bundled(exports) {
  const entry = 'virtual:entry';
  const code = `export { ${exports} } from ${JSON.stringify(fileURLToPath(PROTOCOL))};`;
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  const text = [result]
    .flat()[0]
    .output.map((part) => part.code ?? '')
    .join('');
  return `${figure(text.length / 1000, 1)} kB, ${figure(gzipSync(text, { level: 9 }).length / 1000, 1)} kB gzip`;
}

console.log('\nMinified for a browser:\n');
table(['what', 'size']);
row(['decode and encode all events', await bundled('decodeClientEvent, decodeServerEvent, encodeEvent')]);
row(['decode server events', await bundled('decodeServerEvent')]);
row([
  'everything',
  await bundled(
    'ServerEvent, ClientEvent, decodeClientEvent, decodeServerEvent, decodeItem, encodeEvent, encodeItem, redact, validateItem, eventTypeOf, decodeAudioFrame, encodeAudioFrame',
  ),
]);
