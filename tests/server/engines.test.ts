// Several engines behind one server: how sessions choose, what they are told, and where it is written down.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cascade, createServer, type Engine, openSilero, type Transcriber } from '@colloquy/server';
import { replay, type ServerStatus } from '@colloquy/session';
import { dial, KEY, mint, pcm, say, start, stopAll, stops, TEXT, withKey } from '@support/dial.ts';
import { recordedFiles } from '@support/recorded-files.ts';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { Detection, Detector } from '../../packages/server/src/speech/ports.ts';

afterEach(stopAll);

/** Says its name, whatever it is asked. */
const saying = (name: string, rest: Partial<Engine> = {}): Engine => ({
  ...rest,
  name,
  async *respond() {
    yield { type: 'text.delta', delta: `I am ${name}.` };
    yield { type: 'done' };
  },
});
const engines = { owl: { engine: saying('owl') }, wren: { engine: saying('wren') } };

/** A connection once its session has begun, and that session. */
async function opened(...args: Parameters<typeof dial>) {
  const connection = dial(...args);
  const { session } = await connection.next('session.created');
  return { ...connection, session };
}

async function answerOf(...args: Parameters<typeof dial>): Promise<string> {
  const { send, next } = await opened(...args);
  return answerTo(send, next);
}

async function answerTo(send: ReturnType<typeof dial>['send'], next: ReturnType<typeof dial>['next']): Promise<string> {
  send(say('Who are you?'), TEXT);
  return (await next('response.output_text.done')).text;
}
const idsAt = async (url: string): Promise<string[]> => {
  const answer = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
  return answer.data.map(({ id }) => id);
};

describe('engines by their names', () => {
  it.each([
    ['owl', 'owl'],
    ['wren', 'wren'],
    ['gpt-realtime', 'owl'],
    ['constructor', 'owl'],
    ['Wren', 'owl'],
  ])('[AU30] a session of the model %s is answered by %s', async (model, name) => {
    const { url } = await start({ engines });
    const { session, send, next } = await opened(url, {}, `?model=${model}`);
    expect(session).toMatchObject({ model });
    expect(await answerTo(send, next)).toBe(`I am ${name}.`);
  });

  it('[AU30, SE14] a session keeps its engine, whatever model an update names', async () => {
    const { url } = await start({ engines });
    const { send, next } = await opened(url, {}, '?model=wren');
    send({ type: 'session.update', session: { type: 'realtime', model: 'owl' } });
    expect((await next('session.updated')).session).toMatchObject({ model: 'wren' });
    expect(await answerTo(send, next)).toBe('I am wren.');
  });

  it('[AU30, AU24] the model of a client secret chooses too, unless the query does', async () => {
    const { url } = await start({ engines, keys: [KEY] });
    const { body } = await mint(url, { session: { type: 'realtime', model: 'wren' } });
    const { value } = body as { value: string };
    expect(await answerOf(url, withKey(value), '')).toBe('I am wren.');
    expect(await answerOf(url, withKey(value), '?model=owl')).toBe('I am owl.');
  });

  it('[AU5, AU30] an engine outside the list of models cannot be chosen', async () => {
    const { url } = await start({ engines, models: ['gpt-realtime', 'wren'] });
    expect((await dial(url, {}, '?model=owl').refused).status).toBe(403);
    expect(await answerOf(url, {}, '?model=wren')).toBe('I am wren.');
    expect(await answerOf(url)).toBe('I am owl.');
    expect(await idsAt(url)).toEqual(['gpt-realtime', 'wren']);
  });

  it('[AU30] a transcription session is heard where somebody can', async () => {
    const transcriber: Transcriber = {
      name: 'ears',
      capabilities: { streaming: false, logprobs: false, hints: false },
      open: () => ({ write: () => {}, finish: async () => ({ transcript: 'heard' }) }),
      forget: () => {},
      close: async () => {},
    };
    const { url } = await start({ engines: { ...engines, wren: { ...engines.wren, speech: { transcriber } } } });
    const { send, next } = await opened(url, {}, '?intent=transcription');
    const input = { transcription: { model: 'whisper-1' }, turn_detection: null };
    send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
    send({ type: 'input_audio_buffer.append', audio: pcm(200) }, { type: 'input_audio_buffer.commit' });
    const { transcript } = await next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toBe('heard');
  });

  it.each([
    ["'engine' is for one", { engine: saying('owl'), engines }],
    ['engines: there must be at least one', { engines: {} }],
    ["engines: 'a name' is no name", { engines: { 'a name': { engine: saying('owl') } } }],
  ])('are refused: %s', (message, options) => {
    expect(() => createServer(options)).toThrow(message);
  });
});

