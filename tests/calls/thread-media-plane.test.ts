// The media thread with a real browser: a page calls, texts and audio go both ways, and each end of a call is seen.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOffer } from '@colloquy/protocol';
import { browserMissing, type ConsoleBrowser, startBrowser } from '@support/browser.ts';
import { buildBefore } from '@support/build-before.ts';
import { CALL_SETTINGS } from '@support/media-plane.ts';
import { waitUntil } from '@support/wait-until.ts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWav } from '../../packages/server/src/audio/wav.ts';
import { withAudio } from '../../packages/server/src/transports/sliced-frame.ts';
import type { CallMedia } from '../../packages/server/src/transports/webrtc/media-link.ts';
import {
  type OpenedMediaCall,
  openThreadMediaPlane,
  type ThreadMediaPlane,
} from '../../packages/server/src/transports/webrtc/thread-media-plane.ts';

const HZ = 24_000;
const FILE_HZ = 48_000;
const MICROPHONE_TONE_HZ = 440;
const OUR_TONE_HZ = 1000;
const AMPLITUDE = 10_000;
const SETTINGS = { ...CALL_SETTINGS, maxMessageBytes: 16 * 2 ** 20 };
const PART = { response_id: 'resp_1', item_id: 'item_1', content_index: 0 };

const tone = (hertz: number, rateHz: number, ms: number) =>
  Int16Array.from({ length: (ms * rateHz) / 1000 }, (_, at) =>
    Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hertz * at) / rateHz)),
  );

/** Loudness of one frequency in PCM, relative to the tone of a test. */
function toneLevel(pcm: Uint8Array, hertz: number): number {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength >> 1);
  let [sine, cosine] = [0, 0];
  for (const [at, sample] of samples.entries()) {
    sine += sample * Math.sin((2 * Math.PI * hertz * at) / HZ);
    cosine += sample * Math.cos((2 * Math.PI * hertz * at) / HZ);
  }
  return (2 * Math.hypot(sine, cosine)) / samples.length / AMPLITUDE;
}

/** What the page has; `codec` moves one codec to the front of the offer. */
interface CallingPage {
  offer(codec?: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Level of a frequency in what the page hears, from 0 to 255. */
  level(hertz: number): number;
  readonly connection: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  readonly messages: string[];
}

declare global {
  interface Window {
    call: CallingPage;
  }
}

/** Runs in the page. */
function installCaller(): void {
  const messages: string[] = [];
  let connection: RTCPeerConnection;
  let channel: RTCDataChannel;
  let analyser: AnalyserNode;
  const context = new AudioContext();
  window.call = {
    messages,
    get connection() {
      return connection;
    },
    get channel() {
      return channel;
    },
    async offer(codec) {
      connection = new RTCPeerConnection();
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
      const [transceiver] = connection.getTransceivers();
      const { codecs = [] } = RTCRtpSender.getCapabilities('audio') ?? {};
      if (codec) transceiver?.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === codec));
      channel = connection.createDataChannel('oai-events');
      channel.onmessage = ({ data }) => messages.push(String(data));
      connection.ontrack = ({ streams }) => {
        const player = document.createElement('audio');
        player.srcObject = streams[0] as MediaStream;
        player.muted = true;
        void player.play();
        analyser = context.createAnalyser();
        context.createMediaStreamSource(streams[0] as MediaStream).connect(analyser);
      };
      await connection.setLocalDescription();
      return connection.localDescription?.sdp ?? '';
    },
    accept: (answer) => connection.setRemoteDescription({ type: 'answer', sdp: answer }),
    level(hertz) {
      if (!analyser) return 0;
      const bins = new Uint8Array(analyser.frequencyBinCount);
      analyser.getByteFrequencyData(bins);
      return bins[Math.round((hertz * analyser.fftSize) / context.sampleRate)] ?? 0;
    },
  };
}

