// Audio as base64 and back. What an engine has just made is encoded once and not decoded again to be stored; where bytes are kept
// is `audio-store.ts`.

import { decodeBase64, encodeBase64 } from '@colloquy/protocol';

export interface AudioText {
  /** The bytes as base64. Their text decodes to this very array until `forget`. */
  encode(bytes: Uint8Array): string;
  /** The bytes of a base64 text; none if it is not strict base64. */
  decode(text: string): Uint8Array;
  /** The array that was encoded last may be changed from now on. */
  forget(): void;
}

export function createAudioText(): AudioText {
  let latest: { readonly text: string; readonly bytes: Uint8Array } | undefined;
  return {
    encode(bytes) {
      const text = encodeBase64(bytes);
      latest = { text, bytes };
      return text;
    },
    decode: (text) => (latest?.text === text ? latest.bytes : (decodeBase64(text) ?? new Uint8Array())),
    forget() {
      latest = undefined;
    },
  };
}
