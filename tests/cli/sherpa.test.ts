// `colloquy serve` and `colloquy doctor` with models of one's own: networks that a test wrote, whole and otherwise.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, serve } from '@support/colloquy.ts';
import { HIGH_HZ, LOW_HZ, tone, writeTinyModels } from '@support/tiny-networks.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-brought-'));
  writeTinyModels(folder, ['plus', 'is']);
});
afterEach(() => rmSync(folder, { recursive: true }));

const inBase64 = (samples: Int16Array) => Buffer.from(samples.buffer).toString('base64');

it('[AU30] hears and speaks with them, and thinks by the rules of the offline engine', async () => {
  const server = await serve(['--sherpa-models', folder]);
  const listed = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: { id: string }[] };
  expect(listed.data.map(({ id }) => id)).toContain('sherpa');

  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime?model=sherpa`);
  const send = (event: object) => socket.send(JSON.stringify(event));
  const format = { type: 'audio/pcm', rate: 24_000 };
  const input = { format, turn_detection: null, transcription: { model: 'sherpa' } };
  const received: Record<string, unknown> = { bytes: 0, text: '' };
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('message', (data) => {
      const event = JSON.parse(String(data));
      switch (event.type) {
        case 'session.created':
          received.voice = event.session.audio.output.voice;
          send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'marin' } } } });
          return;
        case 'error':
          received.error = event.error.message;
          send({ type: 'session.update', session: { type: 'realtime', audio: { input, output: { voice: '1' } } } });
          return;
        case 'session.updated':
          // Written for 16 kHz, and read at 24: the tones are half as high again.
          for (const hz of [LOW_HZ, HIGH_HZ])
            send({ type: 'input_audio_buffer.append', audio: inBase64(tone(hz / 1.5, 900)) });
          send({ type: 'input_audio_buffer.commit' });
          return;
        case 'conversation.item.input_audio_transcription.completed': {
          received.words = event.transcript;
          const content = [{ type: 'input_text', text: 'What is two plus two?' }];
          send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
          send({ type: 'response.create' });
          return;
        }
        case 'response.output_audio_transcript.delta':
          received.text += event.delta;
          return;
        case 'response.output_audio.delta':
          received.bytes = (received.bytes as number) + Buffer.from(event.delta, 'base64').length;
          return;
        case 'response.done':
          received.status = event.response.status;
          resolve();
      }
    });
  });
  socket.removeAllListeners('close').close();
  expect(received).toMatchObject({ voice: '0', words: 'low high', text: '2 plus 2 is 4.', status: 'completed' });
  expect(received.error).toContain("'marin'");
  expect(received.bytes).toBeGreaterThan(10_000);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.stderr()).not.toContain('sherpa');
});

it('says of each model whether it works', async () => {
  const { code, stdout } = await run(['doctor', '--sherpa-models', folder, '--json']);
  expect(JSON.parse(stdout)).toMatchObject([
    { stage: 'transcribe', ok: true, address: join(folder, 'ears'), model: 'transducer' },
    { stage: 'speak', ok: true, address: join(folder, 'voice'), model: 'vits' },
  ]);
  expect(code).toBe(0);
  // A whole network, and not the one that belongs there.
  writeFileSync(join(folder, 'voice/hum.onnx'), readFileSync(join(folder, 'ears/joiner.onnx')));
  const wrong = await run(['doctor', '--sherpa-models', folder, '--json']);
  const message = `${join(folder, 'voice')}: sherpa-onnx cannot load this voice (vits)`;
  expect(JSON.parse(wrong.stdout)).toMatchObject([
    { stage: 'transcribe', ok: true },
    { stage: 'speak', ok: false, problem: 'wrong_model', message: `${message}.` },
  ]);
  expect(wrong.code).toBe(1);
  const served = await run(['serve', '--port', '0', '--sherpa-models', folder]);
  expect([served.code, served.stderr]).toEqual([2, `colloquy serve: ${message}\n`]);
});

it.each<[string, (transcriber: string) => void, RegExp]>([
  [
    'cut off',
    (transcriber) => truncateSync(join(transcriber, 'encoder.onnx'), 200),
    /ears\/encoder\.onnx is no ONNX network, or was/,
  ],
  [
    'no network',
    (transcriber) => writeFileSync(join(transcriber, 'joiner.onnx'), 'garbage'),
    /ears\/joiner\.onnx is no ONNX network/,
  ],
  ['empty', (transcriber) => writeFileSync(join(transcriber, 'decoder.onnx'), ''), /ears\/decoder\.onnx is empty/],
  ['missing', (transcriber) => rmSync(join(transcriber, 'decoder.onnx')), /ears has no decoder\*\.onnx/],
  [
    'without a joiner',
    (transcriber) => rmSync(join(transcriber, 'joiner.onnx')),
    /\(paraformer, as there is no joiner\*\.onnx\)/,
  ],
  [
    'a link to nowhere',
    (transcriber) => {
      rmSync(join(transcriber, 'decoder.onnx'));
      symlinkSync('nowhere', join(transcriber, 'decoder.onnx'));
    },
    /ears\/decoder\.onnx cannot be read: ENOENT/,
  ],
])('does not start with a model that is %s, and names the file', async (_, spoil, message) => {
  spoil(join(folder, 'ears'));
  const { code, stderr } = await run(['serve', '--port', '0', '--sherpa-models', folder]);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

it('ends when it cannot listen', async () => {
  const taken = await serve(['--engine', 'parrot']);
  const { code, stderr } = await run(['serve', '--port', new URL(taken.url).port, '--sherpa-models', folder]);
  expect([code, stderr]).toMatchObject([1, expect.stringContaining('is in use')]);
  taken.child.kill('SIGTERM');
  expect(await taken.ended).toBe(0);
});

it('needs a folder', async () => {
  const { code, stderr } = await run(['serve', '--port', '0', '--engine', 'sherpa']);
  expect([code, stderr]).toMatchObject([2, expect.stringContaining('--engine sherpa requires --sherpa-models')]);
});
