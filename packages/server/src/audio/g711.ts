// ITU-T G.711: 16-bit samples ↔ one byte each, in µ-law and A-law.

const MU_BIAS = 0x84;
const MU_CLIP = 32_635;

/** One 16-bit sample as a µ-law byte. */
export function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** A µ-law byte as a 16-bit sample. */
export function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + MU_BIAS) << ((bits >> 4) & 0x07)) - MU_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** One 16-bit sample as an A-law byte. */
export function encodeALaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 4;
  const exponent = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const mantissa = (exponent > 1 ? magnitude >> (exponent - 1) : magnitude) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

/** An A-law byte as a 16-bit sample. */
export function decodeALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 0x07;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
