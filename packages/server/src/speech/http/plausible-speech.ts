// Whether samples can be five spoken words: not silence, not another format, not another rate.

/** How long five words take to be said, in seconds, with much to spare. */
const SHORTEST = 0.7;
const LONGEST = 8;
/** Neighbouring samples of speech are alike; those of anything compressed, read as samples, are not. */
const LEAST_LIKENESS = 0.3;

/** Why sound cannot be five words of speech; `undefined` when it may be. */
export function implausible(samples: Int16Array, rateHz: number): string | undefined {
  let power = 0;
  let likeness = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    power += sample * sample;
    likeness += sample * (samples[i + 1] ?? 0);
  }
  if (power / Math.max(1, samples.length) < 100) return 'It sends silence.';
  if (likeness / power < LEAST_LIKENESS)
    return 'What it sends does not sound like raw 16-bit samples: it may be another format. It is asked for pcm.';
  const seconds = samples.length / rateHz;
  if (seconds >= SHORTEST && seconds <= LONGEST) return undefined;
  return `Five words took ${seconds.toFixed(1)} s at ${rateHz} Hz: its rate may be another. Set 'rate_hz'.`;
}
