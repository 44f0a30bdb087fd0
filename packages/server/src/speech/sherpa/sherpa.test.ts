// Recogniser and voice over a link that is played here, and over the real one with models that are none. Over the real one with
// networks that work: tests/contract/speech-sherpa.test.ts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSherpaSpeaker, openSherpaTranscriber } from './sherpa.ts';
import type { LinkModel } from './sherpa-link.ts';
import type { FromModel, ToModel } from './sherpa-messages.ts';
import { findSherpaModels, type SherpaModel } from './sherpa-models.ts';

const HEAR: SherpaModel = { role: 'transcribe', kind: 'transducer', folder: '/models/ears', config: {} };
const SPEAK: SherpaModel = { role: 'speak', kind: 'vits', folder: '/models/voice', config: {} };
const forever = new AbortController().signal;

/** Processes that a test plays: what each was told, and what it says. */
function played(voices = 0) {
  const processes: { messages: string[]; say: (message: FromModel) => void; die: () => void; isClosed: boolean }[] = [];
  const link: LinkModel = async (_model, say, die) => {
    const process = { messages: [] as string[], say, die, isClosed: false };
    processes.push(process);
    return {
      voices,
      post: (message: ToModel) => void process.messages.push(`${message.do} ${'run' in message ? message.run : ''}`),
      async close() {
        process.isClosed = true;
      },
    };
  };
  return { processes, link };
}
/** What was posted is posted in a later microtask. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a recogniser of sherpa-onnx', () => {
  it('returns partial and final text for concurrent utterances', async () => {
    const { processes, link } = played();
    const transcriber = await openSherpaTranscriber(HEAR, link);
    const partials: string[] = [];
    const ann = transcriber.open({ speaker: 'ann', signal: forever, onDelta: (delta) => partials.push(delta) });
    const ben = transcriber.open({ speaker: 'ben', signal: forever });
    ann.write(new Int16Array(1600));
    ben.write(new Int16Array(1600));
    await nextTurn();
    const [process] = processes;
    process?.say({ did: 'partial', run: 1, text: 'good morning to' });
    process?.say({ did: 'partial', run: 1, text: 'good morning today' });
    const transcripts = [ann.finish(), ben.finish()];
    await nextTurn();
    expect(process?.messages).toEqual(['feed 1', 'feed 2', 'finish 1', 'finish 2']);
    process?.say({ did: 'final', run: 2, text: 'hello' });
    process?.say({ did: 'final', run: 1, text: 'good morning to you' });
    expect((await Promise.all(transcripts)).map(({ transcript }) => transcript)).toEqual([
      'good morning to you',
      'hello',
    ]);
    expect(partials.join('')).toBe('good morning to you');
    await transcriber.close();
    expect(process?.isClosed).toBe(true);
  });

  it('drops aborted utterances, fails open ones when its process exits, and restarts', async () => {
    const { processes, link } = played();
    const transcriber = await openSherpaTranscriber(HEAR, link);
    const abort = new AbortController();
    const aborted = transcriber.open({ speaker: 'ann', signal: abort.signal });
    aborted.write(new Int16Array(10));
    abort.abort();
    expect((await aborted.finish()).transcript).toBe('');
    const lost = transcriber.open({ speaker: 'ann', signal: forever });
    lost.write(new Int16Array(10));
    const failing = lost.finish();
    await nextTurn();
    expect(processes[0]?.messages).toEqual(['feed 1', 'drop 1', 'feed 2', 'finish 2']);
    processes[0]?.die();
    await expect(failing).rejects.toThrow('the recogniser broke off');
    const next = transcriber.open({ speaker: 'ann', signal: forever });
    const transcript = next.finish();
    await nextTurn();
    expect(processes[1]?.messages).toEqual(['finish 3']);
    processes[1]?.say({ did: 'final', run: 3, text: 'again' });
    expect((await transcript).transcript).toBe('again');
    await transcriber.close();
    await expect(transcriber.open({ speaker: 'ann', signal: forever }).finish()).rejects.toThrow('broke off');
  });
});

describe('a voice of sherpa-onnx', () => {
  const say = (text: string, options: Partial<{ voice: string; signal: AbortSignal }> = {}) => ({
    text,
    options: { voice: '0', speed: 1, signal: forever, ...options },
  });

  it('offers its speakers as voices, and yields no audio when there is nothing to speak', async () => {
    const { processes, link } = played(3);
    const speaker = await openSherpaSpeaker(SPEAK, link);
    expect(speaker.voices).toEqual(['0', '1', '2']);
    const { text, options } = say('Good morning.', { voice: '2' });
    const sounds = speaker.speak(text, options)[Symbol.asyncIterator]();
    const first = sounds.next();
    await nextTurn();
    expect(processes[0]?.messages).toEqual(['speak 1']);
    processes[0]?.say({ did: 'sound', run: 1, samples: Int16Array.of(1, 2), rateHz: 22_050 });
    expect((await first).value).toEqual({ samples: Int16Array.of(1, 2), rateHz: 22_050 });
    expect((await sounds.next()).done).toBe(true);
    expect((await speaker.speak(' … ', options)[Symbol.asyncIterator]().next()).done).toBe(true);
    await expect(
      speaker
        .speak('x', { ...options, voice: 'marin' })
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toMatchObject({ code: 'invalid_value', message: "The voice 'marin' is not one of 0, 1, 2." });
    await speaker.close();
  });

  it('stops on abort, and fails when its process exits', async () => {
    const { processes, link } = played(1);
    const speaker = await openSherpaSpeaker(SPEAK, link);
    const abort = new AbortController();
    const { text, options } = say('Good morning.', { signal: abort.signal });
    const first = speaker.speak(text, options)[Symbol.asyncIterator]().next();
    await nextTurn();
    abort.abort();
    expect((await first).done).toBe(true);
    const second = speaker
      .speak(text, { ...options, signal: forever })
      [Symbol.asyncIterator]()
      .next();
    await nextTurn();
    expect(processes[0]?.messages).toEqual(['speak 1', 'drop 1', 'speak 2']);
    processes[0]?.die();
    await expect(second).rejects.toThrow('the voice broke off');
    await speaker.close();
    const after = speaker
      .speak(text, { ...options, signal: forever })
      [Symbol.asyncIterator]()
      .next();
    expect((await after).done).toBe(true);
  });
});

describe('a file that is no model', () => {
  it('is rejected with its folder, and ends only its own process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'colloquy-garbage-'));
    // By their outline they are whole.
    for (const name of ['encoder.onnx', 'decoder.onnx', 'joiner.onnx', 'voice.onnx', 'tokens.txt']) {
      writeFileSync(join(folder, name), Buffer.from([0x3a, 0]));
    }
    const { transcribe } = findSherpaModels(folder);
    const refused = (what: string) => ({
      code: 'invalid_configuration',
      message: `${folder}: sherpa-onnx cannot load this ${what}`,
    });
    await expect(openSherpaTranscriber(transcribe as SherpaModel)).rejects.toMatchObject(
      refused('recogniser (transducer)'),
    );
    const files = { model: join(folder, 'voice.onnx'), tokens: join(folder, 'tokens.txt') };
    const speak: SherpaModel = { ...SPEAK, folder, config: { model: { vits: files } } };
    await expect(openSherpaSpeaker(speak)).rejects.toMatchObject(refused('voice (vits)'));
    rmSync(folder, { recursive: true });
  });
});
