// Opus at 24 kHz mono (RFC 6716; as RTP: RFC 7587), with libopus compiled to WebAssembly. The only file that imports it.
// RTP counts Opus at 48 kHz whatever the rate here, and the decoder takes any stream, so no audio is resampled.

import {
  Application,
  createDecoder,
  createEncoder,
  type OpusDecoderHandle,
  type OpusEncoderHandle,
} from 'libopus-wasm';
import { CALL_HZ, type CallCodec, silentPcm } from './codec.ts';
import type { AudioPiece } from './rtp-in.ts';
import { FRAME_MS } from './rtp-out.ts';

/** libopus's scale goes to 10, which costs twice the time. */
const COMPLEXITY = 5;
/** A frame of 20 ms of silence. */
const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe);
const MAX_PACKET_MS = 120;

/** Encoder settings for a good and for a lossy network, in bit/s and percent. */
const CLEAN = { bitrate: 32_000, lossPercent: 5 };
const LOSSY = { bitrate: 24_000, minLoss: 0.03, maxLossPercent: 30 };
/** Below that loss, and after that many reports, the settings for a good network return. */
const RECOVERED = { maxLoss: 0.01, reports: 2 };

/** Milliseconds of a frame by the configuration in the first byte (RFC 6716, section 3.1). */
function frameMs(configuration: number): number {
  if (configuration < 12) return [10, 20, 40, 60][configuration & 3] as number;
  if (configuration < 16) return [10, 20][configuration & 1] as number;
  return [2.5, 5, 10, 20][configuration & 3] as number;
}

/** Milliseconds of sound in a packet; 0 if it is invalid. */
export function opusDurationMs(packet: Uint8Array): number {
  const [first, second] = packet;
  if (first === undefined) return 0;
  const code = first & 3;
  if (code === 3 && second === undefined) return 0;
  const frames = code === 0 ? 1 : code === 3 ? (second as number) & 0x3f : 2;
  const ms = frames * frameMs(first >> 3);
  return ms <= MAX_PACKET_MS ? ms : 0;
}

/** Opens an encoder and a decoder. The first call of the process compiles libopus. */
export async function openOpus(): Promise<CallCodec> {
  const encoder = await createEncoder({
    channels: 1,
    sampleRate: CALL_HZ,
    application: Application.Voip,
    complexity: COMPLEXITY,
    bitrate: CLEAN.bitrate,
    fec: true,
    packetLossPercent: CLEAN.lossPercent,
    frameSize: samplesIn(FRAME_MS),
  });
  try {
    return new Opus(encoder, await createDecoder({ channels: 1, sampleRate: CALL_HZ }));
  } catch (error) {
    encoder.free();
    throw error;
  }
}

const samplesIn = (ms: number) => Math.round((ms * CALL_HZ) / 1000);

class Opus implements CallCodec {
  readonly unitsPerMs = 48;
  readonly durationMs = opusDurationMs;
  readonly #encoder: OpusEncoderHandle;
  readonly #decoder: OpusDecoderHandle;
  #isLossy = false;
  #goodReports = 0;

  constructor(encoder: OpusEncoderHandle, decoder: OpusDecoderHandle) {
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  encode(pcm: Uint8Array | undefined): Uint8Array {
    return pcm ? this.#encoder.encode(pcm) : SILENCE;
  }

  decode(piece: AudioPiece): Uint8Array<ArrayBuffer> {
    const ms = piece.make === 'decode' ? opusDurationMs(piece.payload) : piece.ms;
    if (piece.make === 'silence') return silentPcm(ms);
    try {
      const samples = this.#samples(piece, samplesIn(ms));
      return new Uint8Array(samples.slice().buffer);
    } catch {
      // A damaged packet, or a gap that is no multiple of 2.5 ms: its time passes in silence.
      return silentPcm(ms);
    }
  }

  #samples(piece: Exclude<AudioPiece, { make: 'silence' }>, count: number): Int16Array {
    if (piece.make === 'decode') return this.#decoder.decode(piece.payload);
    if (piece.make === 'conceal') return this.#decoder.decodePacketLoss(count);
    return this.#decoder.decode(piece.payload, { decodeFec: true, frameSize: count });
  }

  adapt(fractionLost: number): void {
    this.#goodReports = fractionLost < RECOVERED.maxLoss ? this.#goodReports + 1 : 0;
    if (fractionLost > LOSSY.minLoss) {
      this.#isLossy = true;
      this.#encoder.setBitrate(LOSSY.bitrate);
      this.#encoder.setPacketLossPercent(Math.min(LOSSY.maxLossPercent, Math.round(100 * fractionLost)));
    } else if (this.#isLossy && this.#goodReports >= RECOVERED.reports) {
      this.#isLossy = false;
      this.#encoder.setBitrate(CLEAN.bitrate);
      this.#encoder.setPacketLossPercent(CLEAN.lossPercent);
    }
  }

  close(): void {
    this.#encoder.free();
    this.#decoder.free();
  }
}
