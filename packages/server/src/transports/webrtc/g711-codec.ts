// G.711 (RFC 3551, section 4.5.14) for a call: 8 kHz on the wire, 24 kHz here. It has no redundancy: lost packets become silence.

import { bytesOf, samplesOf } from '../../audio/convert.ts';
import { joinSamples } from '../../audio/join-samples.ts';
import { openResampler, prepareResampler, type Resampler } from '../../audio/resample.ts';
import { CALL_HZ, type CallCodec, silentPcm } from './codec.ts';
import type { AudioPiece } from './rtp-in.ts';
import { FRAME_MS } from './rtp-out.ts';

const WIRE_HZ = 8000;
const FRAME_BYTES = (FRAME_MS * WIRE_HZ) / 1000;
/** The resampler returns its first samples late; with that much silence in front, each frame of PCM gives one of G.711. */
const LEAD_SAMPLES = 80;
/** The byte of silence. */
const SILENCE = { 'audio/pcmu': 0xff, 'audio/pcma': 0xd5 };

type G711 = keyof typeof SILENCE;

export async function openG711(type: G711): Promise<CallCodec> {
  await prepareResampler();
  return new G711Codec(type);
}

class G711Codec implements CallCodec {
  readonly unitsPerMs = WIRE_HZ / 1000;
  readonly #type: G711;
  readonly #down: Resampler = openResampler(CALL_HZ, WIRE_HZ);
  readonly #up: Resampler = openResampler(WIRE_HZ, CALL_HZ);
  readonly #silence: Uint8Array;
  /** Samples of 8 kHz that are not sent yet. */
  #pending = new Int16Array(LEAD_SAMPLES);

  constructor(type: G711) {
    this.#type = type;
    this.#silence = new Uint8Array(FRAME_BYTES).fill(SILENCE[type]);
  }

  durationMs(payload: Uint8Array): number {
    return payload.length / this.unitsPerMs;
  }

  encode(pcm: Uint8Array | undefined): Uint8Array {
    if (!pcm) return this.#silence;
    const samples = joinSamples([
      this.#pending,
      this.#down.process(samplesOf(pcm, { type: 'audio/pcm', rate: CALL_HZ })),
    ]);
    this.#pending = samples.slice(FRAME_BYTES);
    return bytesOf(samples.subarray(0, FRAME_BYTES), { type: this.#type });
  }

  decode(piece: AudioPiece): Uint8Array<ArrayBuffer> {
    if (piece.make !== 'decode') return silentPcm(piece.ms);
    const samples = this.#up.process(samplesOf(piece.payload, { type: this.#type }));
    return new Uint8Array(samples.slice().buffer);
  }

  adapt(): void {}

  close(): void {
    this.#down.close();
    this.#up.close();
  }
}
