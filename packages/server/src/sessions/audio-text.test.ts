import { describe, expect, it } from 'vitest';
import { createAudioText } from './audio-text.ts';

describe('createAudioText', () => {
  it('decodes the latest text to the same array, and to a copy after forget', () => {
    const audioText = createAudioText();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const text = audioText.encode(bytes);
    expect(text).toBe('AQIDBA==');
    expect(audioText.decode(text)).toBe(bytes);
    audioText.forget();
    bytes.fill(0);
    expect(audioText.decode(text)).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('decodes other texts, and invalid base64 to no bytes', () => {
    const audioText = createAudioText();
    audioText.encode(Uint8Array.of(1));
    expect(audioText.decode('AAE=')).toEqual(Uint8Array.of(0, 1));
    expect(audioText.decode('not base64')).toEqual(new Uint8Array());
  });
});
