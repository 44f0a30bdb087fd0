// What the page says and keeps when its server goes away, comes back, or the page is reloaded.

import { readFileSync } from 'node:fs';
import { parrot } from '@colloquy/server';
import { browserMissing, type ServedConsole, serveConsole } from '@support/browser.ts';
import { openWire, type Wire } from '@support/cut-wire.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/** Never comes to the second word: every answer is cut off. */
const NEVER_MS = 3_600_000;
const conversation = (page: Page) => page.getByRole('list', { name: /^Conversation/ });
const header = (page: Page) => page.locator('.server-state');
const notice = (page: Page) => page.getByRole('region', { name: 'Connection' });

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

describe.skipIf(browserMissing)(`a connection that breaks${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  let wire: Wire;
  beforeAll(async () => {
    served = await serveConsole({ engine: parrot({ pace: NEVER_MS }) });
  });
  beforeEach(async () => {
    wire = await openWire(served.url);
  });
  afterEach(async () => {
    await served.closePages();
    await wire.cut();
  });
  afterAll(() => served?.close());

  it('[CO30] keeps the conversation and what is typed, says so everywhere, and goes on when the server is back', async () => {
    const { page, faults } = await served.open('', { url: wire.url });
    await header(page)
      .getByText(/^Connected/)
      .waitFor();
    await say(page, 'remember this');
    await conversation(page).getByText('in progress').waitFor();
    await wire.cut();
    await notice(page).getByText('Connection lost (1006).').waitFor();
    await header(page)
      .getByText(/^Reconnecting (?:…|in \d+ s)$/)
      .waitFor();
    expect(await header(page).getAttribute('data-state')).toBe('lost');
    await header(page)
      .getByText(/^Reconnecting in \d+ s$/)
      .waitFor();
    await conversation(page).getByText('interrupted by the connection').waitFor();
    expect(await page.locator('.said[data-open]').count()).toBe(0);

    await say(page, 'not sent yet');
    await page.getByRole('alert').getByText('The server does not answer. Your message is still here.').waitFor();
    expect(await page.getByLabel('Message').inputValue()).toBe('not sent yet');
    await conversation(page).getByText('remember this').waitFor();

    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download log' }).click();
    const log = readFileSync(await (await saving).path(), 'utf8');
    expect(log).toContain('remember this');
    expect(log.split('\n')[0]).toContain('"recording":1');

    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page
      .getByRole('main')
      .getByText(/^The server does not answer\. Reconnecting/)
      .waitFor();
    await page.getByRole('link', { name: 'Talk', exact: true }).click();
    expect(await page.getByLabel('Message').inputValue()).toBe('not sent yet');

    await wire.mend();
    await header(page)
      .getByText(/^Connected/)
      .waitFor();
    await notice(page).getByText('Your next message starts a new session.').waitFor();
    await page.getByLabel('Message').press('Enter');
    const [first, second] = [
      page.getByRole('region', { name: 'Session 1 of 2' }),
      page.getByRole('region', { name: 'Session 2 of 2' }),
    ];
    await first.getByText('remember this').waitFor();
    await second.getByText('not sent yet').waitFor();
    await first.getByText('interrupted by the connection').waitFor();
    await second.getByText('in progress').waitFor();
    await notice(page).waitFor({ state: 'detached' });
    // Requests that found nobody are written to the console by the browser; nothing is thrown.
    expect(faults.filter((fault) => !/ERR_|WebSocket/.test(fault))).toEqual([]);
  });

  it('[CO30] says that the server is gone where a session is watched', async () => {
    const talking = await served.open();
    await say(talking.page, 'hello');
    await conversation(talking.page).getByText('in progress').waitFor();
    const { page } = await served.open('#/home', { url: wire.url });
    await page.locator('tr[data-live] a').first().click();
    await conversation(page).getByText('in progress').waitFor();
    await wire.cut();
    await notice(page).getByText('Connection lost (1006).').waitFor();
    await conversation(page).getByText('interrupted by the connection').waitFor();
  });

  it('[CO31] restores the log of a talk after a reload, without keys', async () => {
    const { page } = await served.open('', { url: wire.url });
    await say(page, 'remember this');
    await conversation(page).getByText('in progress').waitFor();
    await say(page, 'my key is sk-not-a-key-of-ours');
    await conversation(page).getByText('in progress').waitFor();
    await expect
      .poll(() => page.evaluate(storedLog).then((text) => /remember this[\s\S]*REDACTED[\s\S]*\.delta/.test(text)))
      .toBe(true);
    expect((await page.evaluate(storedLog)).includes('sk-not')).toBe(false);
    await page.reload();
    await page.getByText('The page was reloaded during a session.').waitFor();
    expect(await conversation(page).locator('.item').count()).toBe(0);
    await page.getByRole('button', { name: 'Restore conversation' }).click();
    await conversation(page).getByText('remember this').waitFor();
    await conversation(page).getByText('interrupted by the connection').waitFor();

    await expect.poll(() => page.evaluate(storedLog).then((text) => text.includes('remember this'))).toBe(true);
    await page.reload();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('button', { name: 'Discard' }).waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(storedLog)).toBe('');
    await page.reload();
    await header(page)
      .getByText(/^Connected/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Restore conversation' }).count()).toBe(0);
  });
});

/** Runs in the page: all that it keeps. */
function storedLog(): Promise<string> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('colloquy', 1);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction('talk').objectStore('talk').getAll();
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result.join('\n'));
      };
    };
  });
}
