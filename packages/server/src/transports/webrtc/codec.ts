// Port: encodes and decodes the audio of one direction each of one call. Implementations: `opus.ts`, `g711-codec.ts`.

import type { AudioPiece } from './rtp-in.ts';

export type CodecName = 'opus' | 'pcmu' | 'pcma';

/** Audio of a call on our side: 24 kHz, mono, 16 bit, little endian. */
export const CALL_HZ = 24_000;
const BYTES_PER_MS = (2 * CALL_HZ) / 1000;

export interface CallCodec {
  /** RTP timestamp units per millisecond. */
  readonly unitsPerMs: number;
  /** Milliseconds of sound in a payload; 0 if it is invalid. Never throws. */
  durationMs(payload: Uint8Array): number;
  /** The payload for a frame of 20 ms of PCM; `undefined` is silence. */
  encode(pcm: Uint8Array | undefined): Uint8Array;
  /** The PCM for a piece, in memory of its own. A payload that cannot be decoded becomes silence. Never throws. */
  decode(piece: AudioPiece): Uint8Array<ArrayBuffer>;
  /** Adapts to the share of packets that the peer loses, from 0 to 1. */
  adapt(fractionLost: number): void;
  /** Frees its memory. Call nothing afterwards. */
  close(): void;
}

/** PCM of silence, whole samples. */
export const silentPcm = (ms: number): Uint8Array<ArrayBuffer> => new Uint8Array(2 * Math.round((ms * CALL_HZ) / 1000));

/** Bytes of PCM in a stretch of whole milliseconds. */
export const pcmBytes = (ms: number): number => ms * BYTES_PER_MS;
