// `npm run screenshots`: takes the pictures of the console for README.md and docs/console.md, light and dark, into docs/images,
// with
// real sessions of the offline engine. Ids and times differ each time.
//
//   npm run screenshots -- talk     only those whose name contains "talk"

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { provideChromium } from './chromium.mjs';
import { install } from './install.mjs';
import { requireNode, root } from './run.mjs';

/** Samples per second of Flite's voice `rms`. */
const FLITE_HZ = 16_000;
const FOLDER = join(root, 'docs/images');
const TOOLS = JSON.stringify([
  {
    ...{ type: 'function', name: 'get_weather', description: 'The weather in a city' },
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
]);

requireNode();
const wanted = process.argv.slice(2);
const failed = (await install()) || (await build());
if (failed) process.exit(failed);
const { env } = await provideChromium();
if (!env.CHROMIUM) process.exit(1);

const { createServer, openFlite, openEngines, parrot } = await import('@colloquy/server');
const { chromium } = await import('playwright-core');

const conversation = (page) => page.getByRole('list', { name: 'Conversation' });

async function say(page, text) {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

async function offerTools(page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Tools (JSON)').fill(TOOLS);
  await page.getByRole('button', { name: 'Close settings' }).click();
}

/** A conversation with text, audio, an interruption and a function call without its output. */
async function talk(page) {
  await offerTools(page);
  await say(page, 'Count to twenty.');
  await page.locator('[data-speaking]').waitFor();
  // Some of it has to be heard.
  await page.waitForTimeout(2500);
  await page.keyboard.press('Escape');
  await conversation(page)
    .getByText(/^truncated/)
    .waitFor();
  await say(page, 'What is the weather in Paris?');
  await page.getByLabel('What does get_weather return?').fill('{"sky": "clear", "degrees": 21}');
}

const view = (page, name) =>
  page.getByRole('navigation', { name: 'Views of this log' }).getByRole('link', { name }).click();

/** Hangs up, and tells the name of what was written down. */
async function recording(page) {
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('The session has ended.').waitFor();
  const answer = await fetch(new URL('/api/recordings', page.url()));
  return (await answer.json()).recordings.map(({ name }) => name);
}

/** The timeline of a spoken turn with a function call: Chromium's microphone plays the question of `writeQuestion`. */
async function turn(page) {
  await offerTools(page);
  await page.getByRole('button', { name: 'Open microphone' }).click();
  await page.getByLabel('What does get_weather return?').fill('{"sky": "clear", "degrees": 21}');
  await page.getByRole('button', { name: 'Close microphone' }).click();
  await page.getByRole('button', { name: 'Send output' }).click();
  await page.locator('[data-speaking]').waitFor();
  await page.locator('[data-speaking]').waitFor({ state: 'detached' });
  await view(page, 'Timeline');
  await page.getByRole('img', { name: /^Timeline: / }).waitFor();
}

/** Name → what leads to the picture. */
const SCENES = {
  talk,
  turn,
  async timeline(page) {
    await talk(page);
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
  },
  async events(page) {
    await talk(page);
    await view(page, 'Events');
    await page.locator('.event', { hasText: 'conversation.item.truncated' }).click();
  },
  async compare(page) {
    // The same question to a model with other instructions.
    await say(page, 'What can you do?');
    await conversation(page).getByText('I can tell the time').waitFor();
    await page.locator('[data-speaking]').waitFor({ state: 'detached' });
    const [first] = await recording(page);
    await page.goto(`${new URL(page.url()).origin}/#/talk`);
    await page.reload();
    await say(page, 'What can you do?');
    await conversation(page).getByText('I can tell the time').waitFor();
    await say(page, 'What is your name?');
    await page.locator('[data-speaking]').waitFor({ state: 'detached' });
    const [second] = await recording(page);
    const word = (name) => encodeURIComponent(`recording:${name}`);
    await page.goto(`${new URL(page.url()).origin}/#/compare/${word(first)}/${word(second)}`);
    await page.getByText(/^The first difference/).waitFor();
  },
  async sessions(page) {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await say(other, 'What can you do?');
    await conversation(other).getByText('I can tell the time').waitFor();
    await page.goto(`${new URL(page.url()).origin}/#/home`);
    await page.locator('tr[data-live]').waitFor();
    await page.locator('tbody tr:not([data-live])').first().waitFor();
  },
};

/** Writes the question that the microphone plays, spoken by Flite, with silence around it. */
async function writeQuestion(path) {
  const flite = await openFlite();
  if (!flite.ok) throw new Error(flite.missing);
  const chunks = [new Int16Array(FLITE_HZ)];
  const options = { voice: 'rms', speed: 1, signal: new AbortController().signal };
  for await (const { samples, rateHz } of flite.component.speak('What is the weather in Paris?', options)) {
    if (rateHz !== FLITE_HZ) throw new Error(`Flite speaks at ${rateHz} Hz`);
    chunks.push(samples);
  }
  await flite.component.close();
  // The file is repeated, so the silence after the question is longer than the scene.
  chunks.push(new Int16Array(60 * FLITE_HZ));
  writeFileSync(path, wav(chunks.map(tripled), 3 * FLITE_HZ));
}

/** The samples at three times their rate: Chromium plays only files of 48 kHz at the right speed. */
const tripled = (samples) =>
  Int16Array.from({ length: 3 * samples.length }, (_, at) => {
    const index = Math.floor(at / 3);
    const next = samples[index + 1] ?? samples[index];
    return samples[index] + ((next - samples[index]) * (at % 3)) / 3;
  });

/** A WAV file of 16-bit mono samples. */
function wav(chunks, rateHz) {
  const data = Buffer.concat(
    chunks.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-screenshots-'));
const { engines: voices, close } = await openEngines({ offline: {} });
const server = createServer({
  ...{ port: 0, dataDir, recordings: { folder: join(dataDir, 'recordings'), audio: true } },
  engines: { ...voices, parrot: { engine: parrot() } },
});
const question = join(dataDir, 'question.wav');
await writeQuestion(question);
const { url } = await server.listen();
const browser = await chromium.launch({
  executablePath: env.CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${question}`,
  ],
});
mkdirSync(FOLDER, { recursive: true });
try {
  for (const [name, lead] of Object.entries(SCENES)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const context = await browser.newContext({ viewport: { width: 1000, height: 720 } });
    const page = await context.newPage();
    await page.goto(url);
    await lead(page);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      // Fonts, layout, and what is drawn on canvases.
      await page.waitForTimeout(400);
      const path = join(FOLDER, `console-${name}-${colorScheme}.png`);
      await page.screenshot({ path });
      process.stdout.write(`${path}: ${Math.ceil(statSync(path).size / 1000)} kB\n`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.close({ graceMs: 0 });
  await close();
  rmSync(dataDir, { recursive: true, force: true });
}
