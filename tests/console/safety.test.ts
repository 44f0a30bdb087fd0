// What the page must withstand, and whom it must serve: content is data whatever it says; everything can be reached by keyboard, is
// named for those who listen, and fits a narrow screen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createServer, parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { dial, newFolder, stopAll, stops } from '@support/dial.ts';
import { fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import { escaped, HOSTILE, hostileLog, spoiltEvents, UNSEEN } from '@support/hostile-strings.ts';
import { framesOf } from '@support/logs.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RECORDINGS = join(import.meta.dirname, '../golden/recordings');
const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** What the checker finds serious in the page as it is now. */
async function findings(page: Page): Promise<string[]> {
  // By the debugger, as no page may run it itself.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const match = (await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: unknown }> } };
    return (await axe.run()).violations;
  })) as Finding[];
  return match
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** What is in the page that the page did not put there. */
function strangeElements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const own = new Set(document.querySelectorAll('head > *'));
    const strange =
      'script,style,link,iframe,object,embed,img,video,svg:not(.icon[aria-hidden=true], .sparkline[aria-hidden=true]),math,base,meta,template,form[action]';
    const handlers = [...document.querySelectorAll('*')].filter((element) =>
      element.getAttributeNames().some((name) => name.startsWith('on')),
    );
    const links = [...document.querySelectorAll('a')].filter((link) => !link.getAttribute('href')?.startsWith('#/'));
    const elements = [...document.querySelectorAll(strange)].filter((element) => !own.has(element));
    return [...elements, ...handlers, ...links].map((element) => element.outerHTML.slice(0, 200));
  });
}

/** Text and attributes of the page in which something stands that nobody sees, and the title of the page. */
function unseen(page: Page): Promise<string[]> {
  return page.evaluate(
    ([source, flags]) => {
      const pattern = new RegExp(source, flags);
      const attributes = ['aria-label', 'title', 'alt', 'placeholder'];
      const texts = [document.title];
      for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode(); )
        texts.push(walker.currentNode.nodeValue ?? '');
      for (const element of document.querySelectorAll('*'))
        for (const name of attributes) texts.push(element.getAttribute(name) ?? '');
      return texts.filter((text) => pattern.test(text)).map((text) => JSON.stringify(text.slice(0, 120)));
    },
    [UNSEEN.source, UNSEEN.flags] as const,
  );
}

/** Nothing became more than text, ran, or hides from who looks. */
async function expectText(page: Page): Promise<void> {
  expect(await strangeElements(page)).toEqual([]);
  expect(await unseen(page)).toEqual([]);
  const marks = await page.evaluate(() => [Reflect.get(window, '__hit'), Reflect.get(Object.prototype, 'polluted')]);
  expect(marks).toEqual([undefined, undefined]);
}

/** Opens every view of the log that is shown, and looks at some of its events whole. */
async function expectTextInEveryView(page: Page): Promise<void> {
  await expectText(page);
  for (const tab of ['Timeline', 'Events']) {
    await page.getByRole('link', { name: tab, exact: true }).click();
    if (tab === 'Timeline') await page.getByText('Spans as a table').click();
    await expectText(page);
  }
  await page.getByRole('listbox', { name: 'Events' }).focus();
  for (let line = 0; line < 4; line++) {
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowDown');
    await expectText(page);
  }
  await compareWith(page);
  await expectText(page);
}

async function compareWith(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Compare with …' }).click();
}

/** Opens a file, and waits until the whole of it is read. */
async function openFile(page: Page, name: string, text: string): Promise<void> {
  const buffer = Buffer.from(text);
  await page.getByLabel('Open a file').setInputFiles({ name, mimeType: 'text/plain', buffer });
  await page.locator('.log-state[data-state="ended"]').waitFor();
}

const ENDING = {
  ...{ id: 'item_end', object: 'realtime.item', type: 'message', role: 'user', status: 'completed' },
  content: [{ type: 'input_text', text: 'this is the end' }],
};

const OF_A_FILE = ['#/file', '#/file/timeline', '#/file/events?at=5', '#/compare/file%3A1/file%3A1'];

