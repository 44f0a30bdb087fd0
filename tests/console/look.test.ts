// Looking at what others say: live sessions, recordings of the server, files of one's own.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const RECORDINGS = join(import.meta.dirname, '../golden/recordings');
const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
  await conversation(page).getByText(`You said: ${text}`).waitFor();
}

describe.skipIf(browserMissing)(`looking in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-recordings-'));
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole({ engine: parrot(), recordings: { folder, audio: true }, watch: 'audio' });
  });
  afterEach(() => served.closePages());
  afterAll(async () => {
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (page: Page, name: string, text: string) =>
    page.getByLabel('Open a file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

  it('[CO5] a live session is listed and watched from its middle on, read-only', async () => {
    const talking = await served.open();
    await say(talking.page, 'before you came');
    const watching = await served.open('#/home');
    const { page } = watching;
    await page.locator('tr[data-live] a').click();
    await conversation(page).getByText('You said: before you came').waitFor();
    await say(talking.page, 'while you watch');
    await conversation(page).getByText('You said: while you watch').waitFor();
    expect(await page.getByLabel('Message').count()).toBe(0);
    // The address is that of this session, for whoever it is given to.
    const again = await served.open(new URL(page.url()).hash);
    await conversation(again.page).getByText('You said: while you watch').waitFor();
    await talking.page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The session has ended.').waitFor();
    for (const each of [talking, watching, again]) expectSound(each);
  });

  it('[CO22] the list of live sessions follows what happens, and is asked for once', async () => {
    const looking = await served.open('#/home');
    let requested = 0;
    looking.page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/sessions') requested += 1;
    });
    await looking.page.getByText(/^\d+ sessions?$/).waitFor();
    const talking = await served.open();
    await say(talking.page, 'hello');
    const row = looking.page.locator('tr[data-live]');
    await row.locator('td[data-name="turns"]', { hasText: '1' }).waitFor();
    await row.getByRole('link', { name: 'hello' }).waitFor();
    await talking.page.getByRole('button', { name: 'Disconnect' }).click();
    await row.waitFor({ state: 'detached' });
    expect(requested).toBeLessThanOrEqual(1);
    for (const each of [talking, looking]) expectSound(each);
  });

  it('[MI12, MI15] a log of two sessions is shown in two blocks', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    const created = (id: string) => ({ type: 'session.created', event_id: 'e', session: { id, type: 'realtime' } });
    const item = (text: string) => ({
      ...{ type: 'conversation.item.added', event_id: 'e', previous_item_id: null },
      item: { id: 'item_same', type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    const events = [created('sess_one'), item('in the first'), created('sess_two'), item('in the second')];
    await open(page, 'two.jsonl', events.map((event) => JSON.stringify(event)).join('\n'));
    const [first, second] = [
      page.getByRole('region', { name: 'Session 1 of 2' }),
      page.getByRole('region', { name: 'Session 2 of 2' }),
    ];
    await first.getByText('in the first').waitFor();
    await second.getByText('in the second').waitFor();
    expect(await first.getByRole('heading').innerText()).toContain('sess_one');
    expect([await first.getByText('in the second').count(), await second.getByText('in the first').count()]).toEqual([
      0, 0,
    ]);
    expectSound(opened);
  });

  it('[CO64, CO65, CO68] a recording is found by its words, exported without them, deleted and restored', async () => {
    const opened = await served.open();
    const { page } = opened;
    await say(page, 'remember this');
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The session has ended.').waitFor();
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    const row = page.locator('tbody tr');
    const search = page.getByRole('searchbox', { name: 'Search in what was said' });
    await search.fill('said: REMEMBER');
    await page.getByText('1 session', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Has error' }).click();
    await page.getByText('No session matches').waitFor();
    await page.getByRole('button', { name: 'Has error' }).click();
    await page.getByRole('columnheader', { name: 'Turns' }).getByRole('button').click();
    await page.locator('th[aria-sort="descending"]', { hasText: 'Turns' }).waitFor();
    await row.getByRole('link', { name: 'remember this' }).click();
    await conversation(page).getByText('You said: remember this').waitFor();
    // It was written down with its audio.
    await page.getByRole('img', { name: /^Audio of the assistant, \d/ }).waitFor();
    await page.goBack();
    await page.locator('th[aria-sort="descending"]', { hasText: 'Turns' }).waitFor();
    expect(await search.inputValue()).toBe('said: REMEMBER');
    expect(new URL(page.url()).hash).toBe('#/home?sort=-turns&q=said%3A+REMEMBER');
    // Another page sorts as this one did, and does not know what was searched.
    const { page: next } = await served.open('#/home');
    await next.locator('th[aria-sort="descending"]', { hasText: 'Turns' }).waitFor();
    expect(new URL(next.url()).hash).toBe('#/home?sort=-turns');
    await next.close();

    await search.fill('remember this');
    await page.getByText('1 session', { exact: true }).waitFor();
    const choose = async (action: string) => {
      await row.getByRole('button', { name: 'Actions for remember this' }).click();
      await page.getByRole('menuitem', { name: action }).click();
    };
    await choose('Export …');
    expect(await page.getByRole('radio').count()).toBe(3);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toMatch(/^[\w-]+\.content\.jsonl$/);
    const shared = readFileSync(await download.path(), 'utf8');
    expect(shared).toContain('"hidden":["key","media","words"]');
    expect(shared).not.toContain('remember this');

    const recorded = () => readdirSync(folder).filter((name) => name.endsWith('.jsonl')).length;
    const before = recorded();
    await choose('Delete');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    expect(recorded()).toBe(before);
    await choose('Delete');
    await page.getByRole('button', { name: 'Dismiss message' }).click();
    await expect.poll(recorded).toBe(before - 1);
    await page.getByText('No session matches').waitFor();
    expectSound(opened);
  });

  it('what is shared of a session in the page is a recording like any other', async () => {
    const opened = await served.open();
    const { page } = opened;
    await say(page, 'pass this on');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByLabel('With text, without audio and images').check();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const file = join(folder, 'shared.txt');
    writeFileSync(file, readFileSync(await (await saving).path()));
    await page.goto(`${served.url}/#/home`);
    await page.getByLabel('Open a file').setInputFiles(file);
    await conversation(page).getByText('You said: pass this on').waitFor();
    await page.getByText('audio not in this recording').waitFor();
    expectSound(opened);
  });

  it('a file shows what was truncated, cancelled and called, in words', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    const text = {
      truncation: /^truncated, /,
      'cancel-mid-response': /^cancelled: by the client$/,
      mcp: /^MCP call$/,
    };
    for (const [name, output] of Object.entries(text)) {
      await open(page, name, readFileSync(join(RECORDINGS, `${name}.jsonl`), 'utf8'));
      await conversation(page).getByText(output).first().waitFor();
      expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
      await page.goBack();
    }
    expectSound(opened);
  });

  it('items that were inserted and deleted are marked where they stand', async () => {
    const item = (id: string) => ({
      ...{ id, object: 'realtime.item', type: 'message', role: 'user', status: 'completed' },
      content: [{ type: 'input_text', text: `item ${id}` }],
    });
    const added = (id: string, previous_item_id: string | null) => ({
      ...{ type: 'conversation.item.added', event_id: 'e', previous_item_id },
      item: item(id),
    });
    const events = [
      added('a', null),
      added('b', 'a'),
      added('c', 'b'),
      added('between', 'a'),
      { type: 'conversation.item.deleted', event_id: 'e', item_id: 'b' },
    ];
    const opened = await served.open('#/home');
    await open(opened.page, 'foreign.log', events.map((event) => JSON.stringify(event)).join('\n'));
    await conversation(opened.page).getByText('item c').waitFor();
    expect(await conversation(opened.page).locator('.item').allInnerTexts()).toEqual([
      expect.stringContaining('item a'),
      expect.stringMatching(/inserted[\s\S]*item between/),
      expect.stringMatching(/deleted[\s\S]*item b/),
      expect.stringContaining('item c'),
    ]);
    expectSound(opened);
  });

  it('a file dropped on the page is opened, and its images are drawn from their bytes', async () => {
    // One red pixel.
    const png =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';
    const content = [
      { type: 'input_image', image_url: png, detail: 'auto' },
      { type: 'input_image', image_url: 'https://elsewhere.test/image.png', detail: 'auto' },
    ];
    const item = { id: 'a', object: 'realtime.item', type: 'message', role: 'user', status: 'completed', content };
    const event = { type: 'conversation.item.added', event_id: 'e', previous_item_id: null, item };
    const opened = await served.open();
    const { page } = opened;
    await page.getByLabel('Message').waitFor();
    const dataTransfer = await page.evaluateHandle((text) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([text], 'dropped.log'));
      return dropped;
    }, JSON.stringify(event));
    await page.dispatchEvent('body', 'drop', { dataTransfer });
    await page.getByRole('heading', { name: 'dropped.log' }).waitFor();
    const image = page.getByRole('img', { name: 'Image of the user, 1 × 1' });
    await image.waitFor();
    const pixel = await image.evaluate((canvas: HTMLCanvasElement) => [
      ...(canvas.getContext('2d')?.getImageData(0, 0, 1, 1).data ?? []),
    ]);
    expect(pixel).toEqual([255, 0, 0, 255]);
    await conversation(page).getByText('https://elsewhere.test/image.png').waitFor();
    expectSound(opened);
  });

  it('[CO32] names what a wrong file was taken for, its first line and the formats that can be opened', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    const card = page.getByRole('region', { name: 'No Realtime events found' });
    for (const [text, takenFor, start] of [
      ['', 'an empty file', undefined],
      ['\u007fELF\u0000\u0001garbage\n{"a":', 'binary data', '7f 45 4c 46 00'],
      ['[1, 2, 3]', 'JSON without Realtime events', '[1, 2, 3]'],
      ['{"log": {"entries": []}}', 'a HAR file without Realtime messages', '{"log": {"entries": []}}'],
      ['Dear diary,\nnothing happened.', 'plain text', 'Dear diary,'],
    ] as const) {
      await open(page, 'not a log', text);
      await card.getByText(takenFor, { exact: true }).waitFor();
      if (start !== undefined) expect(await card.locator('pre').innerText()).toContain(start);
      await card.getByText('HAR file of a browser').waitFor();
      expect(await page.getByRole('slider', { name: 'Moment' }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0);
      await page.goBack();
    }
    expectSound(opened);
  });

  it('[CO32] says that a file may be dropped while one is dragged over the page', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByLabel('Message').waitFor();
    const dataTransfer = await page.evaluateHandle(() => {
      const dragged = new DataTransfer();
      dragged.items.add(new File(['{}'], 'dragged.log'));
      return dragged;
    });
    await page.dispatchEvent('body', 'dragover', { dataTransfer });
    await page.getByText('Drop to open. Nothing leaves this page.').waitFor();
    await page.dispatchEvent('body', 'dragleave', { dataTransfer });
    await page.getByText('Drop to open. Nothing leaves this page.').waitFor({ state: 'detached' });
    expectSound(opened);
  });

  it('an address of something that is not there is told in words', async () => {
    const opened = await served.open('#/recording/nowhere');
    await opened.page
      .getByText(/nothing|no recording/i)
      .first()
      .waitFor();
    await opened.page.goto(`${served.url}/#/session/sess_nowhere`);
    await opened.page.getByText('Cannot observe this session').waitFor();
  });
});
