// Tests whether samples can be five spoken words: not silence, not another format, not another rate.

/** Seconds that five words can take, with a wide margin. */
const MIN_SECONDS = 0.7;
const MAX_SECONDS = 8;
/** Adjacent samples of speech correlate; those of compressed audio, read as samples, do not. */
const MIN_CORRELATION = 0.3;

/** Why the audio cannot be five spoken words; `undefined` if it can. */
export function implausibility(samples: Int16Array, rateHz: number): string | undefined {
  let power = 0;
  let correlation = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    power += sample * sample;
    correlation += sample * (samples[i + 1] ?? 0);
  }
  if (power / Math.max(1, samples.length) < 100) return 'It sends silence.';
  if (correlation / power < MIN_CORRELATION)
    return 'What it sends does not sound like raw 16-bit samples: it may be another format. It is asked for pcm.';
  const seconds = samples.length / rateHz;
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return undefined;
  return `Five words took ${seconds.toFixed(1)} s at ${rateHz} Hz: its rate may be another. Set 'rate_hz'.`;
}
