// Spoken to through endpoints of one's own: the real server, Silero, and over HTTP ears, a mind and a voice.

import type { ServerEvent } from '@colloquy/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import { type CascadeParts, cascadeParts } from '../../packages/server/src/speech/cascade-config.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';
import { startServer, type TestServer } from '../../packages/server/src/testing.ts';
import { type FakeEndpoints, stalling } from '../faults/fake-endpoints.ts';
import { allOf, joined, openParts, silence, spoken } from './parts.ts';
import { voiceEndpoints } from './voice-endpoints.ts';

const { parts: offline, missing } = allOf(await openParts());

describe.skipIf(!offline)(offline ? 'through endpoints' : `through endpoints (${missing})`, () => {
  let fake: FakeEndpoints;
  let parts: Required<CascadeParts>;
  let server: TestServer;

  beforeAll(async () => {
    if (!offline) return;
    fake = await voiceEndpoints(offline);
    const { url } = fake;
    const endpoints = {
      transcribe: { url, model: 'ears' },
      think: { url, model: 'mind' },
      speak: { url, model: 'voice' },
    };
    parts = cascadeParts(endpoints, {}) as Required<CascadeParts>;
    server = await startServer({
      engine: cascade({ thinker: parts.thinker, speaker: parts.speaker }),
      speech: { detector: offline.detector, transcriber: parts.transcriber },
    });
  });
  afterAll(async () => {
    if (!offline) return;
    await server.close();
    await Promise.all([parts.transcriber.close(), parts.speaker.close(), fake.close()]);
    offline.detector.close();
    await Promise.all([offline.transcriber.close(), offline.speaker.close()]);
  });

  /** A session with turn detection; `until` gives the first event from `from` on of which a claim holds. */
  async function open() {
    const socket = new WebSocket(server.realtimeURL);
    const events: ServerEvent[] = [];
    const waiting = new Set<() => void>();
    socket.on('message', (data) => {
      events.push(JSON.parse(String(data)));
      for (const look of waiting) look();
    });
    const until = <T extends ServerEvent['type']>(type: T, from = 0) =>
      new Promise<Extract<ServerEvent, { type: T }>>((resolve) => {
        const look = () => {
          const found = events
            .slice(from)
            .find((event): event is Extract<ServerEvent, { type: T }> => event.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    await until('session.created');
    const audio = { input: { transcription: { model: 'whisper-1' } }, output: { voice: 'rms' } };
    socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', audio } }));
    await until('session.updated');
    const say = (samples: Int16Array) => {
      const { buffer, byteOffset, byteLength } = resampleAll(
        joined(silence(300), samples, silence(1200)),
        SPEECH_HZ,
        24_000,
      );
      const bytes = Buffer.from(buffer, byteOffset, byteLength);
      for (let at = 0; at < bytes.length; at += 4800) {
        const piece = bytes.subarray(at, at + 4800).toString('base64');
        socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: piece }));
      }
    };
    return { socket, events, until, say };
  }

  async function recognised(events: readonly ServerEvent[]): Promise<string> {
    const pieces = events.map((event) =>
      event.type === 'response.output_audio.delta' ? Buffer.from(event.delta, 'base64') : Buffer.alloc(0),
    );
    const bytes = Uint8Array.from(Buffer.concat(pieces));
    const utterance = offline!.transcriber.open({ speaker: 'listener', signal: new AbortController().signal });
    utterance.write(resampleAll(new Int16Array(bytes.buffer), 24_000, SPEECH_HZ));
    return (await utterance.finish()).transcript.toLowerCase();
  }

  it('hears a question and says an answer that can be understood', async () => {
    const { socket, events, until, say } = await open();
    say(await spoken(offline!.speaker, 'What is the weather like in Paris today?'));
    const done = await until('response.done');
    expect(done.response.status).toBe('completed');
    const heard = await until('conversation.item.input_audio_transcription.completed');
    expect(heard.transcript.toLowerCase()).toContain('weather');
    expect(fake.of('transcribe')).toHaveLength(1);
    expect(fake.of('speak').length).toBeGreaterThan(1);
    expect(await recognised(events)).toContain('weather');
    socket.close();
  });

  it('[VA8] hangs up on every endpoint when it is spoken to meanwhile, and hears the first words of it', async () => {
    fake.reset();
    const { socket, events, until, say } = await open();
    fake.next('speak', stalling);
    say(await spoken(offline!.speaker, 'Hello! How are you doing today?', 'awb'));
    await until('response.output_audio_transcript.delta');
    const from = events.length;
    say(await spoken(offline!.speaker, 'What is the weather like in Paris today?'));
    const cancelled = await until('response.done', from);
    expect(cancelled.response).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
    await fake.hungUp('speak');
    const after = events.indexOf(cancelled) + 1;
    expect((await until('response.done', after)).response.status).toBe('completed');
    const heard = await until('conversation.item.input_audio_transcription.completed', from);
    expect(heard.transcript.toLowerCase()).toMatch(/what.*weather/);
    socket.close();
  });
});
