// Talking to the server from the page in writing: what is said and answered, cut off, called for, and refused.

import { createServer, parrot } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

/**
 * Layout shifts from now on that the user did not cause: how far, and which elements moved. A row that enters a list at its clipped
 * edge is reported too, with no visible area, and so is a text that is replaced where it stands; nobody sees them move.
 */
function observeShifts(): () => string[] {
  interface LayoutShiftSource {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }
  interface Shift extends PerformanceEntry {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly LayoutShiftSource[];
  }
  const seen: string[] = [];
  const collect = (entries: PerformanceEntryList) => {
    for (const { value, hadRecentInput, sources } of entries as Shift[]) {
      const moved = sources.map(({ node, previousRect: { x, y }, currentRect: to }) => {
        const element = node instanceof Element ? node : node?.parentElement;
        return `${element?.outerHTML.slice(0, 80)} from ${x},${y} to ${to.x},${to.y}`;
      });
      const isInPlace = sources.every(
        ({ previousRect: from, currentRect: to }) => Math.abs(from.x - to.x) < 1 && Math.abs(from.y - to.y) < 1,
      );
      if (!hadRecentInput && value >= 0.0001 && !isInPlace) seen.push(`${value.toFixed(4)} ${moved.join(', ')}`);
    }
  };
  const observer = new PerformanceObserver((list) => collect(list.getEntries()));
  observer.observe({ type: 'layout-shift' });
  return () => {
    collect(observer.takeRecords());
    return seen;
  };
}

