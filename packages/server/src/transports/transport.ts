// The port: what carries frames between one client and us, and knows nothing of what they mean. Adapters are in
// `transports/`; what each of them owes is `tests/contract/transport.ts` (docs/spec/ports.md, family TP).

/** Text is one event; bytes are for the host to refuse [ER17]. */
export type Frame = string | Uint8Array;

/**
 * A text frame with stored audio in it, which becomes base64 only while it is sent: a slice in a turn of the event loop. Made by
 * `withAudio`.
 */
export interface SlicedFrame {
  /** JSON in which a name stands for each piece of audio. */
  readonly text: string;
  /** The audio by these names. */
  readonly audio: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Size of the whole frame on the wire, in bytes. */
  readonly bytes: number;
}

export interface Transport {
  readonly kind: 'websocket' | 'memory';
  /**
   * What the client sent, in order, kept from the first moment. For one reader. The event loop gets a turn between two frames that
   * wait. Ends when the connection has ended, after the frames that came before: a reader that wants none of somebody who has left
   * looks at `isOpen`.
   */
  readonly frames: AsyncIterable<Frame>;
  /** Bytes sent that the far end has not taken yet, as far as can be known on this side. */
  readonly bufferedBytes: number;
  /** False once either end has begun to close, or the connection is lost: what is sent from then on arrives nowhere. */
  readonly isOpen: boolean;
  /** Sends one frame, in the order given. Does nothing once closed. Never throws. */
  send(frame: Frame | SlicedFrame): void;
  /** Ends the connection, after what was sent before. A second time does nothing. Never throws. */
  close(code: number, reason: string): void;
  /** Ends the connection without a word, as a lost network would; what was not sent yet is dropped. Never throws. */
  drop(): void;
}

/** Size of a frame on the wire, in bytes. */
export function frameBytes(frame: Frame | SlicedFrame): number {
  if (typeof frame === 'string') return Buffer.byteLength(frame);
  return frame instanceof Uint8Array ? frame.byteLength : frame.bytes;
}

/** Longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** Cuts a close reason to what a close frame can carry, never inside a character [ER50]. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= REASON_BYTES) return text;
  let end = REASON_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
