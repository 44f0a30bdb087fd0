// `npm run screenshots`: takes the pictures of the console, with real sessions of the offline engine. Ids and times
// differ each time.

import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { provideChromium } from './chromium.mjs';
import { install } from './install.mjs';
import { requireNode, root } from './run.mjs';
import { takeMatrix } from './screenshot-matrix.mjs';
import { SCENES } from './screenshot-scenes.mjs';

const HELP = `npm run screenshots [-- [--all] [NAME …]]

  Takes the pictures of README.md and docs/console.md, light and dark, into docs/images.

  --all   takes twelve screens instead, light and dark, 1440, 1024 and 390 pixels wide, into screenshots/ (not in git)
  NAME    only the pictures whose name contains one of these, such as: talk
  --help  prints this text
`;

const IMAGES = join(root, 'docs/images');
const DEMO = join(root, 'packages/console/public/demo.jsonl');

/** The arguments, or the process ends. */
function readArguments() {
  try {
    const options = { all: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const isWanted = (name) => positionals.length === 0 || positionals.some((part) => name.includes(part));

requireNode();
const failed = (await install()) || (await build());
if (failed) process.exit(failed);
const { env } = await provideChromium();
if (!env.CHROMIUM) process.exit(1);

const { createServer, openEngines, parrot } = await import('@colloquy/server');
const { chromium } = await import('playwright-core');

async function shoot(page, path) {
  await page.screenshot({ path, animations: 'disabled' });
  process.stdout.write(`${path}: ${Math.ceil(statSync(path).size / 1000)} kB\n`);
}

async function takeImages(browser, url) {
  mkdirSync(IMAGES, { recursive: true });
  for (const [name, lead] of Object.entries(SCENES)) {
    if (!isWanted(name)) continue;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(url);
    await lead(page);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      // Fonts, layout, and what is drawn on canvases.
      await page.waitForTimeout(400);
      await shoot(page, join(IMAGES, `console-${name}-${colorScheme}.png`));
    }
    await context.close();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-screenshots-'));
const recordings = join(dataDir, 'recordings');
const { engines: voices, close } = await openEngines({ offline: {} });
const server = createServer({
  ...{ port: 0, dataDir, recordings: { folder: recordings, audio: true }, watch: 'audio' },
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
try {
  if (values.all) {
    const folder = join(root, 'screenshots');
    mkdirSync(folder, { recursive: true });
    mkdirSync(recordings, { recursive: true });
    cpSync(DEMO, join(recordings, '20260101T100000Z-sess_demo.jsonl'));
    await takeMatrix({ browser, url, isWanted, shoot: (page, name) => shoot(page, join(folder, `${name}.png`)) });
  } else await takeImages(browser, url);
} finally {
  await browser.close();
  await server.close({ graceMs: 0 });
  await close();
  rmSync(dataDir, { recursive: true, force: true });
}
