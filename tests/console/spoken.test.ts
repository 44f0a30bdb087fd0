// Talking to the page aloud: Chromium's microphone is a file in which Flite asks a question, and the server hears with its offline
// parts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offline } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { allOf, joined, openParts, silence, spoken } from '@support/parts.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { writeWav } from '../../packages/server/src/audio/wav.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';

const opened = await openParts();
const { parts, missing } = allOf(opened);
const reason = browserMissing ?? missing;

/** What the browser's microphone plays from a file must have. */
const FILE_HZ = 48_000;

const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

describe.skipIf(reason)(`talking aloud${reason ? ` (${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-microphone-'));
  let served: ServedConsole;
  let received: { type: string; [field: string]: unknown }[] = [];
  /** Called with the milliseconds of audio the server was given, each time it was given more. */
  let receive = (_: number) => {};
  let askedMs = 0;

  beforeAll(async () => {
    const { detector, transcriber, speaker } = parts as NonNullable<typeof parts>;
    const question = await spoken(speaker, 'What is two plus two?');
    const leadMs = 600;
    askedMs = leadMs + (question.length * 1000) / SPEECH_HZ;
    const file = join(folder, 'question.wav');
    const samples = joined(silence(leadMs), question, silence(30_000));
    writeFileSync(file, writeWav([resampleAll(samples, SPEECH_HZ, FILE_HZ)], FILE_HZ));
    let appendedMs = 0;
    served = await serveConsole(
      {
        engine: offline({ speaker }),
        speech: { detector, transcriber },
        onLine: (_, line) => {
          if (line.from !== 'client') return;
          received.push(line.event as never);
          if (line.event.type === 'input_audio_buffer.append')
            receive((appendedMs += (line.audio_bytes?.[0] ?? 0) / 48));
          else appendedMs = 0;
        },
      },
      [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${file}`,
      ],
    );
  });
  beforeEach(() => {
    received = [];
    receive = () => {};
  });
  afterEach(() => served.closePages());
  afterAll(async () => {
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
    if (opened.detector.ok) opened.detector.component.close();
    if (opened.transcriber.ok) await opened.transcriber.component.close();
    if (opened.speaker.ok) await opened.speaker.component.close();
  });

  it('with the microphone open, a question is heard, written down and answered', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Open microphone' }).click();
    await page.getByText('Hearing you').waitFor();
    await conversation(page)
      .getByText(/two plus two/i)
      .waitFor();
    await conversation(page).getByText('2 plus 2 is 4.').waitFor();
    await page.locator('[data-role="assistant"] [data-speaking]').waitFor();
    // What was said can be seen: the audio of the turn and of the answer.
    await page
      .getByRole('img', { name: /^Audio of the user, \d/ })
      .first()
      .waitFor();
    await page
      .getByRole('img', { name: /^Audio of the assistant, \d/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Close microphone' }).click();
    await page.getByText('Microphone open').waitFor({ state: 'detached' });
    expectSound(opened);
  });

  it('a key held is a turn, without turn detection', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('main').focus();
    const request = new Promise<void>((resolve) => {
      receive = (ms) => ms > askedMs + 200 && resolve();
    });
    await page.keyboard.down(' ');
    await page.getByText('Speak, then release').waitFor();
    await request;
    await page.keyboard.up(' ');
    await conversation(page)
      .getByText(/two plus two/i)
      .waitFor();
    await conversation(page).getByText('2 plus 2 is 4.').waitFor();
    const types = new Set(received.map(({ type }) => type));
    expect(types).toContain('input_audio_buffer.commit');
    const update = received.find(({ type }) => type === 'session.update');
    expect(update).toMatchObject({ session: { audio: { input: { turn_detection: null } } } });
    expectSound(opened);
  });

  it('[CO75, CO76] as a call: a question is heard and answered, typed text too, and speech interrupts the answer', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Transport').selectOption('WebRTC');
    await page.getByRole('button', { name: 'Close settings' }).click();
    await page.getByLabel('Message').fill('count to forty');
    await page.keyboard.press('Enter');
    await page.getByText('Speaking', { exact: true }).waitFor();
    await page.getByText(/^WebRTC · opus · RTT \d+ ms · loss 0 % · jitter \d+ ms$/).waitFor();
    await page.getByRole('button', { name: 'Open microphone' }).click();
    await conversation(page)
      .getByText(/^truncated, \d/)
      .waitFor();
    await conversation(page)
      .getByText(/two plus two/i)
      .waitFor();
    await conversation(page).getByText('2 plus 2 is 4.').waitFor();
    // The browser carries the audio, and the server truncates.
    const types = received.map(({ type }) => type);
    expect(types).toContain('session.update');
    expect(types.filter((type) => /append|truncate/.test(type))).toEqual([]);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The session has ended.').first().waitFor();
    expectSound(opened);
  });

  it('who begins to speak interrupts the answer, which is truncated to what was heard', async () => {
    const opened = await served.open();
    const { page } = opened;
    await page.getByLabel('Message').fill('count to thirty');
    await page.keyboard.press('Enter');
    await page.locator('[data-speaking]').waitFor();
    await page.getByRole('button', { name: 'Open microphone' }).click();
    const badge = await conversation(page)
      .getByText(/^truncated, /)
      .innerText();
    const cut = received.find(({ type }) => type === 'conversation.item.truncate');
    // The question begins after 600 ms of silence, and it takes a moment to be sure that it is speech.
    expect(cut?.audio_end_ms).toBeGreaterThan(300);
    expect(badge).toBe(`truncated, ${(Number(cut?.audio_end_ms) / 1000).toFixed(1)} s heard`);
    await conversation(page).getByText('2 plus 2 is 4.').waitFor();
    expectSound(opened);
  });
});
