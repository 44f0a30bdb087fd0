// The first hour with the product, as one script: start, talk, call a tool, interrupt, find why a turn was slow, make a test of the
// session, share it. The command and the page are those a user has.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { browserMissing, type ConsoleBrowser, expectSound, startBrowser } from '@support/browser.ts';
import { buildBefore } from '@support/build-before.ts';
import { run, type Served, serve } from '@support/colloquy.ts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

buildBefore('packages', 'console');

describe.skipIf(browserMissing)(`the first hour${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  // Inside the repository, so that the test that is made finds the packages.
  const folder = mkdtempSync(join(root, 'node_modules/.first-hour-'));
  let server: Served;
  let browser: ConsoleBrowser;
  beforeAll(async () => {
    server = await serve(['--engine', 'parrot', '--no-detector', '--data-dir', folder]);
    browser = await startBrowser(server.url);
  });
  afterAll(async () => {
    await browser?.close();
    server?.child.kill('SIGTERM');
    await server?.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  it('talks, calls a tool, interrupts, and makes a test of it that passes', async () => {
    const opened = await browser.open();
    const { page } = opened;
    const say = async (text: string) => {
      await page.getByLabel('Message').fill(text);
      await page.keyboard.press('Enter');
    };
    await page.getByRole('button', { name: /^What is the weather in Paris/ }).click();
    await conversation(page).getByText('You said: What is the weather in Paris?').waitFor();
    await say('call get_weather {"city":"Paris"}');
    await conversation(page).locator('.steps').getByText('Output', { exact: true }).waitFor();
    await conversation(page)
      .getByText(/^You said: call get_weather/)
      .waitFor();
    await say('one two three four five six seven eight nine ten eleven twelve');
    await page.waitForFunction(
      () => Number(document.querySelector('[data-speaking]')?.getAttribute('data-speaking')) > 600,
    );
    await page.keyboard.press('Escape');
    await conversation(page)
      .getByText(/^truncated, /)
      .last()
      .waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The session has ended.').waitFor();
    expectSound(opened);

    const [name = ''] = readdirSync(join(folder, 'recordings')).filter((file) => file.endsWith('.jsonl'));
    const made = await run(['convert', join(folder, 'recordings', name), '--to', 'test']);
    expect(made.code, made.stderr).toBe(0);
    const file = join(folder, 'made.test.mjs');
    writeFileSync(file, made.stdout);
    await execute(process.execPath, ['--test', file], { env: { PATH: process.env.PATH } });
  });

  it('finds why a turn was slow, and shares the session as a page that needs no server', async () => {
    const opened = await browser.open('#/demo', { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await page.getByText(/^\d+ lines/).waitFor();
    const slowest = page.locator('.turn-head button', { hasText: /first audio 4\.\d+ s/ });
    await slowest.click();
    const card = page.getByRole('complementary', { name: 'Inspector' }).getByRole('region', { name: /^Turn \d+$/ });
    const msOf = async (stage: string) =>
      Number(await card.getByRole('row').filter({ hasText: stage }).getByRole('cell').first().innerText());
    expect(await msOf('LLM to first token')).toBeGreaterThan((await msOf('Total')) / 2);
    await card.getByRole('heading', { name: 'Advice' }).waitFor();

    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByLabel('Everything except keys').check();
    await page.getByLabel('Web page that shows the log by itself').check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Save' }).click(),
    ]);
    const shared = join(folder, 'shared.html');
    await download.saveAs(shared);
    expectSound(opened);
    const alone = await browser.browser.newPage();
    await alone.goto(String(pathToFileURL(shared)));
    await conversation(alone).getByText('What is the weather like in Paris this evening?').first().waitFor();
    await alone.close();
  });
});
