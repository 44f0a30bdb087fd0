import { decodeServerEvent, type TranslationServerEvent } from '@colloquy/protocol';
import { TRANSLATION_FRAME_BYTES } from '@colloquy/session';
import { afterEach, describe, expect, it } from 'vitest';
import { parrotTranslator } from '../engines/parrot-translator.ts';
import type { Translator, TranslatorOutput } from '../engines/translator.ts';
import { memoryPair } from '../transports/memory.ts';
import { hostTranslation, type TranslationHostOptions } from './host-translation.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A hosted translation session, and its client. */
function host(options: Partial<TranslationHostOptions> = {}) {
  const [client, server] = memoryPair();
  const session = hostTranslation(server, {
    translator: parrotTranslator(),
    opening: { model: 'mine', seed: [1, 2, 3, 4], started_at: 0 },
    ...options,
  });
  const hosting = session.ended;
  stops.push(() => {
    client.close(1000, '');
    return hosting;
  });
  const send = (event: object) => client.send(JSON.stringify(event));
  const append = (audio: Buffer) =>
    send({ type: 'session.input_audio_buffer.append', audio: audio.toString('base64') });
  /** Everything up to the end of the connection, or to the first event of a type. */
  async function read(until?: string): Promise<TranslationServerEvent[]> {
    const seen: TranslationServerEvent[] = [];
    for await (const frame of client.frames) {
      const decoded = decodeServerEvent(String(frame), { translation: true, profile: 'strict' });
      if (!decoded.ok) throw new Error(String(frame));
      seen.push(decoded.value);
      if (decoded.value.type === until) break;
    }
    return seen;
  }
  return { client, hosting, send, append, read, session };
}

/** So many bytes that are all different in a row, so that a lost or repeated one shows. */
const ramp = (bytes: number) =>
  Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => (index * 7 + (index >> 8)) % 256));

const audioOf = (events: readonly TranslationServerEvent[]) =>
  Buffer.concat(
    events.flatMap((event) =>
      event.type === 'session.output_audio.delta' ? [Buffer.from(event.delta, 'base64')] : [],
    ),
  );

/** Yields what a test wants and remembers what it was given. */
function translating(translate: Translator['translate']): Translator {
  return { name: 'test', translate };
}

