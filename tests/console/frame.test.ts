// The frame of the console: first screen, panels and their selection, palette, theme, settings that apply as they change.

import { parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });
const hash = (page: Page) => new URL(page.url()).hash;

describe.skipIf(browserMissing)(`the frame of the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  /** What the server was sent, by type. */
  let received: { type: string; [field: string]: unknown }[] = [];
  beforeAll(async () => {
    served = await serveConsole({
      engine: parrot(),
      onLine: (_, line) => {
        if (line.from === 'client') received.push(line.event as never);
      },
    });
  });
  afterEach(async () => {
    received = [];
    await served.closePages();
  });
  afterAll(() => served?.close());

  it('[CO46, CO57] offers messages, a tool with its output, code for this server, and the demo session', async () => {
    const opened = await served.open();
    const { page } = opened;
    const code = page.getByRole('region', { name: 'Connect your agent' });
    for (const client of ['openai-node', 'Agents SDK', 'Python', 'curl']) {
      await code.getByRole('tab', { name: client }).click();
      expect(await code.locator('pre').innerText()).toContain(new URL(served.url).host);
    }
    await page.getByRole('button', { name: /^What is the weather in Paris/ }).click();
    await conversation(page).getByText('You said: What is the weather in Paris?').waitFor();
    await page.getByLabel('Message').fill('call get_weather {"city":"Paris"}');
    await page.keyboard.press('Enter');
    // Its canned output is sent, so that the answer goes on by itself.
    await expect
      .poll(() =>
        received.filter(({ item }) => (item as { type?: string } | undefined)?.type === 'function_call_output'),
      )
      .toHaveLength(1);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The session has ended.').waitFor();

    const other = await served.open();
    await other.page.getByRole('link', { name: 'Open the demo session' }).click();
    await other.page.getByRole('heading', { level: 1, name: 'Demo session' }).waitFor();
    await other.page.getByText(/^\d+ lines/).waitFor();
    expect(hash(other.page)).toBe('#/demo');
    for (const each of [opened, other]) expectSound(each);
  });

  it('[CO57] sends the changed fields of the settings, says which, and takes them back', async () => {
    const opened = await served.open();
    const { page } = opened;
    const updates = () => received.filter(({ type }) => type === 'session.update').map(({ session }) => session);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('main').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Turn detection').selectOption('server_vad');
    const toast = page.getByRole('status', { name: 'Notifications' });
    await toast.getByText('Settings applied').waitFor();
    expect(await toast.locator('pre').innerText()).toContain('"turn_detection"');
    await page.getByRole('slider', { name: 'Silence' }).fill('300');
    await expect.poll(() => updates().length).toBe(3);
    expect(updates().slice(1)).toEqual([
      { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad' } } } },
      { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } } } },
    ]);
    await toast.getByRole('button', { name: 'Undo' }).first().click();
    await expect.poll(() => updates().at(-1)).toEqual({ type: 'realtime', audio: { input: { turn_detection: null } } });
    expect(await page.getByLabel('Turn detection').inputValue()).toBe('none');
    expectSound(opened);
  });

  it('[CO39] sends the change that advice proposes to the live session', async () => {
    const opened = await served.open('', { viewport: { width: 1280, height: 800 }, isAlone: true });
    const { page } = opened;
    await page.clock.install();
    await page.reload();
    await page.getByRole('button', { name: /^What is the weather in Paris/ }).click();
    await conversation(page).getByText('You said: What is the weather in Paris?').waitFor();
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Canned output').fill('');
    await page.getByRole('button', { name: 'Close settings' }).click();
    await page.getByLabel('Message').fill('call get_weather {"city":"Paris"}');
    await page.keyboard.press('Enter');
    const answer = page.getByLabel('What does get_weather return?');
    await answer.waitFor();
    // A tool that takes a minute of the page's clock.
    await page.clock.fastForward(60_000);
    await answer.fill('sunny');
    await page.getByRole('button', { name: 'Send output' }).click();
    await conversation(page)
      .getByText(/^You said: call get_weather/)
      .waitFor();
    await conversation(page)
      .getByRole('button', { name: /^Turn 2/ })
      .click();
    const advice = page.getByRole('complementary', { name: 'Inspector' }).getByRole('region', { name: 'Advice' });
    await advice.getByText(/^get_weather took \d/).waitFor();
    received = [];
    await advice.getByRole('button', { name: 'Try it' }).click();
    await advice.getByRole('button', { name: 'Sent' }).waitFor();
    await expect
      .poll(() => received.map(({ type, session }) => ({ type, session })))
      .toEqual([
        {
          type: 'session.update',
          session: { type: 'realtime', instructions: expect.stringContaining('Before you call a tool, say') },
        },
      ]);
    expectSound(opened);
  });

  it('[CO56] shows the state of the talk, and the button that interrupts without moving anything', async () => {
    const opened = await served.open();
    const { page } = opened;
    const microphone = page.getByRole('button', { name: 'Open microphone' });
    await page.getByLabel('Message').fill('one two three four five six seven eight nine ten '.repeat(20));
    await page.keyboard.press('Enter');
    await page.locator('.phase', { hasText: /Speaking|Answering/ }).waitFor();
    const interrupt = page.getByRole('button', { name: 'Interrupt' });
    await interrupt.waitFor();
    const before = await microphone.boundingBox();
    await interrupt.click();
    await page.locator('.phase', { hasText: 'Connected' }).waitFor();
    await interrupt.waitFor({ state: 'detached' });
    expect(await microphone.boundingBox()).toEqual(before);
    expectSound(opened);
  });

  it('[CO35, CO36, CO37] selects in every panel and in the address, and finds its way by the palette', async () => {
    const opened = await served.open('#/demo', { viewport: { width: 1280, height: 800 } });
    const { page } = opened;
    const regions = ['Conversation', 'Timeline', 'Events', 'Inspector'];
    for (const name of regions) await page.getByRole('region', { name, exact: true }).first().waitFor();
    await page.getByText(/^\d+ lines/).waitFor();
    const events = page.getByRole('listbox', { name: 'Events' });
    await events.getByRole('option').nth(3).click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('region', { name: /^Line \d+$/ }).waitFor();
    await expect.poll(() => hash(page)).toMatch(/^#\/demo\?select=row:\d+$/);
    const selected = hash(page);
    await page.reload();
    await inspector.getByRole('region', { name: /^Line \d+$/ }).waitFor();
    expect(hash(page)).toBe(selected);

    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Search and commands' });
    await palette.fill('events');
    await page.keyboard.press('Enter');
    await expect.poll(() => hash(page)).toMatch(/^#\/demo\/events/);
    await inspector.getByRole('region', { name: /^Line \d+$/ }).waitFor();

    await page.setViewportSize({ width: 900, height: 800 });
    for (const name of ['Conversation', 'Events']) await page.getByRole('region', { name, exact: true }).waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    await page.getByRole('region', { name: 'Conversation', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Close inspector' }).click();
    await inspector.waitFor({ state: 'detached' });
    await expect.poll(() => hash(page)).toBe('#/demo/events');
    expectSound(opened);
  });

  it('[CO36] keeps the theme and the widths', async () => {
    const opened = await served.open('#/demo', { viewport: { width: 1400, height: 800 } });
    const { page } = opened;
    await page.getByRole('button', { name: /^Theme: system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    const line = page.getByRole('separator', { name: 'Width of the conversation' });
    await line.focus();
    await page.keyboard.press('ArrowRight');
    const width = await line.getAttribute('aria-valuenow');
    await page.reload();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    expect(await line.getAttribute('aria-valuenow')).toBe(width);
    expectSound(opened);
  });
});
