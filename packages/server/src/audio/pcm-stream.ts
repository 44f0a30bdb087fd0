// Decodes a stream of audio chunks cut anywhere: raw 16-bit samples, or a WAV file of unknown length. Whole WAV files:
// `wav.ts`.

import type { Sound } from '../speech/ports.ts';

/** Joins chunks to whole samples. */
export interface PcmStream {
  /**
   * Returns the samples that are complete, or `undefined` if there are too few. Throws a `RangeError` if the audio is
   * not 16-bit mono.
   */
  push(bytes: Uint8Array): Sound | undefined;
  /** Returns the rest. Half a sample at the end is dropped. Throws like `push`. */
  end(): Sound | undefined;
}

/**
 * Shorter chunks stay buffered, so that a stream of single bytes does not become a stream of single samples: 10 ms at
 * 24 kHz.
 */
const MIN_CHUNK_BYTES = 480;
const MAGIC_BYTES = 4;
const HEADER_BYTES = 12;
/** A WAV file whose sound starts later than this is rejected. */
const MAX_HEADER_BYTES = 65_536;
/** Lengths from here on are placeholders that encoders write when they do not know the length. */
const UNKNOWN_LENGTH = 0x7fff_0000;

/** `rateHz` applies to raw samples; a WAV file states its own rate. */
export function pcmStream(rateHz: number): PcmStream {
  let buffered: Buffer = Buffer.alloc(0);
  let rate = rateHz;
  let isHeaderRead = false;
  /** Bytes of sound still expected. Bytes after them in a WAV file are other chunks. */
  let remaining = Number.POSITIVE_INFINITY;

  /** Reads the header, if it is complete. True if `buffered` starts with sound. */
  function readHeader(isEnd: boolean): boolean {
    if (buffered.length < MAGIC_BYTES && !isEnd) return false;
    const magic = buffered.toString('latin1', 0, HEADER_BYTES);
    if (!magic.startsWith('RIFF')) {
      rejectOtherFormats(magic);
      return true;
    }
    if (buffered.length < HEADER_BYTES && !isEnd) return false;
    if (!magic.endsWith('WAVE')) throw new RangeError('not a WAV file');
    for (let at = HEADER_BYTES; at + 8 <= buffered.length; ) {
      const name = buffered.toString('latin1', at, at + 4);
      const size = buffered.readUInt32LE(at + 4);
      const body = at + 8;
      if (name === 'data') {
        remaining = size === 0 || size >= UNKNOWN_LENGTH ? Number.POSITIVE_INFINITY : size;
        buffered = buffered.subarray(body);
        return true;
      }
      if (name === 'fmt ') {
        if (body + 16 > buffered.length) break;
        if (buffered.readUInt16LE(body + 2) !== 1 || buffered.readUInt16LE(body + 14) !== 16)
          throw new RangeError('not 16-bit mono');
        rate = buffered.readUInt32LE(body + 4);
      }
      at = body + size + (size % 2);
    }
    if (isEnd || buffered.length > MAX_HEADER_BYTES) throw new RangeError('a WAV file without sound');
    return false;
  }

  function readSamples(minBytes: number): Sound | undefined {
    const ready = Math.min(buffered.length, remaining);
    const count = Math.floor(ready / 2);
    if (count === 0 || ready < minBytes) return undefined;
    const samples = new Int16Array(count);
    for (let i = 0; i < count; i++) samples[i] = buffered.readInt16LE(i * 2);
    buffered = buffered.subarray(count * 2);
    remaining -= count * 2;
    return { samples, rateHz: rate };
  }

  return {
    push(bytes) {
      buffered = buffered.length === 0 ? Buffer.from(bytes) : Buffer.concat([buffered, bytes]);
      isHeaderRead ||= readHeader(false);
      return isHeaderRead ? readSamples(MIN_CHUNK_BYTES) : undefined;
    },
    end() {
      if (buffered.length === 0) return undefined;
      isHeaderRead ||= readHeader(true);
      return isHeaderRead ? readSamples(2) : undefined;
    },
  };
}

/** First bytes of other audio formats, of web pages and of JSON errors. */
const OTHER_FORMATS = ['ID3', 'OggS', 'fLaC', '\x1aE\xdf\xa3', '<!DO', '<htm', '{"er'];

function rejectOtherFormats(magic: string): void {
  if (OTHER_FORMATS.some((other) => magic.startsWith(other))) throw new RangeError('another format');
}
