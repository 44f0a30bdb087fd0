// A long log in the console, in real Chromium: the work of opening it beside reading and parsing its lines in the same page, and the
// work of a frame while its events are scrolled. What is measured is the CPU time of the page's tasks, not wall time.
//
//   npm run bench -- console
//   npm run bench -- console -- --beside FOLDER     the build of another version (its packages/console/dist) in the same run

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, parrot } from '@colloquy/server';
import { chromium } from 'playwright-core';
import { provideChromium } from '../../scripts/chromium.mjs';
import { median } from './server-work.mjs';

const EVENTS = 100_000;
const ROUNDS = 3;
const FRAMES = 120;
const CONSOLE = fileURLToPath(new URL('../../packages/console/dist', import.meta.url));

/** A turn of a spoken conversation, as a client logs it: audio in, an answer in audio and words. */
function* turnOf(number) {
  const item = (role) => ({ id: `item_${number}_${role}`, type: 'message', role, status: 'completed', content: [] });
  const response_id = `resp_${number}`;
  const part = { response_id, item_id: `item_${number}_assistant`, output_index: 0, content_index: 0 };
  for (let piece = 0; piece < 40; piece += 1) {
    yield ['client', { type: 'input_audio_buffer.append', audio: 'A'.repeat(1280) }];
  }
  yield [
    'server',
    { type: 'input_audio_buffer.speech_started', audio_start_ms: number * 4000, item_id: `item_${number}_user` },
  ];
  yield [
    'server',
    { type: 'input_audio_buffer.speech_stopped', audio_end_ms: number * 4000 + 900, item_id: `item_${number}_user` },
  ];
  yield ['server', { type: 'conversation.item.added', previous_item_id: null, item: item('user') }];
  yield ['server', { type: 'response.created', response: { id: response_id, status: 'in_progress', output: [] } }];
  yield ['server', { type: 'response.output_item.added', response_id, output_index: 0, item: item('assistant') }];
  for (let piece = 0; piece < 25; piece += 1) {
    yield ['server', { type: 'response.output_audio_transcript.delta', ...part, delta: `word ${piece} ` }];
    yield ['server', { type: 'response.output_audio.delta', ...part, delta: 'A'.repeat(2560) }];
  }
  yield ['server', { type: 'response.output_item.done', response_id, output_index: 0, item: item('assistant') }];
  yield [
    'server',
    { type: 'response.done', response: { id: response_id, status: 'completed', output: [item('assistant')] } },
  ];
}

function writeLog(path) {
  const lines = [];
  for (let turn = 0; lines.length < EVENTS; turn += 1) {
    for (const [source, event] of turnOf(turn)) {
      lines.push(
        JSON.stringify({
          time: 1_790_000_000_000 + lines.length * 20,
          source,
          event: { event_id: `e${lines.length}`, ...event },
        }),
      );
    }
  }
  writeFileSync(path, `${lines.slice(0, EVENTS).join('\n')}\n`);
}

/** Milliseconds the page has worked so far: tasks of all kinds, and what of them was script, style and layout. */
async function workOf(cdp) {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const secondsOf = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { all: secondsOf('TaskDuration') * 1000, script: secondsOf('ScriptDuration') * 1000 };
}

async function measure(browser, url, log) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(300_000);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`${url}/#/home`);
  const input = page.locator('input[type=file]').first();
  await input.waitFor({ state: 'attached' });
  const before = await workOf(cdp);
  await input.setInputFiles(log);
  // Its last line has been read when the last of its events can be shown.
  await page.waitForURL(/#\/file/);
  await page.goto(`${url}/#/file/events`);
  const list = page.locator('.lines').first();
  await list.focus();
  await page.waitForFunction(
    (last) => {
      const element = document.querySelector('.lines');
      element.scrollTop = element.scrollHeight;
      return document.body.innerText.includes(last);
    },
    `${EVENTS}`,
    { polling: 500 },
  );
  const opened = await workOf(cdp);
  await page.evaluate(() => {
    document.querySelector('.lines').scrollTop = 0;
  });
  const start = await workOf(cdp);
  await page.evaluate(async (frames) => {
    const element = document.querySelector('.lines');
    const step = element.scrollHeight / frames;
    for (let frame = 0; frame < frames; frame += 1) {
      await new Promise(requestAnimationFrame);
      element.scrollTop += step;
    }
  }, FRAMES);
  const end = await workOf(cdp);
  await context.close();
  return {
    open: opened.all - before.all,
    frame: (end.all - start.all) / FRAMES,
    script: (end.script - start.script) / FRAMES,
  };
}

/** The same file read as text and parsed line by line, in an empty page. */
async function floorOf(browser, log) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.setContent('<input type="file">');
  await page.locator('input').setInputFiles(log);
  const before = await workOf(cdp);
  await page.evaluate(async () => {
    const text = await document.querySelector('input').files[0].text();
    globalThis.parsed = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  });
  const after = await workOf(cdp);
  await context.close();
  return after.all - before.all;
}

const beside = process.argv.indexOf('--beside');
const builds = [['this version', CONSOLE], ...(beside > 0 ? [['the version beside', process.argv[beside + 1]]] : [])];
const { env } = await provideChromium();
const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'));
const log = join(folder, 'long.jsonl');
writeLog(log);
const browser = await chromium.launch({ executablePath: env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
const servers = [];
for (const [name, consoleDir] of builds) {
  const server = createServer({ engine: parrot(), port: 0, consoleDir });
  servers.push({ name, server, url: (await server.listen()).url, rounds: [] });
}
const floors = [];
for (let round = 0; round < ROUNDS; round += 1) {
  floors.push(await floorOf(browser, log));
  for (const { url, rounds } of servers) rounds.push(await measure(browser, url, log));
}
const floor = median(floors);
process.stdout.write(
  '| 100,000 events | work to open | beside reading and parsing | work of a frame, scrolling | script of it |\n',
);
process.stdout.write('| --- | --- | --- | --- | --- |\n');
process.stdout.write(`| read and parsed alone | ${floor.toFixed(0)} ms | 1.00 | – | – |\n`);
for (const { name, rounds, server } of servers) {
  const [open, frame, script] = ['open', 'frame', 'script'].map((key) => median(rounds.map((round) => round[key])));
  const cells = [
    name,
    `${open.toFixed(0)} ms`,
    (open / floor).toFixed(2),
    `${frame.toFixed(1)} ms`,
    `${script.toFixed(1)} ms`,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
  await server.close({ graceMs: 0 });
}
await browser.close();
rmSync(folder, { recursive: true });
