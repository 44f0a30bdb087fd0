// `npm run screenshots`: takes the pictures of the console for README.md and docs/console.md, light and dark, into docs/images,
// with
// real sessions of the offline engine. Ids and times differ each time.
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

const { createServer, openEngines, parrot } = await import('@colloquy/server');
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

/** The demo session with its slowest turn selected. */
async function demo(page) {
  await page.goto(`${new URL(page.url()).origin}/#/demo`);
  await page.getByText(/^\d+ lines/).waitFor();
  await page.locator('.turn-head button', { hasText: /first audio 4\.\d+ s/ }).click();
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('LLM to first token').waitFor();
}

/** Name → what leads to the picture. */
const SCENES = {
  async first(page) {
    await page.getByRole('heading', { name: 'Talk to this server' }).waitFor();
  },
  demo,
  talk,
  async settings(page) {
    await page.getByRole('main').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Turn detection').waitFor();
  },
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
    // A page in the background does not finish its transitions.
    await page.bringToFront();
    await page.locator('tr[data-live]').waitFor();
    await page.locator('tbody tr:not([data-live])').first().waitFor();
  },
};

const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-screenshots-'));
const { engines: voices, close } = await openEngines({ offline: {} });
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
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ],
});
mkdirSync(FOLDER, { recursive: true });
try {
  for (const [name, lead] of Object.entries(SCENES)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
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
