// `npm run screenshots`: builds, serves, and takes the pictures of the console that README.md and docs/console.md show, light and
// dark, into docs/images. Real sessions with the offline engine: ids and times differ each time, nothing else.
//
//   npm run screenshots -- talk     only those whose name contains "talk"

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { provideChromium } from './chromium.mjs';
import { install } from './install.mjs';
import { requireNode, root } from './run.mjs';

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

const { createServer, openVoices, parrot } = await import('@colloquy/server');
const { chromium } = await import('playwright-core');

const conversation = (page) => page.getByRole('list', { name: 'Conversation' });

async function say(page, text) {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

/** A conversation with a bit of everything: words, sound, an interruption, a call that waits. */
async function talk(page) {
  await page.getByText('Settings').click();
  await page.getByLabel('Tools (JSON)').fill(TOOLS);
  await page.getByText('Settings').click();
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

/** Name → what leads to the picture. */
const SCENES = {
  talk,
  async timeline(page) {
    await talk(page);
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
  },
  async events(page) {
    await talk(page);
    await view(page, 'Events');
    await page.getByRole('combobox', { name: 'Kind' }).selectOption({ label: 'without deltas' });
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
    await page.getByRole('link', { name: /^sess_/ }).waitFor();
    await page.locator('.recordings > li').first().waitFor();
  },
};

const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-screenshots-'));
const { voices, close } = await openVoices({ offline: {} });
const server = createServer({
  ...{ port: 0, dataDir, recordings: { folder: join(dataDir, 'recordings'), audio: true } },
  engines: { ...voices, parrot: { engine: parrot() } },
});
const { url } = await server.listen();
const browser = await chromium.launch({
  executablePath: env.CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--autoplay-policy=no-user-gesture-required',
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