describe('GET /v1/models', () => {
  it("[RT20] lists the engines for OpenAI's own client, the default first", async () => {
    const { url } = await start({ engines });
    const client = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1` });
    const { data, object } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['owl', 'wren', 'gpt-realtime']);
    expect([object, new Set(data.map((each) => each.object))]).toEqual(['list', new Set(['model'])]);
    expect(data.every(({ created, owned_by }) => Number.isInteger(created) && owned_by === 'colloquy')).toBe(true);
  });
});

describe('logs and recordings', () => {
  it('say which engine answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'colloquy-engines-'));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const { url, logged, server } = await start({ engines, recordings: { folder } });
    await answerOf(url, {}, '?model=wren');
    await server.close({ graceMs: 0 });
    const opened = logged.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'session opened');
    expect(opened).toMatchObject({ engine: 'wren' });
    const lines = readFileSync(join(folder, recordedFiles(folder)[0] as string), 'utf8')
      .trimEnd()
      .split('\n');
    expect(JSON.parse(lines[0] as string)).toMatchObject({ engine: 'wren', options: { model: 'wren' } });
    expect(await replay(lines)).toMatchObject({ ok: true });
  });
});

const silent: Detection = { write() {}, hint() {}, close() {} };

describe('GET /api/status', () => {
  it('[CO2] tells of every engine, its parts, its voices and what it lacks', async () => {
    const thinker = { name: 'dreamer', capabilities: { tools: false, images: false }, think: async function* () {} };
    const lacking = { engine: cascade({ thinker }), missing: ['a voice: npm install lungs'] };
    const singer = { engine: saying('singer', { voices: ['high', 'low'], components: { speak: 'throat' } }) };
    const { url } = await start({ engines: { dream: lacking, singer } });
    const detector = await openSilero();
    if (detector.ok) detector.component.close();
    const status = (await (await fetch(`${url}/api/status`)).json()) as ServerStatus;
    const undetected = detector.ok ? [] : [detector.missing];
    const nothing = {
      detect: detector.ok ? detector.component.name : null,
      transcribe: null,
      think: null,
      speak: null,
    };
    expect(status.engines).toEqual([
      {
        name: 'dream',
        is_default: true,
        parts: { ...nothing, think: 'dreamer' },
        voices: null,
        missing: [...lacking.missing, ...undetected],
      },
      {
        name: 'singer',
        is_default: false,
        parts: { ...nothing, speak: 'throat' },
        voices: ['high', 'low'],
        missing: undetected,
      },
    ]);
    expect(status).toMatchObject({
      models: ['dream', 'singer', 'gpt-realtime'],
      missing: [...lacking.missing, ...undetected],
    });
  });

  it('[VA29] shows no detector where it is off, not even one that an engine brings; a secret states no turn detection', async () => {
    const detector: Detector = {
      name: 'own',
      capabilities: { usesTranscript: false },
      listen: () => silent,
      close() {},
    };
    const engines = { owl: { engine: saying('owl', {}), speech: { detector } } };
    for (const [options, name, detection] of [
      [{}, 'own', expect.objectContaining({ type: 'server_vad' })],
      [{ detector: false }, null, null],
    ] as const) {
      const { url } = await start({ engines, ...options });
      const status = (await (await fetch(`${url}/api/status`)).json()) as ServerStatus;
      expect(status.engines[0]?.parts.detect).toBe(name);
      for (const type of ['realtime', 'transcription']) {
        const session = { type, audio: { input: { turn_detection: { type: 'server_vad' } } } };
        const request = {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ session }),
        };
        const minted = await (await fetch(`${url}/v1/realtime/client_secrets`, request)).json();
        expect(minted).toMatchObject({ session: { audio: { input: { turn_detection: detection } } } });
      }
    }
  });
});

describe('what an engine cannot do', () => {
  const bird = saying('bird', { voices: ['tweet', 'hoot'], fixedSpeed: true });
  const inVoice = (voice: unknown) => ({ type: 'realtime', audio: { output: { voice } } });

  it('[SE36] a voice it does not have is refused by name, in an update and in a response', async () => {
    const { url } = await start({ engine: bird });
    const { session, send, next } = await opened(url);
    expect(session).toMatchObject({ audio: { output: { voice: 'tweet' } } });
    const message = "Supported values are: 'tweet', 'hoot'.";
    send({ type: 'session.update', event_id: 'mine', session: inVoice('marin') });
    const { error } = await next('error');
    expect(error).toMatchObject({ code: 'invalid_value', param: 'session.audio.output.voice', event_id: 'mine' });
    expect(error.message).toBe(`Invalid value: 'marin'. ${message}`);
    send({ type: 'session.update', session: inVoice({ id: 'voice_of_mine' }) });
    expect((await next('error')).error.message).toBe(`Invalid value: 'voice_of_mine'. ${message}`);
    send({ type: 'response.create', response: { audio: { output: { voice: 'marin' } } } });
    expect((await next('error')).error).toMatchObject({ param: 'response.audio.output.voice' });
    send({ type: 'session.update', session: inVoice('hoot') });
    expect((await next('session.updated')).session).toMatchObject({ audio: { output: { voice: 'hoot' } } });
  });

  it('[SE36] no secret is minted for such a voice, and none refused where another engine has it', async () => {
    const { url } = await start({ engines: { bird: { engine: bird }, owl: engines.owl }, keys: [KEY] });
    const session = inVoice('marin');
    const refused = await mint(url, { session });
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'session.audio.output.voice' } } });
    expect((await mint(url, { session: { ...session, model: 'owl' } })).status).toBe(200);
  });

  it('[SE37] a speed is refused where there is one only', async () => {
    const { url } = await start({ engine: bird });
    const { send, next } = await opened(url);
    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { speed: 1.5 } } } });
    expect((await next('error')).error).toMatchObject({
      code: 'invalid_value',
      param: 'session.audio.output.speed',
      message: 'This voice speaks at speed 1 only.',
    });
    send({ type: 'session.update', session: { type: 'realtime', audio: { output: { speed: 1 } } } });
    await next('session.updated');
  });
});