describe.skipIf(browserMissing)(`the media thread with Chromium ${browserMissing ?? ''}`, () => {
  let plane: ThreadMediaPlane;
  let browser: ConsoleBrowser;
  let page: Page;
  let site: Server;
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-call-'));
  const errors: string[] = [];
  const skipped: number[] = [];

  buildBefore('packages');
  beforeAll(async () => {
    const file = join(folder, 'tone.wav');
    writeFileSync(file, writeWav([tone(MICROPHONE_TONE_HZ, FILE_HZ, 10_000)], FILE_HZ));
    site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html>'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    plane = openThreadMediaPlane({
      settings: SETTINGS,
      onError: (message) => errors.push(message),
      onSkip: (bytes) => skipped.push(bytes),
    });
    browser = await startBrowser(`http://localhost:${(site.address() as AddressInfo).port}`, [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}`,
    ]);
    ({ page } = await browser.open());
    await page.evaluate(installCaller);
    expect(await plane.ready).toBe(true);
  });
  afterAll(async () => {
    await browser.close();
    await plane.close();
    site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(codec?: string): Promise<OpenedMediaCall> {
    const offer = readOffer(await page.evaluate((name) => window.call.offer(name), codec));
    if (!offer.ok) throw new Error(offer.issue.message);
    const opened = await plane.open(offer.value);
    await page.evaluate((sdp) => window.call.accept(sdp), opened.answer);
    await opened.audio.opened;
    return opened;
  }

  const call = async (codec?: string): Promise<CallMedia> => (await open(codec)).audio;

  /** Level in the microphone's audio once it has begun; pieces of 40 ms hold it wholly. */
  async function microphoneLevel(media: CallMedia): Promise<number> {
    const levels: number[] = [];
    for await (const pcm of media.input) {
      levels.push(toneLevel(pcm, MICROPHONE_TONE_HZ));
      if (levels.length === 50) break;
    }
    return levels.sort((a, b) => a - b)[25] as number;
  }

  const pageLevel = () => page.evaluate((hertz) => window.call.level(hertz), OUR_TONE_HZ);
  const LOUD = 150;
  const SILENT = 60;
  const seconds = (count: number) => new Uint8Array(tone(OUR_TONE_HZ, HZ, 1000 * count).buffer);

  it.each(['audio/opus', 'audio/PCMU', 'audio/PCMA'])(
    'carries audio both ways with %s and closes the channel',
    async (codec) => {
      const media = await call(codec);
      expect(await microphoneLevel(media)).toBeGreaterThan(0.5);

      media.play(PART, seconds(3));
      media.end(PART.response_id);
      await waitUntil('the tone to be heard', async () => (await pageLevel()) > LOUD);
      const reports: string[] = [];
      for await (const { did } of media.playback) if (reports.push(did) === 2) break;
      expect(reports).toEqual(['start', 'drain']);
      expect([media.unplayedBytes, media.played()]).toEqual([0, []]);
      await waitUntil('silence after the tone', async () => (await pageLevel()) < SILENT);
      media.close();
      expect(await media.ended).toBe('closed');
      await page.waitForFunction(() => window.call.channel.readyState === 'closed');
      expect(errors).toEqual([]);
    },
  );

  it('carries texts both ways, large ones too', async () => {
    const media = await call();
    const large = 'x'.repeat(200_000);
    for (const text of ['{"type":"session.created"}', large]) media.send(text);
    await page.waitForFunction(() => window.call.messages.length >= 2);
    expect(await page.evaluate(() => window.call.messages.map(({ length }) => length))).toEqual([26, 200_000]);
    await waitUntil('the texts to have left', () => media.bufferedBytes === 0);

    await page.evaluate(() => {
      window.call.channel.send('{"type":"response.create"}');
      window.call.channel.send('y'.repeat(260_000));
    });
    const sizes: number[] = [];
    for await (const message of media.messages) if (sizes.push(message.length) === 2) break;
    expect(sizes).toEqual([26, 260_000]);
    await page.evaluate(() => window.call.connection.close());
    // A browser says once that it closes, in a datagram that a busy machine may drop: then its silence ends the call.
    expect(['channel_closed', 'silent']).toContain(await media.ended);
    expect(errors).toEqual([]);
  });

  it('[WR18] sends a retrieved item without its audio when the message would be larger than the peer announced', async () => {
    const { transport, audio } = await open();
    const retrieved = (name: string) => {
      const content = [{ type: 'input_audio', audio: name, transcript: 'hello' }];
      const item = { id: 'item_1', type: 'message', role: 'user', status: 'completed', content };
      return JSON.stringify({ event_id: 'event_1', type: 'conversation.item.retrieved', item });
    };
    const before = await page.evaluate(() => window.call.messages.length);
    // The browser announces 256 KiB: 180,000 bytes of audio fit as base64, 200,000 and a minute do not.
    for (const bytes of [180_000, 200_000, 2_880_000]) {
      transport.send(withAudio(retrieved('audio:1'), new Map([['audio:1', [new Uint8Array(bytes)]]])));
    }
    // No audio is in a call of a function: one that is too large is left out, and the channel lives on.
    const item = { id: 'item_2', type: 'function_call', name: 'f', call_id: 'c', arguments: 'x'.repeat(300_000) };
    const tooLarge = JSON.stringify({ event_id: 'event_2', type: 'conversation.item.retrieved', item });
    transport.send(tooLarge);
    transport.send('{"type":"session.updated"}');
    await page.waitForFunction((count) => window.call.messages.length >= count + 4, before);
    const messages = await page.evaluate((count) => window.call.messages.slice(count), before);
    const received = messages.map((text) => JSON.parse(text));
    expect(received[0].item.content[0].audio).toHaveLength(240_000);
    for (const event of received.slice(1, 3)) {
      expect(event.item.content).toEqual([{ type: 'input_audio', transcript: 'hello' }]);
    }
    expect(received.slice(3)).toEqual([{ type: 'session.updated' }]);
    expect(skipped).toEqual([tooLarge.length]);
    await waitUntil('the messages to have left', () => audio.bufferedBytes === 0);
    transport.close(1000, '');
    expect(await audio.ended).toBe('closed');
    expect(errors).toEqual([]);
  });

  it('drops unplayed audio on clear, knows what was played, and plays the next answer whole', async () => {
    const media = await call();
    media.play(PART, seconds(10));
    await waitUntil('the tone to be heard', async () => (await pageLevel()) > LOUD);
    const [part] = media.played();
    media.clear();
    expect(part).toMatchObject({ ...PART, sentBytes: 480_000 });
    expect(part?.playedBytes).toBeGreaterThan(0);
    expect(part?.playedBytes).toBeLessThan(480_000);
    await waitUntil('silence', async () => (await pageLevel()) < SILENT);
    expect([media.unplayedBytes, media.played()]).toEqual([0, []]);

    const next = { ...PART, response_id: 'resp_2', item_id: 'item_2' };
    media.play(next, seconds(1));
    media.end(next.response_id);
    const reports: string[] = [];
    for await (const { did, response_id } of media.playback) if (reports.push(`${did} ${response_id}`) === 3) break;
    expect(reports).toEqual(['start resp_1', 'start resp_2', 'drain resp_2']);
    media.close();
    await media.ended;
  });
});
