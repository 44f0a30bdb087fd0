// Cutting base64 audio without decoding it.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The first `bytes` of some chunks of base64. Chunks that stay whole are not copied; broken ones are counted by their length. */
export function cutAudio(chunks: readonly string[], bytes: number): string[] {
  const kept: string[] = [];
  let left = bytes;
  for (const chunk of chunks) {
    const padding = chunk.endsWith('==') ? 2 : chunk.endsWith('=') ? 1 : 0;
    const size = Math.floor((chunk.length * 3) / 4) - padding;
    if (left < size) {
      if (left > 0) kept.push(cutChunk(chunk, left));
      break;
    }
    kept.push(chunk);
    left -= size;
  }
  return kept;
}

function cutChunk(chunk: string, bytes: number): string {
  const whole = Math.floor(bytes / 3) * 4;
  const rest = bytes % 3;
  if (rest === 0) return chunk.slice(0, whole);
  // The last character carries bits of the byte after the cut; they become zero, as strict base64 wants.
  const value = ALPHABET.indexOf(chunk.charAt(whole + rest)) & (rest === 1 ? 0b110000 : 0b111100);
  return chunk.slice(0, whole + rest) + ALPHABET.charAt(value) + '='.repeat(3 - rest);
}
