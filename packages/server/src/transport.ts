// The port: what carries frames between one client and us, and knows nothing of what they mean. Adapters are in
// `transports/`; what each of them owes is `tests/contract/transport.ts` (docs/spec/ports.md, family TP).

/** Text is one event; bytes are for the host to refuse [ER17]. */
export type Frame = string | Uint8Array;

export interface Transport {
  readonly kind: 'websocket' | 'memory';
  /** What the client sent, in order, kept from the first moment. For one reader. Ends when the connection has ended. */
  readonly frames: AsyncIterable<Frame>;
  /** Bytes sent that the far end has not taken yet, as far as can be known on this side. */
  readonly bufferedBytes: number;
  /** Sends one frame. Does nothing once closed. Never throws. */
  send(frame: Frame): void;
  /** Ends the connection, after what was sent before. A second time does nothing. Never throws. */
  close(code: number, reason: string): void;
  /** Ends the connection without a word, as a lost network would; what was not sent yet is dropped. Never throws. */
  drop(): void;
}

/** Size of a frame on the wire, in bytes. */
export const frameBytes = (frame: Frame): number =>
  typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength;

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
