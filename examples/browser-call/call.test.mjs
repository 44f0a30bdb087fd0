// A page that calls, tested in Chromium. Its microphone beeps; the test says when that is speech, and what was said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '@colloquy/server/testing';
import { chromium } from 'playwright-core';
import { tokenServer } from './token-server.mjs';

const { CHROMIUM } = process.env;
const SPOKEN = [
  { started: { at_ms: 500, audio_ms: 400 }, stopped: { at_ms: 1500, audio_ms: 1400 }, transcript: 'good morning' },
];
const ARGS = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

test('a page calls, and is answered', { skip: !CHROMIUM && 'CHROMIUM is not set' }, async (t) => {
  let server;
  const site = tokenServer(() => ({ baseURL: server.baseURL, apiKey: 'sk-test' }));
  await new Promise((resolve) => site.listen(0, 'localhost', resolve));
  const origin = `http://localhost:${site.address().port}`;
  server = await startServer({ keys: ['sk-test'], origins: [origin], spoken: SPOKEN });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  t.after(async () => {
    await browser.close();
    await server.close();
    site.close();
  });

  const page = await browser.newPage();
  await page.goto(origin);
  await page.getByRole('button', { name: 'Call' }).click();
  await page.getByText('Connected. Speak.').waitFor();
  await server.waitFor('output_audio_buffer.stopped', { timeoutMs: 60_000 });
  await page.getByText('You said: good morning').waitFor();
  assert.equal(server.sent('error').length, 0);
  console.log(server.outline());
});
