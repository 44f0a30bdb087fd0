// @openai/agents-realtime 0.20.0, unmodified, with real audio both ways: Flite speaks the user, the SDK carries it, and what the SDK
// hands out as the answer is listened to. The script is `tests/compat/clients/agents-voice.mjs`.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runClient } from '@support/child.ts';
import { AFTER_MS, BEFORE_MS, PCM } from '@support/conversation.ts';
import { allOf, closeParts, joined, openParts, silence, spoken } from '@support/parts.ts';
import { afterAll, expect, it } from 'vitest';
import { bytesOf, samplesOf } from '../../packages/server/src/audio/convert.ts';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { offline } from '../../packages/server/src/engines/offline.ts';
import { SPEECH_HZ } from '../../packages/server/src/speech/ports.ts';
import { startServer } from '../../packages/server/src/testing.ts';

interface Report {
  readonly sum: readonly string[];
  readonly weather: readonly unknown[];
  readonly after: readonly string[];
  readonly [moment: string]: unknown;
}

const opened = await openParts();
const { parts, missing } = allOf(opened);

afterAll(() => closeParts(opened));

it.skipIf(!parts)(
  `[VA8, TR1, FN4] the Agents SDK is spoken to, calls a tool, is interrupted, and what it plays can be understood${missing && ` (${missing})`}`,
  async () => {
    const { detector, transcriber, speaker } = parts as NonNullable<typeof parts>;
    const folder = mkdtempSync(join(tmpdir(), 'colloquy-voice-'));
    const path = (name: string) => join(folder, `${name}.pcm`);
    const expected = {
      sum: 'What is two plus two?',
      weather: 'What is the weather like in Paris today?',
      help: 'Please help me.',
    };
    for (const [name, text] of Object.entries(expected)) {
      const samples = joined(silence(BEFORE_MS), await spoken(speaker, text), silence(AFTER_MS));
      writeFileSync(path(name), bytesOf(resampleAll(samples, SPEECH_HZ, 24_000), PCM));
    }
    async function understood(name: string): Promise<string> {
      const utterance = transcriber.open({ speaker: 'the test', signal: new AbortController().signal });
      utterance.write(resampleAll(samplesOf(readFileSync(path(name)), PCM), 24_000, SPEECH_HZ));
      return (await utterance.finish()).transcript;
    }

    // Just ahead of the ear, so that there is something to interrupt.
    const server = await startServer({
      engine: offline({ speaker, pace: { leadMs: 200 } }),
      speech: { detector, transcriber },
      keys: ['sk-test'],
    });
    const names = [...Object.keys(expected), 'sumAnswer', 'call', 'weatherAnswer', 'afterAnswer'];
    const files = Object.fromEntries(names.map((name) => [name, path(name)]));
    const input = { url: server.realtimeURL, apiKey: 'sk-test', files };
    const { code, report, stderr } = await runClient<Report>('agents-voice.mjs', input);
    expect(code, stderr).toBe(0);

    expect(report?.sum).toEqual(['what is two plus two', 'completed']);
    expect(await understood('sumAnswer')).toMatch(/two plus two is four/);

    expect(report?.weather).toEqual([
      'what is the weather like in paris today',
      ...['completed', 'completed', ['paris']],
    ]);
    expect(readFileSync(path('call')).length).toBe(0);
    expect(await understood('weatherAnswer')).toMatch(/sunny.*afternoon/);

    expect(report).toMatchObject({ cut: { status: 'cancelled', reason: 'turn_detected', of: true } });
    expect(report?.after).toEqual(['what is two plus two', 'completed']);
    expect(await understood('afterAnswer')).toMatch(/two plus two is four/);

    expect(report?.interruptions).toBeGreaterThanOrEqual(1);
    expect(report).toMatchObject({ close: 'disconnected', errors: [], error_events: 0 });
    await server.close();
    rmSync(folder, { recursive: true });
  },
);
