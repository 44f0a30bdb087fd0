// Talking to the server from the page, typed.

import { parrot } from '@colloquy/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from './browser.ts';

describe.skipIf(browserMissing)(`talking in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let served: ServedConsole;
  beforeAll(async () => {
    served = await serveConsole({ engine: parrot() });
  });
  afterAll(() => served?.close());

  it('a typed turn is answered, and both are shown in order', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByLabel('Say something in writing').fill('hello there');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Conversation' }).getByText('You said: hello there').waitFor();
    const items = page.getByRole('list', { name: 'Conversation' }).getByRole('listitem');
    expect(await items.allInnerTexts()).toEqual([
      expect.stringContaining('hello there'),
      expect.stringContaining('You said: hello there'),
    ]);
    expectSound(opened);
  });
});
