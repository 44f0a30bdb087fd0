// Finding out what happened: time travel, the timeline, every event, two logs beside each other.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { spokenLog } from '@support/spoken-log.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const golden = (name: string) => readFileSync(join(import.meta.dirname, `../golden/recordings/${name}.jsonl`), 'utf8');
const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });
const moment = (page: Page) => page.getByRole('slider', { name: 'Moment' });
const travel = (page: Page) => page.getByRole('group', { name: 'Time travel' });
const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

async function open(page: Page, name: string, text = golden(name)): Promise<void> {
  await page.getByLabel('Open a file').setInputFiles(file(name, text));
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText(/^[\d,]+ lines/).waitFor();
}
async function addFilter(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await page.getByRole('menuitem', { name }).click();
}
const view = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Views of this log' }).getByRole('link', { name }).click();

describe.skipIf(browserMissing)(`the past in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole({ engine: parrot() });
  });
  afterEach(() => served.closePages());
  afterAll(() => served?.close());

  it('a recording is scrubbed, and the conversation is shown as it stood', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await open(page, 'truncation');
    await conversation(page)
      .getByText(/^truncated/)
      .first()
      .waitFor();
    const items = await conversation(page).locator('.item').count();
    await moment(page).focus();
    await page.keyboard.press('Home');
    await page.getByText('No items yet').waitFor();
    await page.getByText('before line 1').waitFor();
    const seen = new Set<number>();
    for (let step = 0; step < 400 && (await travel(page).getByRole('button', { name: 'All' }).isEnabled()); step++) {
      await page.keyboard.press('.');
      seen.add(await conversation(page).locator('.item').count());
    }
    expect([...seen]).toEqual([...seen].sort((a, b) => a - b));
    expect([...seen].at(-1)).toBe(items);
    expect(seen.size).toBeGreaterThan(2);
    await conversation(page)
      .getByText(/^truncated/)
      .first()
      .waitFor();
    expectSound(opened);
  });

  it('a moment has an address, and a recording plays on from it', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await open(page, 'tool-round');
    await page.goto(`${page.url()}?at=5`);
    await page.getByText(/^line 5 of \d+/).waitFor();
    await page.keyboard.press('.');
    await expect.poll(() => page.url()).toMatch(/\?at=(?!5$)\d+$/);
    await page.keyboard.press('k');
    await travel(page).getByRole('button', { name: 'All', disabled: true }).waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expectSound(opened);
  });

  it('the timeline says what took how long, leads to the line, and to the errors', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await open(page, 'errors');
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
    await page.getByRole('button', { name: 'Next error' }).click();
    const link = page.getByRole('status').getByRole('link', { name: /^line \d+$/ });
    const line = /\d+/.exec(await link.innerText())?.[0];
    await link.click();
    await page.getByRole('region', { name: `Line ${line}` }).waitFor();
    await page
      .getByRole('region', { name: `Line ${line}` })
      .getByText(/error|failed/)
      .first()
      .waitFor();

    await page.goto(`${served.url}/#/home`);
    await open(page, 'speech-turns');
    await view(page, 'Timeline');
    // What is drawn is said in a table as well.
    await page.getByText('Spans as a table').click();
    for (const name of ['User speech', 'Time to first audio']) await page.getByRole('row', { name }).first().waitFor();
    await page.getByRole('img', { name: /^Timeline: / }).hover();
    await page.mouse.wheel(0, -400);
    for (const key of ['+', '-', 'ArrowRight', 'ArrowLeft', '0', '>', '<']) await page.keyboard.press(key);
    expectSound(opened);
  });

  it('[CO35, CO38, CO39] a turn is selected in every view, and its card says where the time went', async () => {
    const opened = await served.open('#/home', { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    const turn = { ...{ speechMs: 2400, answerMs: 1500 }, pauses: [400, 1000, 1600].map((at) => [at, 160] as const) };
    const log = spokenLog([
      { ...turn, text: 'Hello?', answer: 'Hello.' },
      { ...turn, text: 'And the weather?', answer: 'Sunny.', tool: { name: 'get_weather', ms: 900 } },
      { ...turn, text: 'Thanks.', answer: 'Good bye.', interruptedMs: 900 },
    ]);
    await open(page, 'spoken.jsonl', log.join('\n'));
    const bars = page.getByRole('listbox', { name: 'Time to first audio by turn' });
    await bars.getByRole('option', { name: /^Turn 2: / }).click();
    const card = page.getByRole('region', { name: 'Turn 2' });
    for (const stage of ['VAD wait', 'STT', 'LLM to first token', 'Tool', 'First clause', 'TTS'])
      await card.getByRole('rowheader', { name: stage }).waitFor();
    await card.getByText('And the weather?').waitFor();
    await card.getByText(/^get_weather took 90\d ms of \d\.\d\d s, in silence\.$/).waitFor();
    // A file can be looked at, not changed.
    expect(await card.getByRole('button', { name: 'Try it' }).count()).toBe(0);
    await expect.poll(() => page.url()).toContain('select=turn:1');
    await card
      .getByRole('button', { name: /^response\.created/ })
      .first()
      .click();
    await page
      .getByRole('region', { name: /^Line \d+$/ })
      .getByText('response.created')
      .first()
      .waitFor();
    // The line belongs to the turn, so its bar stays selected; the keys of the chart go on from there.
    await bars.getByRole('option', { name: /^Turn 2: /, selected: true }).waitFor();
    await bars.focus();
    await page.keyboard.press('ArrowRight');
    await page
      .getByRole('region', { name: 'Turn 3' })
      .getByText(/^heard 900 ms of /)
      .waitFor();
    // A span on the timeline selects its turn as well.
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
    await page.getByText('Spans as a table').click();
    await page.getByRole('row', { name: 'Time to first audio' }).first().getByRole('button').click();
    const first = page.getByRole('region', { name: 'Turn 1' });
    await first.getByText(/^Risk: 0 of the user's 9 pauses were longer than \d+ ms\.$/).waitFor();
    const lanes = page.getByRole('img', { name: /^Timeline: / });
    const { x, y } = (await lanes.boundingBox()) ?? { x: 0, y: 0 };
    await page.keyboard.down('Shift');
    await page.mouse.move(x + 200, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + 400, y + 60, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await page.getByRole('region', { name: 'Statistics of the range' }).getByText('User speech').waitFor();
    for (const key of ['f', '0', '+']) await page.keyboard.press(key);
    expectSound(opened);
  });

  it('events are searched, explained, and redacted until someone wants to see them', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    const secret = 'sk-a-key-of-somebody-1234567890';
    const update = {
      type: 'session.update',
      session: {
        type: 'realtime',
        tools: [{ type: 'mcp', server_label: 'a', server_url: 'https://a.test', authorization: secret }],
      },
    };
    const broken = { type: 'conversation.item.delete', event_id: 'e' };
    await open(page, 'some.log', [update, broken].map((event) => JSON.stringify(event)).join('\n'));
    await view(page, 'Events');
    const events = page.getByRole('listbox', { name: 'Events' });
    await events.waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('server_label');
    await expect.poll(() => events.getByRole('option').count()).toBe(1);
    await events.getByRole('option').click();
    const detail = page.getByRole('region', { name: 'Line 1' });
    await detail.getByText('[REDACTED]').waitFor();
    expect(await detail.innerText()).not.toContain(secret);
    await detail.getByRole('button', { name: 'Show hidden values' }).click();
    expect(await detail.innerText()).toContain(secret);
    await page.getByRole('searchbox').fill('');
    await addFilter(page, 'Protocol violations');
    await events
      .getByRole('option', { name: /violates the protocol/ })
      .first()
      .click();
    await page
      .getByRole('list', { name: 'Protocol violations' })
      .getByText(/^[A-Z]+\d+/)
      .first()
      .waitFor();
    expectSound(opened);
  });

  it('[CO61, CO62, CO63] events are folded, filtered by id, and found after the moment that is shown', async () => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await open(page, 'truncation');
    await view(page, 'Events');
    const events = page.getByRole('listbox', { name: 'Events' });
    const run = events.getByRole('option', { name: /output_audio\.delta ×\d+/ }).first();
    await run.click();
    const lines = async () => Number(await events.getByRole('option').first().getAttribute('aria-setsize'));
    const whole = await lines();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(lines).toBe(whole - 1);
    await page.keyboard.press('ArrowRight');
    await expect.poll(lines).toBe(whole);
    const detail = page.getByRole('region', { name: /^Line \d+$/ });
    await detail.getByRole('button', { name: /^List only the events with item_/ }).click();
    const chip = page.getByRole('button', { name: /^Remove filter: item_/ });
    await chip.waitFor();
    expect(await events.getByRole('option', { name: /session\.created/ }).count()).toBe(0);
    await moment(page).focus();
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: /^\d+ later matches · Show all$/ }).click();
    await events
      .getByRole('option', { name: /conversation\.item\.added/ })
      .first()
      .waitFor();
    await chip.click();
    await events.getByRole('option', { name: /session\.created/ }).waitFor();
    // What a session consists of inside is shown on request.
    expect(await events.getByRole('option', { name: /snapshot|host/ }).count()).toBe(0);
    await addFilter(page, 'Internal events');
    await events.getByRole('option', { name: /recording/ }).waitFor();
    expectSound(opened);
  });

  it('two logs are compared, and where they part is shown and led to', async () => {
    const opened = await served.open('#/compare/-/-');
    const { page } = opened;
    const text = golden('tool-round');
    const done = /"type":"response.function_call_arguments.done"/;
    const other = text
      .split('\n')
      .map((line) => (done.test(line) ? line.replaceAll(/\\"[^"\\]+\\"/g, '\\"elsewhere\\"') : line))
      .join('\n');
    expect(other).not.toBe(text);
    await page.getByLabel('Left: open a file').setInputFiles(file('left.jsonl', text));
    await page.getByLabel('Right: open a file').setInputFiles(file('right.jsonl', text));
    await page.getByText(/^No difference in \d+ events/).waitFor();
    await page.getByLabel('Right: open a file').setInputFiles(file('other.jsonl', other));
    expect(await page.locator('.verdict').innerText()).toMatch(/^The same in \d+ turns?\.$|^Right: /);
    await page.getByText(/^The first difference is at line (\d+) on the left and line \1 on the right: /).waitFor();
    const detail = page.getByRole('region', { name: 'The event' });
    await detail.getByRole('rowheader', { name: 'arguments' }).waitFor();
    await page.getByLabel('only differences').check();
    const listed = page.getByRole('listbox', { name: 'left.jsonl and other.jsonl' }).getByRole('option');
    expect(await listed.allInnerTexts()).toEqual(Array(2).fill(expect.stringContaining('different')));
    await page.getByLabel('text and transcripts').uncheck();
    await page.getByText(/^No difference/).waitFor();
    await page.getByLabel('text and transcripts').check();
    await page.keyboard.press('d');
    await detail
      .getByRole('region', { name: 'Right' })
      .getByRole('link', { name: 'the conversation at this line' })
      .click();
    await page.getByRole('heading', { name: 'other.jsonl' }).waitFor();
    await page.getByText(/^line \d+ of \d+/).waitFor();
    expectSound(opened);
  });

  it('twenty thousand frames stay smooth', async ({ annotate }) => {
    const opened = await served.open('#/home');
    const { page } = opened;
    await open(page, 'long.log', longLog(20_000));
    await view(page, 'Events');
    await page.getByText('20,000 of 20,000 lines', { exact: true }).waitFor();
    const list = page.getByRole('listbox', { name: 'Events' });
    await addFilter(page, 'Single deltas');
    await page.getByRole('button', { name: 'Remove filter: Single deltas' }).waitFor();
    expect(await list.getByRole('option').count()).toBeLessThan(100);
    const scrolling = await frames(page, 90, 'event-list');
    await page.keyboard.press('/');
    await page.keyboard.type('line 19999');
    await page.getByText('1 of 20,000 lines', { exact: true }).waitFor();
    await list.getByRole('option').click();
    await page.getByRole('region', { name: 'Line 20000' }).waitFor();
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
    await view(page, 'Overview');
    const scrubbing = await frames(page, 60, 'scrubber');
    await annotate(
      `20,000 frames, milliseconds from picture to picture: scrolling ${scrolling}; scrubbing ${scrubbing}`,
    );
    expectSound(opened);
  });
});

