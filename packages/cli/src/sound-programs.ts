// Microphone and loudspeaker through system programs that read and write raw samples: 16-bit mono, 24 kHz.

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createPlaybackClock, type HeardPart } from '@colloquy/session';
import { misused } from './command.ts';
import { SOUND_HZ } from './sound-files.ts';

interface Program {
  readonly name: string;
  readonly args: readonly string[];
}

const RATE = String(SOUND_HZ);
const SOX = ['-q', '-t', 'raw', '-r', RATE, '-e', 'signed', '-b', '16', '-c', '1', '-'];
const ALSA = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', RATE, '-c', '1'];
const PULSE = ['--raw', '--format=s16le', `--rate=${RATE}`, '--channels=1'];
const MICROPHONES: readonly Program[] = [
  { name: 'parecord', args: [...PULSE, '--latency-msec=20'] },
  { name: 'arecord', args: ALSA },
  { name: 'rec', args: SOX },
];
const LOUDSPEAKERS: readonly Program[] = [
  { name: 'pacat', args: PULSE },
  { name: 'aplay', args: ALSA },
  { name: 'play', args: SOX },
];

/** Keys are no business of theirs. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^COLLOQUY_|key|token|secret|password/i.test(name)),
);

const isThere = (name: string) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      // Not in this one.
      return false;
    }
  });

/** Throws `misused` where none of them is installed. */
function find(programs: readonly Program[], what: string): Program {
  const program = programs.find(({ name }) => isThere(name));
  if (program) return program;
  const names = programs.map(({ name }) => name).join(', ');
  throw misused(`--mic needs a program ${what}: one of ${names} (packages pulseaudio-utils, alsa-utils or sox)`);
}

export interface Microphone {
  /** Ends it; `onEnd` is not called. */
  readonly close: () => void;
}

/**
 * Begins to record. `hear` hears pieces of whole samples, `onEnd` once that it has ended by itself, and in a few words why, if it
 * says so.
 */
export function openMicrophone(
  { name, args }: Program,
  onSamples: (samples: Int16Array) => void,
  onEnd: (fault: string | undefined) => void,
): Microphone {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'ignore'], env: ENVIRONMENT });
  let rest = Buffer.alloc(0);
  let isOver = false;
  const end = (fault: string | undefined) => {
    if (isOver) return;
    isOver = true;
    onEnd(fault);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 2);
    rest = bytes.subarray(whole);
    if (whole > 0 && !isOver) onSamples(new Int16Array(Uint8Array.from(bytes.subarray(0, whole)).buffer));
  });
  child.on('error', () => end(`${name} cannot be started`));
  child.on('close', (code) => end(code === 0 ? undefined : `${name} ended with ${code ?? 'a signal'}`));
  return {
    close() {
      isOver = true;
      child.kill();
    },
  };
}

/** Plays one answer after the other. */
export interface Loudspeaker {
  play(samples: Int16Array, part: Pick<HeardPart, 'item_id' | 'content_index'>): void;
  /** Falls silent. Answers the parts that were not heard to their end. */
  stop(): readonly HeardPart[];
  /** Resolves when all has been heard. */
  close(): Promise<void>;
}

/** How much of what was handed to the program has been heard is counted by the clock, from its first sample on. */
export function openLoudspeaker({ name, args }: Program): Loudspeaker {
  let child: ChildProcess | undefined;
  const clock = createPlaybackClock();

  return {
    play(samples, part) {
      if (!child) {
        child = spawn(name, args, { stdio: ['pipe', 'ignore', 'ignore'], env: ENVIRONMENT });
        // Without sound there are still the words.
        child.on('error', () => {});
        child.stdin?.on('error', () => {});
      }
      clock.play(part, (samples.length * 1000) / SOUND_HZ, performance.now());
      child.stdin?.write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    stop() {
      const heardMs = clock.stop(performance.now());
      child?.kill();
      child = undefined;
      return heardMs;
    },
    close() {
      const last = child;
      child = undefined;
      return new Promise((resolve) => {
        if (!last?.stdin || last.exitCode !== null || last.signalCode !== null) return resolve();
        last.on('close', () => resolve());
        last.on('error', () => resolve());
        last.stdin.end();
      });
    },
  };
}

export const microphone = (): Program => find(MICROPHONES, 'that records');
export const loudspeaker = (): Program => find(LOUDSPEAKERS, 'that plays');