describe.skipIf(browserMissing)(`talking in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  /** What the server was told, by type. */
  let received: { type: string; [field: string]: unknown }[] = [];
  beforeAll(async () => {
    served = await serveConsole({
      engine: parrot(),
      onLine: (_, line) => {
        if (line.from === 'client') received.push(line.event as never);
      },
    });
  });
  afterEach(() => served.closePages());
  afterAll(() => served?.close());

  it('a typed turn is answered, and both are shown in order', async () => {
    const opened = await served.open();
    const { page } = opened;
    await say(page, 'hello there');
    await conversation(page).getByText('You said: hello there').waitFor();
    expect(await conversation(page).locator('.item').allInnerTexts()).toEqual([
      expect.stringMatching(/^User[\s\S]*hello there/),
      expect.stringMatching(/^Assistant[\s\S]*You said: hello there/),
    ]);
    expectSound(opened);
  });

  it('[CO72] an answer that is interrupted is truncated to what was heard, which its words show', async () => {
    received = [];
    const opened = await served.open();
    const { page } = opened;
    await say(page, 'one two three four five six seven eight nine ten eleven twelve');
    const text = await page.waitForFunction(() => {
      const ms = Number(document.querySelector('[data-speaking]')?.getAttribute('data-speaking'));
      return ms > 600 && ms;
    });
    // What is still to be heard is quieter, by a highlight: the elements stay as they are.
    const quiet = () => page.evaluate(() => [...(CSS.highlights.get('unplayed') ?? [])].map(String));
    expect(await quiet()).toEqual([expect.stringMatching(/^ ?(?!You)\w+ .*twelve$/)]);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await expect.poll(quiet).toEqual([]);
    await page.emulateMedia({ reducedMotion: null });
    await page.keyboard.press('Escape');
    const badge = await conversation(page)
      .getByText(/^truncated, /)
      .innerText();
    const cut = received.find(({ type }) => type === 'conversation.item.truncate');
    // Heard so far and a little more, less what was still on its way to the ear; of fourteen words of 200 ms each.
    expect(cut?.audio_end_ms).toBeGreaterThan(((await text.jsonValue()) as number) - 400);
    expect(cut?.audio_end_ms).toBeLessThan(2800);
    expect(badge).toBe(`truncated, ${(Number(cut?.audio_end_ms) / 1000).toFixed(1)} s heard`);
    await conversation(page).getByText('the model keeps this audio and drops the transcript').waitFor();
    expect(await quiet()).toEqual([]);
    expectSound(opened);
  });

  it('[CO29] plays nothing and truncates once when audio is still on its way while the user interrupts', async () => {
    const opened = await served.open();
    const { page } = opened;
    const sent: string[] = [];
    const onItsWay: string[] = [];
    let audio = 0;
    // The network: what is more than a second of audio arrives when the page has sent its cancellation.
    await page.routeWebSocket(/\/v1\/realtime/, (near) => {
      const far = near.connectToServer();
      near.onMessage((message) => {
        sent.push(String(message));
        if (String(message).includes('"response.cancel"')) for (const late of onItsWay.splice(0)) near.send(late);
        far.send(message);
      });
      far.onMessage((message) => {
        const event = JSON.parse(String(message)) as { type: string; delta?: string };
        if (event.type === 'response.output_audio.delta') audio += event.delta?.length ?? 0;
        if (event.type.startsWith('response.') && (audio > 64_000 || onItsWay.length > 0))
          onItsWay.push(String(message));
        else near.send(message);
      });
    });
    await say(page, 'one two three four five six seven eight nine ten eleven twelve');
    await page.waitForFunction(() => {
      const ms = Number(document.querySelector('[data-speaking]')?.getAttribute('data-speaking'));
      return ms > 300;
    });
    const isHeardAgain = page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          addEventListener('keyup', () => {
            const watch = new MutationObserver(() => {
              if (document.querySelector('[data-speaking]')) resolve(true);
              if (document.body.innerText.includes('the model keeps this audio and drops the transcript'))
                resolve(false);
            });
            watch.observe(document.body, { subtree: true, childList: true, attributes: true });
          });
        }),
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await conversation(page).getByText('the model keeps this audio and drops the transcript').waitFor();
    expect(await isHeardAgain).toBe(false);
    // The next turn is answered after everything that the interruption sent.
    await say(page, 'and now');
    await conversation(page).getByText('You said: and now').waitFor();
    expect(sent.filter((text) => text.includes('conversation.item.truncate'))).toHaveLength(1);
    expect(await page.getByRole('alert').first().innerText()).toBe('');
    expectSound(opened);
  });

  it('[CO27] follows the end of the conversation, and keeps its place when the user has scrolled up', async () => {
    const talking = await served.open();
    const body = (page: Page) => page.getByRole('region', { name: 'Conversation' });
    const fromEnd = (page: Page) =>
      body(page).evaluate((it) => Math.round(it.scrollHeight - it.scrollTop - it.clientHeight));
    for (let turn = 1; turn <= 8; turn++) {
      await say(talking.page, `turn ${turn}`);
      await conversation(talking.page).getByText(`You said: turn ${turn}`, { exact: true }).waitFor();
    }
    expect(await body(talking.page).evaluate((it) => it.scrollTop)).toBeGreaterThan(0);
    await expect.poll(() => fromEnd(talking.page)).toBeLessThan(2);

    const watching = await served.open('#/home');
    const { page } = watching;
    await page.getByRole('link', { name: 'turn 1', exact: true }).first().click();
    await conversation(page).getByText('You said: turn 8').waitFor();
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
    await body(page).hover();
    await page.mouse.wheel(0, -200);
    await expect.poll(() => fromEnd(page)).toBeGreaterThan(100);
    const top = await body(page).evaluate((it) => it.scrollTop);
    expect(await page.getByRole('button', { name: 'New messages' }).count()).toBe(0);
    await say(talking.page, 'turn 9');
    await page.getByRole('button', { name: 'New messages' }).waitFor();
    await conversation(page).getByText('You said: turn 9').waitFor();
    expect(await body(page).evaluate((it) => it.scrollTop)).toBe(top);
    await page.getByRole('button', { name: 'New messages' }).click();
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
    await page.getByRole('button', { name: 'New messages' }).waitFor({ state: 'detached' });

    // One's own message leads back.
    await body(talking.page).hover();
    await talking.page.mouse.wheel(0, -400);
    await expect.poll(() => fromEnd(talking.page)).toBeGreaterThan(100);
    await say(talking.page, 'turn 10');
    await conversation(talking.page).getByText('You said: turn 10').waitFor();
    await expect.poll(() => fromEnd(talking.page)).toBeLessThan(2);
    for (const each of [talking, watching]) expectSound(each);
  });

  it('[CO28] writes what is typed on load, and leaves the page with two keys only', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.waitForFunction(() => document.activeElement?.id === 'say');
    await page.keyboard.type('thanks, gh');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    expect(await page.getByLabel('Message').inputValue()).toBe('thanks, gh\nsecond line');
    expect(new URL(page.url()).hash).toMatch(/^(#\/talk)?$/);
    await page.keyboard.press('Enter');
    await conversation(page).getByText('You said: thanks, gh').waitFor();
    expect(await page.getByLabel('Message').inputValue()).toBe('');
    await page.getByRole('main').focus();
    await page.keyboard.type('tshcx');
    expect(new URL(page.url()).hash).toMatch(/^(#\/talk)?$/);
    for (const [keys, hash] of [
      ['gs', '#/home'],
      ['gc', '#/compare/-/-'],
      ['gt', '#/talk'],
    ] as const) {
      await page.getByRole('main').focus();
      await page.keyboard.type(keys);
      await expect.poll(() => new URL(page.url()).hash).toBe(hash);
    }
    await page.waitForFunction(() => document.activeElement?.id === 'say');
    expectSound(opened);
  });

  it('[CO74] moves nothing while a session runs: answers stream in, a function is called, an answer is cut off', async () => {
    const opened = await served.open('', { viewport: { width: 1280, height: 800 } });
    const { page } = opened;
    await page.getByRole('button', { name: /^What is the weather in Paris/ }).click();
    await conversation(page).getByText('You said: What is the weather in Paris?').waitFor();
    // From here on the panels of a log are there. What follows a key within half a second is what the user wanted.
    const shifts = await page.evaluateHandle(observeShifts);
    const interrupt = page.getByRole('button', { name: 'Interrupt' });
    await interrupt.waitFor({ state: 'detached' });
    await say(page, 'hello there');
    await conversation(page).getByText('You said: hello there').waitFor();
    await interrupt.waitFor({ state: 'detached' });
    await say(page, 'call get_weather {"city":"Paris"}');
    await conversation(page)
      .getByText(/^You said: call get_weather .* \{/)
      .waitFor();
    await interrupt.waitFor({ state: 'detached' });
    // Three seconds, time to interrupt, in one line of the field.
    await say(page, 'a '.repeat(14).trim());
    await page.waitForFunction(
      () => Number(document.querySelector('[data-speaking]')?.getAttribute('data-speaking')) > 600,
    );
    await page.keyboard.press('Escape');
    await interrupt.waitFor({ state: 'detached' });
    await say(page, 'and the end');
    await conversation(page).getByText('You said: and the end').waitFor();
    expect(await shifts.evaluate((seen) => seen())).toEqual([]);
    expectSound(opened);
  });

  it('the user answers a function call, and the answer goes on', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const tools = page.getByLabel('Tools (JSON)');
    await tools.fill('[{"type": "function", "name": "add"');
    await page.getByText("'{' is not closed").waitFor();
    await tools.fill('[{"type": "function"}]');
    await page.getByText(/^Tools: .*name/).waitFor();
    await tools.fill('[{"type": "function", "name": "add", "parameters": {"type": "object"}}]');
    await page.getByText('1 tool.').waitFor();
    await say(page, 'call add {"b":2,"a":1}');
    await conversation(page).getByText('Function call').waitFor();
    await page.getByLabel('What does add return?').fill('{"sum": 3}');
    await page.getByRole('button', { name: 'Send output' }).click();
    await conversation(page).getByText('You said: call add {"b":2,"a":1} {"sum": 3}').waitFor();
    expectSound(opened);
  });

  it('of two calls both are answered before the answer goes on', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const tool = (name: string) => `{"type": "function", "name": "${name}", "parameters": {"type": "object"}}`;
    await page.getByLabel('Tools (JSON)').fill(`[${tool('one')}, ${tool('two')}]`);
    await say(page, 'call one {} call two {}');
    await page.getByLabel('What does one return?').fill('first');
    await page.getByRole('button', { name: 'Send output' }).first().click();
    await page.getByLabel('What does two return?').fill('second');
    await page.getByRole('button', { name: 'Send output' }).last().click();
    await conversation(page)
      .getByText(/^You said: .* first second$/)
      .waitFor();
    expectSound(opened);
  });

  it('an error of the server is told in words', async () => {
    const opened = await served.open();
    const { page } = opened;
    await say(page, 'hello');
    await conversation(page).getByText('You said: hello').waitFor();
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Voice', { exact: true }).fill('cedar');
    await page.getByRole('alert').getByText('(cannot_update_voice)').waitFor();
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
    expect(await page.getByRole('alert').first().innerText()).toBe('');
    expectSound(opened);
  });

  it('asks for the key of a server that has one, and gets in with it', async () => {
    const server = createServer({ port: 0, keys: ['sk-right'], engine: parrot(), consoleDir: served.consoleDir });
    const { url } = await server.listen();
    const opened = await served.open('', { url });
    const { page } = opened;
    const key = page.getByLabel('This server requires an API key');
    await key.fill('sk-wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Incorrect API key provided.').waitFor();
    await key.fill('sk-right');
    await page.keyboard.press('Enter');
    await key.waitFor({ state: 'detached' });
    await say(page, 'let me in');
    await conversation(page).getByText('You said: let me in').waitFor();
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('link', { name: 'let me in' }).first().click();
    await conversation(page).getByText('You said: let me in').waitFor();
    // An address of something behind the lock opens with it.
    const later = await served.open(new URL(page.url()).hash, { url });
    await later.page.getByLabel('This server requires an API key').fill('sk-right');
    await later.page.keyboard.press('Enter');
    await conversation(later.page).getByText('You said: let me in').waitFor();
    expect(
      await page.evaluate(() =>
        JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }]),
      ),
    ).not.toContain('sk-');
    // The wrong key is refused with a status, which browsers write to their console.
    expectSound({ ...opened, faults: opened.faults.filter((fault) => !fault.includes('401')) });
    await server.close({ graceMs: 0 });
  });
});
