// What a browser makes of the server's headers and of its door: what a page of ours may do, and what a page from elsewhere may not.

import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { browserMissing, type ConsoleBrowser, startBrowser } from '@support/browser.ts';
import { dial, KEY, newFolder, start, stopAll, stops, withKey } from '@support/dial.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const RECORDING = '20260101T000000Z-sess_x';

/** The script of a page: `tried` says of each attempt what came of it. */
const SCRIPT = `
const tried = async (attempts) => {
  const outcome = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try { outcome[name] = String(await attempt()); } catch (error) { outcome[name] = error.name; }
  }
  return outcome;
};
const image = (src) => new Promise((resolve) => {
  const shown = new Image();
  shown.onload = () => resolve('shown');
  shown.onerror = () => resolve('not shown');
  shown.src = src;
});
const socket = (url, protocols) => new Promise((resolve) => {
  const opened = new WebSocket(url, protocols);
  opened.onmessage = ({ data }) => resolve(Object.keys(JSON.parse(data))[0] + ' by ' + opened.protocol);
  opened.onclose = () => resolve('closed');
});
const sound = () => new Promise((resolve) => {
  const wave = new DataView(new ArrayBuffer(44 + 4800));
  const put = (at, text) => [...text].forEach((char, index) => wave.setUint8(at + index, char.charCodeAt(0)));
  put(0, 'RIFF'); put(8, 'WAVEfmt '); put(36, 'data');
  for (const [at, value] of [[4, 4836], [16, 16], [24, 24000], [28, 48000], [40, 4800]]) wave.setUint32(at, value, true);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]]) wave.setUint16(at, value, true);
  const audio = new Audio();
  audio.oncanplay = () => resolve('played');
  audio.onerror = () => resolve('not played');
  audio.src = URL.createObjectURL(new Blob([wave], { type: 'audio/wav' }));
});
const post = async (path, key) => {
  const headers = { authorization: 'Bearer ' + key, 'content-type': 'application/json' };
  return (await (await fetch(path, { method: 'POST', headers, body: '{}' })).json()).value;
};
const shown = (token) => ['realtime', 'openai-insecure-api-key.' + token];

globalThis.atHome = (key, id) => tried({
  worklet: async () => {
    const context = new AudioContext();
    await context.audioWorklet.addModule('/worklet.js');
    return new AudioWorkletNode(context, 'silence').constructor.name;
  },
  image: () => image('data:image/png;base64,${PNG}'),
  sound,
  style: () => { document.body.style.width = '10px'; return getComputedStyle(document.body).width; },
  microphone: async () => (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks().length,
  talk: async () => socket('ws://' + location.host + '/v1/realtime?model=x', shown(await post('/v1/realtime/client_secrets', key))),
  watch: async () => socket('ws://' + location.host + '/api/sessions/' + id + '/watch', shown(await post('/api/watch_tokens', key))),
  serverKey: () => socket('ws://' + location.host + '/v1/realtime?model=x', shown(key)),
  markup: () => { document.body.innerHTML = '<b>x</b>'; },
  script: () => (0, eval)('1 + 1'),
  worker: () => new Worker('/worklet.js'),
  elsewhere: () => image('http://localhost:9/x.png'),
  inlineStyle: () => getComputedStyle(document.querySelector('i')).color,
});

globalThis.fromElsewhere = (server, id) => tried({
  read: () => fetch(server + '/api/recordings/${RECORDING}'),
  readBlindly: async () => (await fetch(server + '/api/recordings/${RECORDING}', { mode: 'no-cors' })).type,
  remove: () => fetch(server + '/api/recordings/${RECORDING}', { method: 'DELETE' }),
  watch: () => socket(server.replace('http', 'ws') + '/api/sessions/' + id + '/watch', 'realtime'),
  talk: () => socket(server.replace('http', 'ws') + '/v1/realtime?model=x', 'realtime'),
  embed: () => image(server + '/icon.png'),
  mint: () => fetch(server + '/api/watch_tokens', { method: 'POST', mode: 'no-cors' }).then((answer) => answer.type),
});
`;

const HTML = '<!doctype html><title>x</title><script src="/main.js"></script><i style="color: red">x</i>';
const WORKLET = "registerProcessor('silence', class extends AudioWorkletProcessor { process() { return true; } });";

/** A folder that can be served as the console. */
function site(): string {
  const folder = newFolder();
  const files = { 'index.html': HTML, 'main.js': SCRIPT, 'worklet.js': WORKLET };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'icon.png'), Buffer.from(PNG, 'base64'));
  return folder;
}

describe.skipIf(browserMissing)(`in a browser${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let started: ConsoleBrowser;
  beforeAll(async () => {
    const flags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
    started = await startBrowser('', flags);
  });
  afterAll(() => started?.close());
  afterEach(stopAll);

  async function open(url: string) {
    const page = await started.browser.newPage();
    await page.goto(url);
    return page;
  }

  it('[CO9, CO19, CO20] our own page does what it needs, and cannot do more', async () => {
    const { url } = await start({ keys: [KEY], consoleDir: site() });
    const { session } = await dial(url, withKey(KEY)).next('session.created');
    const page = await open(url);
    expect(await page.evaluate(`atHome(${JSON.stringify(KEY)}, ${JSON.stringify(session.id)})`)).toEqual({
      worklet: 'AudioWorkletNode',
      image: 'shown',
      sound: 'played',
      style: '10px',
      microphone: '1',
      talk: 'event_id by realtime',
      watch: 'recording by realtime',
      serverKey: 'closed',
      markup: 'TypeError',
      script: 'EvalError',
      worker: 'TypeError',
      elsewhere: 'not shown',
      inlineStyle: 'rgb(0, 0, 0)',
    });
  });

  it('[CO1, CO14, CO18, CO19] a page from elsewhere reads nothing, removes nothing, watches nobody', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, `${RECORDING}.jsonl`), '{}\n');
    const { url } = await start({ consoleDir: site(), recordings: { folder } });
    const { session } = await dial(url).next('session.created');
    const elsewhere = createServer((request, response) => {
      response.setHeader('content-type', request.url === '/' ? 'text/html' : 'text/javascript');
      response.end(request.url === '/' ? HTML : SCRIPT);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      elsewhere.closeAllConnections();
      elsewhere.close();
    });
    const page = await open(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    const outcome = await page.evaluate(`fromElsewhere(${JSON.stringify(url)}, ${JSON.stringify(session.id)})`);
    expect(outcome).toEqual({
      read: 'TypeError',
      readBlindly: 'TypeError', // not even its length
      remove: 'TypeError',
      watch: 'closed',
      talk: 'closed',
      embed: 'not shown',
      mint: 'TypeError',
    });
    expect(readdirSync(folder).filter((name) => name.startsWith(RECORDING))).toHaveLength(1);
  });
});
