// `npm run screenshots -- --all`: twelve screens in two themes and three widths. The narrow one is a phone that is
// touched. One page for each kind of device goes from screen to screen.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { conversation, SCENES, say, talk } from './screenshot-scenes.mjs';

const DEVICES = [
  { widths: [1440, 1024], height: 900, options: {} },
  { widths: [390], height: 844, options: { isMobile: true, hasTouch: true } },
];
const DEMO = '20260101T100000Z-sess_demo';

/** Passes connections on until it is cut: to a page, a cut wire is a server that was killed. */
async function openWire(url) {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  const wire = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    for (const each of [near, far]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  return {
    url: `http://127.0.0.1:${wire.address().port}`,
    async cut() {
      wire.close();
      for (const socket of sockets) socket.destroy();
      await once(wire, 'close');
    },
  };
}

/** Name → what leads from the screen before to this one. */
const SCREENS = {
  async first(page) {
    await page.getByRole('heading', { name: 'Talk to this server' }).waitFor();
  },
  talk: (page) => talk(page, 'Tell me a story.'),
  async settings(page) {
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Turn detection').waitFor();
  },
  async conversation(page) {
    await go(page, '#/demo');
    await page.getByText('Lovely. Book us a table for two at eight.').first().waitFor();
  },
  async turn(page) {
    await page.locator('.turn-head button', { hasText: /first audio 4\.\d+ s/ }).click();
    await page.getByRole('complementary', { name: 'Inspector' }).getByText('LLM to first token').waitFor();
  },
  async timeline(page) {
    await go(page, '#/demo/timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
  },
  async events(page) {
    await go(page, '#/demo/events');
    await page.locator('.event', { hasText: 'response.done' }).first().click();
  },
  async sessions(page) {
    await go(page, '#/home');
    await page.locator('tbody tr').first().waitFor();
  },
  async compare(page, { pair }) {
    await go(page, pair);
    await page.getByText(/^The first difference/).waitFor();
  },
  async fork(page) {
    await go(page, `#/recording/${DEMO}`);
    await page.getByText('Lovely. Book us a table for two at eight.').first().waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Fork from here' }).click();
    await page.getByRole('dialog', { name: 'Fork from here' }).waitFor();
  },
  async error(page) {
    await page.keyboard.press('Escape');
    await go(page, '#/home');
    const buffer = Buffer.from('Dear diary,\nnothing happened today. I did not speak to a model even once.');
    await page.getByLabel('Open a file').setInputFiles({ name: 'diary.txt', mimeType: 'text/plain', buffer });
    await page.getByRole('region', { name: 'No Realtime events found' }).waitFor();
  },
  async lost(page, { wire }) {
    await go(page, '#/talk');
    await page.getByRole('button', { name: 'Close settings' }).click();
    await say(page, 'What can you do?');
    await conversation(page).getByText('I can tell the time').last().waitFor();
    await wire.cut();
    await page.getByRole('region', { name: 'Connection' }).getByText('Connection lost').waitFor();
    await page.getByLabel('Message').fill('And what is your name?');
  },
};

const go = (page, hash) => page.goto(new URL(`/${hash}`, page.url()).href);

/** Two conversations that differ, and the address that compares them. */
async function preparePair(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await SCENES.compare(page);
  const { hash } = new URL(page.url());
  await context.close();
  return hash;
}

/** `shoot(page, name)` takes the picture; `isWanted(name)` chooses screens, but all of them are gone through. */
export async function takeMatrix({ browser, url, isWanted, shoot }) {
  const pair = await preparePair(browser, url);
  for (const { widths, height, options } of DEVICES) {
    const wire = await openWire(url);
    const context = await browser.newContext({ ...options, viewport: { width: widths[0], height } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(wire.url);
    for (const [name, lead] of Object.entries(SCREENS)) {
      await lead(page, { wire, pair });
      if (!isWanted(name)) continue;
      for (const width of widths) {
        await page.setViewportSize({ width, height });
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          // Layout, and what is drawn on canvases.
          await page.waitForTimeout(300);
          await shoot(page, `${name}-${width}-${colorScheme}`);
        }
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (overflow > 0) process.stdout.write(`${name}: ${overflow} pixels wider than ${width}\n`);
      }
      await page.setViewportSize({ width: widths[0], height });
    }
    await context.close();
    await wire.cut().catch(() => {});
  }
}
