// Port: carries frames between one client and the server without interpreting them. Requirements on adapters:
// `tests/contract/transport.ts` (docs/spec/ports.md, family TP).

/** Text holds one event; the host refuses bytes [ER17]. */
export type Frame = string | Uint8Array;

/**
 * A text frame with stored audio, encoded as base64 while it is sent, one slice per turn of the event loop. Made by `withAudio`.
 */
export interface SlicedFrame {
  /** JSON with a name in place of each piece of audio. */
  readonly text: string;
  /** The audio by these names. */
  readonly audio: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Size of the whole frame on the wire, in bytes. */
  readonly bytes: number;
}

export interface Transport {
  readonly kind: 'websocket' | 'webrtc' | 'memory';
  /**
   * Frames of the client in order, queued from the start. For one reader. Yields to the event loop between queued frames. Ends after
   * the connection has ended and all its frames are read; a reader that ignores frames of a closed connection checks `isOpen`.
   */
  readonly frames: AsyncIterable<Frame>;
  /** Bytes sent that the peer has not read yet, as far as this side knows. */
  readonly bufferedBytes: number;
  /** False when either end has begun to close or the connection is lost. Frames sent after that are dropped. */
  readonly isOpen: boolean;
  /** Sends one frame, in the order given. Does nothing once closed. Never throws. */
  send(frame: Frame | SlicedFrame): void;
  /**
   * Closes the connection after sending queued frames; a data channel has no code and no reason. A second call does nothing. Never
   * throws.
   */
  close(code: number, reason: string): void;
  /** Ends the connection without a close frame and drops queued frames. Never throws. */
  drop(): void;
}

/** Size of a frame on the wire, in bytes. */
export function frameBytes(frame: Frame | SlicedFrame): number {
  if (typeof frame === 'string') return Buffer.byteLength(frame);
  return frame instanceof Uint8Array ? frame.byteLength : frame.bytes;
}

/** Maximum length of a close reason, in bytes of UTF-8 (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** Truncates a close reason to the size of a close frame, never inside a character [ER50]. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= REASON_BYTES) return text;
  let end = REASON_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
