// The length of base64 audio without decoding it.

/** Bytes that a padded base64 text stands for; 0 for anything else. Hidden audio reads `[REDACTED]`, which is no base64. */
export function base64Bytes(value: unknown): number {
  if (typeof value !== 'string' || value.startsWith('[')) return 0;
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((value.length * 3) / 4) - padding);
}
