// `colloquy talk` aloud: files of sound, and microphone and loudspeaker played by programs that stand where the system's would.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareResampler, readWav, resampleAll, writeWav } from '@colloquy/server';
import { buildBefore } from '@support/build-before.ts';
import { colloquy, run, type Served, serve } from '@support/colloquy.ts';
import { silence, spoken } from '@support/parts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFlite } from '../../packages/server/src/speech/offline/flite.ts';

const HZ = 24_000;
/** The parrot's tone for a word, in samples: 200 ms. */
const WORD = 4800;

buildBefore('packages');

describe('colloquy talk, aloud', () => {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-talk-'));
  const path = (name: string) => join(folder, name);
  let served: Served;
  beforeAll(async () => {
    served = await serve(['--engine', 'parrot']);
    await prepareResampler();
    writeFileSync(path('second.wav'), writeWav([new Int16Array(16_000)], 16_000));
  });
  afterAll(async () => {
    served.child.kill('SIGTERM');
    await served.ended;
    rmSync(folder, { recursive: true });
  });

  it('says each file as a turn, at any rate and in stereo, and saves what is answered', async () => {
    const stereo = Buffer.from(writeWav([new Int16Array(2 * 22_050)], 22_050));
    stereo.writeUInt16LE(2, 22);
    writeFileSync(path('stereo.wav'), stereo);
    const args = [
      'talk',
      served.url,
      '--say',
      path('second.wav'),
      '--say',
      path('stereo.wav'),
      '--save',
      path('out.wav'),
    ];
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(?:transcription failed: [^\n]+\n){2}$/);
    expect(stdout.match(/You said 1000 ms of audio/g)).toHaveLength(2);
    const answers = readWav(readFileSync(path('out.wav')));
    expect([answers?.rateHz, answers?.samples.length]).toEqual([HZ, 2 * 6 * WORD]);
    expect(answers?.samples.some((sample) => Math.abs(sample) > 1000)).toBe(true);
  });

  it('saves the answers to lines as well', async () => {
    const { code, stdout } = await run(['talk', served.url, '--save', path('lines.wav')], { input: 'hello there\n' });
    expect([code, stdout]).toEqual([0, 'You said: hello there\n']);
    expect(readWav(readFileSync(path('lines.wav')))?.samples.length).toBe(4 * WORD);
  });

  it.each([
    [['--say', 'nowhere.wav'], /nowhere\.wav cannot be read: it does not exist/],
    [['--say', import.meta.filename], /is not a WAV file with 16-bit samples/],
    [['--save', '/nowhere/out.wav'], /\/nowhere\/out\.wav cannot be written: it does not exist/],
    [['--mic', '--say', 'x.wav'], /--mic and --say exclude each other/],
    [['--mic'], /--mic needs a program that records: one of parecord, arecord, rec/],
  ])('refuses %j before it connects: one line and 2', async (args, why) => {
    const { code, stdout, stderr } = await run(['talk', 'ws://127.0.0.1:1', ...args], { env: { PATH: folder } });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^colloquy talk: [^\n]*\n$/);
    expect(stderr).toMatch(why);
  });

  /** A program of the system that does this; the rest of the path is there for the shell it is written in. */
  function install(name: string, script: string): void {
    writeFileSync(path(name), `#!/bin/sh\n${script}\n`);
    chmodSync(path(name), 0o755);
  }
  const withPrograms = { PATH: `${folder}:${process.env.PATH ?? ''}` };

  it('hears the microphone until it ends, finds the turns, and plays the answer', async (context) => {
    const flite = await openFlite();
    const offline = await serve(['--engine', 'offline']);
    const hears = !/speech (?:recognition|detection) needs/.test(offline.stdout() + offline.stderr());
    try {
      if (!flite.ok || !hears) return context.skip('speech packages are missing');
      const question = await spoken(flite.component, 'What is two plus two?');
      await flite.component.close();
      const text = resampleAll(question, 16_000, HZ);
      const raw = [silence(450), text, silence(3000)].map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength),
      );
      writeFileSync(path('question.raw'), Buffer.concat(raw));
      install('parecord', `cat '${path('question.raw')}'`);
      install('pacat', `cat > '${path('answer.raw')}'`);
      const { code, stdout } = await run(['talk', offline.url, '--mic'], { env: withPrograms });
      expect(code).toBe(0);
      expect(stdout).toBe('> what is two plus two\n2 plus 2 is 4.\n');
      expect(readFileSync(path('answer.raw')).length).toBeGreaterThan(HZ);
    } finally {
      offline.child.kill('SIGTERM');
      await offline.ended;
    }
  });

  it('says that the microphone is gone, and ends with 1; Ctrl-C exits with 0', async () => {
    install('parecord', `env > '${path('environment')}'; exit 3`);
    install('pacat', 'cat > /dev/null');
    const env = { ...withPrograms, COLLOQUY_API_KEY: 'sk-CANARY' };
    const closed = await run(['talk', served.url, '--mic'], { env });
    expect(readFileSync(path('environment'), 'utf8')).not.toContain('CANARY');
    expect([closed.code, closed.stderr]).toEqual([
      1,
      `talking to ${served.url.replace('http', 'ws')}; speak, Ctrl-C exits\nthe microphone stopped: parecord ended with 3\n`,
    ]);
    install('parecord', 'exec sleep 60');
    const talking = colloquy(['talk', served.url, '--mic', '--events'], withPrograms);
    await talking.until(/< \{.*"type":"session.updated"/);
    talking.child.kill('SIGINT');
    expect(await talking.ended).toBe(0);
  });
});