describe.skipIf(browserMissing)(`the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole({ engine: parrot() });
  });
  afterEach(() => served.closePages());
  afterAll(() => served?.close());

  it(`[CO25] shows ${HOSTILE.length} hostile strings as text, and does nothing they say`, async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await openFile(page, `<img src=x onerror=alert(1)>${HOSTILE[2]}`, hostileLog());
    await conversation(page).waitFor();
    for (const more = page.getByRole('button', { name: /^Show \d+ earlier/ }); (await more.count()) > 0; )
      await more.click();
    const text = await page.evaluate(() => document.body.textContent);
    const lost = HOSTILE.filter((each) => !text?.includes(escaped(each)));
    expect(lost).toEqual([]);
    expect(await strangeElements(page)).toEqual([]);
    for (const tab of ['Timeline', 'Events']) {
      await page.getByRole('link', { name: tab, exact: true }).click();
      expect(await strangeElements(page)).toEqual([]);
    }
    const events = page.getByRole('listbox', { name: 'Events' });
    await events.focus();
    const whole = new Set<string>();
    for (let line = 0; line < 30; line++) {
      await page.keyboard.press('ArrowDown');
      whole.add(await page.locator('.event-detail').innerText());
      expect(await strangeElements(page)).toEqual([]);
    }
    expect(whole.size).toBe(30);
    await compareWith(page);
    const changed = hostileLog().replaceAll('script', 'scripted');
    await page
      .getByLabel('Right: open a file')
      .setInputFiles({ name: HOSTILE[0] as string, mimeType: 'text/plain', buffer: Buffer.from(changed) });
    await page.getByText(/^The first difference is at line/).waitFor();
    for (let times = 0; times < 20; times++) {
      await page.keyboard.press('d');
      expect(await strangeElements(page)).toEqual([]);
    }
    expect(
      await page.evaluate(() => [Reflect.get(window, '__hit'), Reflect.get(Object.prototype, 'polluted')]),
    ).toEqual([undefined, undefined]);
    expectSound(opened);
  });

  it.each(['text-turn', 'tool-round', 'truncation', 'mcp', 'errors', 'speech-turns'])(
    '[CO25] shows a log with a hostile string in every field as text in every view: %s',
    async (name) => {
      for (const all of [false, true]) {
        const sides = framesOf(name).map(({ from }) => from);
        const events = spoiltEvents(
          framesOf(name).map(({ event }) => event),
          { all },
        );
        const text = events.map((event, at) => JSON.stringify({ t: at, from: sides[at], event })).join('\n');
        const opened = await served.open('#/home');
        const { page } = opened;
        await openFile(page, `\u202e${HOSTILE[2]}`, text);
        await page.locator('.conversation').waitFor();
        await expectTextInEveryView(page);
        expectSound(opened);
      }
    },
  );

  it('[CO25] shows a live session with a hostile string in every field as text, watched and talked to', async () => {
    const upstream = await fakeUpstream();
    const relayed = createServer({
      ...{ port: 0, consoleDir: served.consoleDir, dataDir: newFolder() },
      upstream: { url: upstream.url, key: 'sk-upstream' },
    });
    const { url } = await relayed.listen();
    stops.push(() => relayed.close({ graceMs: 0 }));
    const spoilt = ['tool-round', 'mcp', 'truncation'].flatMap((name) => {
      const text = framesOf(name).filter(({ from, event }) => from === 'server' && event.type !== 'session.created');
      return spoiltEvents(text.map(({ event }) => event));
    });
    const client = dial(url, {}, `?model=${encodeURIComponent(`\u202e${HOSTILE[0]}`)}`);
    const far = await nextOf(upstream.connections);
    await client.next('session.created');
    const watching = await served.open('#/home', { url });
    const { page } = watching;
    await page.locator('td[data-name="engine"]').waitFor();
    await expectText(page);
    await page.locator('tr[data-live] a').click();
    await page.getByText('observing, read-only').waitFor();
    far.say(...spoilt);
    far.say({ type: 'conversation.item.added', event_id: 'end', previous_item_id: null, item: ENDING });
    await conversation(page).getByText('this is the end').waitFor();
    await expectTextInEveryView(page);
    const talking = await served.open('#/talk', { url });
    await talking.page.getByLabel('Message').fill('hello');
    await talking.page.keyboard.press('Enter');
    const other = await nextOf(upstream.connections);
    other.say(...spoilt);
    other.say({ type: 'conversation.item.added', event_id: 'end', previous_item_id: null, item: ENDING });
    await conversation(talking.page).getByText('this is the end').waitFor();
    await expectTextInEveryView(talking.page);
    for (const each of [watching, talking]) expectSound(each);
    await stopAll();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing serious to find for a checker of accessibility (%s)',
    async (colorScheme) => {
      const opened = await served.open('', { colorScheme });
      const { page } = opened;
      const match: Record<string, string[]> = {};
      const check = async (what: string) => {
        match[what] = await findings(page);
      };
      await page.getByLabel('Message').fill('hello');
      await page.keyboard.press('Enter');
      await conversation(page).getByText('You said: hello').waitFor();
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByLabel('Tools (JSON)').waitFor();
      await check('talk');
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await check('shortcuts');
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      for (const tab of ['Timeline', 'Events', 'Compare', 'Sessions']) {
        await page.getByRole('link', { name: tab, exact: true }).click();
        await check(tab);
      }
      for (const name of ['mcp', 'truncation', 'tool-round']) {
        await openFile(page, name, readFileSync(join(RECORDINGS, `${name}.jsonl`), 'utf8'));
        await page.getByRole('heading', { name }).waitFor();
        await check(name);
        for (const tab of ['Timeline', 'Events']) {
          await page.getByRole('link', { name: tab, exact: true }).click();
          if (tab === 'Events') await page.getByRole('listbox').getByRole('option').nth(4).click();
          else await page.getByText('Spans as a table').click();
          await check(`${name}, ${tab}`);
          await page.goBack();
        }
        await page.goBack();
      }
      await page.goto(`${served.url}/#/compare/file%3A1/-`);
      const buffer = readFileSync(join(RECORDINGS, 'mcp.jsonl'));
      await page.getByLabel('Right: open a file').setInputFiles({ name: 'other', mimeType: 'text/plain', buffer });
      await page.getByText(/^The first difference is at line/).waitFor();
      await check('two logs');
      expect(Object.entries(match).filter(([, list]) => list.length > 0)).toEqual([]);
      expectSound(opened);
    },
  );

  it('can be used with the keyboard alone', async () => {
    const opened = await served.open();
    const { page } = opened;
    const focused = () =>
      page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.id);
    // The message field has the focus.
    await page.waitForFunction(() => document.activeElement?.id === 'say');
    for (let i = 0; i < 20 && (await focused()) !== 'Skip to the content'; i++) await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.keyboard.press('n');
    expect(await focused()).toBe('say');
    await page.keyboard.type('n is a letter here, and ? a sign');
    await page.keyboard.press('Enter');
    await conversation(page).getByText('You said: n is a letter here, and ? a sign').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('3');
    await page.locator('.views [aria-current="page"]', { hasText: 'Events' }).waitFor();
    const events = page.getByRole('listbox', { name: 'Events' });
    for (let i = 0; i < 60 && !(await events.evaluate((list) => list === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('region', { name: /^Line \d+$/ }).waitFor();
    await page.keyboard.press('2');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
    for (const key of ['>', 'Escape', 'Escape', '+', 'ArrowRight', '0']) await page.keyboard.press(key);
    await page.keyboard.press('1');
    await conversation(page).getByText('You said: n is a letter here').waitFor();
    // Back to before anything was said, and on to now.
    for (let i = 0; i < 200 && (await conversation(page).locator('.item').count()) > 0; i++)
      await page.keyboard.press(',');
    await page.getByText('Type a message below').waitFor();
    await page.keyboard.press('l');
    await conversation(page).getByText('You said: n is a letter here, and ? a sign').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('interrupt the response').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('s');
    const tools = page.getByLabel('Tools (JSON)');
    await tools.waitFor();
    for (let i = 0; i < 60 && !(await tools.evaluate((field) => field === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.type('[]');
    await page.getByText('No tools.').waitFor();
    // The first one may interrupt what is still heard.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('searchbox', { name: 'Search in what was said' }).waitFor();
    expectSound(opened);
  });

  it('fits a narrow screen', async () => {
    const opened = await served.open('', { viewport: { width: 340, height: 640 } });
    const { page } = opened;
    await page.getByLabel('Message').fill('word '.repeat(40) + 'x'.repeat(200));
    await page.keyboard.press('Enter');
    await conversation(page).getByText('You said:').waitFor();
    await page.evaluate(() => location.assign('#/home'));
    await openFile(page, 'speech-turns', readFileSync(join(RECORDINGS, 'speech-turns.jsonl'), 'utf8'));
    await page.getByRole('heading', { name: 'speech-turns' }).waitFor();
    const widths: [string, number][] = [];
    for (const hash of ['#/talk', '#/talk/timeline', '#/talk/events', '#/home', '#/compare/-/-', ...OF_A_FILE]) {
      await page.evaluate((to) => location.assign(to), hash);
      widths.push([hash, await page.evaluate(() => document.documentElement.scrollWidth)]);
    }
    expect(widths.filter(([, width]) => width > 340)).toEqual([]);
    expectSound(opened);
  });
});
