// @openai/agents-realtime in a page, unmodified, with its default transport: WebRTC. Chromium's microphone plays what Flite spoke.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createSite, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerEvent } from '@colloquy/protocol';
import { type Engine, parrot, type ServerOptions } from '@colloquy/server';
import { replay } from '@colloquy/session';
import { browserMissing, type ConsoleBrowser, startBrowser } from '@support/browser.ts';
import { buildBefore } from '@support/build-before.ts';
import { KEY, mint, start, stopAll } from '@support/dial.ts';
import { allOf, closeParts, joined, openParts, silence, spoken } from '@support/parts.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import { waitUntil } from '@support/wait-until.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { writeWav } from '../../packages/server/src/audio/wav.ts';
import { offline } from '../../packages/server/src/engines/offline.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';

const FILE_HZ = 48_000;
const AGENTS_SDK = readFileSync(
  join(createRequire(import.meta.url).resolve('@openai/agents-realtime'), '../bundle/openai-realtime-agents.umd.js'),
);

const opened = await openParts();
const { parts, missing } = allOf(opened);
const skipped = browserMissing ?? (missing || undefined);

interface AgentsPage {
  readonly events: { type: string }[];
  /** Peak of what the page hears in the last moment, from 0 to 1. */
  peak(): number;
  readonly callId: string | undefined;
  interrupt(): void;
  /** Sends nothing any more, as a page that takes its microphone away. */
  dropMicrophone(): Promise<void>;
  packetsSent(): Promise<number>;
  send(text: string): void;
  close(): void;
}

declare global {
  interface Window {
    agents: AgentsPage;
    OpenAIAgentsRealtime: typeof import('@openai/agents-realtime');
  }
}

