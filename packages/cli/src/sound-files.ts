// Reads and writes WAV files of the command line: input audio of a session, and its responses.

import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { prepareResampler, readWav, resampleAll, writeWav } from '@colloquy/server';
import { misused } from './command.ts';
import { fileErrorText } from './file-error.ts';

/** Of what a session hears and says here: 16-bit mono. */
export const SOUND_HZ = 24_000;

/** The samples of a file at 24 kHz. Rejects with `misused`, which names the file, for one that cannot be read or holds none. */
export async function readSound(path: string): Promise<Int16Array> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw misused(`${path} cannot be read: ${fileErrorText(error)}`);
  }
  const sound = readWav(bytes);
  if (!sound) throw misused(`${path} is not a WAV file with 16-bit samples`);
  const { samples, rateHz } = sound;
  if (samples.length === 0) throw misused(`${path} contains no audio`);
  if (rateHz < 4000 || rateHz > 192_000)
    throw misused(`${path} has ${rateHz} samples per second; supported are 4000 to 192000`);
  await prepareResampler();
  return resampleAll(samples, rateHz, SOUND_HZ);
}

export interface SoundFile {
  readonly add: (samples: Int16Array) => void;
  /** Writes all of it. */
  readonly save: () => void;
}

/** Throws `misused`, which names the file, for one that cannot be written; only then is anything said. */
export function createSoundFile(path: string): SoundFile {
  const pieces: Int16Array[] = [];
  try {
    closeSync(openSync(path, 'w'));
  } catch (error) {
    throw misused(`${path} cannot be written: ${fileErrorText(error)}`);
  }
  return {
    add: (samples) => void pieces.push(samples),
    save: () => writeFileSync(path, writeWav(pieces, SOUND_HZ)),
  };
}