describe('hostTranslation', () => {
  it.each([
    ['at once', [48_000]],
    ['in small pieces', Array.from({ length: 48 }, () => 1000)],
    ['across the frames', [9598, 4, 9598, 9600, 19_200]],
    ['across the samples', [1, 9599, 3, 9601, 9595, 19_201]],
  ])('[TL4, TL9, TN1] passes every byte in frames of 200 ms and pads the last: sent %s', async (_, pieces) => {
    const frameLengths: number[] = [];
    const { append, send, read } = host({
      translator: translating(async function* (frames, at) {
        for await (const frame of frames) {
          frameLengths.push(frame.byteLength);
          yield* parrotTranslator().translate(once(frame), at);
        }
      }),
    });
    const audio = ramp(48_002);
    let sent = 0;
    for (const bytes of [...pieces, 2]) {
      append(audio.subarray(sent, sent + bytes));
      sent += bytes;
    }
    send({ type: 'session.close' });
    const events = await read();
    expect(frameLengths).toEqual(Array.from({ length: 6 }, () => TRANSLATION_FRAME_BYTES));
    expect(audioOf(events).equals(Buffer.concat([audio.subarray(0, sent), Buffer.alloc(6 * 9600 - sent)]))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'session.closed' });
  });

  it('[TL6] gives the same trace in every run with the parrot', async () => {
    const { append, send, read } = host();
    send({ type: 'session.update', session: { audio: { input: { transcription: { model: 'any' } } } } });
    append(Buffer.alloc(48 * 1100));
    const before = await read('session.output_transcript.delta');
    send({ type: 'session.update', session: { audio: { output: { language: 'es' } } } });
    const between = await read('session.updated');
    append(Buffer.alloc(48 * 1000));
    send({ type: 'session.close' });
    const after = await read();
    const transcriptDeltas = [...before, ...between, ...after].flatMap((event) =>
      'delta' in event && event.type !== 'session.output_audio.delta'
        ? [[event.type, event.delta, event.elapsed_ms]]
        : [],
    );
    expect(transcriptDeltas).toEqual([
      ['session.input_transcript.delta', '1', 0],
      ['session.output_transcript.delta', '1', 0],
      ['session.input_transcript.delta', ' 2', 1000],
      ['session.output_transcript.delta', ' es:2', 1000],
      ['session.input_transcript.delta', ' 3', 2000],
      ['session.output_transcript.delta', ' es:3', 2000],
    ]);
  });

  it('[TN2] sends all output before session.closed', async () => {
    const { append, send, read } = host({
      translator: translating(async function* (frames) {
        let frameCount = 0;
        for await (const _ of frames) frameCount += 1;
        for (let i = 0; i < frameCount; i += 1) {
          await new Promise((resolve) => setTimeout(resolve, 5)); // a translator that thinks
          yield { type: 'output_transcript.delta', delta: `${i}` };
        }
      }),
    });
    append(Buffer.alloc(9600 * 5));
    send({ type: 'session.close' });
    const events = await read();
    expect(events.map((event) => ('delta' in event ? event.delta : event.type))).toEqual([
      ...['session.created', '0', '1', '2', '3', '4', 'session.closed'],
    ]);
  });

  it.each([
    ['goes on for ever', false],
    ['stands still', true],
  ])('[TN3] ends with its client when the translator %s', async (_, hangs) => {
    let signal: AbortSignal | undefined;
    const { client, append, hosting, read } = host({
      translator: translating(async function* (_frames, at) {
        signal = at.signal;
        if (hangs) await new Promise(() => {});
        for (;;) yield { type: 'output_transcript.delta', delta: 'more' };
      }),
    });
    append(Buffer.alloc(9600));
    await read(hangs ? 'session.created' : 'session.output_transcript.delta');
    client.close(1000, '');
    await hosting;
    expect(signal?.aborted).toBe(true);
  });

  it.each([
    [
      'throws',
      // biome-ignore lint/correctness/useYield: it fails before it says anything
      async function* (): AsyncGenerator<TranslatorOutput> {
        throw new Error('the upstream key sk-secret was refused');
      },
    ],
    ['ends at once', async function* (): AsyncGenerator<TranslatorOutput> {}],
    [
      'makes audio that is none',
      async function* (): AsyncGenerator<TranslatorOutput> {
        yield { type: 'output_audio.delta', audio: 'sk-secret' as never };
      },
    ],
  ])('[TN4, ER45] ends with an error and 1011 when the translator %s, without its message', async (_, translate) => {
    const { client, read } = host({ translator: translating(translate) });
    const events = await read();
    expect(events.map(({ type }) => type)).toEqual(['session.created', 'error']);
    expect(events.at(-1)).toMatchObject({ error: { type: 'server_error', code: 'internal_error' } });
    expect(JSON.stringify(events)).not.toContain('sk-secret');
    expect((await client.closed).code).toBe(1011);
  });

  it('[ER17, TL10] refuses binary frames and invalid events, and continues', async () => {
    const { client, send, read } = host();
    client.send(new Uint8Array(9600));
    client.send('{"type":');
    send({ type: 'session.update', session: {} });
    const codes = (await read('session.updated')).flatMap((event) =>
      event.type === 'error' ? [event.error.code] : [],
    );
    expect(codes).toEqual(['invalid_event', 'invalid_json']);
  });

  it('[LM6] refuses appends above the rate limit', async () => {
    const { append, read } = host({ services: { limits: { appendsPerSecond: 1, eventsBurst: 5 }, clock: () => 0 } });
    for (let i = 0; i < 6; i += 1) append(Buffer.alloc(2));
    const events = await read('error');
    expect(events.at(-1)).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
  });

  it('[LM12, ER46] ends with the drain code once all audio is translated', async () => {
    for (const drainCode of [undefined, 1012]) {
      const { client, append, read, session } = host(drainCode === undefined ? {} : { drainCode });
      await read('session.created');
      append(ramp(100));
      await new Promise((resolve) => setImmediate(resolve));
      session.drain();
      const events = await read();
      expect(events.map(({ type }) => type)).toEqual([
        'session.output_transcript.delta',
        'session.output_audio.delta',
        'session.closed',
      ]);
      expect((await client.closed).code).toBe(drainCode ?? 1001);
    }
  });
});

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

describe('client that has left', () => {
  it('[LM13] neither reads nor encodes frames when the client has left', async () => {
    const lines: unknown[] = [];
    const { client, hosting, append, read } = host({ sinks: [{ write: (line) => lines.push(line) }] });
    await read('session.created');
    const before = lines.length;
    for (let count = 0; count < 60; count += 1) append(ramp(TRANSLATION_FRAME_BYTES));
    client.close(1000, '');
    await hosting;
    expect(lines.length).toBe(before);
  });
});
