// Cuts base64 audio without decoding it.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The first `bytes` bytes of a list of base64 chunks. Whole chunks are not copied; a malformed chunk counts by its
 * length.
 */
export function cutAudio(chunks: readonly string[], bytes: number): string[] {
  const result: string[] = [];
  let left = bytes;
  for (const chunk of chunks) {
    const padding = chunk.endsWith('==') ? 2 : chunk.endsWith('=') ? 1 : 0;
    const size = Math.floor((chunk.length * 3) / 4) - padding;
    if (left < size) {
      if (left > 0) result.push(cutChunk(chunk, left));
      break;
    }
    result.push(chunk);
    left -= size;
  }
  return result;
}

function cutChunk(chunk: string, bytes: number): string {
  const whole = Math.floor(bytes / 3) * 4;
  const rest = bytes % 3;
  if (rest === 0) return chunk.slice(0, whole);
  // The last character carries bits of the byte after the cut; strict base64 requires them to be zero.
  const value = ALPHABET.indexOf(chunk.charAt(whole + rest)) & (rest === 1 ? 0b110000 : 0b111100);
  return chunk.slice(0, whole + rest) + ALPHABET.charAt(value) + '='.repeat(3 - rest);
}
