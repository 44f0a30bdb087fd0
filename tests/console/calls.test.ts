// Calls of Talk that go wrong, and calls that are relayed: the upstream is scripted.

import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { stopAll } from '@support/dial.ts';
import { type Connection, type FakeUpstream, fakeUpstream, nextOf } from '@support/fake-upstream.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const SECOND_OF_SILENCE = Buffer.alloc(48_000).toString('base64');
const response = (status: string) => ({ id: 'resp_1', object: 'realtime.response', status, output: [] });
const item = { id: 'item_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const part = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };

/** Asks as a call: writes, with WebRTC chosen. */
async function ask(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Transport').selectOption('WebRTC');
  await page.getByRole('button', { name: 'Close settings' }).click();
  await page.getByLabel('Message').fill('hello');
  await page.keyboard.press('Enter');
}

/** Reads what the relay sends until an event of this type. */
async function sent({ frames }: Connection, type: string): Promise<void> {
  while (JSON.parse(await nextOf(frames)).type !== type);
}

describe.skipIf(browserMissing)(`calls of Talk${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let upstream: FakeUpstream;
  let served: ServedConsole;
  beforeAll(async () => {
    upstream = await fakeUpstream();
    served = await serveConsole({ upstream: { url: upstream.url } });
  });
  afterEach(() => served.closePages());
  afterAll(async () => {
    await served?.close();
    await stopAll();
  });

  it('[CO75] no longer speaks once a relayed answer is cleared, though the upstream has not ended it', async () => {
    const opened = await served.open();
    const { page } = opened;
    await ask(page);
    const connection = await nextOf(upstream.connections);
    await sent(connection, 'response.create');
    connection.say(
      { type: 'response.created', event_id: 'event_2', response: response('in_progress') },
      { type: 'response.output_item.added', event_id: 'event_3', response_id: 'resp_1', output_index: 0, item },
      { type: 'response.content_part.added', event_id: 'event_4', ...part, part: { type: 'audio', transcript: '' } },
      ...Array.from({ length: 20 }, (_, n) => ({
        ...{ type: 'response.output_audio.delta', event_id: `event_${n + 5}`, ...part, delta: SECOND_OF_SILENCE },
      })),
    );
    await page.getByText('Speaking', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Interrupt' }).click();
    await sent(connection, 'response.cancel');
    await page.getByText('Speaking', { exact: true }).waitFor({ state: 'hidden', timeout: 8000 });
    expectSound(opened);
  });

  it('[CO75] says why a call cannot start, and keeps what was written', async () => {
    const { page, faults } = await served.open();
    const answers = [
      { status: 201, body: 'v=0\r\na=candidate:1 1 udp 1 192.0.2.1 4000 typ host\r\n' },
      { status: 201, body: 'v=0\r\n' },
      { status: 503, json: { error: { message: 'No UDP port is free.', type: 'server_error' } } },
    ];
    const messages = [
      /^The call cannot start: /,
      /names no address for calls. Set --webrtc-addresses/,
      /No UDP port is free/,
    ];
    for (const [n, answer] of answers.entries()) {
      await page.unrouteAll();
      await page.route('**/v1/realtime/calls*', (route) => route.fulfill(answer));
      if (n === 0) await ask(page);
      else await page.keyboard.press('Enter');
      await page
        .getByRole('alert')
        .getByText(messages[n] as RegExp)
        .waitFor({ timeout: 15_000 });
      expect(await page.getByLabel('Message').inputValue()).toBe('hello');
    }
    // The browser itself writes that the last was refused.
    expect(faults.filter((fault) => !fault.includes('503'))).toEqual([]);
  });
});
