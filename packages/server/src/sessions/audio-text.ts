// Converts audio to base64 and back. Caches the latest encoded array, so that an engine's audio is not decoded again to be stored.
// Storage: `audio-store.ts`.

import { decodeBase64, encodeBase64 } from '@colloquy/protocol';

export interface AudioText {
  /** Encodes as base64. `decode` of that text returns the same array until `forget`. */
  encode(bytes: Uint8Array): string;
  /** Decodes base64; returns an empty array if the text is not strict base64. */
  decode(text: string): Uint8Array;
  /** Clears the cache: the engine may reuse its array. */
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
