// Sound that comes in pieces cut anywhere: raw 16-bit samples, or a WAV file whose end is not known yet. Whole WAV files are
// `wav.ts`.

import type { Sound } from '../speech/ports.ts';

/** Puts pieces together into sound. */
export interface PcmStream {
  /** The sound that is complete; `undefined` while there is too little of it. Throws a `RangeError` for other audio than 16-bit mono. */
  push(bytes: Uint8Array): Sound | undefined;
  /** The rest. Half a sample at the end is dropped. Throws like `push`. */
  end(): Sound | undefined;
}

/** Less is kept back until there is more, so that a stream of single bytes does not become one of single samples: 10 ms at 24 kHz. */
const LEAST_BYTES = 480;
const MAGIC = 4;
const HEAD = 12;
/** A WAV file whose sound begins later than this is none. */
const MAX_HEAD = 65_536;
/** What encoders write that do not know the length yet. */
const UNKNOWN_LENGTH = 0x7fff_0000;

/** `rateHz` is that of raw samples; a WAV file says its own. */
export function pcmStream(rateHz: number): PcmStream {
  let held: Buffer = Buffer.alloc(0);
  let rate = rateHz;
  let isHeadRead = false;
  /** Bytes of sound still to come; what follows them in a WAV file is no sound. */
  let left = Number.POSITIVE_INFINITY;

  /** Whether sound begins at the beginning of what is held. */
  function readHead(isEnd: boolean): boolean {
    if (held.length < MAGIC && !isEnd) return false;
    const magic = held.toString('latin1', 0, HEAD);
    if (!magic.startsWith('RIFF')) {
      refuseOthers(magic);
      return true;
    }
    if (held.length < HEAD && !isEnd) return false;
    if (!magic.endsWith('WAVE')) throw new RangeError('not a WAV file');
    for (let at = HEAD; at + 8 <= held.length; ) {
      const name = held.toString('latin1', at, at + 4);
      const size = held.readUInt32LE(at + 4);
      const body = at + 8;
      if (name === 'data') {
        left = size === 0 || size >= UNKNOWN_LENGTH ? Number.POSITIVE_INFINITY : size;
        held = held.subarray(body);
        return true;
      }
      if (name === 'fmt ') {
        if (body + 16 > held.length) break;
        if (held.readUInt16LE(body + 2) !== 1 || held.readUInt16LE(body + 14) !== 16)
          throw new RangeError('not 16-bit mono');
        rate = held.readUInt32LE(body + 4);
      }
      at = body + size + (size % 2);
    }
    if (isEnd || held.length > MAX_HEAD) throw new RangeError('a WAV file without sound');
    return false;
  }

  function take(least: number): Sound | undefined {
    const ready = Math.min(held.length, left);
    const count = Math.floor(ready / 2);
    if (count === 0 || ready < least) return undefined;
    const samples = new Int16Array(count);
    for (let i = 0; i < count; i++) samples[i] = held.readInt16LE(i * 2);
    held = held.subarray(count * 2);
    left -= count * 2;
    return { samples, rateHz: rate };
  }

  return {
    push(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
      isHeadRead ||= readHead(false);
      return isHeadRead ? take(LEAST_BYTES) : undefined;
    },
    end() {
      if (held.length === 0) return undefined;
      isHeadRead ||= readHead(true);
      return isHeadRead ? take(2) : undefined;
    },
  };
}

/** Beginnings of files that are audio, or text, and no samples. */
const OTHERS = ['ID3', 'OggS', 'fLaC', '\x1aE\xdf\xa3', '<!DO', '<htm', '{"er'];

function refuseOthers(magic: string): void {
  if (OTHERS.some((other) => magic.startsWith(other))) throw new RangeError('another format');
}
