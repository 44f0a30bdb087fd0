// Sessions that take turns on one pooled engine, each with words of its own: no session ever receives another's.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AFTER_MS, BEFORE_MS, type Conversation, converse } from '@support/conversation.ts';
import { allOf, joined, openParts, silence } from '@support/parts.ts';
import { type OfflineParts, spokenSessions } from '@support/spoken-sessions.ts';
import { HIGH_HZ, LOW_HZ, tone, writeTinyModels } from '@support/tiny-networks.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cascade } from '../../packages/server/src/engines/cascade.ts';
import { offlineThinker } from '../../packages/server/src/speech/offline/offline-thinker.ts';
import type { Speaker, Transcriber } from '../../packages/server/src/speech/ports.ts';
import { openSherpaSpeaker, openSherpaTranscriber } from '../../packages/server/src/speech/sherpa/sherpa.ts';
import { findSherpaModels } from '../../packages/server/src/speech/sherpa/sherpa-models.ts';
import { startServer, type TestServer } from '../../packages/server/src/testing.ts';

const ROUNDS = 3;
/** Samples one session sends before the other goes on: 400 ms. */
const CHUNK_BYTES = 6400;

/** Both speak at once: a piece of the one, then a piece of the other. */
function speakAtOnce(speakers: readonly (readonly [Conversation, Int16Array])[]): void {
  const text = speakers.map(([who, speech]) => [who, joined(silence(BEFORE_MS), speech, silence(AFTER_MS))] as const);
  const longest = Math.max(...text.map(([, { length }]) => length));
  for (let at = 0; at < longest; at += CHUNK_BYTES) {
    for (const [who, samples] of text) if (at < samples.length) who.appendAudio(samples.subarray(at, at + CHUNK_BYTES));
  }
}

const completed = 'conversation.item.input_audio_transcription.completed';
/** Everything a session was sent, sound left out. */
const textOf = ({ events }: Conversation): string =>
  JSON.stringify(events, (key, value) =>
    key === 'delta' && String(value).length > 200 ? undefined : value,
  ).toLowerCase();

async function repeated(who: Conversation, text: string): Promise<Buffer> {
  who.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: `repeat after me: ${text}` }] },
  });
  who.send({ type: 'response.create' });
  const { response } = await who.next('response.done');
  expect(response.status).toBe('completed');
  return who.bytesOf(response.id ?? '');
}

// One decoder, and each utterance decoded as it comes: what a voice has taught it must be forgotten before the next.
const opened = await openParts({ threads: 1 });
const { parts, missing } = allOf(opened);

describe.skipIf(!parts)(
  parts ? 'sessions with the offline parts' : `sessions with the offline parts (${missing})`,
  () => {
    const { begin, speak, endAll, close } = spokenSessions(parts ?? ({} as OfflineParts));
    afterEach(endAll);
    afterAll(close);

    it('[SP9] are told their own words alone, however they take turns on one decoder', async () => {
      const [ann, ben] = [await begin(), await begin()];
      const text = [await speak('What is the weather like in Paris?'), await speak('Hello! How are you doing?', 'awb')];
      for (let round = 0; round < ROUNDS; round += 1) {
        const turns = [[ann, text[0]!] as const, [ben, text[1]!] as const];
        if (round % 2 === 1) turns.reverse();
        speakAtOnce(turns);
        expect((await ann.next(completed)).transcript).toMatch(/weather.*paris/);
        expect((await ben.next(completed)).transcript).toMatch(/hello.*doing/);
        await Promise.all([ann.next('response.done'), ben.next('response.done')]);
      }
      expect(textOf(ann)).not.toMatch(/hello|doing/);
      expect(textOf(ben)).not.toMatch(/weather|paris/);
    });

    it('[SP15] are answered with their own sound alone, whoever else is being answered', async () => {
      const phrases = ['Purple elephants dance at midnight.', 'Seven green bottles stand on the wall.'];
      const sessions = [await begin(), await begin()];
      const alone = [await repeated(sessions[0]!, phrases[0]!), await repeated(sessions[1]!, phrases[1]!)];
      expect(alone[0]!.equals(alone[1]!)).toBe(false);
      for (let round = 0; round < ROUNDS; round += 1) {
        const both = await Promise.all(sessions.map((session, index) => repeated(session, phrases[index]!)));
        expect(both.map((sound, index) => sound.equals(alone[index]!))).toEqual([true, true]);
      }
    });
  },
);

describe('sessions with models of sherpa-onnx', () => {
  let folder = '';
  let transcriber: Transcriber;
  let speaker: Speaker;
  let server: TestServer;
  const open: Conversation[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'colloquy-canaries-'));
    writeTinyModels(folder, ['hello', 'morning']);
    const { transcribe, speak } = findSherpaModels(folder);
    [transcriber, speaker] = await Promise.all([openSherpaTranscriber(transcribe!), openSherpaSpeaker(speak!)]);
    const engine = cascade({ thinker: offlineThinker(), speaker, pace: { leadMs: Number.POSITIVE_INFINITY } });
    server = await startServer({ engine, speech: { transcriber }, detector: false });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });
  afterAll(async () => {
    await server?.close();
    await Promise.all([transcriber?.close(), speaker?.close()]);
    rmSync(folder, { recursive: true });
  });

  async function begin(voice: string): Promise<Conversation> {
    const conversation = await converse(server.realtimeURL);
    open.push(conversation);
    const audio = { input: { transcription: { model: 'sherpa' } }, output: { voice } };
    conversation.send({ type: 'session.update', session: { type: 'realtime', audio } });
    await conversation.next('session.updated');
    return conversation;
  }

  it('[SP9] are told their own words alone, however they take turns on one process', async () => {
    const [ann, ben] = [await begin('0'), await begin('1')];
    const sounds = { low: tone(LOW_HZ, 400), high: tone(HIGH_HZ, 400) };
    for (let round = 1; round <= ROUNDS; round += 1) {
      // Words of both are in the process at the same time, each the other's opposite, more of them each round.
      const text = Array.from({ length: round }, (_, at) =>
        at % 2 === 0 ? (['low', 'high'] as const) : (['high', 'low'] as const),
      );
      for (const [own, other] of text) {
        ann.appendAudio(joined(sounds[own], silence(100)));
        ben.appendAudio(joined(sounds[other], silence(100)));
      }
      for (const each of [ann, ben]) each.send({ type: 'input_audio_buffer.commit' });
      expect((await ann.next(completed)).transcript).toBe(text.map(([own]) => own).join(' '));
      expect((await ben.next(completed)).transcript).toBe(text.map(([, other]) => other).join(' '));
    }
  });

  it('[SP15] are answered in their own voice alone, whoever else is being answered', async () => {
    const sessions = [await begin('0'), await begin('1')];
    const alone = [await repeated(sessions[0]!, 'hello'), await repeated(sessions[1]!, 'hello')];
    expect(alone[0]!.equals(alone[1]!)).toBe(false);
    for (let round = 0; round < ROUNDS; round += 1) {
      const both = await Promise.all(sessions.map((session) => repeated(session, 'hello')));
      expect(both.map((sound, index) => sound.equals(alone[index]!))).toEqual([true, true]);
    }
  });
});