/** Runs in the page. */
async function connect({ url, apiKey }: { url: string; apiKey: string }): Promise<void> {
  const { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebRTC } = window.OpenAIAgentsRealtime;
  const audioElement = document.createElement('audio');
  const transport = new OpenAIRealtimeWebRTC({ baseUrl: url, audioElement });
  const session = new RealtimeSession(new RealtimeAgent({ name: 'Agent', instructions: 'Answer.' }), { transport });
  const events: { type: string }[] = [];
  transport.on('*', (event) => events.push(event as { type: string }));
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  await session.connect({ apiKey });
  context.createMediaStreamSource(audioElement.srcObject as MediaStream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  window.agents = {
    events,
    peak() {
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    },
    callId: transport.callId,
    interrupt: () => session.interrupt(),
    async dropMicrophone() {
      const senders = transport.connectionState.peerConnection?.getSenders() ?? [];
      await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
    },
    async packetsSent() {
      const report = await transport.connectionState.peerConnection?.getStats();
      const sent = [...(report?.values() ?? [])].find(({ type }) => type === 'outbound-rtp');
      return sent?.packetsSent ?? 0;
    },
    send: (text) => session.sendMessage(text),
    close: () => session.close(),
  };
}

/** Types in order, without the rest of the conversation. */
const typesOf = (events: readonly { type: string }[], family: RegExp) =>
  events.map(({ type }) => type).filter((type) => family.test(type));

describe.skipIf(skipped)(`the Agents SDK in a page (${skipped ?? 'Chromium'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-agents-call-'));
  let site: Server;
  let browser: ConsoleBrowser;

  buildBefore('packages');
  beforeAll(async () => {
    const { speaker } = parts as NonNullable<typeof parts>;
    const question = await spoken(speaker, 'What is two plus two?');
    // The microphone repeats it.
    const sound = joined(silence(4000), question, silence(6000));
    writeFileSync(join(folder, 'question.wav'), writeWav([resampleAll(sound, SPEECH_HZ, FILE_HZ)], FILE_HZ));
    site = createSite((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    browser = await startBrowser(`http://localhost:${(site.address() as AddressInfo).port}`, [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${join(folder, 'question.wav')}`,
    ]);
  });
  afterEach(async () => {
    await browser.closePages();
    await stopAll();
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await closeParts(opened);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server that hosts sessions with this engine and its speech. */
  function hosting(engine: Engine): ServerOptions {
    const { detector, transcriber } = parts as NonNullable<typeof parts>;
    return { engine, speech: { detector, transcriber } };
  }

  /** A page whose session is connected to a server that takes calls. */
  async function call(options: ServerOptions, session: object = {}) {
    const recordings = mkdtempSync(join(folder, 'recordings-'));
    const server = await start({
      ...{ ...options, keys: [KEY], webrtc: true },
      origins: [`http://localhost:${(site.address() as AddressInfo).port}`],
      recordings: { folder: recordings },
    });
    const { body } = await mint(server.url, { session: { type: 'realtime', model: 'gpt-realtime', ...session } });
    const { page } = await browser.open();
    await page.addScriptTag({ content: AGENTS_SDK.toString() });
    await page.evaluate(connect, {
      url: `${server.url}/v1/realtime/calls`,
      apiKey: (body as { value: string }).value,
    });
    const events = () => page.evaluate(() => window.agents.events) as Promise<ServerEvent[]>;
    const received = (type: ServerEvent['type']) =>
      waitUntil(type, async () => (await events()).some((event) => event.type === type));
    const isLoud = async () => (await page.evaluate(() => window.agents.peak())) > 0.02;
    return { ...server, page, events, received, isLoud, recordings };
  }

  it('[WR2, WR3, WR4, WR5, WR6, OR15] is spoken to, answers aloud, and ends the call', async () => {
    const { speaker } = parts as NonNullable<typeof parts>;
    const { page, events, received, isLoud, server } = await call(hosting(offline({ speaker })));
    expect(await page.evaluate(() => window.agents.callId)).toMatch(/^rtc_[\da-f]{32}$/);
    await waitUntil('the answer to be heard', isLoud);
    await received('output_audio_buffer.stopped');
    const all = await events();
    expect(all[0]?.type).toBe('session.created');
    expect(typesOf(all, /delta$/)).not.toContain('response.output_audio.delta');
    const order = typesOf(all, /content_part.added|output_audio_buffer|response.done|rate_limits/);
    expect(order.indexOf('output_audio_buffer.started')).toBeGreaterThan(order.indexOf('response.content_part.added'));
    const stopped = order.indexOf('output_audio_buffer.stopped');
    expect(order.slice(0, stopped)).toEqual(expect.arrayContaining(['response.done', 'rate_limits.updated']));
    const transcription = all.find(({ type }) => type === 'conversation.item.input_audio_transcription.completed');
    // Opus and the jitter of the network may cost the recogniser a word.
    expect(transcription).toMatchObject({ transcript: expect.stringMatching(/^what is .*plus two/) });
    await page.evaluate(() => window.agents.close());
    await server.drain({ graceMs: 0 });
  });

  it('[WR10, WR11, VA28] is interrupted by speech: the buffer is cleared, the item ends at what was played', async () => {
    const { page, events, received, isLoud, recordings, server } = await call(hosting(parrot()));
    await page.evaluate(() => window.agents.send(`${'word '.repeat(300)}`));
    await waitUntil('the answer to be heard', isLoud);
    await received('conversation.item.truncated');
    await waitUntil('silence', async () => !(await isLoud()));
    const all = await events();
    const order = typesOf(all, /speech_started|output_audio_buffer.cleared|truncated/);
    const cleared = order.indexOf('output_audio_buffer.cleared');
    expect(order[cleared - 1]).toBe('input_audio_buffer.speech_started');
    expect(order[cleared + 1]).toBe('conversation.item.truncated');
    const truncated = all.find((event) => event.type === 'conversation.item.truncated');
    expect(truncated?.audio_end_ms).toBeGreaterThan(0);
    expect(truncated?.audio_end_ms).toBeLessThan(60_000);
    await page.evaluate(() => window.agents.close());
    await server.close({ graceMs: 0 });

    const [name] = recordedFiles(recordings);
    const lines = readFileSync(join(recordings, name as string), 'utf8').split('\n');
    expect(lines.join('\n')).not.toMatch(/ice-|candidate|fingerprint/);
    expect(await replay(lines)).toMatchObject({ ok: true, unread: [] });
  });

  it('[WR21] ends a turn whose microphone is taken away in the middle of the sentence', async () => {
    const { page, events, received } = await call(hosting(parrot()));
    const packetsSent = () => page.evaluate(() => window.agents.packetsSent());
    await received('input_audio_buffer.speech_started');
    await page.evaluate(() => window.agents.dropMicrophone());
    const sent = await packetsSent();
    expect(sent).toBeGreaterThan(0);
    await received('input_audio_buffer.speech_stopped');
    expect(typesOf(await events(), /speech_st/)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
    ]);
    // The silence that ends the turn would be 25 packets if it had been sent.
    expect((await packetsSent()) - sent).toBeLessThan(10);
  });

  it('[RL16, RL17] is interrupted by speech through a relay, and the upstream item ends at what was played', async () => {
    const { url } = await start(hosting(parrot()));
    const upstream = { url: `${url.replace('http', 'ws')}/v1/realtime` };
    const { page, events, received, isLoud } = await call({ upstream });
    await page.evaluate(() => window.agents.send(`${'word '.repeat(300)}`));
    await waitUntil('the answer to be heard', isLoud);
    await received('conversation.item.truncated');
    await waitUntil('silence', async () => !(await isLoud()));
    const all = await events();
    const order = typesOf(all, /^error|speech_started|output_audio_buffer.cleared|truncated/);
    // An answer of which all that came was played is cleared without a truncation.
    expect(order.join(' ')).toContain(
      'input_audio_buffer.speech_started output_audio_buffer.cleared conversation.item.truncated',
    );
    expect(order).not.toContain('error');
    const truncated = all.find((event) => event.type === 'conversation.item.truncated');
    expect(truncated?.audio_end_ms).toBeGreaterThan(0);
    expect(truncated?.audio_end_ms).toBeLessThan(60_000);
  });

  it('[WR7] clears what an interrupt of the SDK asks for, and answers one with nothing played by no error', async () => {
    const { page, events, received, isLoud } = await call(hosting(parrot()), {
      audio: { input: { turn_detection: null } },
    });
    await page.evaluate(() => window.agents.interrupt());
    await page.evaluate(() => window.agents.send(`${'word '.repeat(100)}`));
    await waitUntil('the answer to be heard', isLoud);
    await page.evaluate(() => window.agents.interrupt());
    await received('output_audio_buffer.cleared');
    await received('conversation.item.truncated');
    const types = (await events()).map(({ type }) => type);
    expect(types).not.toContain('error');
    expect(types).not.toContain('output_audio_buffer.stopped');
  });
});
