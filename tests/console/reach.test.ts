// Logs beyond their server: the demo, the viewer as a file, a log shared as a web page; and sessions that go on from a recording.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { newFolder, stopAll } from '@support/dial.ts';
import { escaped, HOSTILE, hostileLog } from '@support/hostile-strings.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const DEMO = join(import.meta.dirname, '../../packages/console/public/demo.jsonl');
const NAME = '20260101T100000Z-sess_demo';
const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

describe.skipIf(browserMissing)(`beyond the server${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  let folder: string;
  beforeAll(async () => {
    folder = newFolder();
    served = await serveConsole({ engine: parrot(), recordings: { folder, audio: true } });
    cpSync(DEMO, join(folder, `${NAME}.jsonl`));
  });
  afterEach(() => served.closePages());
  afterAll(async () => {
    await served?.close();
    await stopAll();
  });

  /** A page from a file, and what it asked for, threw or was forbidden. */
  async function openedFile(file: string, hash = '') {
    const page = await served.browser.newPage({ viewport: { width: 1300, height: 850 } });
    const requests: string[] = [];
    const faults: string[] = [];
    page.on('request', (request) => {
      if (!/^(?:data|blob):/.test(request.url())) requests.push(request.url());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${pathToFileURL(file)}${hash}`);
    return { page, requests, faults };
  }

  it('[CO50] opens the demo session at #/demo, without a request for it below /api', async () => {
    const opened = await served.open('#/demo');
    await conversation(opened.page).getByText('What is the weather like in Paris this evening?').first().waitFor();
    await opened.page.getByText(/^\d+ lines/).waitFor();
    const urls = await opened.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(urls.filter((each) => each.includes('/api/') && !each.endsWith('/api/status'))).toEqual([]);
    expectSound(opened);
  });

  it('[CO54] the viewer opens logs from a disk, and asks for nothing', async () => {
    const { page, requests, faults } = await openedFile(join(served.consoleDir, 'viewer.html'));
    await page.getByRole('heading', { name: 'See a Realtime conversation' }).waitFor();
    expect(await page.getByRole('link', { name: /^(Talk|Sessions)$/ }).count()).toBe(0);
    await page.getByLabel('Open a file').setInputFiles(DEMO);
    await conversation(page).getByText('What is the weather like in Paris this evening?').first().waitFor();
    await page.getByRole('link', { name: 'Compare', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
    expect([requests.length, faults]).toEqual([1, []]);
    await page.close();
  });

  it('[CO55] shares a hostile log as a web page that shows it from a disk, as text, and does nothing it says', async () => {
    const opened = await served.open('#/home');
    const buffer = Buffer.from(hostileLog());
    await opened.page.getByLabel('Open a file').first().setInputFiles({ name: 'x', mimeType: 'text/plain', buffer });
    await opened.page.getByRole('button', { name: 'Share' }).click();
    await opened.page.getByLabel('Everything except keys').check();
    await opened.page.getByLabel('Web page that shows the log by itself').check();
    const [download] = await Promise.all([
      opened.page.waitForEvent('download'),
      opened.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.key\.html$/);
    const file = join(folder, 'shared.html');
    await download.saveAs(file);
    expectSound(opened);

    const { page, requests, faults } = await openedFile(file);
    await conversation(page).waitFor();
    for (const more = page.getByRole('button', { name: /^Show \d+ earlier/ }); (await more.count()) > 0; )
      await more.click();
    const text = await page.evaluate(() => document.getElementById('app')?.textContent ?? '');
    expect(HOSTILE.filter((each) => !text.includes(escaped(each)))).toEqual([]);
    for (const tab of ['Timeline', 'Events']) await page.getByRole('link', { name: tab, exact: true }).click();
    const marks = () => [
      Reflect.get(window, '__hit'),
      document.scripts.length,
      document.querySelectorAll('iframe').length,
    ];
    expect(await page.evaluate(marks)).toEqual([undefined, 3, 0]);
    expect([requests.length, faults]).toEqual([1, []]);
    await page.close();
  });

  it('[CO51, CO71] forks a recording at the shown moment with another tool, goes on in Talk, and compares', async () => {
    const opened = await served.open(`#/recording/${NAME}?at=180`);
    const { page } = opened;
    await conversation(page).getByText('Lovely. Book us a table for two at eight.').first().waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Fork from here' }).click();
    const dialog = page.getByRole('dialog', { name: 'Fork from here' });
    await expect.poll(() => dialog.getByLabel('Instructions').inputValue()).toContain('concierge');
    await dialog.getByLabel('Instructions').fill('Answer in one word.');
    await dialog.getByRole('button', { name: 'Add a tool' }).click();
    await page.getByRole('menuitem', { name: 'Function', exact: true }).click();
    await dialog.getByLabel('Canned output').last().fill('sunny');
    await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Talk' }).waitFor();
    await conversation(page).getByText('Lovely. Book us a table for two at eight.').first().waitFor();
    await page.getByRole('textbox', { name: /message/i }).fill('And now?');
    await page.keyboard.press('Enter');
    await conversation(page).getByText('You said: And now?').first().waitFor();
    await page.getByRole('button', { name: 'Compare with the original' }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
    await page.getByRole('link', { name: 'Talk', exact: true }).click();
    await page.getByRole('textbox', { name: /message/i }).fill('call function_1 {}');
    await page.keyboard.press('Enter');
    await conversation(page).getByText('You said: call function_1 {} sunny').waitFor();
    expectSound(opened);
  });
});