/** A log of responses, each with a few hundred deltas. */
function longLog(frames: number): string {
  const lines: string[] = [];
  const say = (event: object) =>
    lines.push(
      JSON.stringify({ at: lines.length * 10, from: 'server', event: { event_id: `event_${lines.length}`, ...event } }),
    );
  for (let n = 0; lines.length < frames; n++) {
    const response = { object: 'realtime.response', id: `resp_${n}`, status: 'in_progress', output: [] };
    const item = {
      id: `item_${n}`,
      object: 'realtime.item',
      type: 'message',
      role: 'assistant',
      status: 'in_progress',
      content: [],
    };
    const of = { response_id: `resp_${n}`, item_id: `item_${n}`, output_index: 0 };
    const part = { ...of, content_index: 0 };
    say({ type: 'response.created', response });
    say({ type: 'response.output_item.added', response_id: `resp_${n}`, output_index: 0, item });
    say({ type: 'conversation.item.added', previous_item_id: n === 0 ? null : `item_${n - 1}`, item });
    say({ type: 'response.content_part.added', ...part, part: { type: 'text', text: '' } });
    for (let word = 0; word < 300 && lines.length < frames; word++)
      say({ type: 'response.output_text.delta', ...part, delta: `line ${lines.length} ` });
  }
  return lines.slice(0, frames).join('\n');
}

/** Scrolls, or scrubs, on every frame of the screen; tells the median and the longest time between two. */
function frames(page: Page, count: number, what: 'event-list' | 'scrubber'): Promise<string> {
  return page.evaluate(
    async ([wanted, kind]) => {
      const list = document.querySelector<HTMLElement>('.event-list');
      const slider = document.querySelector<HTMLInputElement>('.scrubber input');
      const times: number[] = [];
      for (let n = 0, before = performance.now(); n < wanted; n++) {
        if (kind === 'event-list' && list) list.scrollTop = (list.scrollHeight * n) / wanted;
        if (kind === 'scrubber' && slider) {
          slider.value = String((Number(slider.max) * (wanted - n)) / wanted);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }
        const now = await new Promise<number>((drawn) => requestAnimationFrame(drawn));
        times.push(now - before);
        before = now;
      }
      times.sort((a, b) => a - b);
      return `${times[Math.floor(times.length / 2)]?.toFixed(1)} (longest ${times.at(-1)?.toFixed(1)})`;
    },
    [count, what] as const,
  );
}
