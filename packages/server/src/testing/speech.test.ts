// Scenarios and other engines that are spoken to: turns are detected for all of them, the same way each time.

import { once } from 'node:events';
import type { RealtimeSession } from '@colloquy/protocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { writeWav } from '../audio/wav.ts';
import { openFlite } from '../speech/offline/flite.ts';
import { openSilero } from '../speech/offline/silero.ts';
import { startServer, type TestServer, type TestServerOptions } from '../testing.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0).reverse()) await stop();
});

async function started(options: TestServerOptions): Promise<TestServer> {
  const server = await startServer(options);
  open.push(server.close);
  return server;
}

async function connected(server: TestServer, ...events: object[]): Promise<void> {
  const socket = new WebSocket(server.realtimeURL);
  open.push(() => socket.terminate());
  await once(socket, 'open');
  for (const event of events) socket.send(JSON.stringify(event));
}

describe('say', { tags: 'long' }, async () => {
  const detector = await openSilero();
  const speaker = await openFlite();
  const missing = [detector, speaker].flatMap((each) => (each.ok ? [] : [each.missing])).join('; ');
  if (detector.ok) detector.component.close();
  afterAll(() => (speaker.ok ? speaker.component.close() : undefined));

  async function wav(...texts: string[]): Promise<Uint8Array> {
    if (!speaker.ok) throw new Error(missing);
    const pieces: Int16Array[] = [];
    let rate = 0;
    for (const text of texts) {
      const { signal } = new AbortController();
      for await (const sound of speaker.component.speak(text, { voice: 'rms', speed: 1, signal })) {
        rate = sound.rateHz;
        pieces.push(sound.samples);
      }
      pieces.push(new Int16Array(rate));
    }
    return writeWav(pieces, rate);
  }
  /** The events sent, without ids and values that depend on the time of day: its end, and the remaining rate limits. */
  const sentEvents = (server: TestServer) =>
    server
      .sent()
      .map((event) =>
        JSON.stringify(event, (key, value) =>
          /(^|_)id$|_at$|^remaining$|^reset_seconds$/.test(key) ? undefined : value,
        ),
      );

  it.skipIf(missing !== '').each([
    ['scripted', { scenario: { scenario: 1, turns: [{ reply: [{ say: 'Hello.' }] }, { reply: [{ say: 'Bye.' }] }] } }],
    ['parrot', {}],
  ])(
    `[VA1, VA29] a session with %s opens, closes and answers turns, the same each time ${missing}`,
    async (_, options) => {
      const both = await wav('Hello! How are you doing today?', 'Thank you very much.');
      const runs: string[][] = [];
      for (let run = 0; run < 2; run += 1) {
        const server = await started(options as TestServerOptions);
        await connected(server);
        await server.waitFor('session.created');
        const items = await server.say(both);
        await expect.poll(() => server.sent('response.done').length, { timeout: 20_000 }).toBe(2);
        expect(server.sent('input_audio_buffer.committed').map(({ item_id }) => item_id)).toEqual(items);
        expect(server.sent('input_audio_buffer.speech_started')).toHaveLength(2);
        server.assertComplete();
        runs.push(sentEvents(server));
      }
      expect(runs[1]).toEqual(runs[0]);
    },
  );

  it.skipIf(missing !== '')(`answers with the transcript passed to say ${missing}`, async () => {
    const weather = { when: { text: 'weather' }, reply: [{ say: 'Sunny.' }] };
    const news = { when: { text: 'news' }, reply: [{ say: 'None.' }] };
    const server = await started({ scenario: { scenario: 1, strict: false, turns: [news, weather] } });
    const transcription = { input: { transcription: { model: 'whisper-1' } } };
    await connected(server, { type: 'session.update', session: { type: 'realtime', audio: transcription } });
    await server.waitFor('session.updated');
    await server.say(await wav('What is the weather like?'), { transcript: 'What is the weather like?' });
    expect((await server.waitFor('response.output_audio_transcript.done')).transcript).toBe('Sunny.');
    const { transcript } = await server.waitFor('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('What is the weather like?');
    server.assertComplete();
  });

  it('rejects audio that it cannot feed, with the reason', async () => {
    const server = await started({});
    const tone = writeWav([new Int16Array(24_000)], 24_000);
    await expect(server.say(tone)).rejects.toMatchObject({ code: 'not_found' });
    await connected(server);
    await server.waitFor('session.created');
    await expect(server.say('gone.wav')).rejects.toThrow(/cannot read gone\.wav: ENOENT/);
    await expect(server.say(new Uint8Array(100))).rejects.toThrow(/no WAV file/);
    if (detector.ok) await expect(server.say(tone)).rejects.toThrow(/no speech was detected/);
  });

  it('[VA29] reports turn_detection null when the detector is off, whatever the client requests', async () => {
    const server = await started({ detector: false });
    const inputConfig = { turn_detection: { type: 'semantic_vad' } };
    await connected(server, {
      type: 'session.update',
      session: { type: 'realtime', instructions: 'Be brief.', audio: { input: inputConfig } },
    });
    const updated = (await server.waitFor('session.updated')).session as RealtimeSession;
    const created = (await server.waitFor('session.created')).session as RealtimeSession;
    expect([created.audio?.input?.turn_detection, updated.audio?.input?.turn_detection]).toEqual([null, null]);
    expect(updated.instructions).toBe('Be brief.');
    expect(await server.say(writeWav([new Int16Array(24_000)], 24_000))).toEqual([]);
    expect(server.sent('error')).toEqual([]);
  });
});
